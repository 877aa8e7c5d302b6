"""The gateway over real HTTP: a payment, its callback, a pay-back and a statement, through sockets and real commits."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client

from accounts.services import account_create
from core import clock, outbox
from ledger.types import escrow
from payments import services
from payments.gateways import gateway
from payments.models import GatewayMessage, Payback, PaymentIntent
from payments.services.asking import day_compare
from tests.payments.conftest import PASSWORD, PURPOSE, books_fit, gateway_net, path_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_payment_and_its_return_over_the_wire(shop, live_server, settings):
    settings.SITE_URL = live_server.url
    now = clock.now()
    payer = account_create(email="zhang@example.com", password=PASSWORD, display_name="张三", now=now)
    with transaction.atomic():
        intent = services.intent_open(
            purpose=PURPOSE,
            reference="1",
            amount=Decimal("1200.00"),
            payer=payer,
            title="云防火墙",
            now=now,
            expires_at=now + timedelta(minutes=30),
        )
    browser = Client()
    browser.force_login(payer)
    there = browser.get(f"/pay/{intent.number}/gateway/")["Location"]
    assert there.startswith(live_server.url)
    browser.post(path_of(browser.get(path_of(there))["Location"]), {"outcome": "pay"})
    assert outbox.dispatch(clock.now()) == 1
    assert GatewayMessage.objects.get().state == "handled"
    with transaction.atomic():
        services.payback_open(
            intent=PaymentIntent.objects.get(),
            amount=Decimal("1200.00"),
            source=escrow("1"),
            reference="R1",
            key="r",
            now=clock.now(),
        )
    assert outbox.dispatch(clock.now() + timedelta(seconds=1)) == 2
    assert Payback.objects.get().state == "done"
    assert gateway("sandbox").query(intent.number, clock.now()).status == "paid"
    tomorrow = clock.now() + timedelta(days=1)
    # The gateway's own clock says that the day has not ended.
    with pytest.raises(Exception, match="has not ended"):
        day_compare(name="sandbox", day=clock.now().date(), now=tomorrow)
    assert (shop.paid, shop.paid_back, gateway_net()) == (["1"], ["R1"], 0)
    books_fit()
