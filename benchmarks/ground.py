"""What every benchmark stands on: Django set up as in production, a clock for both sides, the books at the end."""

import argparse
import os
import resource
import statistics
import sys
import time
import uuid
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import django


def set_up() -> None:
    """Django with the settings of production where they touch speed; nothing is shared with another run's cache."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    os.environ.setdefault("DEBUG", "false")
    os.environ.setdefault("SECRET_KEY", "benchmarks-only")
    os.environ.setdefault("FIELD_KEYS", "YmVuY2htYXJrcy1vbmx5LWtleS1uZXZlci1zaGlwcGU=")
    os.environ.setdefault("SECURE_SSL_REDIRECT", "false")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    os.environ.setdefault("CACHE_PREFIX", f"bench-{uuid.uuid4().hex[:8]}")
    warnings.filterwarnings("ignore", message="No directory at")
    django.setup()
    from celery import current_app

    # What is queued here is nobody's to work: it waits under a name of this run and is forgotten with its cache.
    current_app.conf.task_default_queue = f"{os.environ['CACHE_PREFIX']}-tasks"


def arguments(what: str, size: int) -> argparse.Namespace:
    """`--size N`: how large."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--size", type=int, default=size)
    return parser.parse_args()


@dataclass(frozen=True, slots=True)
class Beside:
    """One figure beside its bare counterpart, measured in the same run, both of them higher is better."""

    name: str
    ours: float
    bare: float
    unit: str
    wanted: float | None = None

    def __str__(self) -> str:
        ratio = self.ours / self.bare if self.bare else float("inf")
        line = f"{self.name:<44} {self.ours:>12,.1f} {self.unit:<10} bare {self.bare:>12,.1f}   ratio {ratio:.2f}"
        if self.wanted is not None:
            line += f"   wanted {self.wanted:.2f}{'' if ratio >= self.wanted else '  BELOW'}"
        return line


def tell(found: Beside) -> None:
    """Print a figure as soon as it is there."""
    print(found, flush=True)


def seconds(work: Callable[[], object]) -> float:
    """How long it takes once."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turns(works: Sequence[Callable[[], object]], *, rounds: int) -> list[float]:
    """The median seconds of each work, measured in turns, so that what else the machine does meets all alike."""
    for work in works:
        work()
    taken: list[list[float]] = [[] for _work in works]
    for _round in range(rounds):
        for times, work in zip(taken, works, strict=True):
            times.append(seconds(work))
    return [statistics.median(times) for times in taken]


def percentile(times: Sequence[float], part: float) -> float:
    """The time that `part` of them do not exceed."""
    return sorted(times)[min(len(times) - 1, int(len(times) * part))]


def memory() -> float:
    """The most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def taken_back() -> Iterator[Any]:
    """A transaction that is rolled back at the end: what a benchmark lays out leaves no trace. Gives a cursor."""
    from django.db import connection, transaction

    # What an earlier run took back still lies in the tables, and everything would read past it.
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
    with transaction.atomic():
        with connection.cursor() as cursor:
            yield cursor
        transaction.set_rollback(True)


def unguarded(cursor: Any, statements: Sequence[str]) -> None:
    """Lay rows out by the million past the triggers, as no act may."""
    cursor.execute("SET LOCAL session_replication_role = replica")
    for statement in statements:
        cursor.execute(statement)
    cursor.execute("SET LOCAL session_replication_role = origin")


def forget_cache() -> None:
    """Leave nothing in the cache that speaks of rows that were taken back."""
    from django.core.cache import cache

    client = getattr(cache, "_cache").get_client()  # noqa: B009
    for key in client.scan_iter(match=f"{os.environ['CACHE_PREFIX']}*", count=1000):
        client.delete(key)


def close_books() -> None:
    """The books must be right whatever was measured: leave with 1 where they are not."""
    from ledger.selectors import verify

    misfits = verify()
    print("books: right" if not misfits else f"books: WRONG, {len(misfits)} misfits; first: {misfits[0]}", flush=True)
    sys.exit(1 if misfits else 0)
