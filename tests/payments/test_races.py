"""Real threads and real commits: two callbacks at once, a callback and the end of its time, two pay-backs."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from accounts.services import account_create
from ledger.types import escrow
from payments import services
from payments.models import GatewayMessage, Payback, PaymentIntent, StrayPayment
from payments.services.intents import intent_expire
from tests.ledger.test_races import race
from tests.payments.conftest import PASSWORD, PURPOSE, books_fit, gateway_net, held, notice

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def open_intent(shop, transactional_db, now):
    payer = account_create(email="zhang@example.com", password=PASSWORD, display_name="张三", now=now)
    with transaction.atomic():
        return services.intent_open(
            purpose=PURPOSE,
            reference="1",
            amount=Decimal("1200.00"),
            payer=payer,
            title="云防火墙",
            now=now,
            expires_at=now + timedelta(minutes=30),
        )


def tell(intent, now, **changes):
    message = services.message_store(gateway="sandbox", body="…", notice=notice(intent, now, **changes), now=now)
    return services.message_handle(message=message, now=now)


def test_the_same_message_at_once_books_once(shop, open_intent, now):
    race(*[lambda: tell(open_intent, now)] * 4)
    assert shop.paid == ["1"]
    assert held() == Decimal("1200.00")
    assert GatewayMessage.objects.get().state == "handled"
    books_fit()


def test_two_payments_at_once_and_one_goes_back(shop, open_intent, now):
    race(*[lambda n=n: tell(open_intent, now, notice_id=f"n{n}", trade=f"t{n}") for n in (1, 2)])
    assert shop.paid == ["1"]
    assert StrayPayment.objects.get().reason == "twice"
    assert (held(), gateway_net()) == (Decimal("1200.00"), Decimal("2400.00"))
    books_fit()


def test_a_payment_at_the_last_moment_is_either_taken_or_paid_back(shop, open_intent, now):
    end = now + timedelta(minutes=30)
    race(lambda: tell(open_intent, end), lambda: intent_expire(intent_id=open_intent.pk, now=end))
    intent = PaymentIntent.objects.get()
    if intent.state == "paid":
        assert (shop.paid, shop.closed, held()) == (["1"], [], Decimal("1200.00"))
    else:
        assert (shop.paid, shop.closed, held()) == ([], ["1"], 0)
        assert StrayPayment.objects.get().reason == "late"
    books_fit()


def test_two_paybacks_at_once_never_exceed_what_was_paid(shop, open_intent, now):
    tell(open_intent, now)

    def back(key):
        with transaction.atomic():
            return services.payback_open(
                intent=open_intent,
                amount=Decimal("700.00"),
                source=escrow("1"),
                reference=key,
                key=key,
                now=now,
            )

    outcomes = race(lambda: back("a"), lambda: back("b"))
    assert sum(isinstance(outcome, Payback) for outcome in outcomes) == 1
    assert PaymentIntent.objects.get().paid_back == Decimal("700.00")
    assert held() == Decimal("500.00")
    books_fit()
