"""What the platform decides: the full price in the guarantee, a finding after it, and what the clocks bring about
(§17).
"""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core.acts import SYSTEM, Actor, act
from orders.models import Order
from refunds.facts import entitled, facts_of, wanted
from refunds.models import RefundRequest
from refunds.services.access import RefundNotNow, locked, note, require_arbitrator, tell_both, text_needed
from refunds.services.negotiating import SETTLED_FIELDS, decided_again, escalate_locked, must_be_open
from refunds.services.paying import pay_back, unhold
from refunds.types import Basis, RefundState, Side
from regulation.models import DecisionRecord
from regulation.services import decision_record
from regulation.types import Decision


@act
def refund_decide_in_full(*, refund: RefundRequest, finding: str = "", actor: Actor, now: datetime) -> RefundRequest:
    """An operator decides a refund of the guarantee on which the two do not agree: the full price goes back (§17(1)).

    Raises RefundNotNow for one asked for after the guarantee: that needs a finding on its reason.
    """
    order, refund = locked(refund.pk)
    require_arbitrator(actor)
    must_be_open(refund)
    _decide_in_full(order, refund, finding.strip()[:5000], actor, now)
    return refund


def _decide_in_full(order: Order, refund: RefundRequest, finding: str, actor: Actor, now: datetime) -> None:
    if not refund.in_guarantee:
        raise RefundNotNow(_("This was asked for after the guarantee: it needs a finding on its reason."))
    before = str(refund.state)
    decision, record = decided_again(order, refund, upheld=False, caused_loss=False, now=now)
    refund.final = record
    # Whoever asked for part of it in the negotiation is still owed the full price where the platform decides.
    refund.decide(
        amount=decision.values["amount"],
        basis=Basis.PLATFORM,
        finding=finding,
        by_id=actor.id,
        now=now,
    )
    refund.save(update_fields=SETTLED_FIELDS)
    note(refund, "decide", actor, now, before={"state": before}, after={"amount": str(refund.amount)}, decision=record)
    tell_both(order, refund, "refund.decided", now, {"because": record.explanation})
    pay_back(order, refund, actor, now)


@act
def refund_uphold(
    *, refund: RefundRequest, finding: str, caused_loss: bool = False, actor: Actor, now: datetime
) -> RefundRequest:
    """An operator of arbitration finds that the reason holds (§17(2)), or that the service caused a loss (§17(3)1).

    What the rules then give is sent back; where they give nothing, the request ends as refused with its clauses.
    """
    order, refund = locked(refund.pk)
    require_arbitrator(actor)
    _needs_finding(refund)
    finding = text_needed(finding, "finding")
    decision, record = decided_again(order, refund, upheld=True, caused_loss=caused_loss, now=now)
    refund.final, refund.reason_upheld, refund.loss_upheld = record, True, caused_loss
    amount = decision.values["amount"] if caused_loss else wanted(refund, decision.values["amount"])
    if amount <= 0:
        _refuse(order, refund, finding, actor, now)
        return refund
    before = str(refund.state)
    refund.decide(amount=amount, basis=Basis.PLATFORM, finding=finding, by_id=actor.id, now=now)
    refund.save(update_fields=SETTLED_FIELDS)
    note(
        refund, "decide", actor, now, before={"state": before},
        after={"amount": str(amount), "upheld": True, "caused_loss": caused_loss, "reason": finding}, decision=record,
    )  # fmt: skip
    tell_both(order, refund, "refund.decided", now, {"because": record.explanation})
    pay_back(order, refund, actor, now)
    return refund


@act
def refund_reject(*, refund: RefundRequest, finding: str, actor: Actor, now: datetime) -> RefundRequest:
    """An operator of arbitration finds that the reason does not hold (§17(2)).

    What the provider's terms promise without a reason is still paid; where they promise nothing, nothing is posted.
    """
    order, refund = locked(refund.pk)
    require_arbitrator(actor)
    _needs_finding(refund)
    finding = text_needed(finding, "finding")
    decision, record = _without_reason(order, refund, now)
    refund.final, refund.reason_upheld = record, False
    amount = wanted(refund, decision.values["amount"])
    if amount <= 0:
        _refuse(order, refund, finding, actor, now)
        return refund
    before = str(refund.state)
    refund.decide(amount=amount, basis=Basis.PLATFORM, finding=finding, by_id=actor.id, now=now)
    refund.save(update_fields=SETTLED_FIELDS)
    note(
        refund, "decide", actor, now, before={"state": before},
        after={"amount": str(amount), "upheld": False, "reason": finding}, decision=record,
    )  # fmt: skip
    tell_both(order, refund, "refund.decided", now, {"because": record.explanation})
    pay_back(order, refund, actor, now)
    return refund


def _needs_finding(refund: RefundRequest) -> None:
    if refund.state != RefundState.ESCALATED:
        raise RefundNotNow(_("Only a refund that was brought to the platform can be decided."))
    if refund.in_guarantee:
        raise RefundNotNow(_("In the guarantee no reason is needed: decide for the full price."))


def _without_reason(order: Order, refund: RefundRequest, now: datetime) -> tuple[Decision, DecisionRecord]:
    """What the request is entitled to where its reason does not hold: the provider's promise, or nothing."""
    facts = facts_of(order, requested_at=refund.requested_at, reason=None)
    decision, terms = entitled(order, facts)
    return decision, decision_record(decision=decision, facts=facts, subject=refund.subject, now=now, terms=terms)


def _refuse(order: Order, refund: RefundRequest, finding: str, actor: Actor, now: datetime) -> None:
    refund.refuse(finding=finding, by_id=actor.id, now=now)
    refund.save(update_fields=SETTLED_FIELDS)
    unhold(order, refund, now)
    note(
        refund, "refuse", actor, now, before={"state": RefundState.ESCALATED},
        after={"upheld": refund.reason_upheld, "reason": finding}, decision=refund.final,
    )  # fmt: skip
    assert refund.final is not None
    tell_both(order, refund, "refund.refused", now, {"finding": finding, "because": refund.final.explanation})


@act
def refund_reply_lapse(*, refund_id: int, now: datetime) -> bool:
    """The provider did not answer in its hours: the platform takes the refund up (§17(1)). False where it answered."""
    order, refund = locked(refund_id)
    if refund.state != RefundState.NEGOTIATING or refund.replied_at is not None:
        return False
    if refund.reply_due_at is None or refund.reply_due_at > now:
        return False
    escalate_locked(order, refund, Side.PLATFORM, SYSTEM, now)
    return True


@act
def refund_negotiation_lapse(*, refund_id: int, now: datetime) -> bool:
    """The days of negotiation are over without agreement (§17(1)): in the guarantee the full price goes back by
    itself; after it
    an operator has to find whether the reason holds. False where nothing is due (any more).
    """
    order, refund = locked(refund_id)
    if refund.decide_due_at is None or refund.decide_due_at > now:
        return False
    if refund.in_guarantee and refund.state in {RefundState.NEGOTIATING, RefundState.ESCALATED}:
        _decide_in_full(order, refund, "", SYSTEM, now)
        return True
    if refund.state == RefundState.NEGOTIATING:
        escalate_locked(order, refund, Side.PLATFORM, SYSTEM, now)
        return True
    return False
