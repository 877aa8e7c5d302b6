from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import InternalError

from core import outbox
from core.acts import OutsideTransaction
from core.models import OutboxMessage

told: list[str] = []


def remember(payload: dict[str, Any], now: datetime) -> None:
    if payload.get("broken"):
        raise ConnectionError("the other side is away")
    told.append(payload["text"])


outbox.register_topic("test.remember", remember)


@pytest.fixture(autouse=True)
def forget() -> None:
    told.clear()


def put(now: datetime, **payload: Any) -> OutboxMessage:
    with transaction.atomic():
        outbox.outbox_put(topic="test.remember", payload=payload, key=str(payload), now=now)
    return OutboxMessage.objects.get(key=str(payload))


@pytest.mark.django_db(transaction=True)
def test_nothing_is_queued_outside_a_transaction(now: datetime) -> None:
    with pytest.raises(OutsideTransaction):
        outbox.outbox_put(topic="test.remember", payload={}, key="k", now=now)

    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
def test_a_message_is_delivered_once(now: datetime) -> None:
    message = put(now, text="hello")
    put(now, text="hello")

    assert outbox.dispatch(now) == 1
    assert outbox.dispatch(now) == 0
    message.refresh_from_db()
    assert told == ["hello"]
    assert (message.state, message.delivered_at) == ("delivered", now)


@pytest.mark.django_db
def test_a_message_waits_until_it_is_due(now: datetime) -> None:
    with transaction.atomic():
        outbox.outbox_put(
            topic="test.remember",
            payload={"text": "later"},
            key="k",
            now=now,
            due_at=now + timedelta(hours=1),
        )

    assert outbox.dispatch(now + timedelta(minutes=59, seconds=59)) == 0
    assert outbox.dispatch(now + timedelta(hours=1)) == 1


@pytest.mark.django_db
def test_what_fails_is_tried_later_and_the_rest_goes_on(now: datetime) -> None:
    broken = put(now, text="broken", broken=True)
    put(now, text="fine")

    outbox.dispatch(now)

    broken.refresh_from_db()
    assert told == ["fine"]
    assert (broken.state, broken.attempts, broken.due_at) == ("waiting", 1, now + timedelta(seconds=10))
    assert "away" in broken.last_error


@pytest.mark.django_db
def test_after_its_last_attempt_a_message_is_dead_until_an_operator_revives_it(now: datetime) -> None:
    message = put(now, text="broken", broken=True)
    moment = now
    for _ in range(outbox.ATTEMPTS):
        moment += timedelta(hours=2)
        outbox.dispatch(moment)
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("dead", outbox.ATTEMPTS)
    assert outbox.dispatch(moment + timedelta(days=9)) == 0

    assert outbox.revive(message.pk, moment)
    assert not outbox.revive(message.pk, moment)
    assert outbox.dispatch(moment) == 1


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 10), (2, 20), (9, 2560), (10, 3600), (30, 3600)])
def test_delays_double_up_to_an_hour(attempts: int, seconds: int) -> None:
    assert outbox.retry_delay(attempts) == timedelta(seconds=seconds)


@pytest.mark.django_db
def test_the_database_refuses_to_lose_a_message(now: datetime) -> None:
    message = put(now, text="kept")

    with pytest.raises(InternalError, match="Cannot delete"), transaction.atomic():
        connection.cursor().execute("DELETE FROM core_outboxmessage WHERE id = %s", [message.pk])


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_deliver_each_message_once(now: datetime) -> None:
    for number in range(20):
        put(now, text=str(number))
    barrier = Barrier(2)

    def work() -> None:
        barrier.wait()
        outbox.dispatch(now)
        connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(told, key=int) == [str(number) for number in range(20)]


@pytest.mark.django_db
def test_the_dispatcher_is_woken_once_for_all_that_waits_until_it_starts(
    now: datetime, settings: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    settings.OUTBOX_NUDGE = True
    woken: list[str] = []
    monkeypatch.setattr("celery.current_app.send_task", lambda name, **_options: woken.append(name))

    with django_capture_on_commit_callbacks(execute=True):
        put(now, text="one")
        put(now, text="two")
    assert woken == ["core.tasks.outbox_dispatch"]

    assert outbox.dispatch(now) == 2
    with django_capture_on_commit_callbacks(execute=True):
        put(now, text="three")
    assert len(woken) == 2


@pytest.mark.django_db
def test_what_is_due_later_wakes_nobody(
    now: datetime, settings: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    settings.OUTBOX_NUDGE = True
    woken: list[str] = []
    monkeypatch.setattr("celery.current_app.send_task", lambda name, **_options: woken.append(name))

    with django_capture_on_commit_callbacks(execute=True):
        outbox.outbox_put(
            topic="test.remember", payload={"text": "later"}, key="l", now=now, due_at=now + timedelta(minutes=1)
        )

    assert woken == []
