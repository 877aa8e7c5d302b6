"""Money under fire: payments at once, twice, too late and cut off in the middle, by real processes and real commits."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from core import sweeps
from core.models import OutboxMessage
from ledger.selectors import balance
from notifications.models import Message
from orders.models import Order
from payments.models import GatewayMessage, Payback, PaymentIntent, StrayPayment
from payments.sandbox.models import SandboxCapture, SandboxRefund
from tests.fire import workers
from tests.fire.till import intent_for, page_of, paid_there, told_of
from tests.fire.workers import Worker, until_blocked_or_done
from tests.orders.making import in_escrow, make_shop, place, told
from tests.providers.making import Person, make_person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.serial]

PRICE = Decimal("1200.00")


def callback(said: dict[str, str], now: datetime, *, stands: bool = False) -> Worker:
    """A process of the web server that the gateway tells something."""
    return Worker(str(connection.settings_dict["NAME"]), now, workers.tell_callback, said, stands=stands)


@pytest.fixture
def product(now: datetime) -> Any:
    return make_shop(now)[0]


@pytest.fixture
def buyer(now: datetime) -> Person:
    return make_person(now)


def payment_page(person: Person, intent: PaymentIntent, language: str) -> str:
    """The payment as its payer reads it."""
    browser = Client(headers={"accept-language": language})
    browser.force_login(person.user)
    person.user.language = language
    person.user.save(update_fields=["language"])
    found = browser.get(f"/pay/{intent.number}/")
    assert found.status_code == 200
    return found.content.decode()


def test_two_buyers_pay_at_once_and_neither_waits_for_the_other(
    product: Any, now: datetime, gateway: None, deliver: Callable[[datetime], int]
) -> None:
    orders = [place(make_person(now), product, now) for _ in range(2)]
    said = []
    for order in orders:
        paid_there(intent_for(order.number), now)
        said += told_of(intent_for(order.number))

    with callback(said[0], now, stands=True) as first, callback(said[1], now) as second:
        first.until_stopped()
        assert second.result() == (200, "success"), "the first has not committed, and the second is through"
        assert list(Order.objects.order_by("id").values_list("state", flat=True)) == ["placed", "paid"]
        first.go_on()
        assert first.result() == (200, "success")

    assert [in_escrow(order) for order in orders] == [PRICE, PRICE]
    assert list(Order.objects.values_list("state", flat=True)) == ["paid", "paid"]
    deliver(now)
    assert [told(order.buyer, "order.paid") for order in orders] == [1, 1]


@pytest.mark.parametrize("way", ["tell_often", "twice"])
def test_two_callbacks_at_once_take_one_payment_and_a_second_one_goes_back(
    way: str, product: Any, buyer: Person, now: datetime, gateway: None, deliver: Callable[[datetime], int]
) -> None:
    order = place(buyer, product, now)
    intent = intent_for(order.number)
    paid_there(intent, now, way)
    said = told_of(intent)

    with callback(said[0], now, stands=True) as first, callback(said[1], now) as second:
        first.until_stopped()
        until_blocked_or_done(second)
        first.go_on()
        assert [worker.result() for worker in (first, second)] == [(200, "success")] * 2
    deliver(now)
    deliver(now)

    order.refresh_from_db()
    assert (order.state, in_escrow(order)) == ("paid", PRICE)
    assert told(buyer.user, "order.paid") == 1
    came = sum(SandboxCapture.objects.values_list("amount", flat=True))
    went = sum(SandboxRefund.objects.values_list("amount", flat=True))
    assert came - went == PRICE
    assert -balance("gateway:sandbox") >= PRICE
    if way == "tell_often":
        assert not StrayPayment.objects.exists()
        return
    stray = StrayPayment.objects.get()
    assert (stray.reason, stray.state, stray.amount) == ("twice", "returned", PRICE)
    assert SandboxRefund.objects.get().capture.trade_no == stray.gateway_trade
    assert told(buyer.user, "payments.stray.twice") == 1
    assert "¥1,200.00 arrived and could not be taken as this payment." in payment_page(buyer, intent, "en")
    assert "已原路退回" in payment_page(buyer, intent, "zh-hans")


def test_a_double_click_at_the_gateway_pays_once(product: Any, buyer: Person, now: datetime) -> None:
    order = place(buyer, product, now)
    intent = intent_for(order.number)
    page = f"/sandbox-gateway/pay/{page_of(intent, now)}/"
    database = str(connection.settings_dict["NAME"])

    with (
        Worker(database, now, workers.pay_at_gateway, page, stands=True) as first,
        Worker(database, now, workers.pay_at_gateway, page, stands=False) as second,
    ):
        first.until_stopped()
        until_blocked_or_done(second)
        first.go_on()
        assert [worker.result() for worker in (first, second)] == [302, 409]

    assert SandboxCapture.objects.count() == 1
    assert len(told_of(intent)) == 1


def test_a_payment_after_the_order_was_closed_goes_back_and_the_buyer_is_told(
    product: Any, buyer: Person, now: datetime, gateway: None, deliver: Callable[[datetime], int]
) -> None:
    order = place(buyer, product, now)
    intent = intent_for(order.number)
    token_before = page_of(intent, now)
    assert token_before
    late = intent.expires_at + timedelta(minutes=1)
    assert sweeps.run("payments.unpaid", intent.expires_at).done == 1
    order.refresh_from_db()
    assert order.state == "cancelled"
    paid_there(intent, intent.expires_at)

    for said in told_of(intent):
        with callback(said, late) as told_late:
            assert told_late.result() == (200, "success")
    assert "¥1,200.00" in payment_page(buyer, intent, "en")
    assert "It is on its way back, the way it came." in payment_page(buyer, intent, "en")
    deliver(late)
    deliver(late)

    order.refresh_from_db()
    stray = StrayPayment.objects.get()
    assert (order.state, in_escrow(order), stray.reason, stray.state) == ("cancelled", Decimal(0), "late", "returned")
    assert SandboxRefund.objects.get().amount == PRICE
    assert Payback.objects.get().state == "done"
    message = Message.objects.get(recipient=buyer.user, kind="payments.stray.late")
    assert "¥1,200.00" in message.body_en
    assert "已自动原路退回" in message.body_zh
    assert told(buyer.user, "order.paid") == 0
    for language, words in (("en", "It was paid back the way it came."), ("zh-hans", "已原路退回")):
        assert words in payment_page(buyer, intent, language)


def test_a_web_process_killed_in_a_callback_leaves_it_to_be_told_again(
    product: Any, buyer: Person, now: datetime, gateway: None, deliver: Callable[[datetime], int]
) -> None:
    order = place(buyer, product, now)
    paid_there(intent_for(order.number), now)
    [said] = told_of(intent_for(order.number))

    with callback(said, now, stands=True) as killed:
        killed.until_stopped()
        killed.kill()
    assert GatewayMessage.objects.get().state == "received", "kept before anything was done about it"
    assert (PaymentIntent.objects.get(reference=order.number).state, in_escrow(order)) == ("open", Decimal(0))

    with callback(said, now) as again:
        assert again.result() == (200, "success")
    assert sweeps.run("payments.messages", now + timedelta(hours=1)).done == 0

    order.refresh_from_db()
    assert (order.state, in_escrow(order), GatewayMessage.objects.get().state) == ("paid", PRICE, "handled")
    deliver(now)
    assert told(buyer.user, "order.paid") == 1


@pytest.fixture(autouse=True)
def nothing_is_given_up() -> Iterator[None]:
    """Whatever was to be told was told, or will be."""
    yield
    assert not OutboxMessage.objects.filter(state="dead").exists()
