"""The room of a refund: answers, offers that both sign, and what is said (§17(1), §17(2), §11(2)3)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import IO

from django.utils.translation import gettext_lazy as _

from core.acts import SYSTEM, Actor, act
from core.errors import InvalidInput, NotAllowed
from orders.models import Order
from refunds.facts import entitled, facts_judged, wanted
from refunds.models import RefundMessage, RefundOffer, RefundRequest
from refunds.services.access import (
    RefundNotFound,
    RefundNotNow,
    files_keep,
    locked,
    note,
    require_provider,
    side_of,
    tell_buyer,
    tell_provider,
    text_needed,
)
from refunds.services.asking import agreement_recorded, tell_escalated
from refunds.services.paying import pay_back, unhold
from refunds.types import OfferState, RefundState, Side
from regulation.models import DecisionRecord
from regulation.services import decision_record
from regulation.types import Decision

OPEN_STATES = frozenset({RefundState.NEGOTIATING, RefundState.ESCALATED})
SETTLED_FIELDS = [
    "state", "amount", "basis", "finding", "reply", "replied_at", "settled_by", "settled_at", "reason_upheld",
    "loss_upheld", "final",
]  # fmt: skip


class OwnSignature(NotAllowed):
    """Whoever offers has signed already; the other side signs."""

    code = "own_signature"


def must_be_open(refund: RefundRequest) -> None:
    """Raise RefundNotNow where nothing is to be settled any more."""
    if refund.state not in OPEN_STATES:
        raise RefundNotNow(_("This refund is not open any more."))


def decided_again(
    order: Order, refund: RefundRequest, *, upheld: bool, caused_loss: bool, now: datetime
) -> tuple[Decision, DecisionRecord]:
    """What the request is entitled to once its reason was judged, by the rulebook of the request (§17(2), §17(3)1).
    Recorded.
    """
    facts = facts_judged(order, refund, upheld=upheld, caused_loss=caused_loss)
    decision, terms = entitled(order, facts)
    record = decision_record(decision=decision, facts=facts, subject=refund.subject, now=now, terms=terms)
    return decision, record


@act
def refund_accept(*, refund: RefundRequest, reply: str = "", actor: Actor, now: datetime) -> RefundRequest:
    """The provider agrees: in the guarantee to what was asked for, after it that the reason holds (§17(1), §17(2)).

    What the rules then give is sent back at once. Where an upheld reason gives nothing (a one-off purchase, no
    promise), the request
    ends as refused and the provider may still offer something by agreement beforehand.
    """
    order, refund = locked(refund.pk)
    require_provider(order, actor)
    must_be_open(refund)
    before = str(refund.state)
    decision, record = decided_again(order, refund, upheld=bool(refund.reason), caused_loss=refund.claims_loss, now=now)
    refund.final = record
    refund.reason_upheld = True if refund.reason else None
    refund.loss_upheld = refund.claims_loss
    amount = wanted(refund, decision.values["amount"])
    refund.accept(amount=amount, reply=reply.strip()[:5000], by_id=actor.id, now=now)
    refund.save(update_fields=SETTLED_FIELDS)
    note(refund, "accept", actor, now, before={"state": before}, after={"amount": str(amount)}, decision=record)
    if amount > 0:
        tell_buyer(order, refund, "refund.accepted", now)
        pay_back(order, refund, actor, now)
        return refund
    refund.refuse(finding="", by_id=actor.id, now=now)
    refund.save(update_fields=["state", "finding", "settled_by", "settled_at"])
    unhold(order, refund, now)
    note(refund, "refuse", SYSTEM, now, decision=record)
    tell_buyer(order, refund, "refund.not_refundable", now, {"because": record.explanation})
    return refund


@act
def refund_dispute(
    *, refund: RefundRequest, reply: str, files: Sequence[IO[bytes]] = (), actor: Actor, now: datetime
) -> RefundRequest:
    """The provider answers that it does not agree, and why. The two go on negotiating until the platform decides
    (§17(1)).
    """
    order, refund = locked(refund.pk)
    require_provider(order, actor)
    must_be_open(refund)
    reply = text_needed(reply, "reply")
    assert actor.id is not None
    refund.reply, refund.replied_at = reply, refund.replied_at or now
    refund.save(update_fields=["reply", "replied_at"])
    message = RefundMessage.objects.create(
        refund=refund, side=Side.PROVIDER, author_id=actor.id, text=reply, said_at=now
    )
    files_keep(refund=refund, message=message, side=Side.PROVIDER, files=files, by_id=actor.id, now=now)
    note(refund, "dispute", actor, now, after={"reason": reply, "files": len(files)})
    tell_buyer(order, refund, "refund.disputed", now, {"reply": reply, "decide_at": refund.decide_due_at})
    return refund


@act
def refund_escalate(*, refund: RefundRequest, actor: Actor, now: datetime) -> RefundRequest:
    """One of the two asks the platform to decide (§17(1))."""
    order, refund = locked(refund.pk)
    side = side_of(order, actor)
    if side == Side.PLATFORM:
        raise RefundNotFound
    if refund.state != RefundState.NEGOTIATING:
        raise RefundNotNow(_("Only a refund that is being negotiated can be brought to the platform."))
    escalate_locked(order, refund, side, actor, now)
    return refund


def escalate_locked(order: Order, refund: RefundRequest, side: str, actor: Actor, now: datetime) -> None:
    """Bring a locked refund before the platform. Part of an act."""
    refund.escalate(side=side, now=now)
    refund.save(update_fields=["state", "escalated_at", "escalated_by"])
    note(refund, "escalate", actor, now, before={"state": RefundState.NEGOTIATING}, after={"side": side})
    tell_escalated(order, refund, now)


@act
def refund_offer(
    *, refund: RefundRequest, amount: Decimal, statement: str = "", actor: Actor, now: datetime
) -> RefundOffer:
    """Offer to settle for `amount` yuan; signed by whoever offers, binding when the other signs (§17(1)).

    It takes the place of an open offer. A provider's first offer counts as its answer. Raises InvalidInput for an
    amount not above zero
    or above what is left of the price.
    """
    order, refund = locked(refund.pk)
    side = side_of(order, actor)
    if side == Side.PLATFORM:
        raise RefundNotFound
    must_be_open(refund)
    if amount <= 0 or amount > order.left or amount != amount.quantize(Decimal("0.01")):
        raise InvalidInput(
            _("The amount must be above zero and no more than what is left of the price."), field="amount"
        )
    for earlier in RefundOffer.objects.select_for_update(no_key=True, of=("self",)).filter(
        refund=refund, state=OfferState.OFFERED
    ):
        earlier.withdraw(now=now)
        earlier.save(update_fields=["state", "ended_at"])
    assert actor.id is not None
    offer = RefundOffer.objects.create(
        refund=refund,
        amount=amount,
        statement=statement.strip()[:2000],
        side=side,
        offered_by_id=actor.id,
        offered_at=now,
        buyer_signed_at=now if side == Side.BUYER else None,
        provider_signed_at=now if side == Side.PROVIDER else None,
    )
    if side == Side.PROVIDER and refund.replied_at is None:
        refund.replied_at = now
        refund.save(update_fields=["replied_at"])
    note(refund, "offer", actor, now, after={"offer": offer.pk, "amount": str(amount), "side": side})
    _tell_other(order, refund, side, "refund.offered", offer, now)
    return offer


def _tell_other(order: Order, refund: RefundRequest, side: str, kind: str, offer: RefundOffer, now: datetime) -> None:
    context = {"offered": offer.amount, "statement": offer.statement or "—"}
    (tell_provider if side == Side.BUYER else tell_buyer)(order, refund, kind, now, context)


def _offer_locked(offer: RefundOffer, actor: Actor) -> tuple[Order, RefundRequest, RefundOffer, Side]:
    order, refund = locked(offer.refund_id)
    side = side_of(order, actor)
    if side == Side.PLATFORM:
        raise RefundNotFound
    found = RefundOffer.objects.select_for_update(no_key=True, of=("self",)).get(pk=offer.pk)
    if found.state != OfferState.OFFERED or refund.state not in OPEN_STATES:
        raise RefundNotNow(_("This offer is not open any more."))
    return order, refund, found, side


@act
def refund_offer_sign(*, offer: RefundOffer, actor: Actor, now: datetime) -> RefundRequest:
    """The other side signs: the amount is agreed and sent back at once (§17(1))."""
    order, refund, offer, side = _offer_locked(offer, actor)
    if side == offer.side:
        raise OwnSignature(_("Your side has signed already; the other side has to sign."))
    offer.sign(by_id=actor.id, now=now)
    offer.save(update_fields=["state", "buyer_signed_at", "provider_signed_at", "answered_by", "ended_at"])
    before = str(refund.state)
    refund.final = agreement_recorded(order, offer.amount, refund.number, now)
    refund.agree(amount=offer.amount, by_id=actor.id, now=now)
    refund.save(update_fields=SETTLED_FIELDS)
    note(
        refund, "agree", actor, now, before={"state": before}, after={"amount": str(offer.amount)},
        decision=refund.final,
    )  # fmt: skip
    _tell_other(order, refund, side, "refund.agreed", offer, now)
    pay_back(order, refund, actor, now)
    return refund


@act
def refund_offer_decline(*, offer: RefundOffer, actor: Actor, now: datetime) -> RefundOffer:
    """The other side does not sign; the negotiation goes on."""
    order, refund, offer, side = _offer_locked(offer, actor)
    if side == offer.side:
        raise OwnSignature(_("Take your own offer back instead."))
    offer.decline(by_id=actor.id, now=now)
    offer.save(update_fields=["state", "answered_by", "ended_at"])
    note(refund, "offer_decline", actor, now, after={"offer": offer.pk})
    _tell_other(order, refund, side, "refund.offer_declined", offer, now)
    return offer


@act
def refund_offer_withdraw(*, offer: RefundOffer, actor: Actor, now: datetime) -> RefundOffer:
    """Whoever offered takes it back."""
    _order, refund, offer, side = _offer_locked(offer, actor)
    if side != offer.side:
        raise OwnSignature(_("Only the side that offered can take it back."))
    offer.withdraw(now=now)
    offer.save(update_fields=["state", "ended_at"])
    note(refund, "offer_withdraw", actor, now, after={"offer": offer.pk})
    return offer


@act
def refund_say(
    *, refund: RefundRequest, text: str, files: Sequence[IO[bytes]] = (), actor: Actor, now: datetime
) -> RefundMessage:
    """Say something in the room, with evidence: buyer, provider or an operator of arbitration. Never changed."""
    order, refund = locked(refund.pk)
    side = side_of(order, actor)
    must_be_open(refund)
    assert actor.id is not None
    message = RefundMessage.objects.create(
        refund=refund, side=side, author_id=actor.id, text=text_needed(text, "text"), said_at=now
    )
    files_keep(refund=refund, message=message, side=side, files=files, by_id=actor.id, now=now)
    note(refund, "say", actor, now, after={"message": message.pk, "side": side, "files": len(files)})
    context = {"text": message.text}
    if side != Side.BUYER:
        tell_buyer(order, refund, "refund.said", now, context)
    if side != Side.PROVIDER:
        tell_provider(order, refund, "refund.said", now, context)
    return message
