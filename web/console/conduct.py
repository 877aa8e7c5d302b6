"""Cases, points and measures: what is examined, what the provider says, what follows."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.acts import Actor
from core.pages import keyset_page
from core.uploads import file_response
from providers.models import Provider
from providers.types import Permission
from regulation.selectors import rulebook_at, rulebook_named
from support.selectors import response_rate
from violations import selectors, services
from violations.models import Case
from violations.types import OPEN_CASES, AppealState, CaseState, FindingState, MeasureState
from web.acts import ActPage, Done, FilesField, evidence_sent
from web.components.lists import FilterSpec, field_choices, list_state
from web.components.steps import Consequence
from web.components.timeline import Attachment, TimelineItem
from web.console.access import do, draw, provider_page

STANDING, CASES = "/console/standing/", "/console/cases/"
CASE = f"{STANDING}cases/"
CASE_TONES = {CaseState.HEARING: "due", CaseState.HEARD: "held", CaseState.FOUND: "late", CaseState.DISMISSED: "paid"}
SIDES = {
    "provider": gettext_lazy("you"),
    "operator": gettext_lazy("the market"),
}


class AnswerForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("Your answer"), max_length=4000, widget=forms.Textarea({"rows": 6}))
    files = FilesField(  # type: ignore[assignment]
        label=gettext_lazy("Evidence"),
        required=False,
        help_text=gettext_lazy("Pictures, PDF, text or office files, each up to 10 MB."),
    )


class StatementForm(AnswerForm):
    text = forms.CharField(label=gettext_lazy("Your statement"), max_length=4000, widget=forms.Textarea({"rows": 6}))


class AppealForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Why the finding is wrong"), max_length=4000, widget=forms.Textarea({"rows": 6})
    )


def row_words(rulebook: Any, code: str) -> str:
    """What a row of the schedule is called, in the reader's language."""
    row = rulebook.schedule.get(code)
    return row.name.in_language(get_language() or "zh-hans") if row else code


