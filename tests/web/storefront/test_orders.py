"""Checkout, my orders, one order and its acts."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from core.acts import SYSTEM
from orders.models import Order, Review
from orders.services import milestone_return, milestone_submit
from orders.types import OrderState
from providers.services import restriction_place
from regulation.models import AuditRecord
from tests.orders.making import (
    SERVICE,
    TOOL,
    books_fit,
    buy,
    deliver_product,
    evidence,
    free,
    hand_in_all,
    in_escrow,
    make_shop,
    one_off,
    owed,
    place,
)
from tests.providers.making import leave_reason, make_person
from tests.web.storefront.conftest import Shop, page, signed_in

pytestmark = pytest.mark.django_db


def checkout_data(plan, **changes):
    return {"plan": plan.pk, "quantity": 1, "note": "", "agreed": "on", "key": "k1"} | changes


def key_in(text: str) -> str:
    """The key of the form on a checkout page."""
    found = re.search(r'name="key" value="([^"]{20,})"', text)
    assert found
    return found[1]


def test_private_pages_lead_to_sign_in(shop: Shop):
    for path in ("/orders/", f"/orders/{shop.order.number}/", "/checkout/?plan=1", "/refunds/", "/complaints/"):
        response = Client().get(path)
        assert response.status_code == 302, path
        assert response.url.startswith("/accounts/login/"), path


def test_other_peoples_orders_are_not_found(shop: Shop, stranger):
    number = shop.order.number
    for tail in ("", "refund/", "chat/", "tickets/", "tickets/new/", "do/cancel/", "pay/", "leaving/keep/"):
        assert stranger.get(f"/orders/{number}/{tail}").status_code == 404, tail


@pytest.mark.clause("17(1)1")
def test_checkout_says_total_and_refund_rule_and_leads_to_payment(shop: Shop, buyer):
    plan = shop.product.live_version.plans.get()
    text = page(buyer, f"/checkout/?plan={plan.pk}&quantity=3")
    assert "¥3,600.00" in text
    assert "可全额退款，无需理由" in text
    response = buyer.post("/checkout/", checkout_data(plan, quantity=3, note="请尽快"))
    order = Order.objects.latest("id")
    assert response.status_code == 302
    assert response.url.startswith("/pay/P")
    assert (order.amount, order.state, order.buyer_id) == (Decimal("3600.00"), OrderState.PLACED, shop.buyer.user.pk)


def test_nothing_is_ordered_without_agreeing_to_the_terms(shop: Shop, buyer):
    plan = shop.product.live_version.plans.get()
    before = (Order.objects.count(), AuditRecord.objects.count())
    response = buyer.post("/checkout/", checkout_data(plan, agreed=""))
    assert "请先阅读条款并勾选" in response.content.decode()
    assert (Order.objects.count(), AuditRecord.objects.count()) == before


def test_a_checkout_form_that_is_sent_twice_places_one_order(shop: Shop, buyer):
    plan = shop.product.live_version.plans.get()
    data = checkout_data(plan, key=key_in(page(buyer, f"/checkout/?plan={plan.pk}")))
    before = Order.objects.count()
    first, second = buyer.post("/checkout/", data), buyer.post("/checkout/", data)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.url == second.url
    assert first.url.startswith("/pay/P")
    assert Order.objects.count() == before + 1


def test_what_was_changed_after_it_was_sent_is_ordered_only_when_it_is_sent_again(shop: Shop, buyer):
    plan = shop.product.live_version.plans.get()
    data = checkout_data(plan, key=key_in(page(buyer, f"/checkout/?plan={plan.pk}")))
    buyer.post("/checkout/", data)
    order = Order.objects.latest("id")
    asked = buyer.post("/checkout/", data | {"quantity": 2}, headers={"accept-language": "en"})
    text = asked.content.decode()
    assert asked.status_code == 409
    assert f'href="/orders/{order.number}/"' in text
    assert 'name="quantity" value="2"' in text
    assert Order.objects.latest("id") == order
    buyer.post("/checkout/", data | {"quantity": 2, "key": key_in(text)})
    assert (Order.objects.latest("id").quantity, Order.objects.count()) == (2, 3)


def test_a_checkout_form_keeps_its_key_until_it_is_in_order(shop: Shop, buyer):
    plan = shop.product.live_version.plans.get()
    key = key_in(page(buyer, f"/checkout/?plan={plan.pk}"))
    assert key_in(buyer.post("/checkout/", checkout_data(plan, key=key, agreed="")).content.decode()) == key
    before = Order.objects.count()
    key_in(buyer.post("/checkout/", checkout_data(plan, key="")).content.decode())
    assert Order.objects.count() == before


def test_a_form_sent_again_leads_to_its_order_also_when_the_product_is_gone(shop: Shop, buyer, now: datetime):
    plan = shop.product.live_version.plans.get()
    data = checkout_data(plan, key=key_in(page(buyer, f"/checkout/?plan={plan.pk}")))
    first = buyer.post("/checkout/", data)
    restriction_place(
        provider=shop.product.provider, kind="frozen", reference="case:1", reason=leave_reason(), clauses=("20(2)",),
        until=now + timedelta(days=15), actor=SYSTEM, now=now,
    )  # fmt: skip
    assert buyer.get(f"/checkout/?plan={plan.pk}").status_code != 200
    assert buyer.post("/checkout/", data).url == first.url


def test_a_quantity_that_the_plan_does_not_sell_is_said_at_its_field(shop: Shop, buyer, now: datetime):
    product, _person = make_shop(now, plans=[replace(one_off(), units_min=3)])
    plan = product.live_version.plans.get()
    text = buyer.post("/checkout/", checkout_data(plan), headers={"accept-language": "en"}).content.decode()
    assert "At least 3." in text
    assert 'href="#id_quantity"' in text


def test_two_forms_place_two_orders(shop: Shop, buyer):
    plan = shop.product.live_version.plans.get()
    path = f"/checkout/?plan={plan.pk}"
    for text in (page(buyer, path), page(buyer, path)):
        assert buyer.post("/checkout/", checkout_data(plan, key=key_in(text))).status_code == 302
    assert Order.objects.count() == 3


@pytest.mark.clause("17(1)3")
def test_checkout_of_a_tool_says_that_it_is_not_refundable(shop: Shop, buyer, now: datetime):
    tool, _person = make_shop(now, TOOL)
    plan = tool.live_version.plans.get()
    assert "购买后不能申请退款" in page(buyer, f"/checkout/?plan={plan.pk}")
    assert "Tools are not refundable" in page(buyer, f"/checkout/?plan={plan.pk}", "en")


def test_what_is_free_needs_no_payment(shop: Shop, buyer, now: datetime):
    product, _person = make_shop(now, plans=[free()])
    response = buyer.post("/checkout/", checkout_data(product.live_version.plans.get()))
    order = Order.objects.latest("id")
    assert response.url == f"/orders/{order.number}/"
    assert order.is_free


def test_my_orders_are_filtered_searched_and_paged(shop: Shop, buyer, now: datetime):
    for n in range(21):
        place(shop.buyer, shop.product, now + timedelta(seconds=n))
    text = page(buyer, "/orders/")
    assert "cursor=" in text
    assert "等待您付款" in text
    assert shop.order.number not in page(buyer, "/orders/?state=placed")
    assert shop.order.number in page(buyer, f"/orders/?q={shop.order.number}")
    assert "没有符合条件的订单" in page(buyer, "/orders/?q=zzzz")


def test_an_empty_list_of_orders_says_the_next_step(stranger):
    assert "您还没有买过商品" in page(stranger, "/orders/")
    assert "You have not bought anything yet" in page(stranger, "/orders/", "en")


def test_queries_do_not_grow_with_orders_or_what_happened(shop: Shop, buyer, now: datetime, queries):
    service, provider = make_shop(now, SERVICE)
    order, _buyer = buy(service, now, buyer=shop.buyer)
    path = f"/orders/{order.number}/"
    hand_in_all(order, provider, now)
    few = queries(buyer, "/orders/"), queries(buyer, path)
    step = order.milestones.order_by("position").first()
    milestone_return(milestone=step, reason="缺少记录", actor=shop.buyer.actor, now=now)
    step.refresh_from_db()
    milestone_submit(milestone=step, statement="已补", files=[evidence()], actor=provider.actor, now=now)
    for _n in range(3):
        place(shop.buyer, shop.product, now)
    assert (queries(buyer, "/orders/"), queries(buyer, path)) == few


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_order_says_who_owes_what_where_the_money_is_and_what_may_be_done(shop: Shop, buyer, now, language):
    deliver_product(shop.order, shop.provider, now)
    text = page(buyer, f"/orders/{shop.order.number}/", language)
    assert "https://app.example.cn" in text
    assert "¥1,200.00" in text
    assert f"/orders/{shop.order.number}/refund/" in text
    assert ("申请退款" if language == "zh-hans" else "Ask for a refund") in text


@pytest.mark.clause("11(1)3")
def test_confirming_a_service_says_what_will_happen_and_releases_the_money(shop: Shop, buyer, now: datetime):
    service, provider = make_shop(now, SERVICE)
    order, _buyer = buy(service, now, buyer=shop.buyer)
    hand_in_all(order, provider, now)
    path = f"/orders/{order.number}/do/confirm/"
    text = page(buyer, path)
    assert "担保期结束" in text
    assert "¥1,200.00" in text
    assert in_escrow(order) == Decimal("1200.00")  # looking does nothing
    assert buyer.post(path).url == f"/orders/{order.number}/"
    order.refresh_from_db()
    assert order.state == OrderState.COMPLETED
    assert in_escrow(order) == 0
    assert owed(order) > 0
    books_fit()


def test_a_milestone_goes_back_with_words_and_not_without(shop: Shop, buyer, now: datetime):
    service, provider = make_shop(now, SERVICE)
    order, _buyer = buy(service, now, buyer=shop.buyer)
    hand_in_all(order, provider, now)
    step = order.milestones.order_by("position").first()
    path = f"/orders/{order.number}/do/milestone_return/{step.pk}/"
    assert buyer.post(path, {"reason": ""}).status_code == 422
    step.refresh_from_db()
    assert step.state == "submitted"
    assert buyer.post(path, {"reason": "缺少测试记录"}).status_code == 302
    step.refresh_from_db()
    assert step.state == "returned"
    assert "缺少测试记录" in page(buyer, f"/orders/{order.number}/")


def test_an_act_that_is_not_open_changes_nothing(shop: Shop, buyer):
    before = AuditRecord.objects.count()
    response = buyer.post(f"/orders/{shop.order.number}/do/cancel/")
    assert response.url == f"/orders/{shop.order.number}/"
    shop.order.refresh_from_db()
    assert shop.order.state != OrderState.CANCELLED
    assert AuditRecord.objects.count() == before
    assert buyer.get(f"/orders/{shop.order.number}/do/nonsense/").status_code == 404
    assert buyer.get(f"/orders/{shop.order.number}/do/deliver/").status_code == 404


def test_an_unpaid_order_is_paid_or_cancelled(shop: Shop, buyer, now: datetime):
    order = place(shop.buyer, shop.product, now)
    assert buyer.get(f"/orders/{order.number}/pay/").url.startswith("/pay/P")
    assert buyer.post(f"/orders/{order.number}/do/cancel/").status_code == 302
    order.refresh_from_db()
    assert order.state == OrderState.CANCELLED


def test_a_review_is_published_and_stands_at_the_product(shop: Shop, buyer, now: datetime):
    service, provider = make_shop(now, SERVICE)
    order, _buyer = buy(service, now, buyer=shop.buyer)
    hand_in_all(order, provider, now)
    buyer.post(f"/orders/{order.number}/do/confirm/")
    path = f"/orders/{order.number}/do/review/"
    assert buyer.post(path, {"score": "9", "text": "好"}).status_code == 422
    assert not Review.objects.exists()
    assert buyer.post(path, {"score": "4", "text": "迁移很顺利，文档清楚。"}).status_code == 302
    assert "迁移很顺利" in page(Client(), f"/p/{service.slug}/reviews/")


def test_files_are_for_those_whose_order_it_is(shop: Shop, buyer, stranger, now: datetime):
    service, provider = make_shop(now, SERVICE)
    order, _buyer = buy(service, now, buyer=shop.buyer)
    hand_in_all(order, provider, now)
    path = f"/orders/files/{order.files.first().pk}/"
    assert buyer.get(path).status_code == 200
    assert signed_in(provider).get(path).status_code == 200
    assert stranger.get(path).status_code == 404
    assert Client().get(path).status_code == 302


def test_a_person_who_never_bought_sees_no_acts_of_others(shop: Shop, now: datetime):
    other = signed_in(make_person(now))
    assert shop.order.number not in page(other, "/orders/")
