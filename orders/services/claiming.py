"""Claims under the guarantee and the warranty: answered, agreed or decided, compensated (§11(2)1, §11(2)2, §11(3))."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import IO

from django.utils.translation import gettext_lazy as _

from accounts.types import Role
from core.acts import SYSTEM, Actor, act
from core.errors import InvalidInput, NotAllowed
from core.references import new_number
from orders.models import Order, WarrantyClaim
from orders.services.access import (
    NotNow,
    OrderNotFound,
    files_keep,
    order_locked,
    require_buyer,
    require_operator,
    require_provider,
    required_text,
    rulebook_of,
    side_of,
    tell_buyer,
    tell_operators,
    tell_provider,
)
from orders.services.funding import compensation_pay
from orders.types import OPEN_CLAIMS, UNPAID, ClaimState, ClaimWish, Side
from providers.types import Permission
from regulation.models import DecisionRecord
from regulation.services import audit_record, decision_record
from regulation.types import Decision, Text, cite, money

QUEUE = "/admin/orders/warrantyclaim/?state__exact=escalated"
RULE = "warranty.compensation"


class OutOfWarranty(NotAllowed):
    """Neither guarantee nor warranty runs."""

    code = "out_of_warranty"


@act
def claim_file(
    *,
    order: Order,
    wish: str,
    statement: str,
    amount_asked: Decimal | None = None,
    files: Sequence[IO[bytes]] = (),
    actor: Actor,
    now: datetime,
) -> WarrantyClaim:
    """The buyer claims what was promised under the guarantee or the warranty (§11(2)1, §11(3)2).

    The provider answers within the rulebook's hours, or the platform takes it up. Raises OutOfWarranty from the
    instant the warranty
    ends, NotNow while another claim is open.
    """
    order = order_locked(order.pk)
    require_buyer(order, actor)
    in_guarantee = order.in_guarantee(now)
    in_warranty = order.warranty_ends_at is not None and now < order.warranty_ends_at
    if order.state in UNPAID or not (in_guarantee or in_warranty):
        raise OutOfWarranty(_("Neither guarantee nor warranty runs for this order now."), clauses=("11(3)",))
    if order.claims.filter(state__in=sorted(OPEN_CLAIMS)).exists():
        raise NotNow(_("A claim is open for this order already."))
    if amount_asked is not None and not 0 < amount_asked <= order.left:
        raise InvalidInput(_("The amount must be above zero and no more than was paid."), field="amount_asked")
    assert actor.id is not None
    hours = rulebook_of(order, now).parameter("warranty.reply_hours")
    claim = WarrantyClaim.objects.create(
        number=new_number("Q", now),
        order=order,
        wish=ClaimWish(wish),
        statement=required_text(statement, "statement"),
        amount_asked=amount_asked,
        in_guarantee=in_guarantee,
        filed_by_id=actor.id,
        filed_at=now,
        answer_due_at=now + timedelta(hours=hours),
    )
    files_keep(order=order, place=claim.place, files=files, by_id=actor.id, now=now)
    _note(order, claim, "claim_file", actor, "", now)
    context = {"claim": claim.number, "statement": claim.statement, "due_at": claim.answer_due_at}
    tell_provider(order, "claim.filed", now, context, permission=Permission.SUPPORT)
    return claim


def _locked(claim: WarrantyClaim) -> tuple[Order, WarrantyClaim]:
    order = order_locked(claim.order_id)
    found = WarrantyClaim.objects.select_for_update(no_key=True, of=("self",)).filter(pk=claim.pk).first()
    if found is None:
        raise OrderNotFound
    return order, found


def _must_be(claim: WarrantyClaim, *states: ClaimState) -> None:
    if claim.state not in states:
        raise NotNow(_("This claim is not at that point."))


def _note(order: Order, claim: WarrantyClaim, name: str, actor: Actor, before: str, now: datetime) -> None:
    audit_record(
        act=f"orders.{name}",
        actor=actor,
        subject=order.subject,
        before={"state": before} if before else {},
        after={"claim": claim.number, "state": claim.state, "amount": str(claim.amount)},
        now=now,
    )


@act
def claim_answer(
    *,
    claim: WarrantyClaim,
    answer: str,
    amount: Decimal | None = None,
    files: Sequence[IO[bytes]] = (),
    actor: Actor,
    now: datetime,
) -> WarrantyClaim:
    """The provider says what it does about a claim, and what it pays if it offers compensation (§11(3)2, §11(3)3)."""
    order, claim = _locked(claim)
    require_provider(order, actor, Permission.SUPPORT)
    _must_be(claim, ClaimState.FILED)
    if amount is not None and not 0 < amount <= order.left:
        raise InvalidInput(_("The amount must be above zero and no more than was paid."), field="amount")
    assert actor.id is not None
    claim.respond(answer=required_text(answer, "answer"), amount=amount, by_id=actor.id, now=now)
    claim.save(update_fields=["state", "answer", "amount_offered", "answered_by", "answered_at"])
    files_keep(order=order, place=claim.answer_place, files=files, by_id=actor.id, now=now)
    _note(order, claim, "claim_answer", actor, ClaimState.FILED, now)
    tell_buyer(order, "claim.answered", now, {"claim": claim.number, "answer": claim.answer})
    return claim


@act
def claim_accept(*, claim: WarrantyClaim, actor: Actor, now: datetime) -> WarrantyClaim:
    """The buyer agrees to the provider's answer; a compensation offered in it is paid (§11(2)2, §11(3)3)."""
    order, claim = _locked(claim)
    require_buyer(order, actor)
    _must_be(claim, ClaimState.ANSWERED)
    if claim.amount_offered:
        _compensate(order, claim, claim.amount_offered, claim.answer, "agreed", actor, now)
    else:
        _resolve(order, claim, claim.answer, actor, now)
    tell_provider(order, "claim.settled", now, {"claim": claim.number}, permission=Permission.SUPPORT)
    return claim


