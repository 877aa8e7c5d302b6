"""What stands for the provider: papers, contact, service, conditions, changes reported, and what it has signed."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from core.acts import Actor
from core.errors import DomainError
from providers import services
from providers.models import Contact, Provider
from providers.selectors import (
    agreement_texts_current,
    agreements_needed,
    agreements_of,
    changes_of,
    conditions_asked,
    conditions_declared,
    documents_of,
    lapses_open,
    rulebook_of_provider,
)
from providers.types import REQUIRED_SLOTS, ChangeSubject, DocumentSlot, Permission
from regulation.selectors import rulebook_for
from web.acts import ActPage, Done
from web.components.steps import Consequence
from web.console.access import do, draw, provider_page
from web.console.application_forms import (
    SLOTS,
    ContactForm,
    PaperForm,
    ServiceForm,
    service_given,
    service_keep,
    service_of,
)
from web.storefront.parameters import parameter_words

PAPERS, AGREEMENTS = "/console/documents/", "/console/agreements/"
DATE = forms.DateInput({"type": "date"})


class ChangeForm(forms.Form):
    about = forms.ChoiceField(
        label=gettext_lazy("What changed"),
        choices=[
            (ChangeSubject.LEGAL_NAME, gettext_lazy("the legal name")),
            (ChangeSubject.LEGAL_REPRESENTATIVE, gettext_lazy("the legal representative")),
            (ChangeSubject.CONTACT, gettext_lazy("the contact")),
            (ChangeSubject.SERVICE, gettext_lazy("people, hours or warranty")),
            (ChangeSubject.OTHER, gettext_lazy("something else")),
        ],
    )
    changed_on = forms.DateField(label=gettext_lazy("Since when"), widget=DATE)
    description = forms.CharField(
        label=gettext_lazy("What is different now"), max_length=2000, widget=forms.Textarea({"rows": 4})
    )


class PaperChangeForm(PaperForm):
    changed_on = forms.DateField(label=gettext_lazy("Since when"), widget=DATE)
    description = forms.CharField(
        label=gettext_lazy("What is different now"), max_length=2000, widget=forms.Textarea({"rows": 3})
    )


@provider_page(Permission.PAPERS)
def papers(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """Which papers stand for us, which run out, whom does the market turn to, which changes did we report?"""
    held = list(documents_of(provider))
    missing = [SLOTS[slot] for slot in REQUIRED_SLOTS[provider.kind] if slot not in {one.slot for one in held}]
    declared = conditions_declared(provider)
    return draw(
        request,
        "papers",
        now,
        provider=provider,
        papers=[{"paper": one, "slot": one.title or SLOTS[DocumentSlot(one.slot)]} for one in held],
        missing=missing,
        lapses=list(lapses_open(provider)),
        contact=_contact(provider),
        service=service_of(provider),
        conditions=[{"one": one, "met": one.pk in declared} for one in conditions_asked(provider, now)],
        changes=list(changes_of(provider)[:50]),
    )


def _contact(provider: Provider) -> Contact | None:
    return Contact.objects.filter(provider=provider).first()


def _change(provider: Provider, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.change_report(provider=provider, actor=actor, now=now, **data)
    return Done(_("The change is reported."), PAPERS)


def _paper(provider: Provider, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    form = PaperForm()
    form.cleaned_data = data
    services.document_change_report(
        provider=provider,
        slot=data["slot"],
        changed_on=data["changed_on"],
        description=data["description"],
        details=form.details(),
        upload=data["file"],
        file_name=data["file"].name,
        actor=actor,
        now=now,
    )
    return Done(_("The new paper is with the reviewers."), PAPERS)


def _contact_given(provider: Provider, target: Any) -> dict[str, Any]:
    known = _contact(provider)
    return {"name": known.name, "phone": known.phone, "email": known.email} if known else {}


def _contact_keep(provider: Provider, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.contact_save(provider=provider, actor=actor, now=now, **data)
    return Done(_("The contact is changed, and the change is reported."), PAPERS)


def _service_keep(provider: Provider, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    service_keep(provider, data, actor, now)
    return Done(_("The service registration is changed, and the change is reported."), PAPERS)


def _reported(provider: Provider, target: Any, now: datetime) -> list[Consequence]:
    return [Consequence(_("It holds at once, and counts as reported in time."), None, "paid")]


def _checked(provider: Provider, target: Any, now: datetime) -> list[Consequence]:
    return [
        Consequence(_("Within thirty days of the change it is in time; later is kept as late."), None, "due"),
        Consequence(_("An operator checks it; until then what stood before holds."), None, "held"),
    ]


PAPER_ACTS = {
    "change": ActPage(
        gettext_lazy("Report a change"),
        gettext_lazy("Report it"),
        _change,
        _checked,
        form=ChangeForm,
        clauses=("18(1)",),
    ),
    "paper": ActPage(
        gettext_lazy("Replace a paper"),
        gettext_lazy("Hand the paper in"),
        _paper,
        _checked,
        form=PaperChangeForm,
        clauses=("18(1)",),
    ),
    "contact": ActPage(
        gettext_lazy("Change the contact"),
        gettext_lazy("Keep the contact"),
        _contact_keep,
        _reported,
        form=ContactForm,
        clauses=("9(3)2", "18(1)"),
        initial=_contact_given,
    ),
    "service": ActPage(
        gettext_lazy("Change the service registration"),
        gettext_lazy("Keep the registration"),
        _service_keep,
        _reported,
        form=ServiceForm,
        clauses=("9(4)", "18(1)"),
        initial=lambda provider, target: service_given(provider),
    ),
}


@provider_page(Permission.PAPERS)
@require_http_methods(["GET", "POST"])
def papers_act(request: HttpRequest, provider: Provider, now: datetime, name: str) -> HttpResponse:
    """Report a change, replace a paper, change contact or service."""
    if name not in PAPER_ACTS:
        raise Http404(name)
    return do(request, PAPER_ACTS[name], provider, now, back=PAPERS)


@provider_page(Permission.PAPERS)
@require_POST
def papers_part(request: HttpRequest, provider: Provider, now: datetime, name: str) -> HttpResponse:
    """What needs no page of its own: a code for the contact, its check, a declaration."""
    actor = Actor.of(request.user)
    channel = "phone" if request.POST.get("channel") == "phone" else "email"
    contact = _contact(provider)
    try:
        if name == "send" and contact is not None:
            services.contact_code_send(contact=contact, channel=channel, actor=actor, now=now)
            messages.success(request, _("A code is on its way. Type it in below."))
        elif name == "code" and contact is not None:
            services.contact_verify(
                contact=contact, channel=channel, code=request.POST.get("code", "").strip(), actor=actor, now=now
            )
            messages.success(request, _("Checked. Thank you."))
        elif name == "condition":
            asked = {str(one.pk): one for one in conditions_asked(provider, now)}
            if request.POST.get("condition") not in asked:
                raise Http404("condition")
            services.condition_declare(
                provider=provider, condition=asked[request.POST["condition"]], actor=actor, now=now
            )
            messages.success(request, _("Declared. Thank you."))
        else:
            raise Http404(name)
    except DomainError as error:
        messages.error(request, str(error))
    return redirect(PAPERS)


@provider_page(Permission.APPLY)
def agreements(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """What have we signed, what is there to sign, and which terms of our own prevail over the rulebook?"""
    known = list(agreements_of(provider))
    texts = agreement_texts_current(now)
    signed = {one.text_id: one for one in known if one.text_id and one.terminated_at is None}
    return draw(
        request,
        "agreements",
        now,
        asked=[
            {"text": texts[kind], "signed": signed.get(texts[kind].pk)}
            for kind in agreements_needed(provider)
            if kind in texts
        ],
        offers=[_terms(one, provider, now) for one in known if one.terms and _open(one, now)],
        own=[_terms(one, provider, now) for one in known if one.terms and not _open(one, now)],
        past=[one for one in known if one.text_id and one.text_id not in {text.pk for text in texts.values()}],
    )


def _open(one: Any, now: datetime) -> bool:
    return one.signed_at is None and one.terminated_at is None and (one.ends_at is None or one.ends_at > now)


def _terms(one: Any, provider: Provider, now: datetime) -> dict[str, Any]:
    """Terms of its own in words: each parameter as the agreement sets it."""
    rulebook = rulebook_of_provider(provider, now)
    agreed = rulebook_for(now, one.terms).parameters
    rows = []
    for key in one.terms:
        known = rulebook.parameters.get(key)
        rows.append(
            {
                "name": known.name if known else key,
                "clause": known.clause if known else "",
                "now": parameter_words(known) if known else "",
                "then": parameter_words(agreed[key]),
            }
        )
    return {"one": one, "rows": rows, "in_force": one.in_force_at(now)}


def _sign(provider: Provider, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.agreement_sign(provider=provider, text=target, actor=actor, now=now)
    return Done(_("The agreement is signed."), AGREEMENTS)


def _sign_terms(provider: Provider, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.agreement_terms_sign(agreement=target, actor=actor, now=now)
    return Done(_("The terms are signed. They prevail over the rulebook from their first day."), AGREEMENTS)


SIGN_ACTS = {
    "text": ActPage(
        gettext_lazy("Sign the agreement"),
        "",
        _sign,
        lambda provider, target, now: [
            Consequence(f"{target.title} {target.version}", None, "neutral"),
            Consequence(_("Your name, the moment and the digest of the text are kept as the signature."), None, "held"),
        ],
        clauses=("9(5)",),
    ),
    "terms": ActPage(
        gettext_lazy("Sign the terms offered to you"),
        gettext_lazy("Sign them"),
        _sign_terms,
        lambda provider, target, now: [
            Consequence(_("They prevail over the rulebook for you while they are in force."), None, "held"),
            Consequence(_("Your name, the moment and the digest of the terms are kept as signature."), None, "held"),
        ],
        clauses=("3",),
        danger=True,
    ),
}


@provider_page(Permission.APPLY)
@require_http_methods(["GET", "POST"])
def agreement_act(request: HttpRequest, provider: Provider, now: datetime, name: str, pk: int) -> HttpResponse:
    """Sign an agreement that is asked of us, or terms that were offered to us."""
    target: Any = None
    if name == "text":
        target = {one.pk: one for one in agreement_texts_current(now).values()}.get(pk)
    elif name == "terms":
        target = next((one for one in agreements_of(provider) if one.pk == pk and one.terms and _open(one, now)), None)
    if target is None:
        raise Http404(name)
    return do(request, SIGN_ACTS[name], provider, now, back=AGREEMENTS, target=target)
