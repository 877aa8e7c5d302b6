"""What an order is about, without Django: states, acts, files, and the values that pages draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from regulation.types import Text

NOTHING = Decimal("0.00")


class OrderState(StrEnum):
    """Where an order stands. Money that waits in escrow, holds and warranties are columns of their own."""

    PLACED = "placed"
    PAID = "paid"
    IN_SERVICE = "in_service"
    COMPLETED = "completed"
    CLOSED = "closed"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"


UNPAID = frozenset({OrderState.PLACED, OrderState.CANCELLED})
RUNNING = frozenset({OrderState.PAID, OrderState.IN_SERVICE})
DONE = frozenset({OrderState.COMPLETED, OrderState.CLOSED})


class CancelReason(StrEnum):
    """Why an order was never paid."""

    BUYER = "buyer"
    EXPIRED = "expired"
    PLATFORM = "platform"


class MilestoneState(StrEnum):
    """Where a step of a service stands (§11)."""

    WAITING = "waiting"
    STARTED = "started"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


class HoldReason(StrEnum):
    """What keeps an order's money where it is (§11(1)2, §13); the words of settlements."""

    REFUND = "refund"
    COMPLAINT = "complaint"
    CASE = "case"
    INVOICE = "invoice"


# An invoice that is owed keeps the money out of statements, not in escrow.
HOLDS_ESCROW = frozenset({HoldReason.REFUND, HoldReason.COMPLAINT, HoldReason.CASE})


class OfferState(StrEnum):
    """Where a deduction that both have to sign stands (§11(2)3)."""

    OFFERED = "offered"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Side(StrEnum):
    """On whose side somebody acts on an order."""

    BUYER = "buyer"
    PROVIDER = "provider"
    PLATFORM = "platform"


class ClaimState(StrEnum):
    """Where a warranty claim stands (§11(3)2, §11(3)3)."""

    FILED = "filed"
    ANSWERED = "answered"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    COMPENSATED = "compensated"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


OPEN_CLAIMS = frozenset({ClaimState.FILED, ClaimState.ANSWERED, ClaimState.ESCALATED})


class ClaimWish(StrEnum):
    """What the buyer asks for under the warranty."""

    REPAIR = "repair"
    SERVICE = "service"
    COMPENSATION = "compensation"


class InvoiceParty(StrEnum):
    """Who issues and who receives an invoice (§13)."""

    PROVIDER = "provider"
    BUYER = "buyer"
    PLATFORM = "platform"


class InvoiceKind(StrEnum):
    """A normal invoice, or one that reverses it."""

    NORMAL = "normal"
    RED = "red"


class InvoiceState(StrEnum):
    """Where an invoice stands."""

    REQUESTED = "requested"
    ISSUED = "issued"
    CANCELLED = "cancelled"


class CloudInvoiceState(StrEnum):
    """Where a request for an invoice of the cloud stands (§13(4))."""

    REQUESTED = "requested"
    ISSUED = "issued"
    DECLINED = "declined"


class ReviewState(StrEnum):
    """Whether a review is seen. Held ones wait for an operator (§15(2), §16(2))."""

    PUBLISHED = "published"
    HELD = "held"
    REMOVED = "removed"


class OrderAct(StrEnum):
    """What somebody may do on an order: the names that buttons, the admin and the REST resource share."""

    PAY = "pay"
    CANCEL = "cancel"
    MILESTONE_START = "milestone_start"
    MILESTONE_SUBMIT = "milestone_submit"
    MILESTONE_ACCEPT = "milestone_accept"
    MILESTONE_RETURN = "milestone_return"
    DELIVER = "deliver"
    CONFIRM = "confirm"
    SETTLE_ACCEPTANCE = "settle_acceptance"
    RENEW = "renew"
    ASK_REFUND = "ask_refund"
    OFFER_DEDUCTION = "offer_deduction"
    SIGN_DEDUCTION = "sign_deduction"
    DECLINE_DEDUCTION = "decline_deduction"
    WITHDRAW_DEDUCTION = "withdraw_deduction"
    CLAIM_WARRANTY = "claim_warranty"
    ANSWER_CLAIM = "answer_claim"
    ACCEPT_ANSWER = "accept_answer"
    ESCALATE_CLAIM = "escalate_claim"
    WITHDRAW_CLAIM = "withdraw_claim"
    DECIDE_CLAIM = "decide_claim"
    ASK_INVOICE = "ask_invoice"
    ISSUE_INVOICE = "issue_invoice"
    ASK_FEE_INVOICE = "ask_fee_invoice"
    REVIEW = "review"
    FOLLOW_UP_REVIEW = "follow_up_review"
    REPLY_REVIEW = "reply_review"


@dataclass(frozen=True, slots=True)
class AvailableAct:
    """One act that is open to somebody now; `target` is the milestone, offer, claim or invoice it is done to."""

    act: OrderAct
    target: int | None = None

    @property
    def key(self) -> str:
        """As a form's value: `milestone_accept:7`."""
        return str(self.act) if self.target is None else f"{self.act}:{self.target}"


@dataclass(frozen=True, slots=True)
class OrderFilters:
    """What a list of orders shows. `text` is a number or part of a title; `attention`: what waits for the reader."""

    state: str = ""
    product_class: str = ""
    text: str = ""
    attention: bool = False


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An order as a list draws it: plain values, amounts in yuan."""

    number: str
    title: Text
    plan: Text
    state: str
    product_class: str
    quantity: int
    amount: Decimal
    refunded: Decimal
    placed_at: datetime
    paid_at: datetime | None
    store: Text
    buyer: str
    waiting: Waiting
    held: bool
    cover_version_id: int
    product_slug: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who owes what by when: said as a sentence everywhere. `who` is a Side, or empty where nobody owes anything."""

    who: str
    what: str
    due_at: datetime | None
    sentence: Text


@dataclass(frozen=True, slots=True)
class MoneyStrip:
    """Where an order's money is now (yuan): the parts add up to what was paid.

    `with_you` is not paid yet; `returning` is on its way back through the gateway; `due`, `settled` and `paid` are the
    provider's share after the service fee: owed, in a statement, paid out. `recovered` was taken back from the
    provider
    for a refund and is part of `returning` or `returned`.
    """

    total: Decimal
    with_you: Decimal = NOTHING
    in_escrow: Decimal = NOTHING
    due: Decimal = NOTHING
    settled: Decimal = NOTHING
    paid: Decimal = NOTHING
    fee: Decimal = NOTHING
    returning: Decimal = NOTHING
    returned: Decimal = NOTHING
    recovered: Decimal = NOTHING
    holds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TimelineFile:
    """A file that belongs to something that happened."""

    name: str
    link: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """Something that happened: what, who, when, what was said, which clauses, how much money moved (yuan).

    `refund` is the number of the refund that it belongs to, `position` orders what happened in the same instant."""

    at: datetime
    kind: str
    title: Text
    actor: str
    actor_kind: str
    text: str = ""
    clauses: tuple[str, ...] = ()
    amount: Decimal | None = None
    refund: str = ""
    decision: Any = None
    files: tuple[TimelineFile, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    position: int = 0
