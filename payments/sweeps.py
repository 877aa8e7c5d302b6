"""What the clock brings about in payments."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.sweeps import Key, Sweep, register
from payments import selectors
from payments.models import GatewayMessage
from payments.services.asking import day_compare_first, intent_settle, transfer_ask
from payments.services.messages import message_handle


def _message(key: Key, now: datetime) -> object:
    return message_handle(message=GatewayMessage.objects.get(pk=key), now=now)


def _intent(key: Key, now: datetime) -> object:
    return intent_settle(intent_id=int(key), now=now)


def _transfer(key: Key, now: datetime) -> object:
    return transfer_ask(number=str(key), now=now)


def _days(now: datetime, limit: int) -> list[str]:
    return selectors.days_to_compare(settings.PAYMENT_GATEWAY, now)[:limit]


def _reconcile(key: Key, now: datetime) -> object:
    return day_compare_first(name=settings.PAYMENT_GATEWAY, day=date.fromisoformat(str(key)), now=now)


register(
    Sweep(
        name="payments.unpaid",
        title=_("Close payments that nobody made in time"),
        selector=selectors.intents_due,
        act=_intent,
        clause="11(1)",
        every=timedelta(minutes=1),
    )
)
register(
    Sweep(
        name="payments.messages",
        title=_("Work messages of gateways that were left lying"),
        selector=selectors.messages_stuck,
        act=_message,
        clause="11(1)",
        every=timedelta(minutes=1),
    )
)
register(
    Sweep(
        name="payments.transfers",
        title=_("Ask gateways about pay-backs and payouts they are silent on"),
        selector=selectors.transfers_silent,
        act=_transfer,
        clause="17(1)",
        every=timedelta(minutes=10),
    )
)
register(
    Sweep(
        name="payments.reconcile",
        title=_("Compare the gateway's daily statement with the books"),
        selector=_days,
        act=_reconcile,
        clause="11(1)",
        every=timedelta(hours=1),
    )
)
