"""The measures of a finding (§20): laid over the store, taken from the deposit, and taken back as new entries."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.types import Role
from catalog.models import Product
from catalog.services import product_restrict, product_restriction_lift
from catalog.types import RestrictionKind as ProductRestrictionKind
from core.acts import SYSTEM, Actor, act, require_transaction
from core.errors import NotAllowed
from core.money import ZERO, yuan
from core.periods import end_of_days
from deposits.selectors import deduction_by_key
from deposits.services import deduction_reverse, deposit_deduct
from orders.models import Order
from orders.services import compensation_pay
from providers.services import require_role, restriction_lift, restriction_place
from providers.types import RestrictionKind
from regulation.models import DecisionRecord
from regulation.services import audit_record
from regulation.types import Text
from violations import selectors
from violations.measures import Penalty
from violations.models import Finding, Measure
from violations.types import MeasureKind, MeasureState

# Measures that lay something over the provider for as long as the finding's freeze, or until an operator lifts them.
OVERLAYS = {
    "no_new_listings": RestrictionKind.NO_NEW_LISTINGS,
    "suspend_orders": RestrictionKind.NO_NEW_ORDERS,
    "hold_payout": RestrictionKind.PAYOUT_HELD,
    "mute_messages_7_days": RestrictionKind.MESSAGING_MUTED,
    "lower_ranking": RestrictionKind.DISPLAY_LOWERED,
    "limit_categories": RestrictionKind.CATEGORIES_LIMITED,
}
OVERLAY_DAYS = {"mute_messages_7_days": 7}


def measures_apply(
    *,
    finding: Finding,
    cost: Penalty,
    compensation: Decimal | None,
    decision: DecisionRecord,
    actor: Actor,
    now: datetime,
) -> None:
    """Bring about what a finding costs, within its act: points, freeze, deduction, compensation, others (§20)."""
    require_transaction()
    if cost.points:
        _measure(finding, MeasureKind.POINTS, now, points=cost.points)
    if cost.freeze is not None:
        _freeze(finding, cost, decision, actor, now)
    if cost.deduction > ZERO:
        _deduct(finding, cost.deduction, decision, actor, now)
    if compensation:
        _compensate(finding, yuan(compensation), decision, actor, now)
    for name in cost.measures:
        days = OVERLAY_DAYS.get(name)
        measure = _measure(finding, MeasureKind.OTHER, now, name=name, until=end_of_days(now, days) if days else None)
        if name in OVERLAYS:
            overlay_place(measure=measure, decision=decision, actor=actor, now=now)


def _measure(finding: Finding, kind: MeasureKind, now: datetime, **values: Any) -> Measure:
    measure = Measure(finding=finding, kind=kind, starts_at=now, **values)
    measure.save()
    return measure


def _product_of(finding: Finding) -> Product:
    """The product that a freeze of a product is about: a penalty names none where the case has none."""
    assert finding.case.product is not None
    return finding.case.product


def _order_of(finding: Finding) -> Order:
    """The order whose buyer is compensated: a finding without one names no compensation."""
    assert finding.case.order is not None
    return finding.case.order


def reference(finding: Finding) -> str:
    """What names a finding's restrictions and deductions."""
    return f"finding:{finding.pk}"


def _freeze(finding: Finding, cost: Penalty, decision: DecisionRecord, actor: Actor, now: datetime) -> None:
    assert cost.freeze is not None
    until = end_of_days(now, cost.freeze.days) if cost.freeze.days else None
    if cost.freeze.scope == "product":
        _measure(finding, MeasureKind.PRODUCT_FREEZE, now, until=until, reference=reference(finding))
        product_restrict(
            product=_product_of(finding),
            kind=ProductRestrictionKind.FROZEN,
            reason=finding.reason,
            reference=reference(finding),
            until=until,
            actor=actor,
            now=now,
        )
        return
    publishing = cost.freeze.scope == "publishing"
    kind = MeasureKind.PUBLISHING_FREEZE if publishing else MeasureKind.FREEZE
    measure = _measure(finding, kind, now, until=until, reference=reference(finding))
    overlay_place(measure=measure, decision=decision, actor=actor, now=now)


def overlay_kind(measure: Measure) -> RestrictionKind | None:
    """The restriction that a measure lays over its provider, or None where it lays none."""
    if measure.kind == MeasureKind.FREEZE:
        return RestrictionKind.FROZEN
    if measure.kind == MeasureKind.PUBLISHING_FREEZE:
        return RestrictionKind.NO_NEW_LISTINGS
    return OVERLAYS.get(measure.name)


def overlay_place(*, measure: Measure, decision: DecisionRecord, actor: Actor, now: datetime) -> None:
    """Lay a measure over its provider, within an act; it lifts by itself at the measure's end (§20(2))."""
    kind = overlay_kind(measure)
    if kind is None:
        return
    restriction_place(
        provider=measure.finding.provider,
        kind=kind,
        reference=f"measure:{measure.pk}",
        reason=Text(f"违规认定 {measure.finding.case.number}", f"Finding {measure.finding.case.number}"),
        until=measure.until,
        clauses=("20(2)",) if measure.kind == MeasureKind.FREEZE else ("20(5)",),
        decision=decision,
        actor=actor,
        now=now,
    )


