"""What a refund does to the order itself: its amounts, its fee, its state, its invoices (§17)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from catalog.services import sale_cancel
from core.acts import Actor, require_transaction
from core.errors import InvalidInput
from core.money import ZERO
from ledger import services as ledger
from ledger.types import FEES, Posting, escrow, payable
from orders.models import Order
from orders.services.funding import Recovery, Share, send_back, take_from_provider
from orders.services.invoicing import invoices_follow_refund
from orders.types import OrderState
from payments.models import Payback
from settlements import services as settlements
from settlements.types import ItemKind

_FIELDS = [
    "state", "refunded", "refunded_at", "fee", "released_at", "release_due_at", "awaiting_since", "remind_due_at",
    "settle_due_at", "settle_asked_at",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Refunded:
    """What a refund came to: the pay-back, where its money came from, and the fee given back (yuan)."""

    payback: Payback
    shares: list[Share]
    fee_returned: Decimal


def order_refund_apply(
    *,
    order: Order,
    amount: Decimal,
    in_guarantee: bool,
    recovery: Recovery,
    purpose: str,
    actor: Actor,
    now: datetime,
) -> Refunded:
    """Pay `amount` yuan of a locked order back: out of escrow, then what the provider is owed, then its deposit
    (§17(5), §9(6)2).

    The order is refunded in full where nothing is left of its price. Asked for in the guarantee, the service fee is
    given back in
    proportion. Part of the refund's act, which records it. Raises InvalidInput for more than is left.
    """
    require_transaction()
    if amount <= 0 or amount > order.left:
        raise InvalidInput("more would be paid back than is left of the price", field="amount")
    account = escrow(order.number)
    held = ledger.accounts_lock(paths=[account])[account].available
    from_escrow = min(held, amount)
    shares = [Share("escrow", from_escrow)] if from_escrow else []
    shares += take_from_provider(order=order, amount=amount - from_escrow, recovery=recovery, actor=actor, now=now)
    payback = send_back(order=order, amount=amount, reference=recovery.cause, purpose=purpose, now=now)
    fee_returned = _give_fee_back(order, amount, in_guarantee, recovery, now)
    order.refunded += amount
    if order.left == 0:
        order.refund_in_full(now=now)
        order.settle_asked_at = None
        if order.released_at is None:
            order.release_due_at = None
        sale_cancel(order=order.number, now=now)
    order.save(update_fields=_FIELDS)
    invoices_follow_refund(order=order, refunded=amount, fee_returned=fee_returned, cause=recovery.cause, now=now)
    return Refunded(payback, shares, fee_returned)


def _give_fee_back(order: Order, amount: Decimal, in_guarantee: bool, recovery: Recovery, now: datetime) -> Decimal:
    """The part of the service fee that falls away with a refund in the guarantee, before it was charged (yuan)."""
    if not in_guarantee or order.consigned or order.state == OrderState.REFUNDED:
        return ZERO
    returned = settlements.service_fee_return(order=order.number, refund=recovery.cause, amount=amount, now=now)
    if order.released_at is None:
        order.fee -= returned
    elif returned:
        _credit_fee(order, returned, recovery, now)
    return returned


def _credit_fee(order: Order, returned: Decimal, recovery: Recovery, now: datetime) -> None:
    """The fee was charged already (the order was reopened since): the provider gets that part of it back."""
    ledger.post(
        key=f"{recovery.cause}:fee",
        postings=[Posting(FEES, payable(order.provider_id), returned)],
        subject=order.subject,
        now=now,
    )
    settlements.item_record(
        provider_id=order.provider_id,
        kind=ItemKind.SALE,
        amount=returned,
        reference=order.number,
        eligible_at=now,
        now=now,
        key=f"fee-returned:{recovery.cause}",
        note=recovery.cause,
    )
