"""Asking for money back through the pages."""

import re
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from ledger.models import Transaction
from refunds.models import RefundRequest
from refunds.services import refund_dispute, refund_offer, refund_offer_decline
from refunds.types import RefundState
from regulation.models import AuditRecord
from tests.orders.making import SERVICE, TOOL, books_fit, buy, complete_service, evidence, make_shop
from tests.web.storefront.conftest import Shop, page, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def disputed(shop: Shop, now: datetime, clock):
    """A refund of a finished service whose provider disagrees and offers 300."""
    service, provider = make_shop(now, SERVICE)
    order, _buyer = buy(service, now, buyer=shop.buyer)
    complete_service(order, provider, shop.buyer, now)
    client = signed_in(shop.buyer)
    client.post(
        f"/orders/{order.number}/refund/",
        {"reason": "poor_quality", "statement": "上线后经常中断。", "files": [evidence()]},
    )
    refund = RefundRequest.objects.get(order=order)
    refund_dispute(refund=refund, reply="是云主机的原因。", actor=provider.actor, now=now)
    refund.refresh_from_db()
    refund_offer(refund=refund, amount=Decimal("300.00"), statement="退一部分", actor=provider.actor, now=now)
    refund.refresh_from_db()
    return refund, provider


@pytest.mark.clause("17(4)2")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_in_the_guarantee_the_page_says_the_full_price_and_what_waiting_costs(shop: Shop, buyer, language):
    text = page(buyer, f"/orders/{shop.order.number}/refund/", language)
    assert "¥1,200.00" in text
    assert ("如果先不处理" in text or "会怎样" in text or "再等" in text) if language == "zh-hans" else "wait" in text
    assert not RefundRequest.objects.exists()


def test_asking_in_the_guarantee_pays_the_full_price_back(shop: Shop, buyer):
    response = buyer.post(f"/orders/{shop.order.number}/refund/", {"reason": "", "statement": ""})
    refund = RefundRequest.objects.get()
    assert response.url == f"/refunds/{refund.number}/"
    assert refund.amount == Decimal("1200.00")
    assert "¥1,200.00" in page(buyer, response.url)
    books_fit()


@pytest.mark.clause("17(1)1", "17(2)")
def test_looking_what_a_reason_gives_asks_for_nothing_and_keeps_what_was_written(shop: Shop, buyer, now, clock):
    clock.move_to(shop.order.guarantee_ends_at + timedelta(days=1))
    path, trail = f"/orders/{shop.order.number}/refund/", AuditRecord.objects.count()
    given = {"reason": "poor_quality", "statement": "经常打不开", "look": "yes"}
    response = buyer.post(path, given, headers={"accept-language": "zh-hans"})
    text = response.content.decode()
    assert response.status_code == 200
    assert '<option value="poor_quality" selected>' in text
    assert "经常打不开</textarea>" in text
    assert "已过担保期。退款理由成立后才能确定金额" in text
    assert (RefundRequest.objects.count(), AuditRecord.objects.count()) == (0, trail)


@pytest.mark.clause("17(1)3")
def test_a_tool_brings_nothing_back_and_nothing_is_posted(shop: Shop, buyer, now: datetime):
    tool, _person = make_shop(now, TOOL)
    order, _buyer = buy(tool, now, buyer=shop.buyer)
    before = Transaction.objects.count()
    assert "¥1,200.00" not in page(buyer, f"/orders/{order.number}/refund/")
    buyer.post(f"/orders/{order.number}/refund/", {"reason": "", "statement": ""})
    refund = RefundRequest.objects.get()
    assert refund.state == RefundState.REFUSED
    assert page(buyer, f"/refunds/{refund.number}/")
    assert Transaction.objects.count() == before


