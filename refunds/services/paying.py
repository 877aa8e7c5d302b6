"""Sending the money of a settled refund back (§17(5), §9(6)2)."""

from datetime import datetime

from core.acts import SYSTEM, Actor, require_transaction
from deposits.types import DeductionKind
from orders.models import Order
from orders.selectors import order_by_number
from orders.services import Recovery, hold_lift, order_refund_apply
from orders.types import HoldReason
from payments.models import Payback
from refunds.models import RefundFunding, RefundOffer, RefundRequest
from refunds.services.access import note, tell_both, tell_buyer, tell_provider
from refunds.types import OfferState, RefundState
from regulation.types import Text
from settlements.types import ItemKind

PURPOSE = "refund"


def pay_back(order: Order, refund: RefundRequest, actor: Actor, now: datetime) -> None:
    """Send a locked refund's amount back to the buyer: from escrow where it is still there, otherwise recovered from
    the provider.

    Part of the act that settled it; the pay-back carries the refund's number as its key, so it happens once.
    """
    require_transaction()
    assert refund.final is not None
    offers_lapse(refund, now)
    recovery = Recovery(
        cause=refund.number,
        reason=Text(f"退款 {refund.number}（订单 {order.number}）", f"Refund {refund.number} (order {order.number})"),
        decision=refund.final,
        deduction=DeductionKind.REFUND,
        item=ItemKind.RECOVERY,
    )
    # Lifted first: what is left of the order may then go on its way.
    hold_lift(order=order, reason=HoldReason.REFUND, cause=refund.number, now=now)
    done = order_refund_apply(
        order=order,
        amount=refund.amount,
        in_guarantee=refund.in_guarantee,
        recovery=recovery,
        purpose=PURPOSE,
        actor=actor,
        now=now,
    )
    RefundFunding.objects.bulk_create(
        RefundFunding(refund=refund, source=share.source, amount=share.amount, taken_at=now) for share in done.shares
    )
    refund.pay_back(payback_id=done.payback.pk, fee_returned=done.fee_returned, now=now)
    refund.save(update_fields=["state", "payback", "fee_returned", "paying_at"])
    note(
        refund,
        "pay_back",
        actor,
        now,
        after={
            "amount": str(refund.amount),
            "payback": done.payback.number,
            "from": {share.source: str(share.amount) for share in done.shares},
            "fee_returned": str(done.fee_returned),
        },
        decision=refund.final,
    )
    tell_both(order, refund, "refund.paying_back", now)


def offers_lapse(refund: RefundRequest, now: datetime) -> None:
    """Offers that are still open mean nothing any more. Part of the act that settles the refund."""
    for offer in RefundOffer.objects.select_for_update(no_key=True, of=("self",)).filter(
        refund=refund, state=OfferState.OFFERED
    ):
        offer.lapse(now=now)
        offer.save(update_fields=["state", "ended_at"])


def refund_arrived(payback: Payback, now: datetime) -> None:
    """The gateway has paid a refund back (called by payments in its own act)."""
    refund = RefundRequest.objects.select_for_update(no_key=True, of=("self",)).filter(number=payback.reference).first()
    if refund is None or refund.state != RefundState.PAYING_BACK:
        return
    refund.arrive(now=now)
    refund.save(update_fields=["state", "paid_back_at"])
    note(refund, "arrive", SYSTEM, now, after={"amount": str(refund.amount), "payback": payback.number})
    order = order_by_number(refund.order.number)
    tell_buyer(order, refund, "refund.arrived", now)
    tell_provider(order, refund, "refund.arrived", now)


def unhold(order: Order, refund: RefundRequest, now: datetime) -> None:
    """A refund that came to nothing no longer keeps the money. Part of an act."""
    offers_lapse(refund, now)
    hold_lift(order=order, reason=HoldReason.REFUND, cause=refund.number, now=now)
