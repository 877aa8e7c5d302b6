"""The buyer of a running subscription whose provider is cleared out chooses (24, 26(1))."""

from datetime import datetime, timedelta

import pytest

from core.acts import SYSTEM, Actor
from exits.models import ExitOrder
from exits.services import clearance_confirm
from exits.services.clearance import clearance_open
from regulation.models import AuditRecord
from tests.orders.making import buy, deliver_product, make_shop, monthly
from tests.providers.making import make_operator
from tests.web.storefront.conftest import page, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def leaving(db, now: datetime, clock):
    """A delivered monthly subscription, and the clearance of its provider confirmed."""
    product, provider = make_shop(now, plans=[monthly("310.00")])
    order, buyer = buy(product, now)
    deliver_product(order, provider, now)
    exit_ = clearance_open(
        provider=product.provider, grounds=["24(2)"], reason="证据充分", reference="t", decision=None,
        actor=SYSTEM, now=now,
    )  # fmt: skip
    clearance_confirm(exit_=exit_, reason="同意", actor=Actor.of(make_operator(now)), now=now)
    return order, signed_in(buyer)


@pytest.mark.clause("26(1)")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_order_says_what_may_be_chosen_and_until_when(leaving, language):
    order, buyer = leaving
    text = page(buyer, f"/orders/{order.number}/", language)
    assert f"/orders/{order.number}/leaving/refund/" in text
    assert f"/orders/{order.number}/leaving/keep/" in text
    assert ("服务商即将退出市场" if language == "zh-hans" else "The provider leaves the market") in text


@pytest.mark.parametrize("choice", ["refund", "keep"])
def test_the_choice_is_kept_once(leaving, choice):
    order, buyer = leaving
    path = f"/orders/{order.number}/leaving/{choice}/"
    assert page(buyer, path)
    assert not ExitOrder.objects.get().choice
    assert buyer.post(path).url == f"/orders/{order.number}/"
    assert ExitOrder.objects.get().choice == choice
    assert "您的选择" in page(buyer, f"/orders/{order.number}/")
    before = AuditRecord.objects.count()
    buyer.post(f"/orders/{order.number}/leaving/keep/")
    assert ExitOrder.objects.get().choice == choice
    assert AuditRecord.objects.count() == before


def test_the_choice_ends_with_its_time(leaving, clock):
    order, buyer = leaving
    row = ExitOrder.objects.get()
    clock.move_to(row.choice_due_at - timedelta(seconds=1))
    assert "/leaving/keep/" in page(buyer, f"/orders/{order.number}/")
    clock.move_to(row.choice_due_at)
    assert "/leaving/keep/" not in page(buyer, f"/orders/{order.number}/")
    buyer.post(f"/orders/{order.number}/leaving/keep/")
    assert not ExitOrder.objects.get().choice


def test_others_and_wrong_choices_are_not_found(leaving, stranger):
    order, buyer = leaving
    assert stranger.post(f"/orders/{order.number}/leaving/keep/").status_code == 404
    assert buyer.get(f"/orders/{order.number}/leaving/sell/").status_code == 404
    assert not ExitOrder.objects.get().choice
