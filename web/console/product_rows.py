"""The lists of a listing: plans, milestones, steps, specifications, components, data. One row more than there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.selectors import SECTIONS
from catalog.types import Billing, ListingContent, MilestoneContent, PlanContent, ProductClass, StepContent

BILLINGS = [
    (Billing.ONE_OFF, _("once")),
    (Billing.MONTHLY, _("monthly")),
    (Billing.YEARLY, _("yearly")),
    (Billing.FREE, _("free")),
]


class PlanForm(forms.Form):
    # Names the same plan in every version; the service gives one to a new plan.
    code = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput)
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=40)
    name_en = forms.CharField(label=_("Name in English"), max_length=60, required=False)
    billing = forms.ChoiceField(label=_("How it is paid"), choices=BILLINGS, initial=Billing.ONE_OFF)
    price = forms.DecimalField(label=_("Price (¥)"), min_value=0, max_digits=12, decimal_places=2)
    units_min = forms.IntegerField(label=_("Fewest units"), min_value=1, initial=1)
    units_max = forms.IntegerField(label=_("Most units"), min_value=1, required=False)
    supply_price = forms.DecimalField(
        label=_("Supply price (¥), consigned sales only"), min_value=0, max_digits=12, decimal_places=2, required=False
    )
    summary_zh = forms.CharField(label=_("Contents in Chinese"), max_length=300, required=False)
    summary_en = forms.CharField(label=_("Contents in English"), max_length=300, required=False)


class MilestoneForm(forms.Form):
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=60)
    title_en = forms.CharField(label=_("Title in English"), max_length=100, required=False)
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=3650)
    share = forms.DecimalField(
        label=_("Share of the price (%)"), min_value=0, max_value=100, max_digits=5, decimal_places=2
    )
    acceptance_zh = forms.CharField(
        label=_("Accepted when, in Chinese"), max_length=2000, required=False, widget=forms.Textarea({"rows": 2})
    )
    acceptance_en = forms.CharField(
        label=_("Accepted when, in English"), max_length=2000, required=False, widget=forms.Textarea({"rows": 2})
    )


class ServiceStepForm(forms.Form):
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=60)
    title_en = forms.CharField(label=_("Title in English"), max_length=100, required=False)
    text_zh = forms.CharField(
        label=_("Text in Chinese"), max_length=2000, required=False, widget=forms.Textarea({"rows": 2})
    )
    text_en = forms.CharField(
        label=_("Text in English"), max_length=2000, required=False, widget=forms.Textarea({"rows": 2})
    )


class AttributeForm(forms.Form):
    name_zh = forms.CharField(label=_("Property in Chinese"), max_length=60)
    value_zh = forms.CharField(label=_("Value in Chinese"), max_length=300)
    name_en = forms.CharField(label=_("Property in English"), max_length=60, required=False)
    value_en = forms.CharField(label=_("Value in English"), max_length=300, required=False)


class ComponentForm(forms.Form):
    name = forms.CharField(label=_("Component"), max_length=100)
    version = forms.CharField(label=_("Version"), max_length=40, required=False)
    licence = forms.CharField(label=_("License"), max_length=60, required=False)


class DataItemForm(forms.Form):
    name = forms.CharField(label=_("Data or permission"), max_length=100)
    purpose = forms.CharField(label=_("What it is needed for"), max_length=300, required=False)


@dataclass(frozen=True, slots=True)
class RowsKind:
    """A list: how a row is asked for, what it becomes, what the list is called and what it is for."""

    form: type[forms.Form]
    made: type | None
    name: str | Promise
    help: str | Promise
    add: str | Promise
    clauses: tuple[str, ...] = ()
    ordered: bool = False


KINDS: dict[str, RowsKind] = {
    "plans": RowsKind(
        PlanForm, PlanContent, _("Plans"), _("What can be bought, cheapest first."), _("Add another plan"),
        ("10(2)", "10(5)"), ordered=True,
    ),
    "milestones": RowsKind(
        MilestoneForm, MilestoneContent, _("Milestones"),
        _("The buyer accepts each by its criteria. The shares add up to 100%."), _("Add another milestone"), ("11",),
        ordered=True,
    ),
    "steps": RowsKind(
        ServiceStepForm, StepContent, _("Steps of the service"), _("How it goes, as the product page tells it."),
        _("Add another step"), ordered=True,
    ),
    "attributes": RowsKind(
        AttributeForm, None, _("Specifications"),
        _("What buyers compare: system, architecture, languages, limits."), _("Add another property"), ("10(5)",),
    ),
    "open_source": RowsKind(
        ComponentForm, None, _("Open-source components"),
        _("What is built in, and under which license."), _("Add another component"), ("10(4)",),
    ),
    "data_items": RowsKind(
        DataItemForm, None, _("Data and permissions it asks for"),
        _("Only what the service needs. Buyers read this list; none means that it asks for nothing."),
        _("Add another item"), ("10(8)3", "18(8)"),
    ),
}  # fmt: skip


class Rows(forms.BaseFormSet):
    """A list of a section. `problem`: what is wrong with the list as a whole."""

    problem = ""

    def kept(self) -> list[Any]:
        """The rows that stay, in their order: neither taken away, nor empty, nor wrong."""
        found = []
        for place, form in enumerate(self.forms):
            data: Mapping[str, Any] = getattr(form, "cleaned_data", None) or {}
            if not data or data.get("DELETE") or form.errors:
                continue
            found.append((data.get("ORDER") or place + 1, place, form))
        return [form for _order, _place, form in sorted(found, key=lambda one: one[:2])]


def row_kinds(section: str, content: ListingContent) -> list[str]:
    """Which lists a section holds beside its fields; milestones where the category is a service or some are left."""
    return [
        name
        for name in SECTIONS[section]
        if name in KINDS
        and (name != "milestones" or content.product_class == ProductClass.SERVICE or content.milestones)
    ]


def row_set(name: str, given: Any, data: Any = None) -> Any:
    """A list as forms: what is there, and one empty row to add. What was sent stands for itself."""
    kind = KINDS[name]
    made = forms.formset_factory(
        kind.form, formset=Rows, extra=1, can_delete=True, can_order=kind.ordered, max_num=101, absolute_max=101
    )
    if data is not None:
        return made(data, prefix=name)
    initial = [
        {key: row.get(key, "") if isinstance(row, Mapping) else getattr(row, key) for key in kind.form.base_fields}
        for row in given
    ]
    return made(prefix=name, initial=initial)


def values_of(name: str, rows: Any) -> list[Any]:
    """The kept rows of a list as values."""
    kind = KINDS[name]
    found = [
        {key: value for key, value in form.cleaned_data.items() if key in kind.form.base_fields} for form in rows.kept()
    ]
    if name == "plans":
        taken = {data["code"] for data in found}
        free = (code for number in count(1) if (code := f"plan-{number}") not in taken)
        for data in found:
            data["code"] = data["code"] or next(free)
    return [kind.made(**data) if kind.made else data for data in found]
