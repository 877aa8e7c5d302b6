"""What payments and gateways say to each other. No Django."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class IntentState(StrEnum):
    OPEN = "open"
    PAID = "paid"
    CLOSED = "closed"


class TransferState(StrEnum):
    """Of money going out: pay-backs and payouts."""

    WAITING = "waiting"
    SENT = "sent"
    DONE = "done"
    FAILED = "failed"
    RETURNED = "returned"


class StrayState(StrEnum):
    HELD = "held"
    RETURNING = "returning"
    RETURNED = "returned"
    APPLIED = "applied"


class StrayReason(StrEnum):
    """Why money that arrived could not be taken as the payment it was meant for."""

    LATE = "late"
    TWICE = "twice"
    WRONG_AMOUNT = "wrong_amount"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    GATEWAY_RETURNED = "gateway_returned"


class MessageState(StrEnum):
    RECEIVED = "received"
    HANDLED = "handled"
    DUPLICATE = "duplicate"
    WAITING = "waiting"
    ATTENTION = "attention"
    FORGED = "forged"


class Movement(StrEnum):
    """What money did at a gateway."""

    PAYMENT = "payment"
    PAYBACK = "payback"
    PAYOUT = "payout"


class PageKind(StrEnum):
    """How a payer gets to the gateway: by an address to go to, or a code to scan."""

    REDIRECT = "redirect"
    CODE = "code"


class DifferenceKind(StrEnum):
    """What reconciliation found: in their statement and not in our books, the other way, or with another amount."""

    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class PayRequest:
    """What a gateway needs to take a payment. `notify_url` is told the result, `return_url` is where the payer
    comes back.
    """

    number: str
    amount: Decimal
    title: str
    notify_url: str
    return_url: str
    expires_at: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class PayPage:
    """Where the payer pays: an address to be sent to, or the text of a code to scan."""

    kind: PageKind
    url: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What a gateway told us, its signature verified.

    `number` is ours: the payment's, and for pay-backs and payouts `request_number` theirs. `trade` is the
    gateway's own number of the movement, `at` the instant it says it happened, `amount` yuan.
    """

    notice_id: str
    movement: Movement
    succeeded: bool
    number: str
    trade: str
    amount: Decimal
    at: datetime
    request_number: str = ""
    reason: str = ""


class TradeStatus(StrEnum):
    UNKNOWN = "unknown"
    WAITING = "waiting"
    PAID = "paid"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Trade:
    """What a gateway answers when asked about a payment."""

    status: TradeStatus
    trade: str = ""
    amount: Decimal | None = None
    at: datetime | None = None


class Result(StrEnum):
    """How a gateway took an order to move money: it did it, it will tell, or it will not."""

    DONE = "done"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Answer:
    """A gateway's answer to an order to move money."""

    result: Result
    trade: str = ""
    at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PaybackRequest:
    """Pay `amount` of a payment back to whoever paid it. Repeating it with the same `request_number` does nothing
    more.
    """

    number: str
    trade: str
    request_number: str
    amount: Decimal
    reason: str
    notify_url: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Recipient:
    """A bank account that money is paid out to."""

    name: str
    account: str
    bank: str


@dataclass(frozen=True, slots=True)
class PayoutRequest:
    """Transfer `amount` to a bank account. Repeating it with the same `request_number` does nothing more."""

    request_number: str
    amount: Decimal
    recipient: Recipient
    title: str
    notify_url: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of a gateway's statement of a day."""

    movement: Movement
    trade: str
    number: str
    amount: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class StatementDay:
    """A gateway's statement of one Beijing day."""

    gateway: str
    day: date
    lines: tuple[StatementLine, ...]
