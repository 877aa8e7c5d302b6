"""The operators' desk: who sees what, which buttons there are, and what they do. And the REST interface."""

import pytest
from django.contrib import admin
from django.test import Client

from accounts.services import account_create, operator_appoint
from core.acts import SYSTEM, Actor
from core.errors import NotPermitted
from ledger.models import Balance, Entry, Hold, Transaction
from payments import services
from payments.models import Difference, GatewayMessage, Payback, PaymentIntent, Payout, Reconciliation, StrayPayment
from regulation.models import AuditRecord
from tests.payments.conftest import PASSWORD, books_fit, gateway_net

pytestmark = pytest.mark.django_db
MODELS = [PaymentIntent, StrayPayment, Payback, Payout, GatewayMessage, Reconciliation, Difference]
BOOKS = [Transaction, Entry, Balance, Hold]


def operator(now, role):
    user = account_create(email=f"{role}@example.com", password=PASSWORD, display_name=role, now=now)
    operator_appoint(user=user, roles=[role], actor=SYSTEM, now=now)
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def finance(now, settings):
    settings.OPERATOR_TOTP_REQUIRED = False
    return operator(now, "finance")


@pytest.fixture
def clerk(now, settings):
    settings.OPERATOR_TOTP_REQUIRED = False
    return operator(now, "arbitration")


@pytest.fixture
def stray(shop, intent, till, deliver_all, now):
    till(intent, "too_much")
    deliver_all(now)
    return StrayPayment.objects.get()


def page(obj, act=""):
    base = f"/admin/{obj._meta.app_label}/{obj._meta.model_name}/{obj.pk}/"
    return f"{base}{act}/" if act else f"{base}change/"


def test_every_list_and_row_can_be_looked_at(finance, stray):
    for model in [*MODELS, *BOOKS]:
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert finance.get(address).status_code == 200, address
        row = model.objects.first()
        if row is not None:
            assert finance.get(page(row)).status_code == 200, address


def test_nothing_can_be_added_changed_or_deleted_there(finance, stray):
    for model in [*MODELS, *BOOKS]:
        found = admin.site._registry[model]
        request = finance.get("/admin/").wsgi_request
        assert not found.has_add_permission(request)
        assert not found.has_change_permission(request)
        assert not found.has_delete_permission(request)


def test_the_books_are_for_finance_and_audit(clerk, stray):
    for model in BOOKS:
        assert clerk.get(f"/admin/ledger/{model._meta.model_name}/").status_code == 403


def test_a_button_asks_first_and_then_does_it(finance, stray, now):
    first = finance.get(page(stray, "pay-back")).content.decode()
    assert "The whole amount goes back" in first
    assert finance.post(page(stray, "pay-back"), {"reason": ""}).status_code == 200
    assert StrayPayment.objects.get().state == "held"
    assert finance.post(page(stray, "pay-back"), {"reason": "Asked the payer"}).status_code == 302
    assert StrayPayment.objects.get().state == "returning"
    record = AuditRecord.objects.get(act="payments.stray_return")
    assert (record.actor_kind, record.after["reason"]) == ("operator", "Asked the payer")


def test_taking_it_pays_what_it_was_meant_for(finance, stray, shop, deliver_all, now):
    assert "take/" in finance.get(page(stray)).content.decode()
    assert finance.post(page(stray, "take"), {"reason": "Surplus goes back"}).status_code == 302
    deliver_all(now)
    assert shop.paid == ["1"]
    assert gateway_net() == stray.intent.amount
    assert "take/" not in finance.get(page(stray)).content.decode()
    books_fit()


def test_only_finance_has_the_buttons(clerk, stray):
    assert "pay-back/" not in clerk.get(page(stray)).content.decode()
    assert clerk.post(page(stray, "pay-back"), {"reason": "x"}).status_code == 403
    assert StrayPayment.objects.get().state == "held"
    assert not AuditRecord.objects.filter(act="payments.stray_return").exists()


def test_only_operators_may_do_what_operators_do(stray, payer, now):
    for act in (services.stray_return, services.stray_apply):
        with pytest.raises(NotPermitted):
            act(stray_id=stray.pk, reason="mine", actor=Actor.of(payer), now=now)
    assert StrayPayment.objects.get().state == "held"


def test_the_payers_own_payments_over_rest(intent, payer, stranger):
    mine, theirs = Client(), Client()
    mine.force_login(payer)
    theirs.force_login(stranger)
    found = mine.get(f"/api/v1/payments/{intent.number}/").json()
    assert (found["number"], found["amount"], found["state"]) == (intent.number, "1200.00", "open")
    assert [row["number"] for row in mine.get("/api/v1/payments/").json()["results"]] == [intent.number]
    assert theirs.get(f"/api/v1/payments/{intent.number}/").status_code == 404
    assert theirs.get("/api/v1/payments/").json()["results"] == []
    assert Client().get("/api/v1/payments/").status_code in {401, 403}


def test_the_books_over_rest_are_for_finance_and_audit(finance, clerk, payer, stray):
    account = f"/api/v1/ledger/accounts/{stray.account}/"
    assert finance.get(account).json() == {
        "account": stray.account,
        "balance": "1201.00",
        "held": "0.00",
        "available": "1201.00",
    }
    rows = finance.get(f"{account}entries/").json()["results"]
    assert [(row["source"], row["amount"]) for row in rows] == [("gateway:sandbox", "1201.00")]
    buyer = Client()
    buyer.force_login(payer)
    for client in (clerk, buyer):
        assert client.get(account).status_code == 403
        assert client.get(f"{account}entries/").status_code == 403
