"""The 30-second clock of business hours, and tickets in their periods (12, 11(2)1, 11(3)2)."""

from datetime import datetime, timedelta

import pytest

from core import sweeps
from core.clock import BEIJING
from core.errors import InvalidInput, NotAllowed
from support.models import ChatMessage, ResponseClock
from support.selectors import response_rate
from support.services import (
    auto_reply_set,
    message_send,
    ticket_close,
    ticket_open,
    ticket_reopen,
    ticket_reply,
    ticket_solve,
)
from support.types import Side, TicketKind
from tests.orders.making import SERVICE, buy, complete_service, make_shop, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold(now: datetime):
    product, person = make_shop(now)
    order, buyer = buy(product, now)
    return order, buyer, person


def say(order, side: Side, who, at: datetime, text: str = "您好，请问如何开通？"):
    return message_send(order=order, side=side, text=text, file=None, actor=who.actor, now=at)


@pytest.mark.clause("12(1)3")
@pytest.mark.parametrize(
    ("after", "outcome"),
    [
        (timedelta(seconds=29, milliseconds=999), "answered"),
        (timedelta(seconds=30), "late"),
        (timedelta(hours=2), "late"),
    ],
)
def test_thirty_seconds_on_both_sides(sold, now: datetime, after: timedelta, outcome: str) -> None:
    order, buyer, person = sold
    say(order, Side.BUYER, buyer, now)

    say(order, Side.PROVIDER, person, now + after, "已为您开通。")

    assert ResponseClock.objects.get().outcome == outcome


@pytest.mark.clause("12(1)3")
def test_an_automatic_reply_does_not_stop_the_clock(sold, now: datetime) -> None:
    order, buyer, person = sold
    auto_reply_set(provider=order.provider, text_zh="稍后回复您", text_en="", is_on=True, actor=person.actor, now=now)

    say(order, Side.BUYER, buyer, now)

    assert list(ChatMessage.objects.order_by("id").values_list("side", flat=True)) == ["buyer", "automatic"]
    due = now + timedelta(seconds=30)
    assert sweeps.run("support.chat_response", due - timedelta(milliseconds=1)).done == 0
    assert sweeps.run("support.chat_response", due).done == 1
    assert sweeps.run("support.chat_response", due).done == 0
    assert ResponseClock.objects.get().outcome == "late"


@pytest.mark.clause("12(1)2")
@pytest.mark.parametrize(
    ("asked", "outcome"),
    [
        (datetime(2026, 3, 2, 8, 59, 59, tzinfo=BEIJING), "outside_hours"),
        (datetime(2026, 3, 2, 9, 0, tzinfo=BEIJING), "awaiting"),
        (datetime(2026, 3, 2, 18, 0, tzinfo=BEIJING), "outside_hours"),
        (datetime(2026, 3, 7, 10, 0, tzinfo=BEIJING), "outside_hours"),
    ],
)
def test_the_clock_runs_in_business_hours_only(now: datetime, asked: datetime, outcome: str) -> None:
    product, _person = make_shop(datetime(2026, 3, 1, 9, 0, tzinfo=BEIJING))
    order, buyer = buy(product, datetime(2026, 3, 1, 10, 0, tzinfo=BEIJING))

    say(order, Side.BUYER, buyer, asked)

    assert ResponseClock.objects.get().outcome == outcome


@pytest.mark.clause("12(1)3")
def test_the_share_of_questions_answered_in_time(sold, now: datetime) -> None:
    order, buyer, person = sold
    for minute, seconds in ((0, 5), (10, 45), (20, 10)):
        at = now + timedelta(minutes=minute)
        say(order, Side.BUYER, buyer, at)
        say(order, Side.PROVIDER, person, at + timedelta(seconds=seconds), "好的")

    rate = response_rate(order.provider, now, now + timedelta(days=1))

    assert (rate.asked, rate.in_time, str(rate.percent)) == (3, 2, "66.7")


@pytest.mark.clause("14(1)", "14(2)")
@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("请加微信 abc12345", "contact"),
        ("可以私下转账优惠", "payment"),
        ("看 https://example.org", "link"),
        ("已经处理好了", ""),
    ],
)
def test_what_leads_out_of_the_market_is_flagged_for_operators(sold, now: datetime, text: str, flag: str) -> None:
    order, _buyer, person = sold

    assert say(order, Side.PROVIDER, person, now, text).flagged == flag


def test_a_message_says_something(sold, now: datetime) -> None:
    order, buyer, _person = sold

    with pytest.raises(InvalidInput) as refused:
        say(order, Side.BUYER, buyer, now, "  ")

    assert refused.value.field == "text"
    assert not ChatMessage.objects.exists()


@pytest.mark.clause("11(2)1", "11(3)2", "12", "12(1)4")
def test_a_ticket_keeps_the_period_it_was_opened_in_and_the_buyer_ends_it(now: datetime) -> None:
    product, person = make_shop(now, SERVICE)
    order, buyer = buy(product, now)

    def open_ticket(at: datetime):
        return ticket_open(
            order=order,
            kind=TicketKind.UNAVAILABLE,
            title="无法登录",
            text="提示错误",
            file=None,
            actor=buyer.actor,
            now=at,
        )

    first = open_ticket(now)
    complete_service(order, person, buyer, now)
    second = open_ticket(now + timedelta(days=1))
    assert (first.period, second.period) == ("guarantee", "warranty")

    ticket_reply(ticket=second, side=Side.PROVIDER, text="正在查看", file=None, actor=person.actor, now=now)
    second = ticket_solve(ticket=second, remedy="已提供替代实例并迁移数据", actor=person.actor, now=now)
    second = ticket_reopen(ticket=second, actor=buyer.actor, now=now)
    assert second.state == "answered"
    second = ticket_close(ticket=second, actor=buyer.actor, now=now)
    with pytest.raises(NotAllowed):
        ticket_reply(ticket=second, side=Side.BUYER, text="再问", file=None, actor=buyer.actor, now=now)
    assert told(buyer.user, "ticket.solved") == 1
