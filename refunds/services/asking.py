"""Asking for money back (§17): what the rules give at once runs by itself, the rest is negotiated."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import IO, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from core.acts import SYSTEM, Actor, act
from core.errors import InvalidInput
from core.periods import end_of_days
from core.references import new_number
from orders.models import Order
from orders.selectors import order_locked
from orders.services import hold_place
from orders.types import HoldReason, OrderState
from refunds.facts import RULE, entitled, facts_of
from refunds.models import RefundRequest
from refunds.rules import Reason
from refunds.services.access import (
    RefundNotNow,
    files_keep,
    locked,
    note,
    require_buyer,
    tell_both,
    tell_buyer,
    tell_operators,
    tell_provider,
    text_needed,
)
from refunds.services.paying import pay_back, unhold
from refunds.types import MOVING, OPEN, Basis, Origin, RefundState, Side
from regulation.models import DecisionRecord
from regulation.selectors import rulebook_for
from regulation.services import decision_record
from regulation.types import Decision, Text, cite, money

REFUNDABLE = frozenset({OrderState.PAID, OrderState.IN_SERVICE, OrderState.COMPLETED, OrderState.CLOSED})


class RefundOpen(RefundNotNow):
    """Another refund of the same order is open."""

    code = "refund_open"


@act
def refund_request(
    *,
    order: Order,
    reason: Reason | None,
    statement: str = "",
    amount_asked: Decimal | None = None,
    claims_loss: bool = False,
    files: Sequence[IO[bytes]] = (),
    actor: Actor,
    now: datetime,
) -> RefundRequest:
    """The buyer asks for money back; what that is entitled to is decided by the rulebook of this moment (§17).

    An application in its guarantee and what the provider's terms promise are paid back at once. A service in its
    guarantee is negotiated
    first (§17(1)), a reason after the guarantee is for the provider to accept or the platform to find (§17(2)). Where
    the rules give
    nothing, the request ends as refused with its clauses, and nothing is posted. Raises RefundOpen, RefundNotNow,
    InvalidInput.
    """
    order = order_locked(order.pk)
    require_buyer(order, actor)
    if order.state not in REFUNDABLE or order.is_free:
        raise RefundNotNow(_("Nothing was paid for this order that could be refunded."))
    if RefundRequest.objects.filter(order=order, state__in=sorted(OPEN | MOVING)).exists():
        raise RefundOpen(_("A refund is open for this order. Wait until it is settled and paid back."))
    statement = statement.strip()
    if reason is not None:
        statement = text_needed(statement, "statement")
    if claims_loss and reason is None:
        raise InvalidInput(_("Say in what the service failed, and what loss it caused."), field="reason")
    if amount_asked is not None and (
        amount_asked <= 0 or amount_asked > order.left or amount_asked != amount_asked.quantize(Decimal("0.01"))
    ):
        raise InvalidInput(
            _("The amount must be above zero and no more than what is left of the price."), field="amount_asked"
        )
    facts = facts_of(order, requested_at=now, reason=reason)
    decision, terms = entitled(order, facts)
    if decision.outcome == "already_refunded":
        raise RefundNotNow(_("Nothing is left of the price to pay back."), decision=decision)
    number = new_number("R", now)
    record = decision_record(decision=decision, facts=facts, subject=f"refund:{number}", now=now, terms=terms)
    refund = _new(
        order,
        number=number,
        reason=reason or "",
        statement=statement[:5000],
        claims_loss=claims_loss,
        amount_asked=amount_asked,
        in_guarantee=order.in_guarantee(now),
        requested_by_id=actor.id,
        requested_at=now,
        rulebook=decision.rulebook,
        decision=record,
    )
    _take_up(order, refund, decision, terms, now)
    _save_new(refund)
    assert actor.id is not None
    files_keep(refund=refund, message=None, side=Side.BUYER, files=files, by_id=actor.id, now=now)
    note(
        refund,
        "request",
        actor,
        now,
        after={
            "order": order.number,
            "reason": refund.reason,
            "asked": None if amount_asked is None else str(amount_asked),
            "outcome": decision.outcome,
            "files": len(files),
            "statement": refund.statement,
        },
        decision=record,
    )
    _go_on(order, refund, now)
    return refund


def _new(order: Order, **fields: Any) -> RefundRequest:
    return RefundRequest(order=order, buyer_id=order.buyer_id, provider_id=order.provider_id, **fields)


def _save_new(refund: RefundRequest) -> None:
    try:
        with transaction.atomic():
            refund.save(force_insert=True)
    except IntegrityError as error:
        if "refund_one_open" not in str(error):
            raise
        raise RefundOpen(_("A refund is open for this order. Wait until it is settled and paid back.")) from error


def _take_up(order: Order, refund: RefundRequest, decision: Decision, terms: dict[str, Any], now: datetime) -> None:
    """Where a new request goes first, by what it is entitled to."""
    amount = decision.values["amount"]
    if decision.outcome == "not_refundable":
        refund.refuse(finding="", by_id=None, now=now)
        refund.final = refund.decision
        return
    negotiated = decision.outcome == "needs_finding" or (order.is_service and refund.in_guarantee)
    if not negotiated:
        asked = amount if refund.amount_asked is None else min(refund.amount_asked, amount)
        refund.final = refund.decision
        refund.decide(amount=asked, basis=Basis.ENTITLED, finding="", by_id=None, now=now)
        return
    rulebook = rulebook_for(now, terms)
    refund.negotiate(
        reply_due_at=now + timedelta(hours=rulebook.parameter("refund.reply_hours")),
        decide_due_at=end_of_days(now, rulebook.parameter("refund.negotiation_days")),
    )


def _go_on(order: Order, refund: RefundRequest, now: datetime) -> None:
    if refund.state == RefundState.REFUSED:
        note(refund, "refuse", SYSTEM, now, decision=refund.decision)
        tell_buyer(order, refund, "refund.not_refundable", now, {"because": refund.decision.explanation})
        return
    if refund.state == RefundState.DECIDED:
        note(refund, "decide", SYSTEM, now, after={"amount": str(refund.amount)}, decision=refund.decision)
        pay_back(order, refund, SYSTEM, now)
        return
    hold_place(order=order, reason=HoldReason.REFUND, cause=refund.number, now=now)
    tell_provider(
        order,
        refund,
        "refund.requested",
        now,
        {
            "due_at": refund.reply_due_at,
            "asked": refund.amount_asked or order.left,
            "statement": refund.statement or "—",
        },
    )


@act
def refund_withdraw(*, refund: RefundRequest, actor: Actor, now: datetime) -> RefundRequest:
    """The buyer takes a request back before it was settled; only the buyer can (§18(16)1). Nothing is posted."""
    order, refund = locked(refund.pk)
    require_buyer(order, actor)
    if refund.state not in {RefundState.NEGOTIATING, RefundState.ESCALATED}:
        raise RefundNotNow(_("This refund is settled already."))
    before = str(refund.state)
    refund.withdraw(now=now)
    refund.save(update_fields=["state", "settled_at"])
    unhold(order, refund, now)
    note(refund, "withdraw", actor, now, before={"state": before})
    tell_provider(order, refund, "refund.withdrawn", now)
    return refund


@act
def refund_on_exit(
    *, order: Order, amount: Decimal, decision: DecisionRecord, actor: Actor, now: datetime
) -> RefundRequest | None:
    """Pay `amount` yuan of an order of a leaving provider back at once, as that decision says; once a decision
    (§26(1)).

    From escrow, then what the provider is owed, then its deposit. A request of the buyer that is open is settled by
    it. None where nothing is left to pay back. Raises RefundOpen while another refund of the order is on its way.
    """
    order = order_locked(order.pk)
    known = RefundRequest.objects.filter(order=order, origin=Origin.EXIT, decision=decision).first()
    if known is not None:
        return known
    amount = min(amount, order.left)
    if order.state not in REFUNDABLE or amount <= 0:
        return None
    for other in RefundRequest.objects.select_for_update(no_key=True, of=("self",)).filter(
        order=order, state__in=sorted({RefundState.NEGOTIATING, RefundState.ESCALATED})
    ):
        other.withdraw(now=now)
        other.save(update_fields=["state", "settled_at"])
        unhold(order, other, now)
        note(other, "withdraw", actor, now, after={"instead": Origin.EXIT})
    if RefundRequest.objects.filter(order=order, state__in=sorted(MOVING)).exists():
        raise RefundOpen(_("A refund of this order is on its way. Try again once it has arrived."))
    refund = _new(
        order,
        number=new_number("R", now),
        origin=Origin.EXIT,
        in_guarantee=order.in_guarantee(now),
        requested_by_id=actor.id,
        requested_at=now,
        rulebook=decision.rulebook,
        decision=decision,
        final=decision,
    )
    refund.decide(amount=amount, basis=Basis.PLATFORM, finding="", by_id=actor.id, now=now)
    _save_new(refund)
    reason = Text("服务商退出市场", "The provider left the market").as_json()
    note(
        refund,
        "decide",
        actor,
        now,
        after={"order": order.number, "amount": str(amount), "origin": Origin.EXIT, "reason": reason},
        decision=decision,
    )
    tell_both(order, refund, "refund.imposed", now, {"reason": reason})
    pay_back(order, refund, actor, now)
    return refund


def refund_after_deduction(offer: Any, actor: Actor, now: datetime) -> None:
    """Both signed a deduction: the rest of the price goes back (§11(2)3). Called in the act that signs it."""
    order = order_locked(offer.order_id)
    amount = order.left - offer.amount
    decision = agreement_recorded(order, amount, offer.number, now)
    refund = _new(
        order,
        number=new_number("R", now),
        origin=Origin.DEDUCTION,
        statement=offer.statement[:5000],
        in_guarantee=True,
        requested_by_id=actor.id,
        requested_at=now,
        rulebook=decision.rulebook,
        decision=decision,
        final=decision,
    )
    refund.agree(amount=amount, by_id=actor.id, now=now)
    _save_new(refund)
    note(refund, "agree", actor, now, after={"order": order.number, "amount": str(amount)}, decision=decision)
    pay_back(order, refund, actor, now)


def agreement_recorded(order: Order, amount: Decimal, cause: str, now: datetime) -> DecisionRecord:
    """Record that both signed for an amount, beside what the rules would have given (§17(1), §11(2)3)."""
    facts = facts_of(order, requested_at=now, reason=None)
    decision, terms = entitled(order, facts)
    agreed = Decision(
        rule=f"{RULE}.agreed",
        rulebook=decision.rulebook,
        outcome="agreed",
        values={"amount": amount, "by_the_rules": decision.values["amount"]},
        clauses=cite("11(2)3", "17(1)"),
        explanation=Text(
            f"双方签署一致，退还 {money(amount)}（{cause}）。",
            f"Both signed: {money(amount)} goes back ({cause}).",
        ),
    )
    return decision_record(decision=agreed, facts=facts, subject=order.subject, now=now, terms=terms)


def tell_escalated(order: Order, refund: RefundRequest, now: datetime) -> None:
    """Tell both and the operators that the platform decides. Part of an act."""
    tell_both(order, refund, "refund.escalated", now)
    tell_operators(order, refund, "refund.to_decide", now)
