"""What operators fill in about complaints and cases."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.admin.acts import ReasonForm
from core import clock
from core.errors import NotFound
from orders.selectors import order_by_number
from providers.admin.forms import ProviderReasonForm
from regulation.selectors import rulebook_at
from regulation.types import Rulebook


def schedule_choices(rulebook: Rulebook) -> list[tuple[str, str]]:
    """The rows of a rulebook's schedule, as a list to choose from."""
    language = get_language() or "zh-hans"
    rows = rulebook.schedule.values()
    return [(row.code, f"{row.code} {row.name.in_language(language)} ({row.points})") for row in rows]


class RowForm(ReasonForm):
    """Under which row of the schedule in force on the last day of the conduct (§28), and why."""

    code = forms.ChoiceField(label=_("Schedule row"), widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, rulebook: Rulebook, code: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = schedule_choices(rulebook)
        field.initial = code
        self.order_fields(["code", "compensation", "reason"])


class FindingForm(RowForm):
    """What the finding is, and what the buyer lost."""

    compensation = forms.DecimalField(
        label=_("Compensation to the buyer (¥)"),
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text=_("Out of what the provider is owed, then out of its deposit; it is no penalty."),
    )


class OpeningForm(ProviderReasonForm):
    """Whose conduct is examined, under which row, on which day, and what it is."""

    code = forms.ChoiceField(label=_("Schedule row"), widget=UnfoldAdminSelectWidget)
    occurred_on = forms.DateField(
        label=_("Last day of the conduct"),
        widget=UnfoldAdminSingleDateWidget,
        help_text=_("The rules of this day are applied (28)."),
    )
    order = forms.CharField(
        label=_("Order"), max_length=16, required=False, widget=UnfoldAdminTextInputWidget,
        help_text=_("Its number, where the case is about one."),
    )  # fmt: skip
    field_order = ["provider", "code", "occurred_on", "order", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = schedule_choices(rulebook_at(clock.now()))
        self.fields["reason"].label = _("What is examined")

    def clean_order(self) -> Any:
        number = self.cleaned_data["order"].strip()
        if not number:
            return None
        provider = self.cleaned_data.get("provider")
        try:
            order = order_by_number(number)
        except NotFound as error:
            raise forms.ValidationError(_("There is no order with this number.")) from error
        if provider is None or order.provider_id != provider.pk:
            raise forms.ValidationError(_("This order is not one of this provider."))
        return order


class LiftForm(forms.Form):
    """Why a measure ends."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))
