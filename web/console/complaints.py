"""Complaints against the provider: the thirty minutes, its answer, what came of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods

from core.acts import Actor
from core.pages import keyset_page
from core.uploads import file_response
from providers.models import Provider
from providers.types import Permission
from regulation.selectors import rulebook_at
from violations import selectors, services
from violations.models import Complaint
from violations.types import OPEN_COMPLAINTS, ComplaintState
from web.acts import ActPage, Done, evidence_sent
from web.components.lists import FilterSpec, field_choices, list_state
from web.components.steps import Consequence
from web.components.timeline import Attachment, TimelineItem
from web.console.access import do, draw, provider_page
from web.console.conduct import AnswerForm, row_words

COMPLAINTS = "/console/complaints/"
COMPLAINT_TONES = {
    ComplaintState.FILED: "late",
    ComplaintState.RESPONDED: "held",
    ComplaintState.UPHELD: "refused",
    ComplaintState.DISMISSED: "paid",
}


@provider_page(Permission.COMPLAINTS)
def complaints(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """Who complains, and until when must I answer?"""
    choices = [("open", _("not settled")), *field_choices(Complaint, "state")]
    state = list_state(request.GET, filters=[FilterSpec("state", _("State"), choices)])
    found = selectors.complaints_of_provider(provider)
    wanted = state.values.get("state")
    if wanted:
        found = found.filter(state__in=OPEN_COMPLAINTS if wanted == "open" else [wanted])
    if state.q:
        found = found.filter(number__icontains=state.q)
    # Whoever waits for the thirty minutes stands above everything else on the plain first page.
    waiting = [] if state.chips or request.GET.get("cursor") else list(
        found.filter(state=ComplaintState.FILED).order_by("due_at")[:50]
    )  # fmt: skip
    rest = found.exclude(pk__in=[one.pk for one in waiting]) if waiting else found
    page = keyset_page(rest, order_by=("-filed_at", "-id"), cursor=request.GET.get("cursor"))
    page.items[:] = [_complaint_row(one) for one in page.items]
    return draw(
        request,
        "complaints",
        now,
        list=state,
        waiting=[_complaint_row(one) for one in waiting],
        page=page,
        filtered=bool(state.chips),
    )


def _complaint_row(one: Any) -> dict[str, Any]:
    return {"one": one, "said": _said(one), "tone": COMPLAINT_TONES.get(ComplaintState(one.state), "neutral")}


def _said(found: Any) -> Any:
    """Where a complaint stands, said to its provider."""
    if found.state == ComplaintState.FILED:
        return pgettext("violations", "waiting for you")
    return found.get_state_display()


@provider_page(Permission.COMPLAINTS)
def complaint(request: HttpRequest, provider: Provider, now: datetime, number: str) -> HttpResponse:
    """One complaint: what is said, the clock, my answer, what was decided."""
    found = selectors.complaint_of_provider(provider, number)
    return draw(
        request,
        "complaint",
        now,
        complaint=found,
        said=_said(found),
        tone=COMPLAINT_TONES.get(ComplaintState(found.state), "neutral"),
        open=found.state in OPEN_COMPLAINTS,
        asked=found.state == ComplaintState.FILED,
        late=found.state == ComplaintState.FILED and now >= found.due_at,
        row=row_words(rulebook_at(found.filed_at), found.code) if found.code else "",
        cases=selectors.cases_of_complaint(found),
        timeline=_complaint_timeline(found),
        crumbs=[(_("Complaints"), COMPLAINTS)],
    )


def _complaint_timeline(found: Any) -> list[TimelineItem]:
    files = selectors.evidence_of(found)

    def shown(given: Iterable[Any]) -> list[Attachment]:
        return [Attachment(one.name, f"{COMPLAINTS}{found.number}/files/{one.pk}/") for one in given]

    def attached(side: str) -> list[Attachment]:
        return shown(one for one in files if one.side == side)

    complainants = selectors.evidence_of_complainant(found, files)

    items = [
        TimelineItem(
            _("Complaint filed"),
            found.filed_at,
            str(found.complainant),
            "megaphone",
            "accent",
            found.statement,
            ("18(16)",),
            attachments=shown(complainants.pop(found.filed_at)),
        )
    ]
    items += [
        TimelineItem(_("Evidence added"), at, str(found.complainant), "paperclip", attachments=shown(given))
        for at, given in complainants.items()
    ]
    if found.late_recorded_at:
        items.append(
            TimelineItem(
                _("No answer within 30 minutes: recorded, and a case is open"),
                found.late_recorded_at,
                _("the market"),
                "clock",
                "late",
                clauses=("18(16)",),
            )
        )
    if found.responded_at:
        items.append(
            TimelineItem(
                _("You answered"),
                found.responded_at,
                _("you"),
                "message-circle",
                "neutral",
                found.response,
                attachments=attached("provider"),
            )
        )
    if found.decided_at:
        items.append(
            TimelineItem(
                found.get_state_display(),
                found.decided_at,
                str(found.complainant) if found.state == ComplaintState.WITHDRAWN else _("the market"),
                "scale",
                COMPLAINT_TONES.get(ComplaintState(found.state), "neutral"),
                found.outcome_reason,
                attachments=attached("operator"),
            )
        )
    return sorted(items, key=lambda item: item.at, reverse=True)


@provider_page(Permission.COMPLAINTS)
def complaint_file(request: HttpRequest, provider: Provider, now: datetime, number: str, pk: int) -> FileResponse:
    """A file that was put forward to a complaint."""
    found = selectors.evidence_file(selectors.complaint_of_provider(provider, number), pk)
    return file_response(found.file, name=found.name, content_type=found.content_type)


def _respond(found: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.complaint_respond(
        complaint=found, response=data["text"], evidence=evidence_sent(data["files"]), actor=actor, now=now
    )
    return Done(_("Your answer is kept. The platform decides on it."), f"{COMPLAINTS}{found.number}/")


def _respond_will(found: Any, target: Any, now: datetime) -> list[Consequence]:
    late = now >= found.due_at
    return [
        Consequence(_("The complainant and the platform read it. It cannot be changed."), None, "held"),
        Consequence(
            _("The thirty minutes are over: it counts as answered late, and a case is open.")
            if late
            else _("It counts as answered in time."),
            None,
            "late" if late else "paid",
        ),
    ]


RESPOND = ActPage(
    gettext_lazy("Answer the complaint"),
    gettext_lazy("Send the answer"),
    _respond,
    _respond_will,
    form=AnswerForm,
    clauses=("18(16)",),
    quote=lambda found, target: found.statement,
)


@provider_page(Permission.COMPLAINTS)
@require_http_methods(["GET", "POST"])
def complaint_answer(request: HttpRequest, provider: Provider, now: datetime, number: str) -> HttpResponse:
    """Answer a complaint."""
    found = selectors.complaint_of_provider(provider, number)
    if found.state != ComplaintState.FILED:
        messages.warning(request, _("This is not possible at the moment: the complaint has moved on."))
        return redirect(f"{COMPLAINTS}{number}/")
    return do(request, RESPOND, found, now, back=f"{COMPLAINTS}{number}/")
