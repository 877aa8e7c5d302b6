"""What every test may lean on: a clock that stands still, and messages delivered when asked for."""

from collections.abc import Callable, Iterator
from datetime import datetime

import hypothesis
import pytest
import time_machine
from django.db.backends.postgresql.operations import DatabaseOperations

from core.clock import BEIJING

# How fast a machine makes examples up says nothing about what is tested with them.
hypothesis.settings.register_profile(
    "suite", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("suite")


@pytest.fixture
def now() -> datetime:
    """A working Monday, ten in the morning in Beijing."""
    return datetime(2026, 3, 2, 10, 0, tzinfo=BEIJING)


@pytest.fixture
def clock(now: datetime) -> Iterator[time_machine.Traveller]:
    """The clock of every interface, standing at `now`: `clock.shift(...)`, `clock.move_to(...)`."""
    with time_machine.travel(now, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def deliver() -> Callable[[datetime], int]:
    """Deliver what the outbox holds, as its dispatcher would."""
    from core import outbox

    return outbox.dispatch


@pytest.fixture(autouse=True)
def fresh_cache() -> Iterator[None]:
    """What one test cached or throttled, the next one does not see."""
    yield
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(autouse=True)
def what_was_committed_fits(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every test with real commits, before its tables are emptied, the books and the trail are proved.

    What `ledger_verify` and `audit_verify` say at the end of a suite whose tests leave nothing behind is said here, of
    everything that any test has committed.
    """
    marker = request.node.get_closest_marker("django_db")
    commits = bool(marker and marker.kwargs.get("transaction")) or bool(
        {"transactional_db", "live_server"} & set(request.fixturenames)
    )
    if commits:
        request.getfixturevalue("transactional_db")
    yield
    if commits:
        from ledger.selectors import verify
        from regulation.services.verification import Checked, misfits

        assert [str(misfit) for misfit in verify()] == []
        assert [str(misfit) for misfit in misfits(Checked())] == []


@pytest.fixture(autouse=True, scope="session")
def flush_past_triggers() -> Iterator[None]:
    """Between tests with real commits the tables are emptied, which the append-only ones refuse to everybody else."""
    original = DatabaseOperations.execute_sql_flush

    def flush(self: DatabaseOperations, statements: list[str]) -> None:
        off, on = "SET session_replication_role = replica", "SET session_replication_role = origin"
        return original(self, [off, *statements, on])

    DatabaseOperations.execute_sql_flush = flush
    yield
    DatabaseOperations.execute_sql_flush = original