@act
def claim_escalate(*, claim: WarrantyClaim, actor: Actor, now: datetime) -> WarrantyClaim:
    """Either side brings a claim before the platform."""
    order, claim = _locked(claim)
    side = side_of(order, actor, Permission.SUPPORT)
    _must_be(claim, ClaimState.ANSWERED)
    _escalate(order, claim, actor, now)
    if side == Side.BUYER:
        tell_provider(order, "claim.escalated", now, {"claim": claim.number}, permission=Permission.SUPPORT)
    else:
        tell_buyer(order, "claim.escalated", now, {"claim": claim.number})
    return claim


@act
def claim_overdue(*, claim_id: int, now: datetime) -> bool:
    """A provider that did not answer in its hours: the platform takes the claim up. False where it was answered."""
    known = WarrantyClaim.objects.filter(pk=claim_id).first()
    if known is None:
        return False
    order, claim = _locked(known)
    if claim.state != ClaimState.FILED or claim.answer_due_at > now:
        return False
    _escalate(order, claim, SYSTEM, now)
    tell_buyer(order, "claim.escalated", now, {"claim": claim.number})
    tell_provider(order, "claim.escalated", now, {"claim": claim.number}, permission=Permission.SUPPORT)
    return True


def _escalate(order: Order, claim: WarrantyClaim, actor: Actor, now: datetime) -> None:
    before = str(claim.state)
    claim.escalate(now=now)
    claim.save(update_fields=["state", "escalated_at"])
    _note(order, claim, "claim_escalate", actor, before, now)
    tell_operators(order, "claim.to_decide", now, role=Role.ARBITRATION, link=QUEUE, context={"claim": claim.number})


@act
def claim_withdraw(*, claim: WarrantyClaim, actor: Actor, now: datetime) -> WarrantyClaim:
    """The buyer takes a claim back: what was promised was done, or it was a mistake."""
    order, claim = _locked(claim)
    require_buyer(order, actor)
    _must_be(claim, *OPEN_CLAIMS)
    before = str(claim.state)
    claim.withdraw(now=now)
    claim.save(update_fields=["state", "settled_at"])
    _note(order, claim, "claim_withdraw", actor, before, now)
    tell_provider(order, "claim.withdrawn", now, {"claim": claim.number}, permission=Permission.SUPPORT)
    return claim


