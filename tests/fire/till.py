"""Paying at the sandbox gateway, and what it then tells us, signed."""

from datetime import datetime

from core.models import OutboxMessage
from payments.gateways import notify_url
from payments.models import PaymentIntent
from payments.sandbox import bank, signing
from payments.sandbox.keys import GATEWAY
from payments.sandbox.models import SandboxTrade
from payments.selectors import intent_of


def intent_for(order_number: str) -> PaymentIntent:
    """The payment that an order asks for."""
    found = intent_of("order", order_number)
    assert found is not None
    return found


def page_of(intent: PaymentIntent, now: datetime) -> str:
    """The token of the gateway's page for a payment."""
    return bank.trade_create(
        number=intent.number, amount=intent.amount, title=intent.title, notify_url=notify_url("sandbox"),
        return_url="http://127.0.0.1/", now=now,
    )  # fmt: skip


def paid_there(intent: PaymentIntent, now: datetime, outcome: str = "pay") -> SandboxTrade:
    """The gateway has the payer's money and has not told us yet."""
    return bank.trade_play(token=page_of(intent, now), outcome=outcome, now=now)


def told_of(intent: PaymentIntent) -> list[dict[str, str]]:
    """What the gateway is about to tell us of a payment, each message as it leaves."""
    waiting = OutboxMessage.objects.filter(topic=bank.NOTICE_TOPIC, payload__params__out_trade_no=intent.number)
    return [signing.signed(message.payload["params"], GATEWAY) for message in waiting.order_by("id")]
