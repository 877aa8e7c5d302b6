"""Sweeps: what deadlines bring about by themselves.

A sweep is a selector of what is due and one act a row. Each act re-checks under lock and commits alone, so a sweep may
run twice, late, or in two workers at once. A row that fails is kept for the operators and never stops the others.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from core import clock
from core.models import SweepFailure, SweepRun

logger = logging.getLogger(__name__)

Key = int | str


@dataclass(frozen=True, slots=True)
class Sweep:
    """`selector(now, limit)` finds what is due, `act(pk, now)` works one row and says whether it changed anything."""

    name: str
    title: Any
    selector: Callable[[datetime, int], Iterable[Key]]
    act: Callable[[Key, datetime], object]
    clause: str
    every: timedelta
    limit: int = 1000


@dataclass(slots=True)
class Outcome:
    """What a run did: rows worked, rows that failed, and with a dry run the rows that were due."""

    done: int = 0
    failed: int = 0
    due: list[Key] | None = None


_sweeps: dict[str, Sweep] = {}


def register(sweep: Sweep) -> None:
    """Add a sweep to the table that beat drives."""
    if sweep.name in _sweeps:
        raise ValueError(f"sweep {sweep.name} is registered already")
    _sweeps[sweep.name] = sweep


def all_sweeps() -> list[Sweep]:
    """Every sweep, by name."""
    return [_sweeps[name] for name in sorted(_sweeps)]


def get(name: str) -> Sweep:
    """The sweep of that name; KeyError where there is none."""
    return _sweeps[name]


def run(name: str, now: datetime, *, dry_run: bool = False) -> Outcome:
    """Work everything that is due at `now`, or with `dry_run` only list it."""
    sweep = get(name)
    if dry_run:
        return Outcome(due=list(sweep.selector(now, sweep.limit)))
    record = SweepRun.objects.create(sweep=name, started_at=clock.now(), moment=now)
    outcome = Outcome()
    failed: set[Key] = set()
    worked: set[Key] = set()
    while True:
        # Rows that failed stay due, so ask for as many more than have failed.
        batch = [key for key in sweep.selector(now, sweep.limit + len(failed)) if key not in failed]
        stuck = worked.intersection(batch)
        for key in stuck:
            _keep_failure(sweep.name, str(key), "its act left it due", now)
        failed |= stuck
        worked = {key for key in batch if key not in stuck and _work(sweep, key, now)}
        failed.update(key for key in batch if key not in worked)
        outcome.done += len(worked) - len(stuck)
        if len(batch) < sweep.limit:
            break
    outcome.failed = len(failed)
    SweepRun.objects.filter(pk=record.pk).update(finished_at=clock.now(), done=outcome.done, failed=outcome.failed)
    return outcome


def _work(sweep: Sweep, key: Key, now: datetime) -> bool:
    try:
        sweep.act(key, now)
    except Exception as error:
        logger.exception("sweep %s: row %s failed", sweep.name, key)
        _keep_failure(sweep.name, str(key), f"{type(error).__name__}: {error}"[:2000], now)
        return False
    SweepFailure.objects.filter(sweep=sweep.name, row=str(key), resolved_at__isnull=True).update(resolved_at=now)
    return True


def _keep_failure(sweep: str, row: str, error: str, now: datetime) -> None:
    known = SweepFailure.objects.filter(sweep=sweep, row=row, resolved_at__isnull=True).update(
        error=error, times=F("times") + 1, last_at=now
    )
    if not known:
        SweepFailure.objects.bulk_create(
            [SweepFailure(sweep=sweep, row=row, error=error, first_at=now, last_at=now)],
            ignore_conflicts=True,
        )
