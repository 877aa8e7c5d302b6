"""The end of the guarantee, what keeps the money in escrow, and its release to the provider (§11(1)1)."""

from datetime import datetime
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.types import ProductClass
from core.acts import SYSTEM, Actor, act, require_transaction
from core.money import ZERO, yuan
from core.periods import end_of_months
from ledger import services as ledger
from ledger.types import FEES, Posting, escrow, payable
from orders.models import Order, OrderHold
from orders.rules import GuaranteeFacts
from orders.services.access import (
    NotNow,
    agreement_terms,
    order_locked,
    rulebook_of,
    tell_buyer,
    tell_provider,
)
from orders.services.invoicing import consignment_invoice_owe
from orders.services.paying import next_term_warning
from orders.types import HOLDS_ESCROW, RUNNING, HoldReason, OrderState
from regulation import registry
from regulation.models import DecisionRecord
from regulation.selectors import rulebook_for
from regulation.services import audit_record, decision_record
from settlements import services as settlements
from settlements.types import ItemKind

COMPLETED_FIELDS = [
    "state", "completed_at", "confirmed_at", "terminated_at", "guarantee_ends_at", "warranty_ends_at", "release_due_at",
    "close_due_at", "awaiting_since", "remind_due_at", "settle_due_at", "settle_asked_at",
]  # fmt: skip


def guarantee_decided(order: Order, at: datetime, now: datetime) -> DecisionRecord:
    """Record whether the order is in its guarantee at an instant, by the terms of its payment (§28). Part of an act."""
    assert order.paid_at is not None
    terms = agreement_terms(order, order.paid_at)
    facts = GuaranteeFacts(ProductClass(order.product_class), order.paid_at, order.confirmed_at, at)
    decision = registry.decide("order.guarantee", facts, rulebook_for(order.paid_at, terms))
    return decision_record(decision=decision, facts=facts, subject=order.subject, now=now, terms=terms)


def complete_locked(order: Order, now: datetime) -> None:
    """Take a locked order out of its guarantee: warranty and release begin (§11(1)1, §11(3)1). Part of an act, which
    saves.
    """
    order.complete(now=now)
    if order.warranty_months and order.terminated_at is None:
        order.warranty_ends_at = end_of_months(now, order.warranty_months)
    if order.release_due_at is None and not order.is_free and order.released_at is None:
        order.release_due_at = now
    order.settle_asked_at = None
    ends = [at for at in (order.warranty_ends_at, order.term_ends_at) if at is not None]
    order.close_due_at = max([now, *ends])


def hold_place(*, order: Order, reason: str, cause: str, now: datetime) -> None:
    """Keep a locked order's money where it is, because of `cause` (a number). Part of an act; once a cause."""
    require_transaction()
    OrderHold.objects.bulk_create(
        [OrderHold(order=order, reason=reason, cause=cause, placed_at=now)], ignore_conflicts=True
    )
    if reason in HOLDS_ESCROW and not order.held:
        order.held = True
        order.save(update_fields=["held"])
    settlements.item_hold(reference=order.number, reason=reason, cause=cause, now=now)


def hold_lift(*, order: Order, reason: str, cause: str, now: datetime) -> bool:
    """End what `cause` held of a locked order. False where it held nothing. Part of an act."""
    require_transaction()
    lifted = OrderHold.objects.filter(order=order, reason=reason, cause=cause, lifted_at__isnull=True).update(
        lifted_at=now
    )
    if not lifted:
        return False
    held = OrderHold.objects.filter(order=order, reason__in=sorted(HOLDS_ESCROW), lifted_at__isnull=True).exists()
    if order.held != held:
        order.held = held
        order.save(update_fields=["held"])
    settlements.item_unhold(reference=order.number, reason=reason, cause=cause, now=now)
    return True


@act
def order_hold(*, order: Order, reason: str, cause: str, actor: Actor, now: datetime) -> Order:
    """Keep an order's money in escrow and out of statements while `cause` is open (§11(1)2).

    `reason` is one of HoldReason, `cause` the number of the complaint or case. Doing it again changes nothing.
    """
    order = order_locked(order.pk)
    hold_place(order=order, reason=HoldReason(reason), cause=cause, now=now)
    audit_record(
        act="orders.hold",
        actor=actor,
        subject=order.subject,
        before={},
        after={"reason": reason, "cause": cause},
        now=now,
    )
    return order


@act
def order_unhold(*, order: Order, reason: str, cause: str, actor: Actor, now: datetime) -> Order:
    """End what `cause` held; the money is released by the next sweep where nothing else holds it."""
    order = order_locked(order.pk)
    if hold_lift(order=order, reason=HoldReason(reason), cause=cause, now=now):
        audit_record(
            act="orders.unhold",
            actor=actor,
            subject=order.subject,
            before={"reason": reason, "cause": cause},
            after={},
            now=now,
        )
    return order


@act
def order_guarantee_end(*, order_id: int, now: datetime) -> bool:
    """The days of an application's guarantee are over (§17(1)1). False where that is not so (any more)."""
    order = order_locked(order_id)
    if order.state != OrderState.IN_SERVICE or order.is_service or order.delivered_at is None:
        return False
    if order.guarantee_ends_at is None or now < order.guarantee_ends_at:
        return False
    _complete_by_days(order, now)
    return True


def _complete_by_days(order: Order, now: datetime) -> None:
    record = guarantee_decided(order, now, now)
    complete_locked(order, now)
    order.save(update_fields=COMPLETED_FIELDS)
    audit_record(
        act="orders.guarantee_end",
        actor=SYSTEM,
        subject=order.subject,
        before={"state": OrderState.IN_SERVICE},
        after={
            "state": order.state,
            "guarantee_ends_at": order.guarantee_ends_at,
            "warranty_ends_at": order.warranty_ends_at,
        },
        decision=record,
        now=now,
    )


