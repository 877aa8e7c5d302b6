"""How a Django form field is drawn: which kind of control, with which classes, described by which texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField, BoundWidget
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

LIMIT_MB = 10


@dataclass(frozen=True, slots=True)
class FieldParts:
    """A drawn control. `kind`: line, check, group, file or hidden; `choices` of a group, one by one."""

    kind: str
    control: SafeString | str = ""
    choices: Sequence[BoundWidget] = ()
    described_by: str = ""
    limit_mb: int = LIMIT_MB


def field_parts(field: BoundField, extra_help: str = "") -> FieldParts:
    """A bound field's control with the classes of the design and what describes it to screen readers.

    A help text given by the page and not by the form is described too.
    """
    widget = field.field.widget
    if widget.is_hidden:
        return FieldParts("hidden", field.as_widget())
    described_by = _described_by(field, extra_help)
    if isinstance(widget, forms.RadioSelect):
        # Checkboxes are a kind of RadioSelect to Django.
        drawn = "checkbox" if isinstance(widget, forms.CheckboxSelectMultiple) else "radio"
        choices = list(field.subwidgets)
        for choice in choices:
            choice.data["attrs"] = {**choice.data["attrs"], "class": drawn}
            if choice.data["attrs"].get("aria-invalid") is None and field.errors:
                choice.data["attrs"]["aria-invalid"] = "true"
        return FieldParts("group", choices=choices, described_by=described_by)
    if isinstance(widget, forms.Select) and not isinstance(widget, forms.SelectMultiple):
        # "Nothing chosen" is asked for in words, not drawn as dashes.
        widget.choices = [
            (value, label if value or str(label).strip("-—") else _("Choose one")) for value, label in widget.choices
        ]
    kind, classes = _kind(widget)
    attrs: dict[str, Any] = {"class": f"{classes} {widget.attrs.get('class', '')}".strip()}
    if described_by:
        attrs["aria-describedby"] = described_by
    if isinstance(widget, forms.Textarea):
        attrs["rows"] = 4 if str(widget.attrs.get("rows")) == "10" else widget.attrs.get("rows", 4)
    limit = int(widget.attrs.get("data-limit-mb", LIMIT_MB)) if kind == "file" else LIMIT_MB
    return FieldParts(kind, field.as_widget(attrs=attrs), described_by=described_by, limit_mb=limit)


def _described_by(field: BoundField, extra_help: str) -> str:
    given = field.field.widget.attrs.get("aria-describedby", "")
    names = [given] if given else []
    if extra_help or field.help_text:
        names.append(f"{field.auto_id}_helptext")
    if field.errors:
        names.append(f"{field.auto_id}_error")
    return " ".join(names)


def _kind(widget: forms.Widget) -> tuple[str, str]:
    if isinstance(widget, forms.CheckboxInput):
        return "check", "checkbox"
    if isinstance(widget, forms.FileInput):
        return "file", "file-input"
    if isinstance(widget, forms.Textarea):
        return "line", "textarea"
    if isinstance(widget, forms.SelectMultiple):
        return "line", "select select-many"
    if isinstance(widget, forms.Select):
        return "line", "select"
    return "line", "input"
