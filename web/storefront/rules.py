"""The rulebook as people read it: chapters, clauses with their parameters, the schedule, versions and what changed."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import clock
from regulation.registry import UnknownRule, all_rules
from regulation.registry import get as rule_named
from regulation.selectors import (
    chapters,
    clause_application,
    rulebook_at,
    rulebook_named,
    version_by_name,
    versions,
)
from regulation.types import Parameter, Rulebook, clause_key
from web.components import words
from web.components.clauses import ClauseCard, ParameterLine
from web.components.decision import name_of
from web.components.lists import FilterSpec, list_state
from web.components.steps import Tab
from web.storefront.changes import change_lines
from web.storefront.parameters import deduction_words, freeze_words, parameter_words

CHAPTERS = {
    1: ("总则", "General"),
    2: ("定义", "Definitions"),
    3: ("入驻", "Admission"),
    4: ("经营", "Running a store"),
    5: ("退款", "Refunds"),
    6: ("行为规范", "Conduct"),
    7: ("违规处理", "Violations"),
    8: ("退出", "Leaving"),
    9: ("附则", "Final provisions"),
}


def _in_language(pair: tuple[str, str]) -> str:
    return pair[0] if words.in_chinese() else pair[1]


def _tabs(current: str) -> list[Tab]:
    return [
        Tab(_("Clauses"), "/rules/", current == "clauses"),
        Tab(_("Violation schedule"), "/rules/schedule/", current == "schedule"),
        Tab(_("Versions and changes"), "/rules/versions/", current == "versions"),
        Tab(_("Decisions"), "/rules/decisions/", current == "decisions"),
    ]


def _chosen(request: HttpRequest, now: datetime) -> Rulebook:
    """The version that the address names, or the one in force."""
    version = request.GET.get("version", "")
    return rulebook_named(version) if version else rulebook_at(now)


def _origin_words(parameter: Parameter) -> str:
    return _("set by the regulation") if parameter.origin == "regulation" else _("platform default")


def parameter_rows(parameters: list[Parameter]) -> list[dict[str, Any]]:
    """Parameters as their table shows them."""
    language = get_language() or "zh-hans"
    return [
        {
            "name": parameter.name.in_language(language),
            "description": parameter.description.in_language(language),
            "value": parameter_words(parameter),
            "clause": parameter.clause,
            "origin": _origin_words(parameter),
            "default": parameter.origin != "regulation",
        }
        for parameter in parameters
    ]


def index(request: HttpRequest) -> HttpResponse:
    """Every clause in the product's own words, by chapter."""
    now = clock.now()
    rulebook = _chosen(request, now)
    language = get_language() or "zh-hans"
    parts = [
        {
            "number": number,
            "title": _in_language(CHAPTERS[number]),
            "clauses": [
                {"id": one.id, "title": one.title.in_language(language), "text": one.text.in_language(language)}
                for one in found
            ],
        }
        for number, found in chapters(rulebook)
    ]
    return render(
        request, "rules/index.html", {"rulebook": rulebook, "parts": parts, "tabs": _tabs("clauses"), "now": now}
    )


def clause(request: HttpRequest, citation: str) -> HttpResponse:
    """One clause: its words, the numbers it works with, what decides by it, and which violations fall under it."""
    now = clock.now()
    rulebook = _chosen(request, now)
    try:
        clause_key(citation)
    except ValueError as error:
        raise Http404(str(error)) from None
    found = clause_application(rulebook, citation)
    language = get_language() or "zh-hans"
    parameters = list(found.parameters)
    card = ClauseCard(
        id=found.clause.id,
        title=found.clause.title.in_language(language),
        text=found.clause.text.in_language(language),
        version=rulebook.version,
        parameters=[
            ParameterLine(one.name.in_language(language), parameter_words(one), one.origin != "regulation")
            for one in parameters
        ],
    )
    context = {
        "card": card,
        "chapter": _in_language(CHAPTERS[found.clause.chapter]),
        "parent": found.clause.parent,
        "below": [
            {"id": one.id, "title": one.title.in_language(language), "text": one.text.in_language(language)}
            for one in found.below
        ],
        "parameters": parameter_rows(parameters),
        "rules": [{"name": one.name, "title": one.title.in_language(language)} for one in found.rules],
        "schedule": [
            {"code": row.code, "name": row.name.in_language(language), "points": row.points} for row in found.schedule
        ],
        "rulebook": rulebook,
        "now": now,
        "crumbs": [(_("Rules"), "/rules/")],
    }
    return render(request, "rules/clause.html", context)


