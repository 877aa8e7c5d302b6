"""The beat table: the outbox, the housekeeping, and every registered sweep."""

import json
from datetime import timedelta

from django_celery_beat.models import IntervalSchedule, PeriodicTask

from core import sweeps

HOUSEKEEPING: list[tuple[str, str, dict[str, str], timedelta]] = [
    ("outbox", "core.tasks.outbox_dispatch", {}, timedelta(seconds=15)),
    ("idempotency keys", "core.tasks.idempotency_keys_drop", {}, timedelta(days=1)),
]


def load_schedule() -> int:
    """Create what is missing and drop what no longer exists. An operator may slow one down or switch it off."""
    entries = HOUSEKEEPING + [
        (f"sweep {sweep.name}", "core.tasks.sweep_run", {"name": sweep.name}, sweep.every)
        for sweep in sweeps.all_sweeps()
    ]
    for name, task, kwargs, every in entries:
        interval, _ = IntervalSchedule.objects.get_or_create(
            every=int(every.total_seconds()), period=IntervalSchedule.SECONDS
        )
        PeriodicTask.objects.get_or_create(
            name=name, defaults={"task": task, "kwargs": json.dumps(kwargs), "interval": interval}
        )
    known = [name for name, *_ in entries]
    PeriodicTask.objects.filter(task__startswith="core.tasks.").exclude(name__in=known).delete()
    return len(entries)