def _deduct(finding: Finding, amount: Decimal, decision: DecisionRecord, actor: Actor, now: datetime) -> None:
    key = f"{reference(finding)}:deduction"
    deposit_deduct(
        provider=finding.provider,
        amount=amount,
        kind="penalty",
        reason=Text(f"违规认定 {finding.case.number}", f"Finding {finding.case.number}"),
        reference=finding.case.number,
        recipient_account="penalties:platform",
        decision=decision,
        key=key,
        actor=actor,
        now=now,
    )
    _measure(finding, MeasureKind.DEDUCTION, now, amount=amount, reference=key)


def _compensate(finding: Finding, amount: Decimal, decision: DecisionRecord, actor: Actor, now: datetime) -> None:
    """What the buyer lost: out of what the provider is owed, then out of its deposit; no penalty (§11(2)2, §11(3)3)."""
    key = f"{reference(finding)}:compensation"
    compensation_pay(
        order=_order_of(finding),
        amount=amount,
        reason=Text(f"违规认定 {finding.case.number} 的赔付", f"Compensation of finding {finding.case.number}"),
        cause=key,
        decision=decision,
        actor=actor,
        now=now,
    )
    _measure(finding, MeasureKind.COMPENSATION, now, amount=amount, reference=key)


@act
def measure_end(*, measure_id: int, now: datetime, actor: Actor) -> bool:
    """A measure's time is over: what it laid over the store is lifted by itself (§20(2)). False where it is not due."""
    measure = selectors.measure_locked(measure_id)
    if measure.state != MeasureState.IN_FORCE or measure.until is None or now < measure.until:
        return False
    _lift(measure, actor, now)
    measure.end(now=now)
    measure.save()
    _audit(measure, "measure_end", actor, now)
    return True


@act
def measure_lift(*, measure: Measure, reason: str, actor: Actor, now: datetime) -> Measure:
    """An operator ends a measure that lasts until what was wrong has been mended (§20)."""
    measure = selectors.measure_locked(measure.pk)
    require_role(actor, Role.OPERATIONS, measure.finding.provider)
    if measure.state != MeasureState.IN_FORCE:
        raise NotAllowed(_("This measure is over."))
    _lift(measure, actor, now)
    measure.end(now=now)
    measure.save()
    _audit(measure, "measure_lift", actor, now, reason=reason)
    return measure


def measures_reverse(*, finding: Finding, decision: DecisionRecord, actor: Actor, now: datetime) -> None:
    """Take back every measure of an overturned finding, within its act: new entries, nothing is erased (§19)."""
    require_transaction()
    for measure in selectors.measures_to_reverse(finding):
        if measure.kind in {MeasureKind.DEDUCTION, MeasureKind.COMPENSATION}:
            if measure.kind == MeasureKind.COMPENSATION:
                # The buyer keeps what was paid: it was for the loss, and no penalty.
                continue
            deduction_reverse(
                deduction=deduction_by_key(measure.reference),
                reason=finding.case.number,
                decision=decision,
                actor=actor,
                now=now,
            )
        elif measure.state == MeasureState.IN_FORCE:
            _lift(measure, actor, now)
        measure.reverse(now=now)
        measure.save()


def steps_reverse(*, provider: Any, points: int, actor: Actor, now: datetime) -> None:
    """Take back the measures of steps that a tally no longer reaches after an appeal, within its act (19, §20(5))."""
    require_transaction()
    for measure in selectors.steps_above(provider, points):
        _lift(measure, actor, now)
        measure.reverse(now=now)
        measure.save()


def _lift(measure: Measure, actor: Actor, now: datetime) -> None:
    if measure.kind == MeasureKind.PRODUCT_FREEZE:
        # It falls with its measure, whoever ended that: who decides appeals need not review listings.
        product_restriction_lift(
            product=_product_of(measure.finding),
            kind=ProductRestrictionKind.FROZEN,
            reference=reference(measure.finding),
            reason=measure.finding.case.number,
            actor=SYSTEM,
            now=now,
        )
        return
    kind = overlay_kind(measure)
    if kind is not None:
        restriction_lift(
            provider=measure.finding.provider,
            kind=kind,
            reference=f"measure:{measure.pk}",
            reason=measure.finding.case.number,
            actor=actor,
            now=now,
        )


def _audit(measure: Measure, act_name: str, actor: Actor, now: datetime, **after: Any) -> None:
    audit_record(
        act=act_name,
        actor=actor,
        subject=f"case:{measure.finding.case.number}",
        before={"measure": measure.kind, "state": MeasureState.IN_FORCE},
        after={"state": measure.state, **after},
        now=now,
    )