@act
def claim_uphold(
    *, claim: WarrantyClaim, finding: str, amount: Decimal | None = None, actor: Actor, now: datetime
) -> WarrantyClaim:
    """An operator of arbitration upholds a claim, with a compensation where one is due (§11(3)3)."""
    order, claim = _locked(claim)
    require_operator(actor, Role.ARBITRATION)
    _must_be(claim, ClaimState.ESCALATED)
    finding = required_text(finding, "finding")
    if amount:
        _compensate(order, claim, amount, finding, "decided", actor, now)
    else:
        _resolve(order, claim, finding, actor, now)
    context = {"claim": claim.number, "finding": finding}
    tell_buyer(order, "claim.upheld", now, context)
    tell_provider(order, "claim.upheld", now, context, permission=Permission.SUPPORT)
    return claim


@act
def claim_refuse(*, claim: WarrantyClaim, finding: str, actor: Actor, now: datetime) -> WarrantyClaim:
    """An operator of arbitration finds that the promise does not cover it. Nothing is posted."""
    order, claim = _locked(claim)
    require_operator(actor, Role.ARBITRATION)
    _must_be(claim, ClaimState.ESCALATED)
    claim.refuse(outcome=required_text(finding, "finding"), by_id=actor.id, now=now)
    claim.save(update_fields=["state", "outcome", "settled_by", "settled_at"])
    _note(order, claim, "claim_refuse", actor, ClaimState.ESCALATED, now)
    context = {"claim": claim.number, "finding": claim.outcome}
    tell_buyer(order, "claim.refused", now, context)
    tell_provider(order, "claim.refused", now, context, permission=Permission.SUPPORT)
    return claim


def _resolve(order: Order, claim: WarrantyClaim, outcome: str, actor: Actor, now: datetime) -> None:
    before = str(claim.state)
    claim.resolve(outcome=outcome, by_id=actor.id, now=now)
    claim.save(update_fields=["state", "outcome", "settled_by", "settled_at"])
    _note(order, claim, "claim_resolve", actor, before, now)


def _compensate(
    order: Order, claim: WarrantyClaim, amount: Decimal, outcome: str, how: str, actor: Actor, now: datetime
) -> None:
    before = str(claim.state)
    record = _decided(order, claim, amount, how, now)
    claim.compensate(amount=amount, outcome=outcome, by_id=actor.id, now=now)
    claim.save(update_fields=["state", "amount", "outcome", "settled_by", "settled_at"])
    _note(order, claim, "claim_compensate", actor, before, now)
    compensation_pay(
        order=order,
        amount=amount,
        reason=Text(f"质保赔付（{claim.number}）", f"Warranty compensation ({claim.number})"),
        cause=claim.number,
        decision=record,
        actor=actor,
        now=now,
    )


def _decided(order: Order, claim: WarrantyClaim, amount: Decimal, how: str, now: datetime) -> DecisionRecord:
    """Record what a compensation rests on: it is no rule's outcome but an agreement, or an operator's judgement."""
    clause = "11(2)2" if claim.in_guarantee else "11(3)3"
    words = {
        "agreed": Text(f"双方同意赔付 {money(amount)}。", f"Both agreed on a compensation of {money(amount)}."),
        "decided": Text(
            f"平台认定赔付 {money(amount)}。", f"The platform found a compensation of {money(amount)} due."
        ),
    }
    decision = Decision(RULE, rulebook_of(order, now).version, how, {"amount": amount}, cite(clause), words[how])
    facts = {
        "claim": claim.number,
        "asked": claim.amount_asked,
        "offered": claim.amount_offered,
        "in_guarantee": claim.in_guarantee,
    }
    return decision_record(decision=decision, facts=facts, subject=order.subject, now=now)
