"""Pages of long lists, by key and never by offset."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.errors import InvalidInput

COUNT_CAP = 1000


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, and the cursors of its neighbours (None where there is none)."""

    items: list[Any]
    next_cursor: str | None
    previous_cursor: str | None


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _encode(direction: str, values: Sequence[Any]) -> str:
    text = json.dumps([direction, *map(_plain, values)], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str, length: int) -> tuple[str, list[Any]]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        direction, *values = json.loads(text)
    except (ValueError, TypeError):
        raise InvalidInput(
            _("This page address is not complete. Start again from the first page."), field="cursor"
        ) from None
    if direction not in {"after", "before"} or len(values) != length:
        raise InvalidInput(_("This page address is not complete. Start again from the first page."), field="cursor")
    return direction, values


def _read(row: Any, field: str) -> Any:
    return row[field] if isinstance(row, dict) else getattr(row, field)


def _beyond(fields: Sequence[tuple[str, bool]], values: Sequence[Any]) -> Q:
    """Rows that come after the values in the order given."""
    condition = Q()
    for index, (field, descending) in enumerate(fields):
        step = Q(**{f"{field}__{'lt' if descending else 'gt'}": values[index]})
        for (equal, _descending), value in zip(fields[:index], values[:index], strict=True):
            step &= Q(**{equal: value})
        condition |= step
    return condition


def keyset_page(
    queryset: "QuerySet[Any]", *, order_by: Sequence[str], cursor: str | None = None, size: int = 20
) -> Page:
    """One page of the queryset, in one query.

    `order_by` names columns that are never null and end in a unique one; `-` before a name sorts it downwards.
    Raises InvalidInput for a cursor that is not one of ours.
    """
    fields = [(name.lstrip("-"), name.startswith("-")) for name in order_by]
    direction = "after"
    if cursor:
        direction, values = _decode(cursor, len(fields))
        walked = fields if direction == "after" else [(name, not descending) for name, descending in fields]
        try:
            queryset = queryset.filter(_beyond(walked, values))
        except (ValueError, TypeError, ValidationError):
            raise InvalidInput(
                _("This page address is not complete. Start again from the first page."), field="cursor"
            ) from None
    ordered = [f"{'-' if descending != (direction == 'before') else ''}{name}" for name, descending in fields]
    rows = list(queryset.order_by(*ordered)[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if direction == "before":
        rows.reverse()

    def key(row: Any, towards: str) -> str:
        return _encode(towards, [_read(row, name) for name, _descending in fields])

    has_next = more if direction == "after" else bool(cursor)
    has_previous = bool(cursor) if direction == "after" else more
    return Page(
        items=rows,
        next_cursor=key(rows[-1], "after") if rows and has_next else None,
        previous_cursor=key(rows[0], "before") if rows and has_previous else None,
    )


def capped_count(queryset: "QuerySet[Any]", cap: int = COUNT_CAP) -> tuple[int, bool]:
    """How many rows there are, counted no further than `cap`; and whether there are more."""
    found = queryset.order_by()[: cap + 1].count()
    return min(found, cap), found > cap
