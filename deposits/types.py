"""What deposits are about, without Django (§9(6))."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

NOTHING = Decimal("0.00")


class DeductionKind(StrEnum):
    """What a deduction is for (§9(6)2, §20(3)); all of them count for §9(6)4."""

    PENALTY = "penalty"
    COMPENSATION = "compensation"
    REFUND = "refund"
    RECOVERY = "recovery"


class DemandState(StrEnum):
    """Where a top-up demand stands (§9(6)3)."""

    AWAITING = "awaiting"
    WITHHOLDING = "withholding"
    CLOSED = "closed"
    SATISFIED = "satisfied"


OPEN_DEMANDS = frozenset({DemandState.AWAITING, DemandState.WITHHOLDING, DemandState.CLOSED})


class ProposalState(StrEnum):
    """Where a proposal of an additional deposit stands (§9(6)4)."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    ENDED = "ended"


class PaymentState(StrEnum):
    """Where a payment of the deposit stands."""

    OPEN = "open"
    PAID = "paid"
    CLOSED = "closed"


class ReturnState(StrEnum):
    """Where the deposit's way back stands."""

    SENT = "sent"
    RETURNED = "returned"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PriceCover:
    """Whether a deposit covers a price that is to go on sale, and what is missing (yuan)."""

    required: Decimal
    balance: Decimal

    @property
    def missing(self) -> Decimal:
        """What is to be paid before the price may go on sale (yuan)."""
        return max(self.required - self.balance, NOTHING)

    @property
    def covered(self) -> bool:
        """Whether nothing is missing."""
        return self.balance >= self.required


@dataclass(frozen=True, slots=True)
class Standing:
    """A deposit as the console shows it (yuan)."""

    highest_price: Decimal
    base: Decimal
    additional: Decimal
    required: Decimal
    balance: Decimal
    shortfall: Decimal
    demand: Any = None
    display_closed: bool = False

    @property
    def sufficient(self) -> bool:
        """Whether what is held reaches what is required."""
        return self.shortfall == NOTHING


@dataclass(frozen=True, slots=True)
class Withholding:
    """What the next settlement has to give to the deposit (§9(6)3): nothing before the deadline has passed (yuan)."""

    amount: Decimal
    demand_id: int | None = None
    deadline: datetime | None = None


@dataclass(frozen=True, slots=True)
class SettlementTopUp:
    """What a settlement gave to the deposit, what is still missing, and whether the display was closed (yuan)."""

    withheld: Decimal
    remaining: Decimal
    display_closed: bool
    decision: Any = None
