"""What goes into a settlement and where it stands. Pure: enums and frozen values, no Django."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any


class ItemKind(StrEnum):
    """The lines of the waterfall, in its order: sales − fee − recoveries − top-up − deductions = payout."""

    SALE = "sale"
    FEE = "fee"
    RECOVERY = "recovery"
    TOPUP = "topup"
    DEDUCTION = "deduction"


CREDITS = frozenset({ItemKind.SALE})
DEBT_KINDS = (ItemKind.RECOVERY, ItemKind.TOPUP, ItemKind.DEDUCTION)


class ProductClass(StrEnum):
    """The classes of products (§17(1)), as the fee asks for them."""

    APPLICATION = "application"
    SERVICE = "service"
    TOOL = "tool"


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
    """What is still open of something to be taken from a settlement (yuan)."""

    id: int
    kind: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Taken:
    """How much of a debt a settlement covers; `carried` goes into the next one (yuan)."""

    debt: Debt
    covered: Decimal
    carried: Decimal


@dataclass(frozen=True, slots=True)
class FeeFixed:
    """The service fee of an order as fixed at its payment (yuan), with the decision and the facts it rests on."""

    amount: Decimal
    decision: Any
    facts: Any
