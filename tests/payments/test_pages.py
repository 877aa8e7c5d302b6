"""The payer's pages and the gateway's."""

from datetime import timedelta

import pytest
from django.test import Client

from payments import services
from payments.gateways import GatewayUnreachable
from payments.gateways.sandbox import SandboxGateway
from payments.sandbox import signing
from payments.sandbox.keys import GATEWAY, MERCHANT
from payments.sandbox.models import SandboxTrade
from tests.payments.conftest import PURPOSE, form, path_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(payer):
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(payer)
    return client


def pages(intent):
    return [f"/pay/{intent.number}/{part}" for part in ("", "state/", "gateway/", "return/")]


def test_only_the_payer_sees_a_payment(shop, intent, stranger, clock):
    for page in pages(intent):
        assert Client().get(page).status_code == 302
        other = Client()
        other.force_login(stranger)
        assert other.get(page).status_code == 404
        assert other.get("/pay/P260302-000000-0/").status_code == 404
    assert not SandboxTrade.objects.exists()


def test_the_payment_says_how_much_for_what_and_until_when(shop, intent, browser, clock):
    text = browser.get(f"/pay/{intent.number}/").content.decode()
    assert "¥1,200.00" in text
    assert "云防火墙 标准版" in text
    assert f"/pay/{intent.number}/gateway/" in text
    assert "/orders/1/" in text
    assert 'hx-trigger="every 2s"' not in text


def test_after_paying_the_page_waits_for_the_gateways_word_and_then_says_so(
    shop, intent, browser, till, deliver_all, now
):
    till(intent)
    waiting = browser.get(f"/pay/{intent.number}/return/").content.decode()
    assert 'hx-trigger="every 2s"' in waiting
    assert "Waiting for the payment provider" in waiting
    deliver_all(now)
    paid = browser.get(f"/pay/{intent.number}/state/").content.decode()
    assert "We received your payment of ¥1,200.00" in paid
    assert "hx-get" not in paid
    assert "<html" not in paid


def test_a_gateway_that_does_not_answer_is_said_and_the_payment_stays_open(shop, intent, browser, clock, monkeypatch):
    def silent(self, request):
        raise GatewayUnreachable("timed out")

    monkeypatch.setattr(SandboxGateway, "pay_page", silent)

    answer = browser.get(f"/pay/{intent.number}/gateway/", follow=True)

    assert answer.redirect_chain == [(f"/pay/{intent.number}/", 302)]
    assert "The payment provider does not answer. Nothing was paid" in answer.content.decode()
    intent.refresh_from_db()
    assert intent.state == "open"


def test_a_closed_payment_says_why_and_leads_nowhere_to_pay(shop, intent, browser, now, clock):
    services.intent_close(purpose=PURPOSE, reference="1", reason="order_cancelled", now=now)
    text = browser.get(f"/pay/{intent.number}/").content.decode()
    assert "This payment is closed" in text
    assert f"/pay/{intent.number}/gateway/" not in text
    assert browser.get(f"/pay/{intent.number}/gateway/")["Location"] == f"/pay/{intent.number}/"


def test_nobody_is_sent_to_the_gateway_once_the_time_is_up(shop, intent, browser, now, clock):
    clock.move_to(now + timedelta(minutes=30))
    assert browser.get(f"/pay/{intent.number}/gateway/")["Location"] == f"/pay/{intent.number}/"


def test_money_that_could_not_be_taken_is_shown_to_its_payer(shop, intent, browser, till, deliver_all, now):
    till(intent, "too_little")
    deliver_all(now)
    text = browser.get(f"/pay/{intent.number}/").content.decode()
    assert "¥1,199.00 arrived and could not be taken" in text


def test_the_gateways_page_opens_only_with_the_merchants_signature(shop, intent, browser, clock):
    address = path_of(browser.get(f"/pay/{intent.number}/gateway/")["Location"])
    assert browser.get(address.replace("1200.00", "0.01")).status_code == 400
    assert browser.get("/sandbox-gateway/pay/").status_code == 400
    assert not SandboxTrade.objects.exists()
    assert browser.get(address).status_code == 302
    assert browser.get(address).status_code == 302
    assert SandboxTrade.objects.count() == 1


def test_the_gateways_page_can_be_left_and_used_once(shop, intent, till, clock):
    trade = till(intent)
    page = f"/sandbox-gateway/pay/{trade.token}/"
    assert Client().post(page, {"outcome": "pay"}).status_code == 409
    assert Client().post(page, {"outcome": "gift"}).status_code == 404
    assert Client().get("/sandbox-gateway/pay/nonsense/").status_code == 404
    assert "no longer waits" in Client(headers={"Accept-Language": "en"}).get(page).content.decode()
    assert trade.captures.count() == 1


def test_a_declined_card_is_said_on_the_gateways_page(shop, intent, browser, clock):
    entered = browser.get(path_of(browser.get(f"/pay/{intent.number}/gateway/")["Location"]))
    answer = browser.post(entered["Location"], {"outcome": "fail"})
    assert answer.status_code == 200
    assert "The card was declined" in answer.content.decode()


@pytest.mark.parametrize("key", [GATEWAY, None])
def test_the_gateways_interface_takes_only_the_merchants_word(shop, intent, clock, key):
    fields = {"app_id": "sandbox-merchant", "method": "trade.query", "biz_content": '{"out_trade_no": "x"}'}
    answer = form(Client(), "/sandbox-gateway/api/", signing.signed(fields, key) if key else fields)
    assert "refused" in answer.json()["response"]
    known = form(Client(), "/sandbox-gateway/api/", signing.signed(fields, MERCHANT)).json()
    assert known["response"] == '{"status": "unknown"}'
    assert signing.fits(known["response"].encode(), known["sign"], GATEWAY)


def test_a_statement_is_only_for_whoever_was_given_its_address(db):
    assert Client().get("/sandbox-gateway/statements/2026-03-01.csv").status_code == 404
    assert Client().get("/sandbox-gateway/statements/2026-03-01.csv?signature=x").status_code == 404
