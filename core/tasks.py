"""Celery: thin callers."""

from datetime import timedelta
from typing import Any

from celery import shared_task

from core import clock, outbox, sweeps
from core.models import IdempotencyKey

IDEMPOTENCY_KEPT = timedelta(days=30)


@shared_task
def outbox_dispatch(**kwargs: Any) -> int:
    """Deliver what the outbox holds."""
    tried = outbox.dispatch(clock.now())
    if tried == outbox.AT_ONCE:
        outbox_dispatch.delay()
    return tried


@shared_task
def sweep_run(*, name: str, **kwargs: Any) -> dict[str, int]:
    """Run one sweep at the present instant."""
    outcome = sweeps.run(name, clock.now())
    return {"done": outcome.done, "failed": outcome.failed}


@shared_task
def idempotency_keys_drop(**kwargs: Any) -> int:
    """Forget answers that nobody will ask for again."""
    return IdempotencyKey.objects.filter(created_at__lt=clock.now() - IDEMPOTENCY_KEPT).delete()[0]