def test_the_room_keeps_what_is_said_with_its_files(disputed, buyer, stranger):
    refund, provider = disputed
    path = f"/refunds/{refund.number}/"
    assert buyer.post(path, {"text": "请看附件。", "files": [evidence()]}).url == path
    text = page(buyer, path)
    assert "请看附件。" in text
    assert "是云主机的原因。" in text
    assert "¥300.00" in text
    file_path = text.split('href="/refunds/files/')[1].split('"')[0]
    assert buyer.get(f"/refunds/files/{file_path}").status_code == 200
    assert signed_in(provider).get(f"/refunds/files/{file_path}").status_code == 200
    assert stranger.get(f"/refunds/files/{file_path}").status_code == 404
    assert stranger.get(path).status_code == 404


def test_signing_an_offer_says_the_amount_and_settles_the_refund(disputed, buyer):
    refund, _provider = disputed
    offer = refund.offers.get()
    path = f"/refunds/{refund.number}/do/sign_offer/{offer.pk}/"
    assert "¥300.00" in page(buyer, path)
    assert buyer.post(path).status_code == 302
    refund.refresh_from_db()
    assert refund.amount == Decimal("300.00")
    assert refund.state in {RefundState.AGREED, RefundState.PAYING_BACK}
    books_fit()


def test_acts_of_the_other_side_are_not_open_to_the_buyer(disputed, buyer):
    refund, _provider = disputed
    before = AuditRecord.objects.count()
    assert buyer.post(f"/refunds/{refund.number}/do/accept/", {"reply": ""}).url == f"/refunds/{refund.number}/"
    refund.refresh_from_db()
    assert refund.state == RefundState.NEGOTIATING
    assert AuditRecord.objects.count() == before
    assert buyer.get(f"/refunds/{refund.number}/do/find/").status_code == 404


def test_the_list_of_refunds_empty_and_full_in_both_languages(disputed, buyer, stranger):
    refund, _provider = disputed
    assert refund.number in page(buyer, "/refunds/?open=yes")
    assert "这里没有退款" in page(stranger, "/refunds/")
    assert "No refund here" in page(stranger, "/refunds/", "en")


def test_queries_of_a_refund_do_not_grow_with_what_is_said(disputed, buyer, queries, clock):
    refund, _provider = disputed
    path = f"/refunds/{refund.number}/"
    few = queries(buyer, path)
    for n in range(3):
        clock.shift(timedelta(seconds=1))
        buyer.post(path, {"text": f"补充 {n}", "files": [evidence()]})
    assert queries(buyer, path) == few


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_order_tells_each_step_of_its_refund_once(disputed, shop: Shop, buyer, language):
    refund, provider = disputed
    for client, path in ((buyer, "/orders/"), (signed_in(provider), "/console/orders/")):
        text = page(client, f"{path}{refund.order.number}/", language)
        assert text.count("买家申请退款" if language == "zh-hans" else "Refund asked for") == 1


def test_the_first_act_stands_out_only_on_the_readers_turn_and_what_was_asked_is_said_once(disputed, shop: Shop, buyer):
    refund, _provider = disputed
    first = r'<div class="actions"><a class="btn btn-primary"'
    text = page(buyer, f"/refunds/{refund.number}/")
    assert re.search(first, text)
    assert text.count("上线后经常中断。") == 1
    offer = refund.offers.get()
    refund_offer_decline(offer=offer, actor=shop.buyer.actor, now=refund.requested_at)
    assert not re.search(first, page(buyer, f"/refunds/{refund.number}/"))


def test_while_the_provider_is_to_answer_the_button_is_primary_for_the_provider_alone(shop: Shop, buyer, now, clock):
    clock.move_to(shop.order.guarantee_ends_at + timedelta(days=1))
    asked = {"reason": "poor_quality", "statement": "经常打不开"}
    buyer.post(f"/orders/{shop.order.number}/refund/", asked)
    number = RefundRequest.objects.get().number
    first = r'<div class="actions"><a class="btn btn-primary"'
    assert not re.search(first, page(buyer, f"/refunds/{number}/"))
    assert re.search(first, page(signed_in(shop.provider), f"/console/refunds/{number}/"))
