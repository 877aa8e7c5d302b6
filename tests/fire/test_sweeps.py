"""Every sweep under fire, with real processes and real commits: the same end, and nothing twice."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import pytest

from core import sweeps
from tests.fire import databases, workers
from tests.fire.conftest import Laid
from tests.fire.databases import Row, assert_same, outline
from tests.fire.workers import Stop, Worker, until_blocked_or_done

pytestmark = pytest.mark.serial

MONTH = timedelta(days=31)
NAMES = [sweep.name for sweep in sweeps.all_sweeps()]
every_sweep = pytest.mark.parametrize("name", NAMES)

# What a month changes by the rules themselves, so that the end is another one; said beside each.
LATE_IS_ANOTHER = {
    "orders.term_ending": "the term is over, and nobody is warned of its end any more",
    "payments.messages": "the guarantee runs from the payment itself (17(1)), and is over when it is booked so late",
    "payments.unpaid": "the guarantee runs from the payment itself (17(1)), and is over when it is booked so late",
    "providers.documents_expiring": "the papers have expired: that is the lapse's to tell",
    "providers.lapses_remind": "the thirty days to report are over, and nobody is reminded of them any more",
    "catalog.zero_sales_warnings": "a month later the product is to be delisted, and nobody is warned of it any more",
}


@dataclass(frozen=True)
class Once:
    """A sweep that ran once with nobody in its way, and what it did."""

    moment: datetime
    due: list[sweeps.Key]
    done: int
    since: Counter[Row]


@pytest.fixture(scope="session")
def once(market: Laid) -> Callable[[str], Once]:
    """Run each sweep once, and see that running it again does nothing more."""

    @cache
    def plainly(name: str) -> Once:
        moment = market.moments[name]
        with market.borrowed() as database, Worker(database, moment, workers.list_due, name, moment) as worker:
            due = worker.result()
            assert not market.before.since(database), "a dry run changes nothing"
            done, failed = worker.does(workers.run_sweep, name, moment)
            since = market.before.since(database)
            assert failed == 0, databases.said_of(since)
            assert worker.does(workers.run_sweep, name, moment) == (0, 0)
            assert_same(market.before.since(database), since, "run twice in a row")
            return Once(moment, due, done, since)

    return plainly


def test_every_sweep_has_its_scene(market: Laid) -> None:
    assert sorted(market.moments) == NAMES, "tests/fire/scenes lays out what each sweep finds due"


@every_sweep
def test_a_dry_run_changes_nothing_and_a_second_run_does_nothing_more(once: Callable[[str], Once], name: str) -> None:
    found = once(name)

    assert len(found.due) >= 2, "too few rows to be killed between two"
    assert found.done >= len(found.due)
    assert found.since


@every_sweep
def test_killed_half_way_and_finished_by_two_workers_at_once(
    market: Laid, once: Callable[[str], Once], database: str, name: str
) -> None:
    """Killed inside its first act, then between two rows; then two find the same row, and one has not committed it
    when the other comes to it.
    """
    wanted = once(name)

    def begun(stop: Stop | None = None) -> Worker:
        return Worker(database, wanted.moment, workers.run_sweep, name, wanted.moment, stop)

    for stop in (Stop("inside"), Stop("between")):
        with begun(stop) as worker:
            worker.until_stopped()
            worker.kill()
    half = market.before.since(database)
    assert half, "the row that was worked is kept"
    assert half != wanted.since, "the other row is still to be worked"
    with begun(Stop("inside")) as first:
        first.until_stopped()
        with begun() as second:
            until_blocked_or_done(second)
            first.go_on()
            assert [worker.result()[1] for worker in (first, second)] == [0, 0]

    assert_same(market.before.since(database), wanted.since, "killed half way and finished by two workers")


@every_sweep
def test_a_row_that_fails_stops_no_other_and_a_month_later_everything_is_made_up_for(
    market: Laid, once: Callable[[str], Once], database: str, name: str
) -> None:
    wanted = once(name)
    late = wanted.moment + MONTH

    with Worker(database, late, workers.list_due, name, late) as worker:
        due = worker.result()
        assert set(wanted.due) <= set(due) or name in LATE_IS_ANOTHER
        if not due:
            return
        assert worker.does(workers.run_sweep_without, name, late, due[0])[1] == 1
        assert queue(database) == [(name, str(due[0]), "RuntimeError: this row is broken")]
        assert worker.does(workers.run_sweep, name, late)[1] == 0
        assert queue(database) == []
        found = market.before.since(database)
        assert worker.does(workers.run_sweep, name, late) == (0, 0)

    assert_same(market.before.since(database), found, "run twice, a month late")
    if name not in LATE_IS_ANOTHER:
        # Of what became due within the month there may be more.
        more = outline(found) - outline(wanted.since) if len(due) > len(wanted.due) else Counter()
        assert_same(outline(found) - more, outline(wanted.since), "run a month late")


def queue(database: str) -> list[tuple[str, str, str]]:
    """What the operators see of it."""
    return databases.ask(  # type: ignore[return-value]
        database, "SELECT sweep, row, error FROM core_sweepfailure WHERE resolved_at IS NULL"
    )