@act
def order_release(*, order_id: int, now: datetime) -> bool:
    """Move what is left in escrow to what the provider is owed, less the service fee (§11(1)1).

    Not while the guarantee runs, before the product was handed over, or while a refund, complaint or case is open:
    then False.
    """
    order = order_locked(order_id)
    if order.release_due_at is None or order.release_due_at > now:
        return False
    if order.completed_at is None and not order.is_service and order.state == OrderState.IN_SERVICE:
        _complete_by_days(order, now)
    return release_locked(order, now)


def release_locked(order: Order, now: datetime) -> bool:
    """Release a locked order's escrow where nothing keeps it; once. Part of an act."""
    if order.completed_at is None or order.released_at is not None or order.held or order.is_free:
        return False
    if order.state not in {OrderState.COMPLETED, OrderState.CLOSED}:
        return False
    gross = order.amount - order.refunded
    fee = _fee_of(order, gross)
    net = gross - fee
    moves = [(payable(order.provider_id), net), (FEES, fee)]
    postings = [Posting(escrow(order.number), account, amount) for account, amount in moves if amount > 0]
    if postings:
        ledger.post(key=f"order:{order.number}:release", postings=postings, subject=order.subject, now=now)
    order.released, order.released_at = gross, now
    order.save(update_fields=["released", "released_at"])
    for kind, amount in ((ItemKind.SALE, gross), (ItemKind.FEE, fee)):
        if amount > 0:
            settlements.item_record(
                provider_id=order.provider_id,
                kind=kind,
                amount=amount,
                reference=order.number,
                eligible_at=order.completed_at,
                now=now,
            )
    if order.consigned and gross > 0:
        consignment_invoice_owe(order, _supply_of(order, gross), now)
    audit_record(
        act="orders.release",
        actor=SYSTEM,
        subject=order.subject,
        before={"in_escrow": str(gross)},
        after={"to_provider": str(net), "fee": str(fee)},
        now=now,
    )
    tell_provider(order, "order.released", now, {"net": net, "fee": fee})
    return True


def _fee_of(order: Order, gross: Decimal) -> Decimal:
    """The service fee of what is released; on consignment all that is above the supply price of that part (yuan)."""
    if order.consigned:
        return gross - _supply_of(order, gross)
    return min(order.fee, gross)


def _supply_of(order: Order, gross: Decimal) -> Decimal:
    if order.supply_amount is None or not order.amount:
        return ZERO
    return yuan(order.supply_amount * gross / order.amount)


@act
def order_terminate(*, order: Order, reason: str, actor: Actor, now: datetime) -> Order:
    """End a running order early: what is left in escrow goes to the provider (§11(2)3). Raises NotNow.

    Called when both have signed a deduction, after the rest of the price was sent back.
    """
    order = order_locked(order.pk)
    if order.state == OrderState.REFUNDED:
        return order
    if order.state not in RUNNING:
        raise NotNow(_("Only an order that is being worked on can be ended early."))
    before = str(order.state)
    order.terminated_at = now
    order.guarantee_ends_at = now
    complete_locked(order, now)
    order.save(update_fields=COMPLETED_FIELDS)
    audit_record(
        act="orders.terminate",
        actor=actor,
        subject=order.subject,
        before={"state": before},
        after={"state": order.state, "reason": reason},
        now=now,
    )
    release_locked(order, now)
    return order


@act
def order_close(*, order_id: int, now: datetime) -> bool:
    """Close an order when nothing is owed any more: warranty and term are over and the money has moved on. False
    where not.
    """
    order = order_locked(order_id)
    if order.state != OrderState.COMPLETED or order.close_due_at is None or order.close_due_at > now or order.held:
        return False
    if order.released_at is None and not order.is_free:
        return False
    if OrderHold.objects.filter(Q(order=order), lifted_at__isnull=True).exists():
        return False
    if order.claims.filter(state__in=["filed", "answered", "escalated"]).exists():
        return False
    order.close(now=now)
    order.save(update_fields=["state", "closed_at"])
    audit_record(
        act="orders.close",
        actor=SYSTEM,
        subject=order.subject,
        before={"state": OrderState.COMPLETED},
        after={"state": order.state},
        now=now,
    )
    return True


@act
def term_warn(*, order_id: int, now: datetime) -> bool:
    """Tell a buyer that a subscription's term is about to end and can be renewed, seven days and one day ahead
    (§10(8)6).

    A sweep that comes late tells once and goes on with the next warning ahead. False where none is due, or it is
    renewed.
    """
    order = order_locked(order_id)
    if order.term_ends_at is None or order.term_warn_due_at is None or order.term_warn_due_at > now:
        return False
    order.term_warn_due_at = next_term_warning(order, rulebook_of(order, order.paid_at or now), now)
    renewed = order.renewals.exclude(state__in=[OrderState.PLACED, OrderState.CANCELLED]).exists()
    if renewed or now >= order.term_ends_at or order.state not in {*RUNNING, OrderState.COMPLETED}:
        order.term_warn_due_at = None
        order.save(update_fields=["term_warn_due_at"])
        return False
    order.save(update_fields=["term_warn_due_at"])
    audit_record(
        act="orders.term_warn",
        actor=SYSTEM,
        subject=order.subject,
        before={},
        after={"term_ends_at": order.term_ends_at},
        now=now,
    )
    tell_buyer(order, "order.term_ending", now, {"ends_at": order.term_ends_at})
    return True
