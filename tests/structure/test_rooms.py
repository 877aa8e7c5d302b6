"""The house rules that a linter does not know: room sizes, who writes, who reads the clock, and no signals.

Each rule is asked of every module, and once of a module that breaks it.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.structure import reading

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    *("core", "regulation", "accounts", "notifications", "ledger", "payments", "providers", "deposits"),
    *("settlements", "catalog", "orders", "support", "refunds", "violations", "exits", "web", "marketplace"),
)
LONGEST = 420
INTERFACES = {"views", "admin", "api", "tasks", "commands", "clock", "authentication", "middleware"}
# Interfaces by another name: when a run of a sweep started and ended; a piece of REST views; columns that the database
# fills and no rule ever asks for.
MAY_READ_THE_CLOCK = {"core/sweeps.py", "core/idempotency.py", "accounts/models.py", "notifications/models.py"}
MAY_WRITE = {
    # What acts stand on, below every service.
    *("core/keys.py", "core/outbox.py", "core/schedule.py", "core/sweeps.py", "core/tasks.py"),
    "core/rows.py",  # how many rows become one statement; its callers are services
    "accounts/models.py",  # Django's own way to make a user, which only services call
    "ledger/triggers.py",  # balances follow entries inside the database
    "payments/sandbox/bank.py",  # plays the bank, which is not ours
}


def modules() -> Iterator[str]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT).as_posix()


MODULES = list(modules())


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def layers(path: str) -> set[str]:
    return {part.removesuffix(".py") for part in path.split("/")}


def is_interface(path: str) -> bool:
    return path.startswith(("web/", "marketplace/")) or bool(layers(path) & INTERFACES)


def test_every_room_is_looked_at() -> None:
    assert {path.partition("/")[0] for path in MODULES} == set(APPS)
    assert {path.parent.name for path in ROOT.glob("*/apps.py")} <= set(APPS)


@pytest.mark.parametrize("path", MODULES)
def test_a_room_stays_small(path: str) -> None:
    lines = reading.lines(text(path))

    assert lines <= LONGEST, f"{path} has {lines} lines: divide it"


@pytest.mark.parametrize("path", MODULES)
def test_nobody_sends_or_hears_signals(path: str) -> None:
    assert not reading.signals(text(path)), f"{path}: call the act"


@pytest.mark.parametrize(
    "path", [path for path in MODULES if not is_interface(path) and path not in MAY_READ_THE_CLOCK]
)
def test_only_interfaces_read_the_clock(path: str) -> None:
    assert not reading.clock_reads(text(path)), f"{path}: take `now` from the caller"


@pytest.mark.parametrize("path", [path for path in MODULES if "services" not in layers(path) and path not in MAY_WRITE])
def test_only_services_write(path: str) -> None:
    found = reading.writes(text(path))

    assert not found, f"{path} writes outside a service:\n" + "\n".join(found)


def test_there_is_no_room_for_odds_and_ends() -> None:
    assert not [path for path in MODULES if layers(path) & {"utils", "helpers", "misc", "common"}]


@pytest.mark.parametrize("path", sorted(MAY_READ_THE_CLOCK | MAY_WRITE))
def test_no_exception_is_kept_that_nobody_needs(path: str) -> None:
    found = text(path)

    assert bool(reading.clock_reads(found)) or path not in MAY_READ_THE_CLOCK
    assert bool(reading.writes(found)) or path not in MAY_WRITE


@pytest.mark.parametrize(
    "breach",
    [
        "from django.dispatch import receiver",
        "import django.dispatch",
        "from django.db.models.signals import post_save",
        "from django.db.models import signals",
        "def late():\n    from django.core import signals as told",
        "from allauth.account.signals import user_logged_in",
    ],
)
def test_a_signal_is_seen(breach: str) -> None:
    assert reading.signals(breach)


@pytest.mark.parametrize(
    "breach",
    [
        "from core import clock\nat = clock.now()",
        "import core.clock\nat = core.clock.now()",
        "from core.clock import now",
        "from core.clock import now as at_once",
        "from core import clock\nclass Row:\n    at = Field(default=clock.now)",
        "from django.utils import timezone as zone\nat = zone.now()",
        "from django.utils.timezone import localdate",
        "from datetime import datetime\nat = datetime.now(tz)",
        "import datetime as dt\nat = dt.datetime.utcnow()",
        "from datetime import date\nday = date.today()",
        "import time\nat = time.time()",
        "from django.db.models.functions import Now",
        "from django.db import models\nat = models.DateTimeField(auto_now_add=True)",
    ],
)
def test_a_look_at_the_clock_is_seen(breach: str) -> None:
    assert reading.clock_reads(breach)


def test_what_only_counts_seconds_or_takes_an_instant_is_no_look_at_the_clock() -> None:
    innocent = (
        "import time\nfrom datetime import datetime\nfrom core.clock import BEIJING\n"
        "def act(*, now: datetime) -> float:\n"
        "    return time.monotonic() + datetime.fromisoformat('2026-03-02').timestamp() + now.timestamp()\n"
    )
    assert reading.clock_reads(innocent) == []


@pytest.mark.parametrize(
    "breach",
    [
        "order.save()",
        "order.save(update_fields=['state'])",
        "Order.objects.create(number=1)",
        "Order.objects.filter(pk=1).update(state='paid')",
        "rows.update(state='paid')",
        "order.lines.create(amount=1)",
        "order.delete()",
        "Order.objects.bulk_create(rows)",
        "manager.bulk_update(rows, ['state'])",
        "Order._base_manager.get_or_create(number=1)",
        "async def act():\n    await order.asave()",
        "cursor.execute('UPDATE orders_order SET state = %s', ['paid'])",
        "cursor.execute('''\n  INSERT INTO orders_order (id) VALUES (1)''')",
        "SWEEP = 'WITH due AS (SELECT 1) DELETE FROM orders_order USING due'",
        "cursor.execute('TRUNCATE orders_order')",
    ],
)
def test_a_row_that_is_written_is_seen(breach: str) -> None:
    assert reading.writes(breach)


def test_files_dictionaries_and_questions_are_no_rows() -> None:
    innocent = (
        "image.save(out, format='PNG')\nfound.update(other)\ncache.delete('key')\n"
        "cursor.execute('SELECT 1 FROM orders_order FOR UPDATE')\nline = 'Update the address'\n"
    )
    assert reading.writes(innocent) == []


def test_a_room_too_large_is_seen() -> None:
    assert reading.lines("x = 1\n" * (LONGEST + 1)) > LONGEST
