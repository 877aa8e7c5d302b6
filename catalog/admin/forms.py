"""What operators fill in about listings."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from catalog.checks import FIELD_ORDER
from catalog.models.categories import CLASS_CHOICES
from catalog.types import RestrictionKind, Severity

RETURNED = _("It is kept in the audit trail, and shown to the provider.")


def reason_field(*, required: bool = True) -> forms.CharField:
    """Why, shown to the provider."""
    return forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=required,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=RETURNED,
    )


TEXT_NAMES = [
    ("description", pgettext_lazy("catalog", "Description")),
    ("cases", _("Cases")),
    ("security", _("Security statement")),
    ("terms", _("Terms of use")),
    ("aftersales", _("After-sales service")),
    ("delist_use", _("After delisting: continued use")),
    ("delist_transfer", _("After delisting: transfer of rights")),
    ("delist_data", _("After delisting: return of data")),
]

FIELD_NAMES = {
    **dict(TEXT_NAMES),
    "category": _("Category"),
    "performer": _("Performed by"),
    "title": _("Product"),
    "tagline": _("One line"),
    "cover": _("Cover"),
    "attributes": _("Attributes"),
    "plans": _("Plans"),
    "milestones": _("Milestones"),
    "steps": _("Service steps"),
    "warranty_months": _("Warranty (months)"),
    "refund_text": _("Refund after the guarantee"),
    "policy_percent": _("Refund after the guarantee (%)"),
    "delist_notice_days": _("Notice before delisting (days)"),
    "deployment_basis": _("Deployment"),
    "deployment_note": _("Note on the deployment"),
    "ip_basis": _("Rights"),
    "ip_confirmed": _("Rights"),
    "open_source": _("Open-source components"),
    "data_items": _("Data and permissions"),
    "packages": _("Files handed in"),
    "own_site_url": _("Own site"),
    "change_note": pgettext_lazy("catalog", "What changed"),
}


def field_name(field: str) -> Any:
    """What people call a field of a listing; `description_zh` and `plans.2.price` by what they belong to."""
    base = field.partition(".")[0].removesuffix("_zh").removesuffix("_en")
    return FIELD_NAMES.get(base, field)


class NoteForm(forms.Form):
    """A note that may be left out."""

    note = reason_field(required=False)


class WhyForm(forms.Form):
    """A reason that is asked for."""

    note = reason_field()


class NothingForm(forms.Form):
    """Nothing to fill in."""


class FindingForm(forms.Form):
    """What the reviewer found in a field."""

    field = forms.ChoiceField(
        label=_("Field"), choices=[(name, field_name(name)) for name in FIELD_ORDER], widget=UnfoldAdminSelectWidget
    )
    clause = forms.CharField(label=_("Clause"), max_length=12, initial="10(5)", widget=UnfoldAdminTextInputWidget)
    severity = forms.ChoiceField(
        label=_("Severity"),
        choices=[(Severity.REFUSE, _("Must be changed")), (Severity.WARN, _("To be looked at"))],
        widget=UnfoldAdminSelectWidget,
    )
    message_zh = forms.CharField(
        label=_("In Chinese"), max_length=1000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2})
    )
    message_en = forms.CharField(
        label=_("In English"), max_length=1000, required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2})
    )


class JudgeForm(forms.Form):
    """Uphold findings or dismiss them."""

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["finding"] = forms.ChoiceField(label=_("Finding"), choices=choices, widget=UnfoldAdminSelectWidget)
        self.fields["state"] = forms.ChoiceField(
            label=_("Judgement"),
            choices=[("dismissed", _("Dismissed")), ("upheld", _("Upheld"))],
            widget=UnfoldAdminSelectWidget,
        )


class RestrictForm(forms.Form):
    """What hides a product, and until when."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            (RestrictionKind.FROZEN, _("Frozen")),
            (RestrictionKind.INFRINGEMENT, _("Infringement claim")),
            (RestrictionKind.OFF, _("Off until mended")),
        ],
        widget=UnfoldAdminSelectWidget,
    )
    until = forms.SplitDateTimeField(
        label=_("Until"),
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget,
        help_text=_("Beijing time. Left empty, it lasts until an operator lifts it."),
    )
    reason = reason_field()


class LiftForm(forms.Form):
    """Which restriction ends, and why."""

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["restriction"] = forms.ChoiceField(
            label=_("Restriction"), choices=choices, widget=UnfoldAdminSelectWidget
        )
        self.fields["reason"] = reason_field()


class CategoryForm(forms.Form):
    """A category as operators keep it."""

    slug = forms.SlugField(label=_("Address"), max_length=60, widget=UnfoldAdminTextInputWidget)
    name_zh = forms.CharField(label=_("Chinese name"), max_length=40, widget=UnfoldAdminTextInputWidget)
    name_en = forms.CharField(label=_("English name"), max_length=60, widget=UnfoldAdminTextInputWidget)
    summary_zh = forms.CharField(
        label=_("Chinese description"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget
    )
    summary_en = forms.CharField(
        label=_("English description"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget
    )
    product_class = forms.ChoiceField(label=_("Class"), choices=CLASS_CHOICES, widget=UnfoldAdminSelectWidget)
    parent = forms.SlugField(
        label=_("Above it"), max_length=60, required=False, widget=UnfoldAdminTextInputWidget,
        help_text=_("The address of the category above it, empty for the first level."),
    )  # fmt: skip
    free_owes_aftersales = forms.BooleanField(
        label=_("After-sales for free products"), required=False, widget=UnfoldBooleanSwitchWidget
    )
    position = forms.IntegerField(label=_("Position"), min_value=0, max_value=999, widget=UnfoldAdminIntegerFieldWidget)
    active = forms.BooleanField(label=_("Offered"), required=False, initial=True, widget=UnfoldBooleanSwitchWidget)
