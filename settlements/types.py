"""What goes into a settlement and where it stands. Pure: enums and frozen values, no Django."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class ItemKind(StrEnum):
    """The lines of the waterfall, in its order: sales − fee − recoveries − top-up − deductions = payout."""

    SALE = "sale"
    FEE = "fee"
    RECOVERY = "recovery"
    TOPUP = "topup"
    DEDUCTION = "deduction"


CREDITS = frozenset({ItemKind.SALE})
DEBT_KINDS = (ItemKind.RECOVERY, ItemKind.TOPUP, ItemKind.DEDUCTION)


class HoldReason(StrEnum):
    """Why what is earned does not go into a statement yet."""

    REFUND = "refund"
    COMPLAINT = "complaint"
    INVOICE = "invoice"
    CASE = "case"


class StatementState(StrEnum):
    """Where a settlement statement stands."""

    DRAFT = "draft"
    ISSUED = "issued"
    DISPUTED = "disputed"
    CONFIRMED = "confirmed"
    APPROVED_OPERATIONS = "approved_operations"
    APPROVED_FINANCE = "approved_finance"
    PAYING = "paying"
    PAID = "paid"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Debt:
    """Something to be taken from a settlement: `moved` where the books have moved the money already."""

    id: int
    kind: str
    amount: Decimal
    moved: bool
    carried: int


@dataclass(frozen=True, slots=True)
class Taken:
    """How much of a debt a settlement covers; `carried` goes into the next one (yuan)."""

    debt: Debt
    covered: Decimal
    carried: Decimal


@dataclass(frozen=True, slots=True)
class Waterfall:
    """A settlement worked out: every line of it, what is paid, and what is carried forward (yuan)."""

    sales: Decimal
    fee: Decimal
    recovered: Decimal
    topped_up: Decimal
    deducted: Decimal
    payout: Decimal
    carried: Decimal
    taken: tuple[Taken, ...]


@dataclass(frozen=True, slots=True)
class FeeFixed:
    """The service fee of an order as it was fixed at its payment: amount in yuan, `rate` the average in per cent."""

    amount: Decimal
    rate: Decimal
    decision_id: int | None = None
