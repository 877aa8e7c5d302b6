"""Reading payments, and the one door to other people's."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.errors import NotFound
from core.periods import beijing_date
from payments.models import Difference, GatewayMessage, Payback, PaymentIntent, Payout, Reconciliation, StrayPayment
from payments.types import IntentState, MessageState, TransferState

# The gateway's word usually comes within seconds; past this it is asked.
SILENT_AFTER = timedelta(minutes=10)
STUCK_AFTER = timedelta(minutes=2)
STATEMENT_READY = timedelta(hours=2)
# A quarter: however late the comparison runs, it makes up for every day that gateways still give a statement of.
COMPARED_BACK = 92


def intent_for(payer: Any, number: str) -> PaymentIntent:
    """The payer's own payment of that number. Raises NotFound, for somebody else's too."""
    found = PaymentIntent.objects.filter(number=number, payer=payer).first()
    if found is None:
        raise NotFound(_("There is no such payment."))
    return found


def intents_of(payer: Any) -> "QuerySet[PaymentIntent]":
    """The payer's payments, newest first."""
    return PaymentIntent.objects.filter(payer=payer).order_by("-id")


def intent_of(purpose: str, reference: str) -> PaymentIntent | None:
    """The open or paid payment for a thing, if it has one; otherwise the last that was closed."""
    found = PaymentIntent.objects.filter(purpose=purpose, reference=reference)
    return found.exclude(state=IntentState.CLOSED).first() or found.order_by("-id").first()


def strays_of(intent: PaymentIntent) -> "QuerySet[StrayPayment]":
    """Money that came in for a payment and could not be taken, oldest first."""
    return StrayPayment.objects.filter(intent=intent).order_by("id")


def paybacks_of(intent: PaymentIntent) -> "QuerySet[Payback]":
    """What goes or went back of a payment, oldest first."""
    return Payback.objects.filter(intent=intent).order_by("id")


def paybacks_for(reference: str) -> "QuerySet[Payback]":
    """The pay-backs for a thing (a refund's number), oldest first."""
    return Payback.objects.filter(reference=reference).order_by("id")


def payouts_for(reference: str) -> "QuerySet[Payout]":
    """The payouts for a thing (a statement's number), oldest first."""
    return Payout.objects.filter(reference=reference).order_by("id")


def intents_due(now: datetime, limit: int) -> list[int]:
    """Payments that were not made in time."""
    due = PaymentIntent.objects.filter(state=IntentState.OPEN, expires_at__lte=now).order_by("expires_at")
    return list(due.values_list("pk", flat=True)[:limit])


def messages_stuck(now: datetime, limit: int) -> list[int]:
    """Messages that were kept and not worked: a worker died between the two."""
    stuck = GatewayMessage.objects.filter(state=MessageState.RECEIVED, received_at__lte=now - STUCK_AFTER)
    return list(stuck.order_by("received_at").values_list("pk", flat=True)[:limit])


def transfers_silent(now: datetime, limit: int) -> list[str]:
    """Numbers of pay-backs and payouts that the gateway took and has said nothing about since."""
    numbers: list[str] = []
    for model in (Payback, Payout):
        silent = model.objects.filter(state=TransferState.SENT, sent_at__lte=now - SILENT_AFTER).order_by("sent_at")
        numbers += silent.values_list("number", flat=True)[:limit]
    return numbers[:limit]


def days_to_compare(gateway: str, now: datetime) -> list[str]:
    """The last quarter's days, from the first with a payment on, whose statement is ready and was not compared yet."""
    first = PaymentIntent.objects.filter(gateway=gateway).order_by("id").values_list("opened_at", flat=True).first()
    if first is None:
        return []
    last = beijing_date(now - STATEMENT_READY) - timedelta(days=1)
    days = [last - timedelta(days=back) for back in range(COMPARED_BACK)]
    known: set[date] = set(Reconciliation.objects.filter(gateway=gateway, day__in=days).values_list("day", flat=True))
    return [day.isoformat() for day in sorted(days) if day not in known and day >= beijing_date(first)]


def queues() -> dict[str, int]:
    """How much waits for an operator: strays, refused transfers, messages."""
    return {
        "strays": StrayPayment.objects.filter(state="held").count(),
        "paybacks": Payback.objects.filter(state=TransferState.FAILED).count(),
        "payouts": Payout.objects.filter(state=TransferState.FAILED).count(),
        "differences": Difference.objects.filter(settled_at__isnull=True).count(),
        "messages": GatewayMessage.objects.filter(state=MessageState.ATTENTION).count(),
    }
