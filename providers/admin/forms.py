"""What operators fill in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.admin.acts import ReasonForm
from core.errors import NotFound
from providers.models.agreement import KINDS as AGREEMENT_KINDS
from providers.models.condition import ANSWERED_BY, FOR_KINDS
from providers.models.provider import RESTRICTIONS
from providers.selectors import provider_by_number
from providers.types import OWN, Section

SECTION_NAMES = {
    Section.SUBJECT: _("Subject"),
    Section.DOCUMENTS: _("Papers"),
    Section.CONTACT: _("Contact"),
    Section.SERVICE: _("Service registration"),
    Section.STORE: _("Store"),
    Section.CONDITIONS: _("Conditions of the platform"),
    Section.AGREEMENTS: _("Agreements"),
}


class NoteForm(forms.Form):
    """A note for the trail, which may be left out."""

    note = forms.CharField(
        label=pgettext_lazy("providers", "Note"),
        max_length=500,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text=_("It is kept in the audit trail."),
    )


class ConfirmForm(forms.Form):
    """Nothing to fill in."""


class ReturnForm(ReasonForm):
    """Why an application goes back, and what is to be mended in each section."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for section, name in SECTION_NAMES.items():
            self.fields[f"remark_{section}"] = forms.CharField(
                label=name, required=False, max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2})
            )


class ProviderReasonForm(ReasonForm):
    """Which provider, by the number that people quote, and why."""

    provider = forms.CharField(label=_("Provider's number"), max_length=16, widget=UnfoldAdminTextInputWidget)
    field_order = ["provider"]

    def clean_provider(self) -> Any:
        try:
            return provider_by_number(self.cleaned_data["provider"].strip())
        except NotFound as error:
            raise forms.ValidationError(_("There is no provider with this number.")) from error


class RestrictionForm(forms.Form):
    """What is laid over a provider."""

    kind = forms.ChoiceField(
        label=_("Restriction"),
        choices=[(str(kind), name) for kind, name in RESTRICTIONS if kind not in OWN],
        widget=UnfoldAdminSelectWidget,
    )
    until = forms.SplitDateTimeField(
        label=_("Until"),
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget,
        help_text=_("Beijing time. Left empty, it lasts until an operator lifts it."),
    )
    reason_zh = forms.CharField(label=_("Reason (Chinese)"), max_length=500, widget=UnfoldAdminTextareaWidget)
    reason_en = forms.CharField(label=_("Reason (English)"), max_length=500, widget=UnfoldAdminTextareaWidget)
    clause = forms.CharField(
        label=_("Clause"), max_length=20, initial="20(5)", widget=UnfoldAdminTextInputWidget, help_text="20(2), 20(5)"
    )


class TermsForm(forms.Form):
    """Terms of its own that a provider is offered (§3)."""

    terms = forms.JSONField(
        label=_("Terms"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=_('Parameters of the rulebook and their values, such as {"deposit.top_up_working_days": 5}.'),
    )
    starts_at = forms.SplitDateTimeField(label=_("In force from"), widget=UnfoldAdminSplitDateTimeWidget)
    ends_at = forms.SplitDateTimeField(label=_("In force until"), required=False, widget=UnfoldAdminSplitDateTimeWidget)
    note = forms.CharField(label=_("Why"), max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}))


class AgreementTextForm(forms.Form):
    """A new version of an agreement."""

    kind = forms.ChoiceField(
        label=_("Agreement"),
        choices=[(str(kind), name) for kind, name in AGREEMENT_KINDS[:3]],
        widget=UnfoldAdminSelectWidget,
    )
    version = forms.CharField(label=_("Version"), max_length=20, widget=UnfoldAdminTextInputWidget)
    title_zh = forms.CharField(label=_("Title (Chinese)"), max_length=120, widget=UnfoldAdminTextInputWidget)
    title_en = forms.CharField(label=_("Title (English)"), max_length=120, widget=UnfoldAdminTextInputWidget)
    body_zh = forms.CharField(label=_("Text (Chinese)"), widget=UnfoldAdminTextareaWidget(attrs={"rows": 12}))
    body_en = forms.CharField(label=_("Text (English)"), widget=UnfoldAdminTextareaWidget(attrs={"rows": 12}))
    effective_at = forms.SplitDateTimeField(label=_("In force from"), widget=UnfoldAdminSplitDateTimeWidget)


class ConditionForm(forms.Form):
    """Something more that the platform asks of providers (§9(7))."""

    code = forms.SlugField(label=_("Code"), max_length=40, widget=UnfoldAdminTextInputWidget)
    title_zh = forms.CharField(label=_("Title (Chinese)"), max_length=120, widget=UnfoldAdminTextInputWidget)
    title_en = forms.CharField(label=_("Title (English)"), max_length=120, widget=UnfoldAdminTextInputWidget)
    text_zh = forms.CharField(label=_("Text (Chinese)"), widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}))
    text_en = forms.CharField(label=_("Text (English)"), widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}))
    for_kind = forms.ChoiceField(label=_("Asked of"), choices=FOR_KINDS, required=False, widget=UnfoldAdminSelectWidget)
    answered_by = forms.ChoiceField(label=_("Met when"), choices=ANSWERED_BY, widget=UnfoldAdminSelectWidget)
    effective_at = forms.SplitDateTimeField(label=_("Asked from"), widget=UnfoldAdminSplitDateTimeWidget)


class MeetsForm(NoteForm):
    """Which of the platform's own conditions a provider meets."""

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["condition"] = forms.ChoiceField(
            label=_("Condition"), choices=choices, widget=UnfoldAdminSelectWidget
        )
        self.order_fields(["condition", "note"])
