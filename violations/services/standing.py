"""What a year's tally brings about (§20, §21): steps of the standing ladder, clearance at 24 points, the year's end."""

from datetime import datetime
from typing import Any

from core.acts import SYSTEM, Actor, act, require_transaction
from core.periods import end_of_days, end_of_year, year_of
from exits.selectors import clearance_of
from exits.services import clearance_open, clearance_withdraw
from exits.types import FROM_FINDINGS
from notifications.services import notify
from providers.selectors import provider_locked
from regulation import registry
from regulation.models import DecisionRecord
from regulation.selectors import rulebook_at
from regulation.services import audit_record
from regulation.types import StandingStep
from violations import selectors
from violations.models import Finding, Measure, YearTally
from violations.rules import PointsFacts
from violations.services.measures import overlay_place
from violations.types import MeasureKind


def step_apply(*, finding: Finding, step: StandingStep, decision: DecisionRecord, actor: Actor, now: datetime) -> None:
    """A tally reached a step below clearance: its freeze and its other measures, within the finding's act (§20(5))."""
    require_transaction()
    if step.freeze_days:
        _step_measure(finding, step, decision, actor, now, kind=MeasureKind.FREEZE, days=step.freeze_days)
    for name in step.measures:
        _step_measure(finding, step, decision, actor, now, kind=MeasureKind.OTHER, name=name)
    for person in selectors.people_of(finding.provider):
        notify(
            recipient=person,
            kind="standing.step",
            subject=f"provider:{finding.provider.number}",
            context={"points": step.points, "days": step.freeze_days},
            now=now,
            link="/console/standing/",
        )


def _step_measure(
    finding: Finding,
    step: StandingStep,
    decision: DecisionRecord,
    actor: Actor,
    now: datetime,
    *,
    kind: MeasureKind,
    name: str = "",
    days: int | None = None,
) -> None:
    # What a tally brought about ends with the tally at the latest: at 24:00 on 31 December.
    year_end = end_of_year(year_of(now))
    until = min(end_of_days(now, days), year_end) if days else year_end
    measure = Measure(finding=finding, kind=kind, name=name, step=step.points, starts_at=now, until=until)
    measure.save()
    overlay_place(measure=measure, decision=decision, actor=actor, now=now)


def clearance_propose(*, finding: Finding, decision: DecisionRecord, actor: Actor, now: datetime) -> None:
    """24 points, or a row that says so: store and products close at once; a second operator confirms the rest
    (§20(4), §24).
    """
    require_transaction()
    clearance_open(
        provider=finding.provider,
        grounds=("24(4)",) if decision.outcome == "clear_out" else ("24(1)",),
        reason=finding.reason,
        reference=finding.case.number,
        decision=decision,
        actor=actor,
        now=now,
    )


def clearance_reconsider(*, finding: Finding, reason: str, actor: Actor, now: datetime) -> None:
    """A finding was overturned: a clearance that its points had brought about is taken back, within the act (19, 24).

    It stands where the points that are left reach 24 by themselves, in the year it was opened or in the present one.
    """
    require_transaction()
    exit_ = clearance_of(finding.provider)
    if exit_ is None or not FROM_FINDINGS.intersection(exit_.grounds):
        return
    records = selectors.points_records(finding.provider_id)
    for at in (exit_.opened_at, now):
        facts = PointsFacts(records=records, at=at)
        if registry.decide("violation.points", facts, rulebook_at(exit_.opened_at)).outcome == "clear_out":
            return
    clearance_withdraw(exit_=exit_, reason=reason, actor=actor, now=now)


@act
def year_close(*, provider: Any, year: int, now: datetime) -> bool:
    """Write down what a provider's points came to in a natural year that has ended (§21). False where it is written.

    Points belong to the year of their finding, so the new year starts at zero by itself; nothing is erased.
    """
    if now < end_of_year(year):
        return False
    provider = provider_locked(provider.pk)
    if selectors.tally_exists(provider.pk, year):
        return False
    points = selectors.points_of_year(provider.pk, year)
    YearTally(provider=provider, year=year, points=points, closed_at=now).save()
    audit_record(
        act="year_close",
        actor=SYSTEM,
        subject=f"provider:{provider.number}",
        before={"year": year, "points": points},
        after={"year": year + 1, "points": selectors.points_of_year(provider.pk, year + 1)},
        now=now,
    )
    for person in selectors.people_of(provider):
        notify(
            recipient=person,
            kind="standing.year_closed",
            subject=f"provider:{provider.number}",
            context={"year": year, "points": points},
            now=now,
            link="/console/standing/",
        )
    return True
