"""Where an order's money is now, read from the books."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from core.money import ZERO
from ledger.selectors import entries_for, entries_of
from ledger.types import FEES, escrow, kind_of
from orders.models import Order
from orders.types import MoneyStrip, OrderState
from settlements.selectors import items_of
from settlements.types import ItemKind, StatementState

_SETTLED = {StatementState.DRAFT, StatementState.RETURNED}


def money_of(order: Order) -> MoneyStrip:
    """Where an order's money is now (yuan), computed from the ledger and the statements: three queries.

    What was paid is in escrow, owed to the provider (due, settled or paid), the platform's fee, or on its way back or
    back with the buyer. Money taken back from the provider for a refund, from its deposit too, shows as returned and
    as `recovered`, and no longer as the provider's.
    """
    holds = tuple(order.holds.filter(lifted_at__isnull=True).values_list("reason", flat=True).order_by("id"))
    if order.state in {OrderState.PLACED, OrderState.CANCELLED}:
        waits = order.amount if order.state == OrderState.PLACED else ZERO
        return MoneyStrip(total=order.amount, with_you=waits, holds=holds)
    flow = _flow(order)
    due, settled, paid = _less(_net_of(order), flow["given"])
    return MoneyStrip(
        total=order.amount,
        in_escrow=flow["escrow"],
        due=due,
        settled=settled,
        paid=paid,
        fee=flow["fees"],
        returning=flow["returning"],
        returned=flow["returned"],
        recovered=flow["recovered"],
        holds=holds,
    )


def _flow(order: Order) -> dict[str, Decimal]:
    """What the entries of an order add up to; `given` is what came from a deposit."""
    account = escrow(order.number)
    flow: dict[str, Decimal] = defaultdict(lambda: ZERO)
    entries = list(entries_for(order.subject))
    if order.refunded or order.compensated:
        # A deduction from the deposit is booked under its own subject.
        entries += entries_of(account).exclude(transaction__subject=order.subject)
    for entry in entries:
        source, destination = kind_of(entry.source), kind_of(entry.destination)
        if entry.destination == account:
            flow["escrow"] += entry.amount
            if source != "gateway":
                flow["recovered"] += entry.amount
            if source == "deposit":
                flow["given"] += entry.amount
        if entry.source == account:
            flow["escrow"] -= entry.amount
        if destination == "payback":
            flow["returning"] += entry.amount
        if source == "payback":
            flow["returning"] -= entry.amount
            flow["returned"] += entry.amount
        if entry.destination == FEES:
            flow["fees"] += entry.amount
        if entry.source == FEES:
            flow["fees"] -= entry.amount
    return flow


def _net_of(order: Order) -> tuple[Decimal, Decimal, Decimal]:
    """The provider's share (sales less fee, less what was taken back): not in a statement, in one, paid out (yuan)."""
    totals: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for item in items_of(order.number).prefetch_related("lines__statement"):
        sign = 1 if item.kind == ItemKind.SALE else -1
        placed = paid = ZERO
        for line in item.lines.all():
            state = line.statement.state
            if state in _SETTLED:
                continue
            if state == StatementState.PAID:
                paid += line.amount
            else:
                placed += line.amount
        totals["due"] += sign * (item.amount - placed - paid)
        totals["settled"] += sign * placed
        totals["paid"] += sign * paid
    return totals["due"], totals["settled"], totals["paid"]


def _less(net: tuple[Decimal, Decimal, Decimal], given: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    """What stays with the provider (due, settled, paid) once it has given so much from its deposit (yuan)."""
    due, settled, paid = net
    rest = given
    kept = []
    for amount in (paid, settled, due):
        taken = min(amount, rest)
        rest -= taken
        kept.append(amount - taken)
    return kept[2], kept[1], kept[0]


def money_shown(strip: MoneyStrip) -> list[tuple[str, Any]]:
    """The parts of a strip that are not zero, in the order in which money moves."""
    names = ("with_you", "in_escrow", "due", "settled", "paid", "fee", "returning", "returned")
    return [(name, getattr(strip, name)) for name in names if getattr(strip, name)]
