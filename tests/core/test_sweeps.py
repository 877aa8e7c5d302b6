from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from core import sweeps
from core.models import SweepFailure, SweepRun

due: dict[int, datetime] = {}
broken: set[int] = set()


def find(now: datetime, limit: int) -> list[int]:
    return sorted(pk for pk, at in due.items() if at <= now)[:limit]


def work(pk: sweeps.Key, now: datetime) -> None:
    if pk in broken:
        raise RuntimeError("this row is broken")
    del due[int(pk)]


@pytest.fixture(autouse=True)
def sweep(now: datetime, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sweeps, "_sweeps", {})
    sweeps.register(sweeps.Sweep("test.due", "Due", find, work, "18(14)", timedelta(minutes=1), limit=3))
    due.clear()
    broken.clear()
    due.update(dict.fromkeys(range(10), now))
    return


@pytest.mark.django_db
def test_a_sweep_works_all_that_is_due_and_nothing_else(now: datetime) -> None:
    due[99] = now + timedelta(microseconds=1)

    assert sweeps.run("test.due", now).done == 10

    assert list(due) == [99]
    run = SweepRun.objects.get()
    assert (run.sweep, run.moment, run.done, run.failed) == ("test.due", now, 10, 0)
    assert run.finished_at is not None


@pytest.mark.django_db
def test_rows_that_fail_stop_nobody_and_are_kept_until_they_succeed(now: datetime) -> None:
    broken.update({0, 1, 2, 5})

    outcome = sweeps.run("test.due", now)
    sweeps.run("test.due", now + timedelta(minutes=1))

    assert (outcome.done, outcome.failed) == (6, 4)
    failure = SweepFailure.objects.get(row="5")
    assert (failure.times, failure.first_at, failure.last_at) == (2, now, now + timedelta(minutes=1))

    broken.clear()
    sweeps.run("test.due", now + timedelta(minutes=2))
    assert not due
    assert not SweepFailure.objects.filter(resolved_at__isnull=True).exists()


@pytest.mark.django_db
def test_a_dry_run_lists_and_changes_nothing(now: datetime, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("sweep", "test.due", "--dry-run", "--at", now.isoformat())

    assert capsys.readouterr().out == "test.due: 3 due: 0, 1, 2\n"
    assert len(due) == 10
    assert not SweepRun.objects.exists()


@pytest.mark.django_db
def test_a_sweep_that_is_not_there_is_named(now: datetime) -> None:
    with pytest.raises(CommandError, match="there is no sweep"):
        call_command("sweep", "nonsense")


@pytest.mark.django_db
def test_a_row_that_its_act_leaves_due_ends_with_the_operators_and_not_in_a_circle(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    lazy = sweeps.Sweep("test.lazy", "Lazy", find, lambda pk, now: None, "18(14)", timedelta(minutes=1), limit=5)
    sweeps.register(lazy)

    outcome = sweeps.run("test.lazy", now)

    assert outcome.failed == 10
    assert SweepFailure.objects.filter(error="its act left it due").count() == 10
