"""Forms of the rulebook's screens: every parameter by its type, a schedule row, a clause, the moment of effect."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from regulation import registry
from regulation.models import DecisionRecord
from regulation.selectors import parameter_plain
from regulation.types import Parameter, Rulebook

TABLES = ("deposit_bands", "fee_steps", "standing_steps")
WORDS = ("texts",)
SHORT_LISTS = ("counts", "factors")


class NoteForm(forms.Form):
    """Why the rules are revised. It is published with the version."""

    note = forms.CharField(
        label=_("Why the rules are revised"),
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("It is published with the version."),
    )


class PublishForm(forms.Form):
    """The moment of effect, in Beijing time."""

    effective_at = forms.DateTimeField(
        label=_("In force from (Beijing time)"),
        input_formats=["%Y-%m-%d %H:%M", "%Y-%m-%d"],
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "2026-07-01 00:00"}),
        help_text=_("At least five minutes ahead. What happens before it stays judged by the version before."),
    )


class BacktestForm(forms.Form):
    """Which rule to replay, and since when."""

    rule = forms.ChoiceField(label=_("Rule"), widget=UnfoldAdminSelectWidget)
    since = forms.DateField(
        label=_("Decisions since"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "2026-01-01"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "zh-hans"
        recorded = {
            rule.name for rule in registry.all_rules() if DecisionRecord.objects.filter(rule=rule.name).exists()
        }
        self.fields["rule"].choices = [  # type: ignore[attr-defined]
            (rule.name, f"{rule.title.in_language(language)} ({rule.name})")
            for rule in registry.all_rules()
            if rule.name in recorded
        ]


class ParametersForm(forms.Form):
    """Every parameter of a draft. `changes()` holds those that were changed, as raw values."""

    def __init__(self, rulebook: Rulebook, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.rulebook = rulebook
        language = get_language() or "zh-hans"
        for key, parameter in rulebook.parameters.items():
            field = _field(parameter)
            field.label = f"§{parameter.clause} {parameter.name.in_language(language)}"
            origin = _("regulation") if parameter.origin == "regulation" else _("platform default")
            field.help_text = f"{parameter.description.in_language(language)} [{origin}] {parameter.unit}".strip()
            field.initial = _typed(parameter)
            self.fields[key] = field

    def changes(self) -> dict[str, Any]:
        """The raw values that differ from the draft's. Raises nothing: what is wrong is said by the act."""
        changed = {}
        for key, parameter in self.rulebook.parameters.items():
            raw = _raw(parameter, self.cleaned_data[key])
            if raw != parameter_plain(parameter.value):
                changed[key] = raw
        return changed

    def place(self, path: str) -> str | None:
        """The field that a refusal's path means."""
        keys = [key for key in self.fields if path.startswith(f"parameters.{key}")]
        return max(keys, key=len, default=None)


class RowForm(forms.Form):
    """A schedule row as its data: points, freeze, deduction, measures."""

    row = forms.CharField(
        label=_("The row as data"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 18, "class": "font-mono", "spellcheck": "false"}),
    )

    def clean_row(self) -> dict[str, Any]:
        try:
            value = json.loads(self.cleaned_data["row"])
        except ValueError as error:
            raise forms.ValidationError(_("This is not JSON: %(error)s") % {"error": error}) from None
        if not isinstance(value, dict):
            raise forms.ValidationError(_("A row is one object."))
        return value


class ClauseForm(forms.Form):
    """A clause's words in both languages."""

    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=80, widget=UnfoldAdminTextInputWidget)
    title_en = forms.CharField(label=_("Title in English"), max_length=120, widget=UnfoldAdminTextInputWidget)
    text_zh = forms.CharField(label=_("Words in Chinese"), widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))
    text_en = forms.CharField(label=_("Words in English"), widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))


def _field(parameter: Parameter) -> forms.Field:
    if parameter.type == "flag":
        return forms.BooleanField(required=False, widget=UnfoldBooleanSwitchWidget)
    if parameter.type in TABLES:
        return forms.JSONField(widget=UnfoldAdminTextareaWidget(attrs={"rows": 6, "class": "font-mono"}))
    if parameter.type in WORDS:
        return forms.CharField(required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}))
    if parameter.type == "count":
        return forms.IntegerField(min_value=0, widget=UnfoldAdminTextInputWidget)
    return forms.CharField(required=parameter.type != "text", widget=UnfoldAdminTextInputWidget)


def _typed(parameter: Parameter) -> Any:
    """A parameter's value as its field shows it."""
    raw = parameter_plain(parameter.value)
    if parameter.type in WORDS:
        return "\n".join(raw)
    if parameter.type in SHORT_LISTS:
        return ", ".join(str(one) for one in raw)
    if parameter.type == "time":
        return raw[:5]
    return raw


def _raw(parameter: Parameter, value: Any) -> Any:
    """What was typed, as raw data. What cannot be is handed on as typed, and refused by the act."""
    if parameter.type in WORDS:
        return [line.strip() for line in value.splitlines() if line.strip()]
    if parameter.type in SHORT_LISTS:
        parts = [part.strip() for part in value.replace("，", ",").split(",") if part.strip()]
        if parameter.type == "factors":
            return parts
        return [int(part) if part.isdigit() else part for part in parts]
    if parameter.type == "time":
        # Stored as hours and minutes; unchanged it compares with the whole time of day.
        return f"{value}:00" if f"{value}:00" == parameter_plain(parameter.value) else value
    return value
