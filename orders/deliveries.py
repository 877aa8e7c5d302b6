"""What the outbox delivers for orders: who is told that an order was paid."""

from datetime import datetime
from typing import Any

from core.outbox import register_topic
from orders.selectors import order_by_pk
from orders.services.access import tell_buyer, tell_provider
from orders.services.paying import PAID_TOPIC


def paid(payload: dict[str, Any], now: datetime) -> None:
    """Tell both sides that an order was paid, or that something free was taken."""
    order = order_by_pk(payload["order"])
    kind = "order.taken" if order.is_free else "order.paid"
    tell_buyer(order, kind, now)
    start = {"due_at": order.start_due_at or now, "buyer": str(order.buyer)}
    tell_provider(order, f"{kind}.provider", now, start)


def register_topics() -> None:
    register_topic(PAID_TOPIC, paid)
