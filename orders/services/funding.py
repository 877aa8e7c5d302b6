"""Bringing money back into an order's escrow, and paying compensation out of what the provider is owed (§9(6)2,
§11(3)3, §17(5)).

Whatever goes back to a buyer passes through the order's own escrow account, so that the whole way of its money is
read there.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from core.acts import SYSTEM, Actor, act, require_transaction
from core.errors import InvalidInput
from core.money import ZERO
from deposits import services as deposits
from deposits.types import DeductionKind
from ledger import services as ledger
from ledger.types import COMPENSATION, Posting, deposit, escrow, payable
from orders.models import Order
from orders.services.access import NotNow, order_locked, tell_buyer, tell_provider
from payments.models import Payback
from payments.selectors import intent_of
from payments.services import payback_open
from providers.models import Provider
from providers.types import Permission
from regulation.models import DecisionRecord
from regulation.services import audit_record
from regulation.types import Text
from settlements import services as settlements
from settlements.selectors import payable_free
from settlements.types import ItemKind

PURPOSE = "order"
COMPENSATION_PURPOSE = "compensation"


@dataclass(frozen=True, slots=True)
class Share:
    """How much came from where: `payable`, `deposit` or `platform` (yuan)."""

    source: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Recovery:
    """Why money is taken back from a provider: its cause (a number), words, and the decision it rests on."""

    cause: str
    reason: Text
    decision: DecisionRecord
    deduction: DeductionKind
    item: ItemKind


def take_from_provider(
    *, order: Order, amount: Decimal, recovery: Recovery, actor: Actor, now: datetime
) -> list[Share]:
    """Move `amount` yuan from the provider of a locked order into the order's escrow. Part of an act.

    First out of what it is owed and no statement holds, then out of its deposit; what neither covers the platform
    advances and
    takes from the next settlements (§17(5), §9(6)2).
    """
    require_transaction()
    if amount <= 0:
        return []
    shares = []
    owed, held = payable(order.provider_id), deposit(order.provider_id)
    # Always in this order and before anything is posted: two recoveries from one provider never wait for each other.
    known = ledger.accounts_lock(paths=[owed, held])
    part = max(min(amount, payable_free(order.provider_id), known[owed].available), ZERO)
    if part:
        _post(order, owed, part, recovery, "payable", now)
        _item(order, part, recovery, "payable", "", now)
        shares.append(Share("payable", part))
    missing = amount - part
    part = max(min(missing, known[held].available), ZERO)
    if part:
        deposits.deposit_deduct(
            provider=Provider.objects.get(pk=order.provider_id),
            amount=part,
            kind=recovery.deduction,
            reason=recovery.reason,
            reference=recovery.cause,
            recipient_account=escrow(order.number),
            decision=recovery.decision,
            key=f"{recovery.cause}:deposit",
            actor=actor,
            now=now,
        )
        shares.append(Share("deposit", part))
    missing -= part
    if missing:
        _post(order, COMPENSATION, missing, recovery, "platform", now)
        _item(order, missing, recovery, "platform", COMPENSATION, now)
        shares.append(Share("platform", missing))
    return shares


def _post(order: Order, source: str, amount: Decimal, recovery: Recovery, part: str, now: datetime) -> None:
    ledger.post(
        key=f"{recovery.cause}:{part}",
        postings=[Posting(source, escrow(order.number), amount)],
        subject=order.subject,
        now=now,
    )


def _item(order: Order, amount: Decimal, recovery: Recovery, part: str, counter: str, now: datetime) -> None:
    settlements.item_record(
        provider_id=order.provider_id,
        kind=recovery.item,
        amount=amount,
        reference=order.number,
        eligible_at=now,
        now=now,
        key=f"{recovery.item}:{recovery.cause}:{part}",
        note=recovery.cause,
        counter_account=counter,
    )


def send_back(*, order: Order, amount: Decimal, reference: str, purpose: str, now: datetime) -> Payback:
    """Send `amount` yuan from a locked order's escrow back to the buyer, the way it came. Part of an act; once a
    reference.
    """
    intent = intent_of(PURPOSE, order.number)
    if intent is None:
        raise NotNow(_("Nothing was paid for this order."))
    return payback_open(
        intent=intent,
        amount=amount,
        source=escrow(order.number),
        reference=reference,
        key=f"{purpose}:{reference}",
        purpose=purpose,
        now=now,
    )


@act
def compensation_pay(
    *, order: Order, amount: Decimal, reason: Text, cause: str, decision: DecisionRecord, actor: Actor, now: datetime
) -> Payback:
    """Pay a buyer a compensation that was agreed or decided, out of what the provider is owed, then its deposit
    (§11(2)2, §11(3)3).

    It stands apart from refunds and goes back the way the buyer paid, so together they never exceed the price. Once a
    cause. Raises InvalidInput for more than that.
    """
    order, known = _to_compensate(order, amount, cause)
    if known is not None:
        return known
    recovery = Recovery(cause, reason, decision, DeductionKind.COMPENSATION, ItemKind.DEDUCTION)
    shares = take_from_provider(order=order, amount=amount, recovery=recovery, actor=actor, now=now)
    return _compensate(order, amount, shares, recovery, actor, now)


@act
def compensation_forward(
    *, order: Order, amount: Decimal, reason: Text, cause: str, decision: DecisionRecord, actor: Actor, now: datetime
) -> Payback:
    """Pay a buyer what a measure has just taken from the provider's deposit into the order's escrow account (§9(6)2,
    19).

    Call it in the act that deducted it with `recipient_account=escrow(order.number)`. Once a cause; otherwise as
    `compensation_pay`.
    """
    order, known = _to_compensate(order, amount, cause)
    if known is not None:
        return known
    recovery = Recovery(cause, reason, decision, DeductionKind.COMPENSATION, ItemKind.DEDUCTION)
    return _compensate(order, amount, [Share("deposit", amount)], recovery, actor, now)


def _to_compensate(order: Order, amount: Decimal, cause: str) -> tuple[Order, Payback | None]:
    """The order, locked, and the pay-back of this cause where it was compensated before."""
    order = order_locked(order.pk)
    if not order.is_paid or order.is_free:
        raise NotNow(_("Nothing was paid for this order."))
    known = Payback.objects.filter(key=f"{COMPENSATION_PURPOSE}:{cause}").first()
    if known is None and (amount <= 0 or amount > order.left):
        raise InvalidInput(
            _("The compensation must be above zero and no more than what is left of the price."), field="amount"
        )
    return order, known


def _compensate(
    order: Order, amount: Decimal, shares: list[Share], recovery: Recovery, actor: Actor, now: datetime
) -> Payback:
    cause, reason = recovery.cause, recovery.reason
    payback = send_back(order=order, amount=amount, reference=cause, purpose=COMPENSATION_PURPOSE, now=now)
    order.compensated += amount
    order.save(update_fields=["compensated"])
    audit_record(
        act="orders.compensate",
        actor=actor,
        subject=order.subject,
        before={},
        after={"cause": cause, "amount": str(amount), "from": {share.source: str(share.amount) for share in shares}},
        decision=recovery.decision,
        now=now,
    )
    context = {"amount": amount, "cause": cause, "reason": reason.as_json()}
    tell_buyer(order, "order.compensated", now, context)
    tell_provider(order, "order.compensation_taken", now, context, permission=Permission.MONEY_SEE)
    return payback


def compensation_arrived(payback: Payback, now: datetime) -> None:
    """The gateway has paid a compensation out (called by payments)."""
    order = Order.objects.filter(number=payback.intent.reference).first() if payback.intent else None
    if order is not None:
        audit_record(
            act="orders.compensation_arrive",
            actor=SYSTEM,
            subject=order.subject,
            before={},
            after={"cause": payback.reference, "amount": str(payback.amount)},
            now=now,
        )
        tell_buyer(order, "order.compensation_arrived", now, {"amount": payback.amount, "cause": payback.reference})
