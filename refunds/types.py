"""What refunds are about, without Django: states, sides, and the values that pages draw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from regulation.types import Decision, Text

NOTHING = Decimal("0.00")


class RefundState(StrEnum):
    """Where a request for money back stands (§17)."""

    REQUESTED = "requested"
    NEGOTIATING = "negotiating"
    ESCALATED = "escalated"
    AGREED = "agreed"
    PROVIDER_ACCEPTED = "provider_accepted"
    DECIDED = "decided"
    PAYING_BACK = "paying_back"
    PAID_BACK = "paid_back"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


OPEN = frozenset({RefundState.REQUESTED, RefundState.NEGOTIATING, RefundState.ESCALATED})
# The amount is settled and on its way; another request may follow once it has arrived.
MOVING = frozenset({RefundState.AGREED, RefundState.PROVIDER_ACCEPTED, RefundState.DECIDED, RefundState.PAYING_BACK})
ENDED = frozenset({RefundState.PAID_BACK, RefundState.REFUSED, RefundState.WITHDRAWN})


class Origin(StrEnum):
    """Where a refund comes from."""

    BUYER = "buyer"
    DEDUCTION = "deduction"
    EXIT = "exit"


class Basis(StrEnum):
    """How the amount was settled."""

    ENTITLED = "entitled"
    AGREED = "agreed"
    PROVIDER = "provider"
    PLATFORM = "platform"


class Side(StrEnum):
    """On whose side somebody speaks in the room."""

    BUYER = "buyer"
    PROVIDER = "provider"
    PLATFORM = "platform"


class OfferState(StrEnum):
    """Where an offer of less stands; it binds when both have signed."""

    OFFERED = "offered"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Source(StrEnum):
    """Where the money of a refund was taken from, in this order (§17(5), §9(6)2)."""

    ESCROW = "escrow"
    PAYABLE = "payable"
    DEPOSIT = "deposit"
    PLATFORM = "platform"


class RefundAct(StrEnum):
    """What somebody may do on a refund: the names that buttons, the admin and the REST resource share."""

    ACCEPT = "accept"
    DISPUTE = "dispute"
    ESCALATE = "escalate"
    WITHDRAW = "withdraw"
    OFFER = "offer"
    SIGN_OFFER = "sign_offer"
    DECLINE_OFFER = "decline_offer"
    WITHDRAW_OFFER = "withdraw_offer"
    SAY = "say"
    DECIDE_IN_FULL = "decide_in_full"
    FIND = "find"


@dataclass(frozen=True, slots=True)
class AvailableAct:
    """One act that is open to somebody now; `target` is the offer that it is done to."""

    act: RefundAct
    target: int | None = None

    @property
    def key(self) -> str:
        return str(self.act) if self.target is None else f"{self.act}:{self.target}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who owes what by when: said as a sentence everywhere."""

    who: str
    what: str
    due_at: datetime | None
    sentence: Text


@dataclass(frozen=True, slots=True)
class Later:
    """What would be decided from another instant on, because something changes there."""

    at: datetime | None
    why: Text
    decision: Decision


@dataclass(frozen=True, slots=True)
class RefundPreview:
    """What a refund would bring now, and what if the buyer waits."""

    now: Decision
    left: Decimal
    later: tuple[Later, ...]
    negotiated: bool
    reply_hours: int
    negotiation_days: int


@dataclass(frozen=True, slots=True)
class RefundFilters:
    """What a list of refunds shows. `text` is a refund's or an order's number, `attention` those whose provider has
    not answered yet.
    """

    state: str = ""
    text: str = ""
    open_only: bool = False
    attention: bool = False


@dataclass(frozen=True, slots=True)
class RefundLine:
    """A refund as a list draws it: plain values, amounts in yuan."""

    number: str
    order: str
    title: Text
    state: str
    reason: str
    amount: Decimal
    amount_asked: Decimal | None
    requested_at: datetime
    waiting: Waiting
    store: Text
    buyer: str


@dataclass(frozen=True, slots=True)
class RoomMessage:
    """What was said in the room, with its files."""

    at: datetime
    side: str
    author: str
    text: str
    files: tuple[Any, ...] = ()
