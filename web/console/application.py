"""Becoming a provider: the steps, what each still needs, and handing in."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.authentication import signed_in
from core import clock
from core.acts import Actor
from core.errors import DomainError
from providers import services
from providers.models import Application
from providers.selectors import (
    agreement_texts_current,
    agreements_needed,
    agreements_of,
    application_of,
    available_acts,
    conditions_asked,
    document_for,
    documents_of,
    is_editable,
    sections_of,
    timeline_of,
)
from providers.types import ApplicationState, DocumentSlot, Section
from web.acts import ActPage, Done, refused_by_field
from web.components.steps import Consequence, Step
from web.console.access import do, draw
from web.console.application_forms import SLOTS, STEP_FORMS, CodeForm, PaperForm, StartForm, contact_of, service_of

HOME = "/console/application/"
NAMES = {
    Section.SUBJECT: gettext_lazy("Who you are"),
    Section.DOCUMENTS: gettext_lazy("Papers"),
    Section.CONTACT: gettext_lazy("Contact"),
    Section.SERVICE: gettext_lazy("Service and after-sales"),
    Section.STORE: gettext_lazy("Store"),
    Section.CONDITIONS: gettext_lazy("Further conditions"),
    Section.AGREEMENTS: gettext_lazy("Agreements"),
}
TONES = {
    ApplicationState.DRAFT: "neutral",
    ApplicationState.SUBMITTED: "held",
    ApplicationState.UNDER_REVIEW: "held",
    ApplicationState.RETURNED: "due",
    ApplicationState.APPROVED: "paid",
    ApplicationState.REFUSED: "refused",
}


def _application(request: HttpRequest) -> Application:
    found = application_of(request.user)
    if found is None:
        raise Http404(request.path)
    return found


def _steps(application: Application, now: datetime, current: str = "") -> tuple[list[Any], list[Step]]:
    sections = sections_of(application, now)
    steps = [
        Step(
            NAMES[one.section],
            "current" if one.section == current else "wrong" if one.remark else "done" if one.complete else "todo",
            f"{HOME}{one.section}/",
        )
        for one in sections
    ]
    return sections, steps


@login_required
@require_http_methods(["GET", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """How far am I, what is missing, and where does my application stand?"""
    now = clock.now()
    application = application_of(request.user)
    if application is None:
        return _start(request, now)
    sections, steps = _steps(application, now)
    acts = available_acts(application, request.user)
    return draw(
        request,
        "application/overview",
        now,
        application=application,
        tone=TONES.get(ApplicationState(application.state), "neutral"),
        sections=[{"name": NAMES[one.section], "url": f"{HOME}{one.section}/", "state": one} for one in sections],
        steps=steps,
        editable="edit" in acts,
        acts=acts,
        events=list(timeline_of(application)),
        missing=sum(1 for one in sections if not one.complete),
    )


def _start(request: HttpRequest, now: datetime) -> HttpResponse:
    form = StartForm(request.POST or None)
    refused: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            services.application_start(
                user=signed_in(request), kind=form.cleaned_data["kind"], actor=Actor.of(request.user), now=now
            )
        except DomainError as error:
            refused = error
        else:
            return redirect(f"{HOME}subject/")
    return draw(request, "application/start", now, form=form, refused=refused)


@login_required
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, section: str) -> HttpResponse:
    """One step: its form, what it still needs, and the remark of a reviewer. Kept as it is typed."""
    now = clock.now()
    application = _application(request)
    if section not in set(Section):
        raise Http404(section)
    form: Any = None
    refused: DomainError | None = None
    if section in STEP_FORMS:
        wanted = STEP_FORMS[section]
        form = wanted.form(request.POST if request.method == "POST" else None, initial=wanted.given(application))
    elif section == Section.DOCUMENTS:
        posted = (request.POST, request.FILES) if request.method == "POST" else ()
        form = PaperForm(*posted)
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            _keep(request, application, section, form, now)
        except DomainError as error:
            if form is None or not refused_by_field(form, error):
                refused = error
        else:
            if request.headers.get("X-Requested-With") == "XMLHttpRequest":
                return HttpResponse(status=204)
            return redirect(_following(application, section, now))
    sections, steps = _steps(application, now, section)
    here = next((one for one in sections if one.section == section), None)
    status = 422 if form is not None and form.errors else refused.status if refused else 200
    response = draw(
        request,
        "application/step",
        now,
        application=application,
        section=section,
        title=NAMES[Section(section)],
        form=form,
        refused=refused,
        steps=steps,
        here=here,
        editable=is_editable(application),
        following=_next_of(application, section, now),
        **_more(request, application, section, now),
    )
    response.status_code = status
    return response


def _keep(request: HttpRequest, application: Application, section: str, form: Any, now: datetime) -> None:
    actor = Actor.of(request.user)
    if section in STEP_FORMS:
        STEP_FORMS[section].keep(application, form.cleaned_data, actor, now)
    elif section == Section.DOCUMENTS:
        upload = form.cleaned_data["file"]
        services.document_upload(
            provider=application.provider,
            slot=form.cleaned_data["slot"],
            details=form.details(),
            upload=upload,
            file_name=upload.name,
            actor=actor,
            now=now,
        )


def _following(application: Application, section: str, now: datetime) -> str:
    """Where saving a step leads: on to the next, but papers, contact and service stay until all is done there."""
    if section in {Section.DOCUMENTS, Section.CONTACT, Section.SERVICE}:
        return f"{HOME}{section}/"
    return _next_of(application, section, now)


def _next_of(application: Application, section: str, now: datetime) -> str:
    order = [str(one.section) for one in sections_of(application, now)]
    at = order.index(section) if section in order else len(order)
    return f"{HOME}{order[at + 1]}/" if at + 1 < len(order) else HOME


def _more(request: HttpRequest, application: Application, section: str, now: datetime) -> dict[str, Any]:
    provider = application.provider
    if section == Section.DOCUMENTS:
        papers = [{"paper": one, "slot": one.title or SLOTS[DocumentSlot(one.slot)]} for one in documents_of(provider)]
        return {"papers": papers}
    if section == Section.CONTACT:
        return {"contact": contact_of(application), "code_form": CodeForm()}
    if section == Section.SERVICE:
        return {"service": service_of(provider)}
    if section == Section.AGREEMENTS:
        signed = {one.text_id: one for one in agreements_of(provider) if one.text_id}
        texts = agreement_texts_current(now)
        return {
            "agreements": [
                {"text": texts[kind], "signed": signed.get(texts[kind].pk)}
                for kind in agreements_needed(provider)
                if kind in texts
            ]
        }
    if section == Section.CONDITIONS:
        return {"conditions": conditions_asked(provider, now)}
    return {}


@login_required
@require_POST
def part(request: HttpRequest, name: str) -> HttpResponse:
    """What belongs to a step beside its form: a paper taken away, a code, a declaration, a signature."""
    now = clock.now()
    application = _application(request)
    provider, actor = application.provider, Actor.of(request.user)
    section = {"paper": "documents", "send": "contact", "code": "contact", "declare": "service"}.get(name, "agreements")
    section = "conditions" if name == "condition" else section
    try:
        if name == "paper":
            paper = document_for(request.user, _id(request, "paper"))
            services.document_remove(document=paper, actor=actor, now=now)
        elif name == "send":
            services.contact_code_send(contact=_contact(application), channel=_channel(request), actor=actor, now=now)
            messages.success(request, _("A code is on its way. Type it in below."))
        elif name == "code":
            services.contact_verify(
                contact=_contact(application),
                channel=_channel(request),
                code=request.POST.get("code", "").strip(),
                actor=actor,
                now=now,
            )
            messages.success(request, _("Checked. Thank you."))
        elif name == "declare":
            services.service_declare(provider=provider, actor=actor, now=now)
        elif name == "condition":
            asked = {one.pk: one for one in conditions_asked(provider, now)}
            if _id(request, "condition") not in asked:
                raise Http404("condition")
            services.condition_declare(
                provider=provider, condition=asked[_id(request, "condition")], actor=actor, now=now
            )
        elif name == "sign":
            texts = {one.pk: one for one in agreement_texts_current(now).values()}
            text = texts.get(_id(request, "text"))
            if text is None:
                raise Http404("text")
            services.agreement_sign(provider=provider, text=text, actor=actor, now=now)
        elif name == "attest":
            services.application_attest(application=application, actor=actor, now=now)
        else:
            raise Http404(name)
    except DomainError as error:
        messages.error(request, str(error))
    return redirect(f"{HOME}{section}/" if name != "attest" else HOME)


def _id(request: HttpRequest, name: str) -> int:
    given = request.POST.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 15 else 0


def _channel(request: HttpRequest) -> str:
    return "phone" if request.POST.get("channel") == "phone" else "email"


def _contact(application: Application) -> Any:
    contact = contact_of(application)
    if contact is None:
        raise Http404("contact")
    return contact


def _submit(application: Application, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.application_submit(application=application, actor=actor, now=now)
    return Done(_("Your application is with the reviewers."), HOME)


def _withdraw(application: Application, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.application_withdraw(application=application, actor=actor, now=now)
    return Done(_("The application is withdrawn."), HOME)


ACTS = {
    "submit": ActPage(
        gettext_lazy("Hand the application in"),
        "",
        _submit,
        lambda application, target, now: [
            Consequence(_("A reviewer looks at everything. You cannot change it meanwhile."), None, "held"),
            Consequence(_("After approval you pay the deposit; your store is shown from then on."), None, "due"),
        ],
        clauses=("9(6)",),
    ),
    "withdraw": ActPage(
        gettext_lazy("Withdraw the application"),
        "",
        _withdraw,
        lambda application, target, now: [Consequence(_("It ends here. You may begin a new one."), None, "neutral")],
        danger=True,
    ),
}


@login_required
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, name: str) -> HttpResponse:
    """Handing in or withdrawing, with what it brings about."""
    now = clock.now()
    application = _application(request)
    if name not in ACTS:
        raise Http404(name)
    if name not in available_acts(application, request.user):
        messages.warning(request, _("This is not possible at the moment: the application has moved on."))
        return redirect(HOME)
    return do(request, ACTS[name], application, now, back=HOME)
