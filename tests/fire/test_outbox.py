"""Every topic of the outbox under fire: what is to be told is told once, whoever is killed while telling it."""

from datetime import datetime

import pytest

from core import outbox
from core.clock import BEIJING
from tests.fire import databases, workers
from tests.fire.conftest import Laid
from tests.fire.databases import assert_same
from tests.fire.workers import Worker, until_blocked_or_done

pytestmark = pytest.mark.serial

NEVER = datetime(2100, 1, 1, tzinfo=BEIJING)
# Other tests have a topic of their own.
TOPICS = [topic for topic in outbox.topics() if not topic.startswith("test.")]


def leave_only(database: str, topic: str) -> datetime:
    """Let three messages of one topic wait, and none of another; when all of them are due."""
    databases.ask(
        database,
        "UPDATE core_outboxmessage SET due_at = %s WHERE id NOT IN"
        " (SELECT id FROM core_outboxmessage WHERE topic = %s AND state = 'waiting' ORDER BY due_at, id LIMIT 3)",
        (NEVER, topic),
    )
    [(left, due)] = databases.ask(
        database, "SELECT count(*), max(due_at) FROM core_outboxmessage WHERE due_at < %s", (NEVER,)
    )
    assert left >= 2, "tests/fire/scenes leaves too little of this topic"
    return due


@pytest.mark.parametrize("topic", TOPICS)
def test_a_worker_killed_while_it_delivers_and_two_at_once_deliver_once(market: Laid, topic: str) -> None:
    with market.borrowed() as database:
        moment = leave_only(database, topic)
        with Worker(database, moment, workers.deliver, moment) as worker:
            assert worker.result() >= 2
            assert worker.does(workers.misfits_found) == []
        wanted = market.before.since(database)
        assert not waiting(database, moment), wanted

    with market.borrowed() as database:
        leave_only(database, topic)
        before = market.before.since(database)
        with Worker(database, moment, workers.deliver, moment, stands=True) as killed:
            killed.until_stopped()
            killed.kill()
        assert_same(market.before.since(database), before, "killed before anything was committed")
        with Worker(database, moment, workers.deliver, moment, stands=True) as first:
            first.until_stopped()
            with Worker(database, moment, workers.deliver, moment) as second:
                until_blocked_or_done(second)
                first.go_on()
                assert [worker.result() >= 1 for worker in (first, second)] == [True, True]
        assert_same(market.before.since(database), wanted, "killed, and delivered by two at once")


def waiting(database: str, moment: datetime) -> list[tuple[str, str]]:
    """What has not been delivered by a moment, and why."""
    return databases.ask(  # type: ignore[return-value]
        database,
        "SELECT topic, last_error FROM core_outboxmessage WHERE state <> 'delivered' AND due_at <= %s",
        (moment,),
    )
