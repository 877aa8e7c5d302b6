"""The outbox: what is told to the outside world is queued with its cause and delivered after the commit."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from core.acts import require_transaction
from core.models import OutboxMessage
from core.rows import row_insert_once

logger = logging.getLogger(__name__)

Handler = Callable[[dict[str, Any], datetime], None]
ATTEMPTS = 12
AT_ONCE = 500
FIRST_DELAY = timedelta(seconds=10)
LONGEST_DELAY = timedelta(hours=1)
# Stands while a dispatcher is asked for and has not started: what is queued meanwhile is found by that one. One that
# never starts is asked for again after so many seconds.
NUDGED = "outbox:nudged"
NUDGE_SECONDS = 10
_handlers: dict[str, Handler] = {}


def register_topic(name: str, handler: Handler) -> None:
    """Let `handler(payload, now)` deliver the topic. It raises to be tried again, and may be called twice."""
    if _handlers.setdefault(name, handler) is not handler:
        raise ValueError(f"topic {name} has a handler already")


def topics() -> list[str]:
    """Every topic that can be delivered."""
    return sorted(_handlers)


def outbox_put(*, topic: str, payload: dict[str, Any], key: str, now: datetime, due_at: datetime | None = None) -> None:
    """Queue a message within the act's transaction. The same key is queued once."""
    row_insert_once(_message(topic, key, payload, now, due_at))
    _nudge_after_commit(now, due_at)


def outbox_put_many(
    *, topic: str, messages: list[tuple[str, dict[str, Any]]], now: datetime, due_at: datetime | None = None
) -> None:
    """Queue several messages, each a key and a payload, in one statement."""
    OutboxMessage.objects.bulk_create(
        [_message(topic, key, payload, now, due_at) for key, payload in messages], ignore_conflicts=True
    )
    _nudge_after_commit(now, due_at)


def _message(topic: str, key: str, payload: dict[str, Any], now: datetime, due_at: datetime | None) -> OutboxMessage:
    require_transaction()
    if topic not in _handlers:
        raise ValueError(f"no handler for topic {topic}")
    return OutboxMessage(topic=topic, key=key, payload=payload, created_at=now, due_at=due_at or now)


def _nudge_after_commit(now: datetime, due_at: datetime | None) -> None:
    if settings.OUTBOX_NUDGE and (due_at is None or due_at <= now):
        transaction.on_commit(_nudge, robust=True)


def _nudge() -> None:
    """Wake the dispatcher, once for all that is queued until it starts; where the broker is away, beat finds the
    message within a minute.
    """
    from celery import current_app

    if cache.add(NUDGED, True, timeout=NUDGE_SECONDS):
        current_app.send_task("core.tasks.outbox_dispatch", retry=False)


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 10 s, doubled each time, at most an hour."""
    return min(FIRST_DELAY * 2 ** (attempts - 1), LONGEST_DELAY)


def dispatch_one(now: datetime) -> bool:
    """Deliver the oldest due message under its row lock; another worker passes over it. False when none is due."""
    with transaction.atomic():
        message = (
            OutboxMessage.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(state=OutboxMessage.State.WAITING, due_at__lte=now)
            .order_by("due_at", "id")
            .first()
        )
        if message is None:
            return False
        message.attempts += 1
        try:
            with transaction.atomic():
                _handlers[message.topic](message.payload, now)
        except Exception as error:
            logger.warning("outbox %s %s: %s", message.topic, message.key, error, exc_info=True)
            message.last_error = f"{type(error).__name__}: {error}"[:2000]
            if message.attempts >= ATTEMPTS:
                message.state = OutboxMessage.State.DEAD
            else:
                message.due_at = now + retry_delay(message.attempts)
        else:
            message.state = OutboxMessage.State.DELIVERED
            message.delivered_at = now
            message.last_error = ""
        message.save(update_fields=["attempts", "state", "due_at", "delivered_at", "last_error"])
    return True


def dispatch(now: datetime, limit: int = AT_ONCE) -> int:
    """Deliver what is due, each message alone, at most `limit`. Returns how many were tried."""
    tried = 0
    # From here on a new message asks for a dispatcher of its own, since this one may have passed it.
    cache.delete(NUDGED)
    while tried < limit and dispatch_one(now):
        tried += 1
    return tried


def revive(message_id: int, now: datetime) -> bool:
    """Send a dead message again: an operator has mended what stood in its way. False where it is not dead."""
    return bool(
        OutboxMessage.objects.filter(pk=message_id, state=OutboxMessage.State.DEAD).update(
            state=OutboxMessage.State.WAITING, attempts=0, due_at=now
        )
    )
