"""Complaints, cases, points and measures: what is said against the provider, and its answers."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core.acts import Actor
from core.uploads import EVIDENCE, CheckedFile, checked_upload
from providers.models import Provider
from providers.types import Permission
from support.selectors import response_rate
from violations import selectors, services
from violations.types import CaseState, ComplaintState, FindingState
from web.acts import ActPage, Done, FilesField
from web.components.steps import Consequence
from web.console.access import do, draw, provider_page

COMPLAINTS, STANDING = "/console/complaints/", "/console/standing/"
SHOWN = 50


class AnswerForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("Your answer"), max_length=5000, widget=forms.Textarea({"rows": 5}))
    files = FilesField(label=gettext_lazy("Evidence"), required=False)  # type: ignore[assignment]


class AppealForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Why the finding is wrong"), max_length=5000, widget=forms.Textarea({"rows": 5})
    )


def _checked(files: list[Any]) -> list[CheckedFile]:
    return [checked_upload(one, name=one.name, kinds=EVIDENCE, field="files") for one in files]


@provider_page(Permission.COMPLAINTS)
def complaints(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """Who complains, and until when must I answer?"""
    found = selectors.complaints_of_provider(provider)
    waiting = list(found.filter(state=ComplaintState.FILED).order_by("due_at")[:SHOWN])
    rest = list(found.exclude(state=ComplaintState.FILED).order_by("-pk")[:SHOWN])
    return draw(request, "complaints", now, waiting=waiting, rest=rest)


@provider_page(Permission.COMPLAINTS)
def complaint(request: HttpRequest, provider: Provider, now: datetime, number: str) -> HttpResponse:
    """One complaint: what is said, the clock, my answer, what was decided."""
    found = selectors.complaint_of_provider(provider, number)
    return draw(
        request,
        "complaint",
        now,
        complaint=found,
        open=found.state == ComplaintState.FILED,
        crumbs=[(_("Complaints"), COMPLAINTS)],
    )


def _respond(found: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.complaint_respond(
        complaint=found, response=data["text"], evidence=_checked(data["files"]), actor=actor, now=now
    )
    return Done(_("Your answer is kept. The platform decides on it."), f"{COMPLAINTS}{found.number}/")


RESPOND = ActPage(
    gettext_lazy("Answer the complaint"),
    gettext_lazy("Send the answer"),
    _respond,
    lambda found, target, now: [
        Consequence(_("Both the complainant and the platform read it; it cannot be changed."), None, "held")
    ],
    form=AnswerForm,
    clauses=("18(16)",),
)


@provider_page(Permission.COMPLAINTS)
@require_http_methods(["GET", "POST"])
def complaint_answer(request: HttpRequest, provider: Provider, now: datetime, number: str) -> HttpResponse:
    """Answer a complaint."""
    found = selectors.complaint_of_provider(provider, number)
    return do(request, RESPOND, found, now, back=f"{COMPLAINTS}{number}/")


@provider_page(Permission.COMPLAINTS)
def standing(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """How many points, what follows at the next step, what is being examined, which measures hold?"""
    return draw(
        request,
        "standing",
        now,
        points=selectors.points_of_year(provider.pk, now.year),
        year=now.year,
        cases=list(selectors.cases_of_provider(provider).order_by("-pk")[:SHOWN]),
        measures=list(selectors.measures_of_provider(provider).order_by("-pk")[:SHOWN]),
        tallies=list(selectors.tallies_of(provider).order_by("-year")[:10]),
        rate=response_rate(provider, now - timedelta(days=30), now),
    )


@provider_page(Permission.COMPLAINTS)
def case(request: HttpRequest, provider: Provider, now: datetime, number: str) -> HttpResponse:
    """One case: what is examined, what both sides said, the finding and its measures, the appeal."""
    found = selectors.case_of_provider(provider, number)
    finding = getattr(found, "finding", None)
    return draw(
        request,
        "case",
        now,
        case=found,
        finding=finding,
        statements=list(found.statements.select_related("author").order_by("said_at")),
        measures=list(finding.measures.order_by("pk")) if finding else [],
        may_speak=found.state in {CaseState.HEARING, CaseState.HEARD},
        may_appeal=finding is not None and finding.state == FindingState.STANDING and now < finding.appeal_due_at,
        appeal=getattr(finding, "appeal_record", None) if finding else None,
        crumbs=[(_("Points and measures"), STANDING)],
    )


def _speak(found: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.case_statement_add(
        case=found, text=data["text"], evidence=_checked(data["files"]), side="provider", actor=actor, now=now
    )
    return Done(_("Your statement is part of the case."), f"{STANDING}cases/{found.number}/")


def _appeal(found: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.appeal_file(finding=found.finding, statement=data["text"], actor=actor, now=now)
    return Done(_("Your appeal is with another operator."), f"{STANDING}cases/{found.number}/")


CASE_ACTS = {
    "speak": ActPage(
        gettext_lazy("Make a statement"), gettext_lazy("Add the statement"), _speak, form=AnswerForm, clauses=("20(5)",)
    ),
    "appeal": ActPage(
        gettext_lazy("Appeal against the finding"),
        gettext_lazy("File the appeal"),
        _appeal,
        lambda found, target, now: [
            Consequence(_("Somebody who did not decide the case looks at it again."), None, "held"),
            Consequence(_("The measures hold until then."), None, "late"),
        ],
        form=AppealForm,
        clauses=("20(6)",),
    ),
}


@provider_page(Permission.COMPLAINTS)
@require_http_methods(["GET", "POST"])
def case_act(request: HttpRequest, provider: Provider, now: datetime, number: str, name: str) -> HttpResponse:
    """Speak in a case, or appeal against its finding."""
    found = selectors.case_of_provider(provider, number)
    if name not in CASE_ACTS or (name == "appeal" and not hasattr(found, "finding")):
        raise Http404(name)
    return do(request, CASE_ACTS[name], found, now, back=f"{STANDING}cases/{number}/")
