"""Acts about findings (§19 to §21): what an operator holds to be true, and the measures that follow from it."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.types import Role
from core.acts import Actor, act
from core.errors import InvalidInput, NotAllowed
from core.periods import end_of_working_days, year_of
from deposits.services import deposit_lock
from notifications.services import notify
from providers.services import require_role
from regulation import registry
from regulation.selectors import rulebook_at, rulebook_named
from regulation.services import audit_record, decision_record
from regulation.types import Decision, Rulebook, Text, cite
from violations import selectors
from violations.measures import Penalty, step_reached
from violations.models import Case, Finding, PointsEntry
from violations.rules import PointsFacts
from violations.services.cases import CaseClosed, case_subject, interim_lift
from violations.services.measures import measures_apply
from violations.services.standing import clearance_propose, step_apply
from violations.types import CaseState


@act
def case_find(*, case: Case, code: str, compensation: Any, reason: str, actor: Actor, now: datetime) -> Finding:
    """An operator finds a violation under a row of the schedule, after the provider was heard (§19, §20(1)).

    The row is the one in force on the conduct's last day (§28), the points count in the natural year of the finding
    (§21). `compensation` in yuan goes to the buyer of the case's order and is no penalty; zero or None where there
    is none.
    Raises InvalidInput, CaseClosed, and NotAllowed while the provider may still be heard.
    """
    case = selectors.case_locked(case.pk)
    require_role(actor, Role.OPERATIONS, case.provider)
    if case.state == CaseState.HEARING:
        raise NotAllowed(_("The provider may still be heard, until the time shown."), clauses=["19"])
    if case.state != CaseState.HEARD:
        raise CaseClosed(_("This case is closed."))
    if not reason.strip():
        raise InvalidInput(_("Give the reason: the provider will read it."), field="reason")
    rulebook = rulebook_named(case.rulebook)
    row = rulebook.schedule.get(code)
    if row is None:
        raise InvalidInput(_("Choose a row of the violation schedule in force at the time."), field="code")
    if compensation and case.order is None:
        raise InvalidInput(_("A compensation needs an order whose buyer receives it."), field="compensation")
    # The deposit's account is locked before the provider: the order in which a payment into it takes them.
    deposit_lock(provider_id=case.provider_id)
    cost = selectors.penalty_of(case.provider_id, code, rulebook, on_product=case.product_id is not None, now=now)
    points_before = selectors.points_of_year(case.provider_id, year_of(now))
    decision = _decision(case, cost, rulebook)
    record = decision_record(
        decision=decision,
        facts={"code": code, "occurred_at": case.occurred_at, "found_before": cost.occurrence - 1},
        subject=case_subject(case),
        now=now,
    )
    finding = Finding(
        case=case,
        provider=case.provider,
        code=code,
        grade=cost.grade or "",
        points=cost.points,
        occurrence=cost.occurrence,
        penalty={
            "deduction": str(cost.deduction),
            "measures": list(cost.measures),
            "compensation": str(compensation or 0),
        },
        reason=reason.strip(),
        rulebook=rulebook.version,
        decision=record,
        decided_by_id=actor.person,
        decided_at=now,
        appeal_due_at=end_of_working_days(now, rulebook_at(now).parameter("violation.appeal_working_days")),
    )
    finding.save()
    case.close_with_finding(now=now)
    case.save()
    if cost.points:
        PointsEntry(
            provider=case.provider,
            finding=finding,
            points=cost.points,
            year=year_of(now),
            occurred_at=case.occurred_at,
            decided_at=now,
        ).save()
    measures_apply(finding=finding, cost=cost, compensation=compensation, decision=record, actor=actor, now=now)
    interim_lift(case=case, actor=actor, now=now)
    audit_record(
        act="case_find",
        actor=actor,
        subject=case_subject(case),
        before={"state": CaseState.HEARD, "points": points_before},
        after={"state": case.state, "code": code, "points": points_before + cost.points},
        now=now,
        decision=record,
    )
    _tell(finding, row.name, now)
    _standing(finding, points_before, cost, actor, now)
    return finding


def _decision(case: Case, cost: Penalty, rulebook: Rulebook) -> Decision:
    """What the finding costs, as a decision of the schedule in force on the last day of the conduct."""
    row = rulebook.schedule[cost.code]
    days = cost.freeze.days if cost.freeze else None
    return Decision(
        rule="violation.penalty",
        rulebook=rulebook.version,
        outcome="penalty" if row.is_penalty else "administrative",
        values={
            "code": cost.code,
            "grade": cost.grade,
            "points": cost.points,
            "freeze_days": days,
            "freeze_scope": cost.freeze.scope if cost.freeze else None,
            "deduction": cost.deduction,
            "occurrence": cost.occurrence,
        },
        clauses=cite("19", "20", *row.clauses),
        explanation=Text(
            f"{row.name.zh}：本年第 {cost.occurrence} 次，扣 {cost.points} 分，扣保证金 ¥{cost.deduction:,.2f}。",
            f"{row.name.en}: time {cost.occurrence} this year; points {cost.points}, ¥{cost.deduction:,.2f} deducted.",
        ),
    )


def _standing(finding: Finding, points_before: int, cost: Penalty, actor: Actor, now: datetime) -> None:
    """What the year's tally brings about: a step of the ladder, and at 24 points the closing of everything (§20(4))."""
    rulebook = rulebook_at(now)
    facts = PointsFacts(records=selectors.points_records(finding.provider_id), at=now)
    decision = registry.decide("violation.points", facts, rulebook)
    record = decision_record(decision=decision, facts=facts, subject=case_subject(finding.case), now=now)
    step = step_reached(points_before=points_before, points=decision.values["points"], rulebook=rulebook)
    if decision.outcome == "clear_out" or cost.clears_out:
        clearance_propose(finding=finding, decision=record, actor=actor, now=now)
    elif step is not None:
        step_apply(finding=finding, step=step, decision=record, actor=actor, now=now)


def _tell(finding: Finding, name: Text, now: datetime) -> None:
    for person in selectors.people_of(finding.provider):
        notify(
            recipient=person,
            kind="case.found",
            subject=case_subject(finding.case),
            context={
                "number": finding.case.number,
                "row": name.as_json(),
                "points": finding.points,
                "reason": finding.reason,
                "due_at": finding.appeal_due_at,
            },
            now=now,
            link=f"/console/standing/cases/{finding.case.number}/",
        )
