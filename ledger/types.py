"""What the books are made of: account paths and the movements between them. No Django."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

FEN = Decimal("0.01")
LARGEST = Decimal("999999999999.99")
PATH = re.compile(r"^[a-z]+(:[A-Za-z0-9_.-]+)+$")
PATH_LENGTH = 80

# Accounts that hold somebody's money: the balance is stored and cannot fall below zero.
CARRYING = ("escrow", "payable", "deposit", "payback", "payout", "suspense")
# The outside world and the platform's own: sums of their entries, so that no row is shared by all orders.
SUMMED = ("gateway", "fees", "compensation", "penalties")

FEES = "fees:platform"
COMPENSATION = "compensation:platform"
PENALTIES = "penalties:platform"


def gateway(name: str) -> str:
    """The outside: money comes in from it and goes out to it."""
    return f"gateway:{name}"


def escrow(order_number: str) -> str:
    """A buyer's money held in guaranteed trade for one order."""
    return f"escrow:order:{order_number}"


def payable(provider_id: int) -> str:
    """What a provider is owed and not yet paid."""
    return f"payable:provider:{provider_id}"


def deposit(provider_id: int) -> str:
    """A provider's deposit."""
    return f"deposit:provider:{provider_id}"


def payback(number: str) -> str:
    """Money on its way back to a payer."""
    return f"payback:{number}"


def payout(number: str) -> str:
    """Money on its way to a provider's bank account."""
    return f"payout:{number}"


def suspense(gateway_name: str, number: str) -> str:
    """Money that arrived and fits no open payment, kept apart for each arrival."""
    return f"suspense:{gateway_name}:{number}"


def kind_of(path: str) -> str:
    """The first part of a path, which says what sort of account it is."""
    return path.partition(":")[0]


def carries_balance(path: str) -> bool:
    """Whether the account's balance is stored (and cannot fall below zero)."""
    return kind_of(path) in CARRYING


@dataclass(frozen=True, slots=True)
class Posting:
    """`amount` yuan move from `source` to `destination`; balanced by construction. ValueError for what cannot be
    one.
    """

    source: str
    destination: str
    amount: Decimal

    def __post_init__(self) -> None:
        for path in (self.source, self.destination):
            known = kind_of(path) in CARRYING or kind_of(path) in SUMMED
            if not known or len(path) > PATH_LENGTH or not PATH.match(path):
                raise ValueError(f"not an account: {path!r}")
        if self.source == self.destination:
            raise ValueError(f"from {self.source} to itself")
        if not isinstance(self.amount, Decimal) or not self.amount.is_finite():
            raise ValueError(f"not an amount: {self.amount!r}")
        if not FEN <= self.amount <= LARGEST or self.amount != self.amount.quantize(FEN):
            raise ValueError(f"not a positive amount of yuan with two places: {self.amount}")

    @property
    def reversed(self) -> "Posting":
        """The same amount the other way."""
        return Posting(self.destination, self.source, self.amount)

    @property
    def line(self) -> str:
        """As it enters the input hash; the database recomputes it from the stored entry."""
        return f"{self.source}>{self.destination}={self.amount.quantize(FEN)}"


def input_hash(subject: str, postings: Sequence[Posting]) -> str:
    """What a key stands for: the subject and the postings in their order."""
    text = "\n".join([subject, *(posting.line for posting in postings)])
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Draft:
    """One transaction to be, for posting many at once."""

    key: str
    subject: str
    postings: tuple[Posting, ...]


@dataclass(frozen=True, slots=True)
class Funds:
    """What an account holds, and how much of it is reserved (yuan)."""

    balance: Decimal
    held: Decimal

    @property
    def available(self) -> Decimal:
        """What may leave the account now."""
        return self.balance - self.held


@dataclass(frozen=True, slots=True)
class Misfit:
    """The first thing in the books that does not fit: which check, which account or transaction, and how."""

    check: str
    where: str
    detail: str

    def __str__(self) -> str:
        return f"{self.check}: {self.where}: {self.detail}"
