"""Did the sweeps run? Each with its last run, its next by the beat table, what it did, and what failed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django_celery_beat.models import PeriodicTask

from core import clock, sweeps
from core.models import SweepFailure, SweepRun

# Beat looks at its table every few seconds and a run takes a moment; only beyond this is a run late.
PATIENCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SweepLine:
    """One sweep. `failing` counts the rows that have failed and not been settled since."""

    name: str
    title: Any
    clause: str
    every: timedelta
    last: datetime | None
    next: datetime | None
    done: int
    failing: int
    off: bool
    late: bool


def lines(now: datetime) -> list[SweepLine]:
    """Every sweep, what failed first, then what is late, then by when it runs next. Three queries."""
    latest = {run.sweep: run for run in SweepRun.objects.order_by("sweep", "-started_at").distinct("sweep")}
    open_failures = SweepFailure.objects.filter(resolved_at__isnull=True).order_by()
    failing = dict(open_failures.values("sweep").annotate(n=Count("pk")).values_list("sweep", "n"))
    table = {
        task.name: task for task in PeriodicTask.objects.filter(name__startswith="sweep ").select_related("interval")
    }
    found = [_line(sweep, latest.get(sweep.name), table.get(f"sweep {sweep.name}"), failing, now)
             for sweep in sweeps.all_sweeps()]  # fmt: skip
    far = now + timedelta(days=3650)
    return sorted(found, key=lambda line: (not line.failing, not line.late, line.off, line.next or far, line.name))


def _line(sweep: sweeps.Sweep, run: SweepRun | None, task: Any, failing: dict[str, int], now: datetime) -> SweepLine:
    off = task is None or not task.enabled
    every = sweep.every
    if task is not None and task.interval is not None:
        every = timedelta(**{task.interval.period: task.interval.every})
    # A sweep that never ran counts from the moment it came onto the beat table.
    since = run.started_at if run else task.date_changed if task is not None else None
    due = since + every if since is not None and not off else None
    return SweepLine(
        name=sweep.name,
        title=sweep.title,
        clause=sweep.clause,
        every=every,
        last=run.started_at if run else None,
        next=due,
        done=run.done if run else 0,
        failing=failing.get(sweep.name, 0),
        off=off,
        late=due is not None and now > due + PATIENCE,
    )


def page(request: HttpRequest) -> HttpResponse:
    """The whole table of sweeps."""
    now = clock.now()
    context = {**admin.site.each_context(request), "title": _("Sweeps"), "sweeps": lines(now), "now": now}
    return render(request, "admin/sweeps.html", context)
