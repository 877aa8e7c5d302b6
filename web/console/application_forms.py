"""The steps of an application: what each asks, what is filled in already, and the service that keeps it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.acts import Actor
from providers import services
from providers.models import Application, Contact, ServiceRegistration
from providers.types import DocumentDetails, DocumentSlot, PersonOnDuty, ProviderKind

KINDS = [(ProviderKind.ENTERPRISE, _("An enterprise")), (ProviderKind.INDIVIDUAL, _("An individual"))]
DAYS = [
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
]
SLOTS = {
    DocumentSlot.BUSINESS_LICENCE: _("Business license"),
    DocumentSlot.LEGAL_REPRESENTATIVE_ID: _("Identity card of the legal representative"),
    DocumentSlot.IDENTITY_CARD: _("Identity card"),
    DocumentSlot.OTHER: _("Another paper"),
}


class StartForm(forms.Form):
    kind = forms.ChoiceField(label=_("Who offers?"), choices=KINDS, widget=forms.RadioSelect)


class SubjectForm(forms.Form):
    kind = forms.ChoiceField(label=_("Who offers?"), choices=KINDS, widget=forms.RadioSelect)
    highest_price = forms.DecimalField(
        label=_("Highest price of a plan you intend to offer (¥)"),
        help_text=_("The deposit follows from it. Enter 0 where everything is free."),
        min_value=0,
        max_digits=12,
        decimal_places=2,
        required=False,
    )
    consigned = forms.BooleanField(
        label=_("We supply for resale by the platform (consignment)"),
        help_text=_("One more agreement is signed then."),
        required=False,
    )


class ContactForm(forms.Form):
    name = forms.CharField(label=_("Contact person"), max_length=60, required=False)
    phone = forms.CharField(label=_("Mobile phone"), max_length=20, required=False)
    email = forms.EmailField(label=_("Email"), required=False)


class ServiceForm(forms.Form):
    people = forms.CharField(
        label=_("People on duty"),
        help_text=_("One a line: name, duty, phone."),
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )
    days = forms.TypedMultipleChoiceField(
        label=_("Days of service"), choices=DAYS, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    opens = forms.TimeField(label=_("From"), required=False, widget=forms.TimeInput({"type": "time"}))
    closes = forms.TimeField(label=_("Until"), required=False, widget=forms.TimeInput({"type": "time"}))
    warranty_days = forms.IntegerField(label=_("Warranty after completion (days)"), min_value=0, required=False)
    hotline = forms.CharField(label=_("Telephone for customers"), max_length=30, required=False)


class StoreForm(forms.Form):
    slug = forms.CharField(
        label=_("Address of the store"),
        help_text=_("Small letters, digits and hyphens; it stays as it is."),
        max_length=60,
        required=False,
    )
    name_zh = forms.CharField(label=_("Name of the store in Chinese"), max_length=60, required=False)
    name_en = forms.CharField(label=_("Name of the store in English"), max_length=60, required=False)
    introduction_zh = forms.CharField(
        label=_("Introduction in Chinese"), max_length=2000, required=False, widget=forms.Textarea({"rows": 4})
    )
    introduction_en = forms.CharField(
        label=_("Introduction in English"), max_length=2000, required=False, widget=forms.Textarea({"rows": 4})
    )


class PaperForm(forms.Form):
    slot = forms.ChoiceField(label=_("Which paper"), choices=list(SLOTS.items()))
    title = forms.CharField(label=_("What it is, for another paper"), max_length=100, required=False)
    number = forms.CharField(label=_("Its number"), max_length=60)
    holder = forms.CharField(label=_("Whose it is"), help_text=_("The name on the paper."), max_length=120)
    issued_on = forms.DateField(label=_("Issued on"), required=False, widget=forms.DateInput({"type": "date"}))
    expires_on = forms.DateField(
        label=_("Valid until"),
        help_text=_("Leave it empty where the paper has no end."),
        required=False,
        widget=forms.DateInput({"type": "date"}),
    )
    file = forms.FileField(label=_("The paper"), help_text=_("A PDF or a picture, at most 10 MB."))

    def details(self) -> DocumentDetails:
        """What the paper says."""
        data = self.cleaned_data
        return DocumentDetails(
            number=data["number"],
            holder=data["holder"],
            issued_on=data["issued_on"],
            expires_on=data["expires_on"],
            title=data["title"],
        )


class CodeForm(forms.Form):
    channel = forms.ChoiceField(choices=[("email", "email"), ("phone", "phone")], widget=forms.HiddenInput)
    code = forms.CharField(label=pgettext_lazy("accounts", "Code"), max_length=6)


def people_of(text: str) -> list[PersonOnDuty]:
    """People on duty from lines of "name, duty, phone"."""
    found = []
    for line in text.splitlines():
        parts = [part.strip() for part in line.replace("，", ",").replace("、", ",").split(",")]
        if parts and parts[0]:
            found.append(PersonOnDuty(parts[0], parts[1] if len(parts) > 1 else "", parts[2] if len(parts) > 2 else ""))
    return found


def contact_of(application: Application) -> Contact | None:
    """The contact given so far."""
    return Contact.objects.filter(provider=application.provider).first()


def service_of(provider: Any) -> ServiceRegistration | None:
    """The service registered so far."""
    return ServiceRegistration.objects.filter(provider=provider).prefetch_related("people").first()


def _subject_given(application: Application) -> dict[str, Any]:
    provider = application.provider
    return {
        "kind": provider.kind,
        "highest_price": provider.planned_highest_price,
        "consigned": provider.consigned,
    }


def _contact_given(application: Application) -> dict[str, Any]:
    contact = contact_of(application)
    return {"name": contact.name, "phone": contact.phone, "email": contact.email} if contact else {}


def service_given(provider: Any) -> dict[str, Any]:
    """What is registered, as the form takes it."""
    found = service_of(provider)
    if found is None:
        return {"days": [1, 2, 3, 4, 5]}
    lines = [", ".join(part for part in (one.name, one.duty, one.phone) if part) for one in found.people.all()]
    return {
        "people": "\n".join(lines),
        "days": found.days,
        "opens": found.opens,
        "closes": found.closes,
        "warranty_days": found.warranty_days,
        "hotline": found.hotline,
    }


def _store_given(application: Application) -> dict[str, Any]:
    return {name: getattr(application, f"store_{name}") for name in StoreForm.base_fields}


def _subject_save(application: Application, data: dict[str, Any], actor: Actor, now: datetime) -> None:
    services.application_subject_save(application=application, actor=actor, now=now, **data)


def _contact_save(application: Application, data: dict[str, Any], actor: Actor, now: datetime) -> None:
    services.contact_save(provider=application.provider, actor=actor, now=now, **data)


def service_keep(provider: Any, data: dict[str, Any], actor: Actor, now: datetime) -> None:
    """Register people, hours and warranty."""
    services.service_save(provider=provider, actor=actor, now=now, **{**data, "people": people_of(data["people"])})


def _store_save(application: Application, data: dict[str, Any], actor: Actor, now: datetime) -> None:
    services.application_store_save(application=application, actor=actor, now=now, **data)


@dataclass(frozen=True, slots=True)
class StepForm:
    """A step that is one form."""

    form: type[forms.Form]
    given: Callable[[Application], dict[str, Any]]
    keep: Callable[[Application, dict[str, Any], Actor, datetime], None]


STEP_FORMS = {
    "subject": StepForm(SubjectForm, _subject_given, _subject_save),
    "contact": StepForm(ContactForm, _contact_given, _contact_save),
    "service": StepForm(
        ServiceForm,
        lambda application: service_given(application.provider),
        lambda application, data, actor, now: service_keep(application.provider, data, actor, now),
    ),
    "store": StepForm(StoreForm, _store_given, _store_save),
}
