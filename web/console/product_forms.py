"""The sections of a listing as forms; both languages of every text side by side."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import Category, ProductVersion
from catalog.models.versions import BASES, IP_BASES, TEXTS
from catalog.selectors import SECTIONS
from catalog.types import Billing, MilestoneContent, PlanContent, StepContent

NAMES = {
    "basics": _("Basics"),
    "details": _("Details"),
    "plans": _("Plans and prices"),
    "service": _("Service and warranty"),
    "terms": _("Terms and refund promise"),
    "leaving": _("When it leaves the market"),
    "safety": _("Safety and rights"),
}
BILLINGS = [
    (Billing.ONE_OFF, _("once")),
    (Billing.MONTHLY, _("monthly")),
    (Billing.YEARLY, _("yearly")),
    (Billing.FREE, _("free")),
]
SHORT = {"title", "tagline"}
PLAIN: dict[str, Any] = {
    "policy_percent": lambda: forms.DecimalField(
        label=_("Refund after the guarantee (%)"), min_value=0, max_value=100, required=False
    ),
    "warranty_months": lambda: forms.IntegerField(label=_("Warranty (months)"), min_value=0, required=False),
    "delist_notice_days": lambda: forms.IntegerField(
        label=_("Notice before it leaves (days)"), min_value=0, required=False
    ),
    "deployment_basis": lambda: forms.ChoiceField(
        label=_("How it belongs to the cloud"), choices=[("", "—"), *BASES], required=False
    ),
    "ip_basis": lambda: forms.ChoiceField(label=_("Whose rights"), choices=[("", "—"), *IP_BASES], required=False),
    "ip_confirmed": lambda: forms.BooleanField(label=_("We hold the rights to everything in it"), required=False),
    "own_site_url": lambda: forms.URLField(label=_("Its page on your own site"), required=False),
}


class StartForm(forms.Form):
    category = forms.ModelChoiceField(
        label=_("Category"), queryset=Category.objects.filter(active=True).order_by("position", "pk")
    )
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=60)
    title_en = forms.CharField(label=_("Title in English"), max_length=120, required=False)


class PlanForm(forms.Form):
    code = forms.SlugField(label=_("Short name"), max_length=30)
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=40)
    name_en = forms.CharField(label=_("Name in English"), max_length=60, required=False)
    billing = forms.ChoiceField(label=_("Paid"), choices=BILLINGS)
    price = forms.DecimalField(label=_("Price (¥)"), min_value=0, max_digits=12, decimal_places=2)
    units_min = forms.IntegerField(label=_("Fewest units"), min_value=1, initial=1)
    units_max = forms.IntegerField(label=_("Most units"), min_value=1, required=False)
    summary_zh = forms.CharField(label=_("Contents in Chinese"), max_length=300, required=False)
    summary_en = forms.CharField(label=_("Contents in English"), max_length=300, required=False)
    supply_price = forms.DecimalField(label=_("Supply price (¥)"), min_value=0, required=False)


class MilestoneForm(forms.Form):
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=60)
    title_en = forms.CharField(label=_("Title in English"), max_length=100, required=False)
    days = forms.IntegerField(label=_("Days"), min_value=1)
    share = forms.DecimalField(label=_("Share of the price (%)"), min_value=0, max_value=100)
    acceptance_zh = forms.CharField(label=_("Accepted when, in Chinese"), widget=forms.Textarea({"rows": 2}))
    acceptance_en = forms.CharField(
        label=_("Accepted when, in English"), required=False, widget=forms.Textarea({"rows": 2})
    )


class ServiceStepForm(forms.Form):
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=60)
    title_en = forms.CharField(label=_("Title in English"), max_length=100, required=False)
    text_zh = forms.CharField(label=_("Text in Chinese"), required=False, widget=forms.Textarea({"rows": 2}))
    text_en = forms.CharField(label=_("Text in English"), required=False, widget=forms.Textarea({"rows": 2}))


ROWS: dict[str, tuple[type[forms.Form], type]] = {
    "plans": (PlanForm, PlanContent),
    "milestones": (MilestoneForm, MilestoneContent),
    "steps": (ServiceStepForm, StepContent),
}


def section_form(version: ProductVersion, section: str, data: Any = None, files: Any = None) -> forms.Form:
    """The form of one section, filled with what the version says."""
    fields: dict[str, forms.Field] = {}
    for name in SECTIONS[section]:
        if name in TEXTS:
            for language in ("zh", "en"):
                key = f"{name}_{language}"
                fields[key] = forms.CharField(
                    label=getattr(ProductVersion._meta.get_field(key), "verbose_name", key),
                    max_length=TEXTS[name] if language == "zh" else None,
                    required=False,
                    widget=forms.TextInput() if name in SHORT else forms.Textarea({"rows": 5}),
                )
        elif name in PLAIN:
            fields[name] = PLAIN[name]()
        elif name == "cover":
            fields[name] = forms.FileField(label=_("Cover"), help_text=_("A picture, at most 10 MB."), required=False)
    # A form takes its fields out of the names it is made of, so it gets its own.
    form_class = type("SectionForm", (forms.Form,), dict(fields))
    form: forms.Form = form_class(data, files, initial={key: getattr(version, key) for key in fields if key != "cover"})
    return form


def row_sets(section: str) -> tuple[str, ...]:
    """Which lists a section holds beside its fields."""
    return tuple(name for name in SECTIONS[section] if name in ROWS)


def row_formset(name: str, rows: tuple[Any, ...], data: Any = None) -> Any:
    """A list of a section as forms: what is there and one empty row to add."""
    form_class = ROWS[name][0]
    made = forms.formset_factory(form_class, extra=1, can_delete=True, max_num=30)
    initial = [{key: getattr(row, key) for key in form_class.base_fields} for row in rows]
    return made(data, prefix=name, initial=initial)


def rows_of(name: str, formset: Any) -> list[Any]:
    """The rows of a valid list as values, without those taken away or left empty."""
    kind = ROWS[name][1]
    kept = []
    for form in formset.forms:
        data: Mapping[str, Any] = getattr(form, "cleaned_data", {}) or {}
        if not data or data.get("DELETE") or (not form.has_changed() and not form.initial):
            continue
        kept.append(kind(**{key: value for key, value in data.items() if key != "DELETE"}))
    return kept


def changes_of(version: ProductVersion, form: forms.Form) -> dict[str, Any]:
    """What a section's form says, as the service takes it; numbers left empty stay as they are."""
    changes = {key: value for key, value in form.cleaned_data.items() if key != "cover"}
    for name in ("warranty_months", "delist_notice_days"):
        if name in changes and changes[name] is None:
            changes[name] = getattr(version, name)
    return changes
