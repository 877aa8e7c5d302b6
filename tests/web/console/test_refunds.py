"""Refunds in the console: what waits for the provider's answer, and what answering does."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils.html import strip_tags

from core.periods import end_of_days
from providers.types import Permission
from refunds import services
from refunds.rules import Reason
from tests.catalog.making import monthly
from tests.orders.making import buy, make_shop
from tests.refunds.test_refunds import ask
from tests.web.console.test_console import signed_in
from web.console.waiting import tasks_of, waiting_counts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

REFUNDS = "/console/refunds/"


def asked(now: datetime) -> tuple[Any, Any, Any]:
    """A monthly plan whose buyer asks for the unused part after the guarantee, for a reason."""
    product, owner = make_shop(now - timedelta(days=10), plans=[monthly()])
    order, buyer = buy(product, now - timedelta(days=10))
    return ask(order, buyer, now, Reason.DELAY), owner, order


@pytest.mark.clause("17(1)")
def test_only_what_waits_for_an_answer_is_counted(now: datetime) -> None:
    refund, owner, order = asked(now)
    assert waiting_counts(order.provider, [Permission.REFUNDS]) == {REFUNDS: 1}
    assert [task.url for task in tasks_of(order.provider, [Permission.REFUNDS], now)] == [f"{REFUNDS}{refund.number}/"]

    services.refund_dispute(refund=refund, reply="按期交付", actor=owner.actor, now=now)

    assert waiting_counts(order.provider, [Permission.REFUNDS]) == {REFUNDS: 0}
    assert tasks_of(order.provider, [Permission.REFUNDS], now) == []
    assert refund.number in signed_in(owner).get(REFUNDS).content.decode()
    assert refund.number not in signed_in(owner).get(f"{REFUNDS}?attention=me").content.decode()


@pytest.mark.clause("17(1)")
def test_the_answer_that_is_due_first_stands_above(now: datetime) -> None:
    first, owner, order = asked(now)
    again, buyer = buy(order.product, now - timedelta(days=10))
    later = ask(again, buyer, now + timedelta(minutes=1), Reason.DELAY)
    assert first.reply_due_at < later.reply_due_at
    text = signed_in(owner).get(REFUNDS).content.decode()
    assert text.index(first.number) < text.index(later.number)


@pytest.mark.clause("17(1)", "17(2)")
def test_accepting_says_the_amount_and_the_decision_that_follow(now: datetime) -> None:
    refund, owner, _order = asked(now)
    page = signed_in(owner, "en").get(f"{REFUNDS}{refund.number}/do/accept/").content.decode()
    services.refund_accept(refund=refund, actor=owner.actor, now=now)
    refund.refresh_from_db()
    assert refund.amount > Decimal("0.00")
    assert f"¥{refund.amount:,.2f}" in page.split("What will happen")[1]
    assert refund.final.explanation["en"] in strip_tags(page)


@pytest.mark.clause("17(1)")
def test_disagreeing_quotes_the_request_and_says_when_the_platform_decides(now: datetime) -> None:
    refund, owner, _order = asked(now)
    page = signed_in(owner, "en").get(f"{REFUNDS}{refund.number}/do/dispute/").content.decode()
    assert "服务商没有按约定完成" in page
    assert refund.decide_due_at == end_of_days(now, 5)
    assert "the platform decides" in page
