"""A real Celery worker over a real Redis and the gateway over sockets, killed in the middle of everything it does."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import redis
from celery import Celery
from django.conf import settings
from django.db import connection

from core import clock
from core.acts import Actor
from core.models import OutboxMessage
from ledger.selectors import balance
from notifications.models import CaughtMail, Message
from orders.models import Order
from payments.models import GatewayMessage, Payback, Payout
from payments.sandbox.models import SandboxRefund, SandboxTransfer
from refunds.services import refund_request
from settlements.models import Statement
from settlements.services import statement_approve_finance, statement_issue
from tests.fire import workers
from tests.fire.till import intent_for, paid_there, told_of
from tests.fire.workers import Worker
from tests.house.machine import Program, until
from tests.orders.making import in_escrow, make_shop, pay, place, told
from tests.providers.making import make_operator, make_person
from tests.settlements.making import bank, earn, to_finance

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.serial]

STANDS = ("payments.messages", "payments.payback", "payments.payout", "notifications.mail")
BROKER = f"{settings.REDIS_URL.rpartition('/')[0]}/15"
PRICE = Decimal("1200.00")


@pytest.fixture
def scratch() -> Iterator[Path]:
    redis.Redis.from_url(BROKER).flushdb()
    folder = Path(tempfile.mkdtemp(prefix="workers-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def start(scratch: Path, live_server: Any, settings: Any) -> Iterator[Callable[..., Program]]:
    """Start a worker on the database of the tests; whatever still runs at the end is ended."""
    settings.SITE_URL = live_server.url
    started: list[Program] = []
    found = connection.settings_dict
    database = f"postgres://{found['USER']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"

    def run(stand_at: str = "") -> Program:
        ready = scratch / f"ready{len(started)}"
        program = Program(
            ["-m", "celery", "-A", "tests.fire.celery_app:app", "worker", "-c", "4", "--without-gossip"],
            scratch / f"output{len(started)}",
            DJANGO_SETTINGS_MODULE="tests.settings",
            DATABASE_URL=database,
            REDIS_URL=BROKER,
            SITE_URL=live_server.url,
            DATA_DIR=str(settings.DATA_DIR),
            READY_FILE=str(ready),
            STAND_AT=stand_at,
            STANDING=str(scratch),
        )
        started.append(program)
        until(lambda: ready.exists() or program.process.poll() is not None, "the worker is ready", 240)
        assert ready.exists(), program.said
        return program

    yield run
    for program in started:
        program.clear()


def beat(*sweeps: str, dispatches: int = 1) -> None:
    """Send what beat sends."""
    with Celery(broker=BROKER) as app:
        for name in sweeps:
            app.send_task("core.tasks.sweep_run", kwargs={"name": name})
        for _ in range(dispatches):
            app.send_task("core.tasks.outbox_dispatch")


def test_a_worker_killed_in_the_middle_of_everything_ends_it_once_when_it_is_back(
    start: Callable[..., Program], scratch: Path
) -> None:
    now = clock.now()
    earlier = now - timedelta(days=45)
    product, owner = make_shop(earlier)
    buyer = make_person(earlier)

    told_once = place(buyer, product, now)
    paid_there(intent_for(told_once.number), now)
    [said] = told_of(intent_for(told_once.number))
    # The gateway takes its time to say it again: whatever happens until then is ours.
    unsaid = OutboxMessage.objects.filter(payload__params__out_trade_no=intent_for(told_once.number).number)
    assert unsaid.update(due_at=now + timedelta(hours=1)) == 1
    database = str(connection.settings_dict["NAME"])
    with Worker(database, now - timedelta(minutes=5), workers.tell_callback, said, stands=True) as web:
        web.until_stopped()
        web.kill()

    given_back = place(buyer, product, now)
    captured = paid_there(intent_for(given_back.number), now).captures.get()
    pay(given_back, now, trade=captured.trade_no)
    refund_request(order=given_back, reason=None, actor=buyer.actor, now=now)
    payback = Payback.objects.get()

    bank(product.provider, owner, earlier)
    earn(provider=product.provider, amount="300.00", fee="15.00", at=earlier)
    issued = statement_issue(provider_id=product.provider_id, now=now)
    assert issued is not None
    operations, finance = (make_operator(now, role) for role in ("marketplace_operations", "finance"))
    statement = to_finance(Statement.objects.get(pk=issued.pk), owner, operations, now)
    statement_approve_finance(statement=statement, actor=Actor.of(finance), now=now)
    payout = Payout.objects.get()

    killed = start(",".join(STANDS))
    beat("payments.messages", dispatches=3)
    until(lambda: all((scratch / name).exists() for name in STANDS), "each process stands in the middle", 120)
    killed.kill()
    until(lambda: not killed.pids(), "no pool process outlives its worker", 60)

    assert SandboxRefund.objects.filter(request_number=payback.number).count() == 1, "the gateway has done it"
    assert SandboxTransfer.objects.filter(request_number=payout.number).count() == 1
    states = [Payback.objects.get().state, Payout.objects.get().state, message_of(told_once).state]
    assert states == ["waiting", "waiting", "received"], "and we do not know it yet"
    waiting = OutboxMessage.objects.filter(state="waiting")
    assert {"payments.payback", "payments.payout", "notifications.mail"} <= set(waiting.values_list("topic", flat=True))

    start()

    def at_rest() -> bool:
        beat("payments.messages")
        due = OutboxMessage.objects.filter(state="waiting", due_at__lte=clock.now())
        left = GatewayMessage.objects.filter(state="received")
        return not due.exists() and not left.exists()

    until(at_rest, "all is delivered", 240)
    for order in (told_once, given_back):
        order.refresh_from_db()
    assert (told_once.state, in_escrow(told_once)) == ("paid", PRICE)
    assert told(buyer.user, "order.paid") == 2
    assert (given_back.state, in_escrow(given_back), Payback.objects.get().state) == ("refunded", Decimal(0), "done")
    assert [told(person.user, "refund.arrived") for person in (buyer, owner)] == [1, 1]
    statement.refresh_from_db()
    assert (statement.state, Payout.objects.get().state) == ("paid", "done")
    assert told(owner.user, "settlement.paid") == 1
    assert SandboxRefund.objects.get().request_number == payback.number
    assert SandboxTransfer.objects.get().request_number == payout.number
    assert SandboxTransfer.objects.get().amount == payout.amount == Decimal("285.00")
    assert -balance("gateway:sandbox") == 2 * PRICE + 300 - PRICE - Decimal("285.00") + deposited(product.provider_id)
    mailed = Message.objects.filter(mailed_at__isnull=False)
    for message in mailed.filter(recipient=buyer.user):
        same = CaughtMail.objects.filter(recipient=buyer.user.email, title__contains=message.title_zh)
        wanted = mailed.filter(recipient=buyer.user, title_zh=message.title_zh).count()
        assert same.count() == wanted, message.title_zh
    assert mailed.filter(recipient=buyer.user).exists()
    assert not OutboxMessage.objects.filter(state="dead").exists()


def message_of(order: Order) -> GatewayMessage:
    return GatewayMessage.objects.get(number=intent_for(order.number).number)


def deposited(provider_id: int) -> Decimal:
    from ledger.types import deposit

    return balance(deposit(provider_id))
