"""A deduction that both sign where the buyer changes or ends a service early (§11(2)3). Never imposed."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from core.acts import Actor, act
from core.errors import InvalidInput, NotAllowed
from core.references import new_number
from orders import reactions
from orders.models import DeductionOffer, Order, OrderHold
from orders.services.access import (
    NotNow,
    OrderNotFound,
    order_locked,
    required_text,
    side_of,
    tell_buyer,
    tell_provider,
)
from orders.services.releasing import order_terminate
from orders.types import RUNNING, HoldReason, OfferState, Side
from providers.types import Permission
from regulation.services import audit_record


class OwnSignature(NotAllowed):
    """Whoever offers has signed already; the other side signs."""

    code = "own_signature"


def _told(order: Order, side: Side, kind: str, offer: DeductionOffer, now: datetime) -> None:
    """Tell the side that did not act."""
    context = {
        "offer": offer.number,
        "kept": offer.amount,
        "rest": order.left - offer.amount,
        "statement": offer.statement,
    }
    if side == Side.BUYER:
        tell_provider(order, kind, now, context, permission=Permission.REFUNDS)
    else:
        tell_buyer(order, kind, now, context)


def _note(order: Order, act_name: str, offer: DeductionOffer, actor: Actor, before: str, now: datetime) -> None:
    audit_record(
        act=f"orders.{act_name}",
        actor=actor,
        subject=order.subject,
        before={"state": before} if before else {},
        after={"offer": offer.number, "state": offer.state, "amount": str(offer.amount)},
        now=now,
    )


@act
def deduction_offer(*, order: Order, amount: Decimal, statement: str, actor: Actor, now: datetime) -> DeductionOffer:
    """Offer to end a service early, the provider keeping `amount` yuan for what it has cost and the rest going back
    (§11(2)3).

    Either side may; it counts as signed by whoever offers. Raises NotNow outside the guarantee of a service,
    InvalidInput for an amount
    that is not above zero and below the price.
    """
    order = order_locked(order.pk)
    side = side_of(order, actor, Permission.REFUNDS)
    if not order.is_service or order.state not in RUNNING:
        raise NotNow(_("Only a service that is being worked on can be ended early by agreement."), clauses=("11(2)3",))
    if OrderHold.objects.filter(order=order, reason=HoldReason.REFUND, lifted_at__isnull=True).exists():
        raise NotNow(_("A refund is open for this order: agree on the amount there."))
    if order.deduction_offers.filter(state=OfferState.OFFERED).exists():
        raise NotNow(_("An offer is open already."))
    if amount <= 0 or amount >= order.left or amount != amount.quantize(Decimal("0.01")):
        raise InvalidInput(_("The amount must be above zero and below what was paid."), field="amount")
    assert actor.id is not None
    offer = DeductionOffer.objects.create(
        number=new_number("N", now),
        order=order,
        amount=amount,
        statement=required_text(statement, "statement"),
        offered_side=side,
        offered_by_id=actor.id,
        offered_at=now,
        buyer_signed_at=now if side == Side.BUYER else None,
        provider_signed_at=now if side == Side.PROVIDER else None,
    )
    _note(order, "deduction_offer", offer, actor, "", now)
    _told(order, side, "deduction.offered", offer, now)
    return offer


def _locked(offer: DeductionOffer) -> tuple[Order, DeductionOffer]:
    order = order_locked(offer.order_id)
    found = DeductionOffer.objects.select_for_update(no_key=True, of=("self",)).filter(pk=offer.pk).first()
    if found is None:
        raise OrderNotFound
    if found.state != OfferState.OFFERED:
        raise NotNow(_("This offer is not open any more."))
    return order, found


@act
def deduction_sign(*, offer: DeductionOffer, actor: Actor, now: datetime) -> DeductionOffer:
    """The other side signs: the rest goes back to the buyer at once, the order ends, the provider is owed what it
    keeps (§11(2)3).
    """
    order, offer = _locked(offer)
    side = side_of(order, actor, Permission.REFUNDS)
    if side == offer.offered_side:
        raise OwnSignature(_("Your side has signed already; the other side has to sign."), clauses=("11(2)3",))
    if order.state not in RUNNING or offer.amount >= order.left:
        raise NotNow(_("Only a service that is being worked on can be ended early by agreement."), clauses=("11(2)3",))
    if OrderHold.objects.filter(order=order, reason=HoldReason.REFUND, lifted_at__isnull=True).exists():
        raise NotNow(_("A refund is open for this order: agree on the amount there."))
    offer.sign(side=side, by_id=actor.id, now=now)
    offer.save(update_fields=["state", "buyer_signed_at", "provider_signed_at", "signed_by", "ended_at"])
    _note(order, "deduction_sign", offer, actor, OfferState.OFFERED, now)
    _told(order, side, "deduction.signed", offer, now)
    reactions.deduction_agreed(offer, actor, now)
    order_terminate(order=order, reason=offer.number, actor=actor, now=now)
    return offer


@act
def deduction_decline(*, offer: DeductionOffer, reason: str = "", actor: Actor, now: datetime) -> DeductionOffer:
    """The other side does not sign; everything stays as it was."""
    order, offer = _locked(offer)
    side = side_of(order, actor, Permission.REFUNDS)
    if side == offer.offered_side:
        raise OwnSignature(_("Take your own offer back instead."))
    offer.decline(reason=reason.strip()[:500], now=now)
    offer.save(update_fields=["state", "end_reason", "ended_at"])
    _note(order, "deduction_decline", offer, actor, OfferState.OFFERED, now)
    _told(order, side, "deduction.declined", offer, now)
    return offer


@act
def deduction_withdraw(*, offer: DeductionOffer, actor: Actor, now: datetime) -> DeductionOffer:
    """Whoever offered takes it back; everything stays as it was."""
    order, offer = _locked(offer)
    side = side_of(order, actor, Permission.REFUNDS)
    if side != offer.offered_side:
        raise OwnSignature(_("Only the side that offered can take it back."))
    offer.withdraw(now=now)
    offer.save(update_fields=["state", "ended_at"])
    _note(order, "deduction_withdraw", offer, actor, OfferState.OFFERED, now)
    _told(order, side, "deduction.withdrawn", offer, now)
    return offer