@provider_page(Permission.COMPLAINTS)
def standing(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """How many points, what follows at the next step, what is being examined, which measures hold?"""
    rulebook = rulebook_at(now)
    points = selectors.points_of_year(provider.pk, now.year)
    language = get_language() or "zh-hans"
    measures = list(selectors.measures_of_provider(provider)[:100])
    return draw(
        request,
        "standing",
        now,
        points=points,
        year=now.year,
        steps=[
            {
                "points": step.points,
                "days": step.freeze_days,
                "measures": [rulebook.measures[name].in_language(language) for name in step.measures],
                "reached": points >= step.points,
            }
            for step in rulebook.parameter("violation.standing_steps")
        ],
        cases=[_case_row(one) for one in _open_first(selectors.cases_of_provider(provider))[:20]],
        in_force=[_measure_row(one, rulebook, language) for one in measures if one.state == MeasureState.IN_FORCE],
        past=[_measure_row(one, rulebook, language) for one in measures if one.state != MeasureState.IN_FORCE],
        tallies=[
            {"year": one.year, "points": one.points, "left": selectors.points_of_year(provider.pk, one.year)}
            for one in selectors.tallies_of(provider)[:10]
        ],
        rate=response_rate(provider, now - timedelta(days=30), now),
    )


def _measure_row(one: Any, rulebook: Any, language: str) -> dict[str, Any]:
    named = rulebook.measures.get(one.name)
    return {
        "one": one,
        "name": named.in_language(language) if named else one.name or one.get_kind_display(),
        "case": one.finding.case.number,
    }


def _open_first(found: Any) -> Any:
    """Cases that are not settled: whose hearing ends first, then those that wait for an operator."""
    # Of the two, "hearing" sorts after "heard".
    return found.filter(state__in=OPEN_CASES).order_by("-state", "hearing_due_at", "id")


def _case_row(one: Any) -> dict[str, Any]:
    finding = getattr(one, "finding", None)
    said = {"state": _state(one), "tone": CASE_TONES[CaseState(one.state)], "points": None}
    if finding is not None and finding.state == FindingState.OVERTURNED:
        said |= {"state": finding.get_state_display(), "tone": "paid"}
    elif finding is not None:
        said |= {"points": finding.points}
    return {
        "one": one,
        "row": row_words(rulebook_named(one.rulebook), one.code),
        "then": _after_hearing(one),
        **said,
    }


def _state(one: Any) -> Any:
    """Where a case stands, said to its provider."""
    return pgettext("violations", "you may be heard") if one.state == CaseState.HEARING else one.get_state_display()


def _after_hearing(one: Any) -> Any:
    return _("Then an operator decides.") if one.spoken else _("Then it is decided without you.")


@provider_page(Permission.COMPLAINTS)
def cases(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """What is examined, and what was found?"""
    choices = [("open", _("not settled")), *field_choices(Case, "state")]
    state = list_state(request.GET, filters=[FilterSpec("state", _("State"), choices)])
    found = selectors.cases_of_provider(provider)
    wanted = state.values.get("state")
    if wanted:
        found = found.filter(state__in=OPEN_CASES if wanted == "open" else [wanted])
    if state.q:
        found = found.filter(number__icontains=state.q)
    # What is being examined stands above everything else on the plain first page, the nearest end of a hearing first.
    plain = not state.chips and not request.GET.get("cursor")
    waiting = list(_open_first(found)[:50]) if plain else []
    rest = found.exclude(pk__in=[one.pk for one in waiting]) if waiting else found
    page = keyset_page(rest, order_by=("-opened_at", "-id"), cursor=request.GET.get("cursor"))
    page.items[:] = [_case_row(one) for one in page.items]
    return draw(
        request,
        "cases",
        now,
        list=state,
        waiting=[_case_row(one) for one in waiting],
        page=page,
        filtered=bool(state.chips),
    )


@provider_page(Permission.COMPLAINTS)
def case(request: HttpRequest, provider: Provider, now: datetime, number: str) -> HttpResponse:
    """One case: what is examined, what both sides said, the finding and its measures, the appeal."""
    found = selectors.case_of_provider(provider, number)
    finding = getattr(found, "finding", None)
    rulebook = rulebook_named(found.rulebook)
    return draw(
        request,
        "case",
        now,
        case=found,
        state=_state(found),
        tone=CASE_TONES[CaseState(found.state)],
        row=row_words(rulebook, found.code),
        clauses=rulebook.schedule[found.code].clauses if found.code in rulebook.schedule else (),
        finding=finding,
        measures=[_measure_row(one, rulebook, get_language() or "zh-hans") for one in finding.measures.order_by("pk")]
        if finding
        else [],
        acts=[name for name in CASE_ACTS if _may(name, found, now)],
        then=_after_hearing(found),
        appeal=getattr(finding, "appeal_record", None) if finding else None,
        timeline=_case_timeline(found),
        crumbs=[(pgettext("navigation", "Cases"), CASES)],
    )


def _may(name: str, found: Any, now: datetime) -> bool:
    """Whether an act on a case is open to its provider now; the act asks again under lock."""
    if name == "speak":
        return found.state in OPEN_CASES
    if name == "heard":
        return bool(found.state == CaseState.HEARING)
    finding = getattr(found, "finding", None)
    return finding is not None and finding.state == FindingState.STANDING and now < finding.appeal_due_at


def _attached(found: Any, file: Any) -> Attachment:
    return Attachment(file.name, f"{CASE}{found.number}/files/{file.pk}/")


def _said(found: Any, one: Any, files: list[Any]) -> TimelineItem:
    return TimelineItem(
        pgettext("violations", "Statement"),
        one.said_at,
        SIDES.get(one.side, one.side),
        "message-circle",
        note=one.text,
        attachments=[_attached(found, file) for file in files],
    )


def _case_timeline(found: Any) -> list[TimelineItem]:
    files = selectors.evidence_of_case(found)
    said = list(found.statements.select_related("author").order_by("said_at", "pk"))
    items = [
        TimelineItem(
            _("The case was opened"), found.opened_at, _("the market"), "scale", "accent", found.examined, ("19",)
        )
    ]
    # What was handed in with a statement carries its moment and its side.
    items += [_said(found, one, [f for f in files if (f.given_at, f.side) == (one.said_at, one.side)]) for one in said]
    shown = {(one.said_at, one.side) for one in said}
    items += [
        TimelineItem(
            _("Evidence"),
            file.given_at,
            SIDES.get(file.side, file.side),
            "paperclip",
            attachments=[_attached(found, file)],
        )
        for file in files
        if (file.given_at, file.side) not in shown
    ]
    items += _judged(getattr(found, "finding", None))
    if found.heard_at:
        items.append(TimelineItem(_("You were heard"), found.heard_at, _("the market"), "circle-check", "held"))
    if found.closed_at and found.closing_reason:
        items.append(
            TimelineItem(
                found.get_state_display(), found.closed_at, _("the market"), "scale", "neutral", found.closing_reason
            )
        )
    return sorted(items, key=lambda item: item.at, reverse=True)


def _judged(finding: Any) -> list[TimelineItem]:
    """What was found of a case, and what became of the appeal."""
    if finding is None:
        return []
    points = ngettext("Finding: %(n)d point", "Finding: %(n)d points", finding.points) % {"n": finding.points}
    items = [TimelineItem(points, finding.decided_at, _("the market"), "scale", "late", finding.reason, ("19", "20"))]
    appeal = getattr(finding, "appeal_record", None)
    if appeal is None:
        return items
    items.append(
        TimelineItem(_("Appeal filed"), appeal.filed_at, _("you"), "megaphone", "accent", appeal.statement, ("19",))
    )
    if appeal.decided_at:
        tone = "paid" if appeal.state == AppealState.ALLOWED else "refused"
        items.append(
            TimelineItem(
                appeal.get_state_display(), appeal.decided_at, _("the market"), "scale", tone, appeal.reason, ("19",)
            )
        )
    return items


@provider_page(Permission.COMPLAINTS)
def case_file(request: HttpRequest, provider: Provider, now: datetime, number: str, pk: int) -> FileResponse:
    """A file that was put forward in a case."""
    found = selectors.case_evidence_file(selectors.case_of_provider(provider, number), pk)
    return file_response(found.file, name=found.name, content_type=found.content_type)


def _speak(found: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.case_statement_add(
        case=found, text=data["text"], evidence=evidence_sent(data["files"]), side="provider", actor=actor, now=now
    )
    return Done(_("Your statement is part of the case."), f"{CASE}{found.number}/")


def _heard(found: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.case_hearing_close(case=found, actor=actor, now=now)
    return Done(_("The case goes to an operator now."), f"{CASE}{found.number}/")


def _appeal(found: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.appeal_file(finding=found.finding, statement=data["text"], actor=actor, now=now)
    return Done(_("Your appeal is with another operator."), f"{CASE}{found.number}/")


CASE_ACTS = {
    "speak": ActPage(
        gettext_lazy("Make a statement"),
        gettext_lazy("Add the statement"),
        _speak,
        lambda found, target, now: [Consequence(_("It stays part of the case and cannot be changed."), None, "held")],
        form=StatementForm,
        clauses=("19",),
        quote=lambda found, target: found.examined,
    ),
    "heard": ActPage(
        gettext_lazy("Say that everything is said"),
        gettext_lazy("Everything is said"),
        _heard,
        lambda found, target, now: [
            Consequence(_("An operator decides without waiting for the end of the hearing."), None, "held"),
            Consequence(_("Until the finding you can still add statements."), None, "neutral"),
        ],
        clauses=("19",),
    ),
    "appeal": ActPage(
        gettext_lazy("Appeal against the finding"),
        gettext_lazy("File the appeal"),
        _appeal,
        lambda found, target, now: [
            Consequence(_("Somebody who did not decide the case looks at it again."), None, "held"),
            Consequence(_("The measures hold until then."), None, "late"),
            Consequence(_("You can appeal once."), None, "neutral"),
        ],
        form=AppealForm,
        clauses=("19",),
        quote=lambda found, target: found.finding.reason,
    ),
}


@provider_page(Permission.COMPLAINTS)
@require_http_methods(["GET", "POST"])
def case_act(request: HttpRequest, provider: Provider, now: datetime, number: str, name: str) -> HttpResponse:
    """Speak in a case, end the hearing, or appeal against the finding."""
    found = selectors.case_of_provider(provider, number)
    if name not in CASE_ACTS:
        raise Http404(name)
    if not _may(name, found, now):
        messages.warning(request, _("This is not possible at the moment: the case has moved on."))
        return redirect(f"{CASE}{number}/")
    return do(request, CASE_ACTS[name], found, now, back=f"{CASE}{number}/")
