"""Checkout, my orders, one order and its acts."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from catalog.models import Product
from core.acts import SYSTEM
from orders.models import Order, Review
from orders.services import milestone_return, milestone_start, milestone_submit
from orders.types import OrderState
from providers.services import restriction_place
from regulation.models import AuditRecord
from regulation.types import moment_of_end
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
    monthly,
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


def test_a_payment_says_what_it_is_for_in_the_readers_language(shop: Shop, buyer):
    plan, version = shop.product.live_version.plans.get(), shop.product.live_version
    path = buyer.post("/checkout/", checkout_data(plan)).url
    assert f"{version.title_zh}</a>" in page(buyer, path)
    assert f"{version.title_en}</a>" in page(buyer, path, "en")


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
    assert re.search(r'name="another"[^>]*checked', text)
    buyer.post("/checkout/", data | {"quantity": 2, "key": key_in(text), "another": "on"})
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


def test_a_second_form_leads_to_the_unpaid_order_and_places_another_where_that_is_wanted(shop: Shop, buyer, clock):
    plan = shop.product.live_version.plans.get()
    path = f"/checkout/?plan={plan.pk}"
    first, second = page(buyer, path), page(buyer, path)
    assert 'name="another"' not in second
    assert buyer.post("/checkout/", checkout_data(plan, key=key_in(first))).status_code == 302
    unpaid = Order.objects.latest("id")
    refused = buyer.post("/checkout/", checkout_data(plan, key=key_in(second)))
    assert (refused.status_code, Order.objects.count()) == (409, 2)
    for text in (refused.content.decode(), page(buyer, path)):
        assert f'href="/orders/{unpaid.number}/pay/"' in text
        assert 'name="another"' in text
    assert buyer.post("/checkout/", checkout_data(plan, key=key_in(second), another="on")).status_code == 302
    assert Order.objects.count() == 3
    clock.move_to(unpaid.pay_due_at)
    assert 'name="another"' not in page(buyer, path)


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


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_service_in_work_says_in_list_and_page_when_its_milestone_is_due(now, buyer, shop, language, queries):
    few = None
    for _n in range(3):
        service, provider = make_shop(now, SERVICE)
        order, _buyer = buy(service, now, buyer=shop.buyer)
        milestone_start(milestone=order.milestones.first(), actor=provider.actor, now=now)
        few = few or queries(buyer, "/orders/")
    due = moment_of_end(order.milestones.first().due_at).in_language(language)
    for path in ("/orders/", f"/orders/{order.number}/"):
        assert due in re.sub(r"</?span[^>]*>", "", page(buyer, path, language)), path
    assert queries(buyer, "/orders/") == few


def test_what_is_over_leads_to_its_product_while_that_is_on_sale(now, clock, buyer, shop: Shop):
    product, _person = make_shop(now, plans=[monthly()])
    order, _buyer = buy(product, now, buyer=shop.buyer)
    link = f'<a class="btn btn-plain" href="/p/{product.slug}/">'
    assert link not in page(buyer, f"/orders/{order.number}/")
    clock.move_to(order.term_ends_at)
    assert link in page(buyer, f"/orders/{order.number}/")
    Product.objects.filter(pk=product.pk).update(state="delisted", off_at=now, off_reason="provider")
    assert link not in page(buyer, f"/orders/{order.number}/")


@pytest.mark.clause("17(1)1")
@pytest.mark.parametrize(("language", "ends"), [("zh-hans", "2026-03-07 24:00"), ("en", "the end of 2026-03-07")])
def test_the_end_of_the_guarantee_is_said_the_same_way_on_every_page(shop: Shop, buyer, language, ends):
    plan = shop.product.live_version.plans.get()
    paths = [f"/checkout/?plan={plan.pk}", f"/orders/{shop.order.number}/", f"/orders/{shop.order.number}/refund/"]
    for path in paths:
        text = re.sub(r"<[^>]+>", "", page(buyer, path, language))
        assert ends in text, path
        assert "2026-03-08 00:00" not in text, path