def schedule(request: HttpRequest) -> HttpResponse:
    """The violation schedule: what each kind of conduct costs."""
    now = clock.now()
    rulebook = _chosen(request, now)
    language = get_language() or "zh-hans"
    state = list_state(
        request.GET,
        filters=[FilterSpec("grade", _("Class"), [(grade, grade) for grade in "ABCDE"])],
    )
    wanted = state.q.lower()
    rows = [
        {
            "code": row.code,
            "clauses": row.clauses,
            "name": row.name.in_language(language),
            "grade": row.grade or "—",
            "points": row.points,
            "freeze": freeze_words(row.freeze),
            "deduction": deduction_words(row.deduction),
            "measures": [rulebook.measures[name].in_language(language) for name in row.measures],
            "escalates": row.escalates,
        }
        for row in rulebook.schedule.values()
        if (not state.values.get("grade") or row.grade == state.values["grade"])
        and (not wanted or wanted in f"{row.code} {row.name.zh} {row.name.en} {' '.join(row.clauses)}".lower())
    ]
    context = {"rows": rows, "list": state, "tabs": _tabs("schedule"), "rulebook": rulebook, "now": now}
    return render(request, "rules/schedule.html", context)


def version_list(request: HttpRequest) -> HttpResponse:
    """Every published version, when it takes effect, and why."""
    now = clock.now()
    rows = [row for row in versions() if row.state == "published"]
    context = {"versions": rows, "current": rulebook_at(now).version, "tabs": _tabs("versions"), "now": now}
    return render(request, "rules/versions.html", context)


def version(request: HttpRequest, name: str) -> HttpResponse:
    """What changed with a version, against the one it is based on."""
    row = version_by_name(name)
    if row.state != "published":
        raise Http404(name)
    rulebook = rulebook_named(name)
    changes = change_lines(rulebook_named(row.based_on), rulebook) if row.based_on else []
    context = {
        "version": row,
        "changes": changes,
        "parameters": parameter_rows(sorted(rulebook.parameters.values(), key=lambda one: clause_key(one.clause))),
        "now": clock.now(),
        "crumbs": [(_("Rules"), "/rules/"), (_("Versions and changes"), "/rules/versions/")],
    }
    return render(request, "rules/version.html", context)


def decisions(request: HttpRequest) -> HttpResponse:
    """Which questions the rulebook decides, and where to ask them."""
    language = get_language() or "zh-hans"
    rows = [{"name": one.name, "title": one.title.in_language(language), "clauses": one.clauses} for one in all_rules()]
    return render(request, "rules/decisions.html", {"rows": rows, "tabs": _tabs("decisions"), "now": clock.now()})


def decision(request: HttpRequest, name: str) -> HttpResponse:
    """One question: its facts, the parameters it reads, and the clauses it may cite."""
    try:
        rule = rule_named(name)
    except UnknownRule as error:
        raise Http404(str(error)) from None
    now = clock.now()
    rulebook = rulebook_at(now)
    context = {
        "rule": rule,
        "title": rule.title.in_language(get_language() or "zh-hans"),
        "parameters": parameter_rows([rulebook.parameters[key] for key in rule.parameters]),
        "facts": [(name_of(one.name), one.name) for one in fields(rule.facts)],
        "now": now,
        "crumbs": [(_("Rules"), "/rules/"), (_("Decisions"), "/rules/decisions/")],
    }
    return render(request, "rules/decision.html", context)
