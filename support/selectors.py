"""Reading conversations and tickets, and the one door to other people's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet

from core.errors import NotFound
from orders.models import Order
from providers.models import Provider
from providers.selectors import staff_users
from providers.types import Permission
from support.models import AutoReply, ChatMessage, Conversation, ResponseClock, Ticket, TicketMessage
from support.types import OPEN_TICKETS, Period


@dataclass(frozen=True, slots=True)
class ResponseRate:
    """How many questions of business hours were asked and answered within 30 seconds, and the share in percent."""

    asked: int
    in_time: int

    @property
    def percent(self) -> Decimal | None:
        """The share with one decimal; None where nothing was asked."""
        if not self.asked:
            return None
        return (Decimal(self.in_time) * 100 / self.asked).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def people_of(provider: Any) -> list[Any]:
    """Whom of a provider's team questions and tickets are told."""
    return list(staff_users(provider, Permission.SUPPORT))


def conversation_locked(order: Order) -> Conversation | None:
    """The conversation of an order under its row lock, or None where nobody has written yet."""
    return Conversation.objects.select_for_update(of=("self",), no_key=True).filter(order=order).first()


def conversations_of_provider(provider: Provider) -> QuerySet[Conversation]:
    """The conversations of a provider's orders."""
    return Conversation.objects.filter(provider=provider).select_related("order", "buyer")


def messages_of(order: Order) -> Sequence[ChatMessage]:
    """What was written about an order, in its order."""
    rows = ChatMessage.objects.filter(conversation__order=order).select_related("author").order_by("sent_at", "id")
    return list(rows)


def message_of_order(order: Order, pk: int) -> ChatMessage:
    """A message of this order's conversation. Raises NotFound for any other."""
    found = ChatMessage.objects.filter(conversation__order=order, pk=pk).first()
    if found is None:
        raise NotFound("no such message")
    return found


def running_clock(conversation: Conversation) -> ResponseClock | None:
    """The question that waits for an answer, under its row lock."""
    rows = ResponseClock.objects.select_for_update(no_key=True)
    return rows.filter(conversation=conversation, answered_at=None).first()


def clock_locked(pk: int) -> ResponseClock:
    """The clock under its row lock."""
    return ResponseClock.objects.select_for_update(no_key=True).get(pk=pk)


def clocks_lapsed(now: datetime, limit: int) -> list[int]:
    """Questions whose 30 seconds ended without an answer (§12(1)3)."""
    rows = ResponseClock.objects.filter(outcome="awaiting", due_at__lte=now)
    return list(rows.order_by("due_at", "id").values_list("pk", flat=True)[:limit])


def response_rate(provider: Provider, since: datetime, until: datetime) -> ResponseRate:
    """The share of questions of business hours that were answered within 30 seconds (§12(1)3)."""
    found = ResponseClock.objects.filter(provider=provider, asked_at__gte=since, asked_at__lt=until).aggregate(
        asked=Count("id", filter=Q(outcome__in=["answered", "late"])), in_time=Count("id", filter=Q(outcome="answered"))
    )
    return ResponseRate(found["asked"], found["in_time"])


def auto_reply_of(provider: Provider) -> AutoReply | None:
    """The automatic reply of a provider, or None."""
    return AutoReply.objects.filter(provider=provider).first()


def ticket_locked(pk: int) -> Ticket:
    """The ticket under its row lock."""
    rows = Ticket.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("order", "provider", "buyer").get(pk=pk)


def tickets_of_order(order: Order) -> QuerySet[Ticket]:
    """The tickets of an order, latest first."""
    return Ticket.objects.filter(order=order).order_by("-opened_at", "-id")


def tickets_at_work(provider: Any) -> QuerySet[Ticket]:
    """The tickets that a provider has not solved: those not answered yet first, each group the oldest first (§12)."""
    # Of the two states, "open" sorts after "answered".
    return tickets_of_provider(provider).filter(state__in=OPEN_TICKETS).order_by("-state", "opened_at", "id")


def tickets_of_provider(provider: Provider) -> QuerySet[Ticket]:
    """The tickets of a provider."""
    return Ticket.objects.filter(provider=provider).select_related("order", "buyer")


def ticket_of_provider(provider: Provider, number: str) -> Ticket:
    """A ticket of this provider. Raises NotFound for any other's."""
    return _one(tickets_of_provider(provider), number)


def ticket_of_buyer(user: Any, number: str) -> Ticket:
    """A buyer's own ticket. Raises NotFound for anybody else's."""
    return _one(Ticket.objects.filter(buyer=user).select_related("order", "provider"), number)


def _one(rows: QuerySet[Ticket], number: str) -> Ticket:
    found = rows.filter(number=number).first()
    if found is None:
        raise NotFound("no such ticket")
    return found


def period_of(order: Order, now: datetime) -> Period:
    """In which of an order's periods an instant lies (§11(2), §11(3))."""
    if order.guarantee_ends_at is None or now < order.guarantee_ends_at:
        return Period.GUARANTEE
    if order.warranty_ends_at is not None and now < order.warranty_ends_at:
        return Period.WARRANTY
    return Period.AFTER


def ticket_messages(ticket: Ticket) -> Sequence[TicketMessage]:
    """What both sides said in a ticket, the oldest first."""
    return list(ticket.messages.select_related("author").order_by("sent_at", "id"))


def ticket_message(ticket: Ticket, pk: int) -> TicketMessage:
    """One message of a ticket. Raises NotFound for any other's."""
    found = ticket.messages.filter(pk=pk).first()
    if found is None:
        raise NotFound("no such message")
    return found


def waits_since(order: Order) -> datetime | None:
    """Since when a question of the buyer waits for a person's answer, or None (§12(1)3)."""
    return Conversation.objects.filter(order=order).values_list("waiting_since", flat=True).first()
