"""What the outbox delivers for payments: orders to gateways, and the sandbox gateway's own post."""

from datetime import datetime
from typing import Any

from core.outbox import register_topic
from payments.gateways import gateway, transport
from payments.models import PaymentIntent
from payments.sandbox import bank, signing
from payments.sandbox.keys import GATEWAY, MERCHANT
from payments.services import intents, paybacks, payouts
from payments.types import TradeStatus


def _payback(payload: dict[str, Any], now: datetime) -> None:
    paybacks.payback_send(number=payload["number"], now=now)


def _payout(payload: dict[str, Any], now: datetime) -> None:
    payouts.payout_send(number=payload["number"], now=now)


def _close(payload: dict[str, Any], now: datetime) -> None:
    intent = PaymentIntent.objects.get(number=payload["number"])
    at = gateway(intent.gateway)
    if at.query(intent.number, now).status != TradeStatus.UNKNOWN:
        at.close(intent.number, now)


def _sandbox_notice(payload: dict[str, Any], now: datetime) -> None:
    """Tell the merchant over HTTP, signed; anything but its thanks and it is told again."""
    # A forged message is signed with a key that is not the gateway's.
    params = signing.signed(payload["params"], MERCHANT if payload["forged"] else GATEWAY)
    reply = transport.post(payload["url"], params)
    if reply.text != "success" and not payload["forged"]:
        raise RuntimeError(f"{payload['url']} answered {reply.status} {reply.text[:200]}")


def _sandbox_settle(payload: dict[str, Any], now: datetime) -> None:
    bank.trade_settle(payload["trade"], now)


def register_topics() -> None:
    """Let the outbox deliver them."""
    register_topic(paybacks.SEND_TOPIC, _payback)
    register_topic(payouts.SEND_TOPIC, _payout)
    register_topic(intents.CLOSE_TOPIC, _close)
    register_topic(bank.NOTICE_TOPIC, _sandbox_notice)
    register_topic(bank.SETTLE_TOPIC, _sandbox_settle)
