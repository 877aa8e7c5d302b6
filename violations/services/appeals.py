"""Acts about appeals (§19; a platform default): five working days, and always another operator."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.types import Role
from core.acts import Actor, act
from core.errors import InvalidInput, NotAllowed, NotPermitted
from core.periods import year_of
from deposits.services import deposit_lock
from notifications.services import notify
from providers.services import require_member, require_role
from providers.types import Permission
from regulation.selectors import rulebook_named
from regulation.services import audit_record, decision_record
from regulation.types import Decision, Text, cite
from violations import selectors
from violations.models import Appeal, Finding, PointsEntry
from violations.services.cases import case_subject
from violations.services.measures import measures_reverse, steps_reverse
from violations.services.standing import clearance_reconsider
from violations.types import AppealState, FindingState

LONGEST = 4000


@act
def appeal_file(*, finding: Finding, statement: str, actor: Actor, now: datetime) -> Appeal:
    """A provider asks another operator to look at a finding again, within five working days (§19).

    The measures stay in force until it is decided. Raises InvalidInput, and NotAllowed when the time has ended.
    """
    finding = selectors.finding_locked(finding.pk)
    require_member(actor, finding.provider, Permission.COMPLAINTS)
    if finding.state != FindingState.STANDING:
        raise NotAllowed(_("This finding was appealed before."), clauses=["19"])
    if now >= finding.appeal_due_at:
        raise NotAllowed(_("The time to appeal this finding has ended."), clauses=["19"])
    if not statement.strip():
        raise InvalidInput(_("Say why the finding is wrong."), field="statement")
    appeal = Appeal(
        finding=finding,
        statement=statement.strip()[:LONGEST],
        filed_by_id=actor.person,
        filed_at=now,
        found_by_id=finding.decided_by_id,
    )
    appeal.save()
    finding.appeal()
    finding.save()
    _audit(finding, "appeal_file", FindingState.STANDING, actor, now)
    return appeal


@act
def appeal_reject(*, appeal: Appeal, reason: str, actor: Actor, now: datetime) -> Appeal:
    """Another operator confirms the finding (§19)."""
    appeal, finding = _ready(appeal, reason, actor)
    appeal.reject(operator_id=actor.person, reason=reason.strip(), now=now)
    appeal.save()
    finding.confirm()
    finding.save()
    _audit(finding, "appeal_reject", FindingState.APPEALED, actor, now, reason=appeal.reason)
    _tell(finding, "appeal.rejected", appeal, now)
    return appeal


@act
def appeal_allow(*, appeal: Appeal, reason: str, actor: Actor, now: datetime) -> Appeal:
    """Another operator overturns the finding: points, freezes and deductions are taken back by new entries (§19)."""
    appeal, finding = _ready(appeal, reason, actor)
    deposit_lock(provider_id=finding.provider_id)
    appeal.allow(operator_id=actor.person, reason=reason.strip(), now=now)
    appeal.save()
    finding.overturn()
    finding.save()
    decision = Decision(
        rule="violation.appeal",
        rulebook=rulebook_named(finding.rulebook).version,
        outcome="overturned",
        values={"code": finding.code, "points": -finding.points},
        clauses=cite("19"),
        explanation=Text(
            f"申诉成立，{finding.case.number} 的认定撤销，扣分与措施全部恢复。",
            f"The appeal is allowed: the finding in {finding.case.number} and all its measures are taken back.",
        ),
    )
    record = decision_record(
        decision=decision,
        facts={"finding": finding.pk, "reason": appeal.reason},
        subject=case_subject(finding.case),
        now=now,
    )
    entry = selectors.points_entry_of(finding)
    if entry is not None:
        PointsEntry(
            provider=finding.provider,
            finding=finding,
            points=-entry.points,
            year=entry.year,
            occurred_at=entry.occurred_at,
            decided_at=now,
            reverses=entry,
        ).save()
    measures_reverse(finding=finding, decision=record, actor=actor, now=now)
    steps_reverse(
        provider=finding.provider,
        points=selectors.points_of_year(finding.provider_id, year_of(now)),
        actor=actor,
        now=now,
    )
    clearance_reconsider(finding=finding, reason=appeal.reason, actor=actor, now=now)
    _audit(finding, "appeal_allow", FindingState.APPEALED, actor, now, reason=appeal.reason)
    _tell(finding, "appeal.allowed", appeal, now)
    return appeal


def _ready(appeal: Appeal, reason: str, actor: Actor) -> tuple[Appeal, Finding]:
    appeal = selectors.appeal_locked(appeal.pk)
    require_role(actor, Role.ARBITRATION, appeal.finding.provider)
    if appeal.state != AppealState.FILED:
        raise NotAllowed(_("This appeal was decided before."))
    if actor.id == appeal.found_by_id:
        raise NotPermitted(_("Another operator than the one who found decides an appeal."), clauses=["19"])
    if not reason.strip():
        raise InvalidInput(_("Give the reason: the provider will read it."), field="reason")
    return appeal, selectors.finding_locked(appeal.finding_id)


def _audit(finding: Finding, act_name: str, before: str, actor: Actor, now: datetime, **after: str) -> None:
    audit_record(
        act=act_name,
        actor=actor,
        subject=case_subject(finding.case),
        before={"state": before},
        after={"state": finding.state, **after},
        now=now,
    )


def _tell(finding: Finding, kind: str, appeal: Appeal, now: datetime) -> None:
    for person in selectors.people_of(finding.provider):
        notify(
            recipient=person,
            kind=kind,
            subject=case_subject(finding.case),
            context={"number": finding.case.number, "reason": appeal.reason},
            now=now,
            link=f"/console/standing/cases/{finding.case.number}/",
        )
