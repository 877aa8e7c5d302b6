"""Lists: what a page's address asks for (search, filters, sort), and the links that change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter or one order of a list, as a link."""

    value: str
    label: Words
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter with its choices, "all" first; `chosen` is the label in force."""

    name: str
    label: Words
    choices: Sequence[Choice]
    chosen: Words = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force; the link takes it away."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading. `direction`: ascending or descending where the list is sorted by it; `select`: checkboxes."""

    label: Words
    url: str = ""
    direction: str = ""
    align: str = ""
    select: bool = False


@dataclass(frozen=True, slots=True)
class FilterSpec:
    """What a page lets people filter by: parameter name, its label, (value, label) choices, counts by value."""

    name: str
    label: Words
    choices: Sequence[tuple[str, Words]]
    counts: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class ListState:
    """What a list shows now, and the addresses of everything it could show. `values`: accepted filter values."""

    q: str
    sort: str
    values: Mapping[str, str]
    filters: Sequence[Filter]
    sorts: Sequence[Choice]
    sort_label: Words
    chips: Sequence[Chip]
    kept: Sequence[tuple[str, str]]
    clear_url: str
    params: QueryDict

    def column(self, label: Words, key: str = "", align: str = "") -> Column:
        """A heading that sorts by `key`: ascending first, then descending."""
        if not key:
            return Column(label, align=align)
        direction = ""
        if self.sort.lstrip("-") == key:
            direction = "descending" if self.sort.startswith("-") else "ascending"
        following = f"-{key}" if direction == "ascending" else key
        return Column(label, _address(self.params, sort=following), direction, align)


def field_choices(model: Any, name: str) -> list[tuple[str, Words]]:
    """The choices of a model's field, as a filter takes them."""
    return [(str(value), label) for value, label in model._meta.get_field(name).choices]


def list_state(
    params: QueryDict,
    *,
    filters: Sequence[FilterSpec] = (),
    sorts: Sequence[tuple[str, Words]] = (),
    default_sort: str = "",
) -> ListState:
    """Reads the address of a list. Values that the page does not offer are left out, never passed on."""
    q = params.get("q", "").strip()[:100]
    offered = [value for value, _label in sorts]
    sort = params.get("sort", "")
    if sort not in offered and sort.lstrip("-") not in {value.lstrip("-") for value in offered}:
        sort = default_sort or (offered[0] if offered else "")
    values: dict[str, str] = {}
    drawn: list[Filter] = []
    chips: list[Chip] = []
    for spec in filters:
        labels = {str(value): label for value, label in spec.choices}
        asked = params.get(spec.name, "")
        value = asked if asked in labels else ""
        if value:
            values[spec.name] = value
            chips.append(
                Chip(
                    _("%(label)s: %(value)s") % {"label": spec.label, "value": labels[value]},
                    _address(params, **{spec.name: ""}),
                )
            )
        choices = [Choice("", _("All"), _address(params, **{spec.name: ""}), not value)]
        choices += [
            Choice(
                key,
                label,
                _address(params, **{spec.name: key}),
                key == value,
                spec.counts.get(key, 0) if spec.counts is not None else None,
            )
            for key, label in labels.items()
        ]
        drawn.append(Filter(spec.name, spec.label, choices, labels.get(value, "")))
    if q:
        chips.insert(0, Chip(f"“{q}”", _address(params, q="")))
    sort_labels = {str(value): label for value, label in sorts}
    return ListState(
        q=q,
        sort=sort,
        values=values,
        filters=drawn,
        sorts=[Choice(key, label, _address(params, sort=key), key == sort) for key, label in sort_labels.items()],
        sort_label=sort_labels.get(sort) or _("Sort"),
        chips=chips,
        kept=[*values.items(), *([("sort", sort)] if sort and "sort" in params else [])],
        clear_url="?" if not sort or "sort" not in params else f"?sort={sort}",
        params=params,
    )


def _address(params: QueryDict, **changes: Any) -> str:
    """The list's address with some parameters changed; the page number (cursor) never stays."""
    changed = params.copy()
    changed.pop("cursor", None)
    for name, value in changes.items():
        if value:
            changed[name] = str(value)
        else:
            changed.pop(name, None)
    return f"?{changed.urlencode()}"
