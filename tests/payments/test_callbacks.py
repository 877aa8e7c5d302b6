"""What gateways tell us ends where it should, whatever they tell and in whatever order: state, books and people."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.acts import Actor
from core.errors import NotAllowed
from ledger.models import Entry
from notifications.models import Message
from payments import selectors, services, sweeps
from payments.models import GatewayMessage, Payback, PaymentIntent, StrayPayment
from payments.sandbox import signing
from payments.sandbox.keys import GATEWAY, MERCHANT
from payments.sandbox.models import SandboxCapture
from regulation.models import AuditRecord
from tests.payments.conftest import books_fit, form, gateway_net, held, notice

pytestmark = pytest.mark.django_db


def tell(intent, now, **changes):
    said = notice(intent, now, **changes)
    message = services.message_store(gateway="sandbox", body="…", notice=said, now=now)
    return services.message_handle(message=message, now=now)


def told(payer):
    return list(Message.objects.filter(recipient=payer).order_by("id").values_list("kind", flat=True))


@pytest.mark.clause("11(1)")
def test_a_payment_goes_into_escrow_once_it_is_made(shop, intent, till, deliver_all, now):
    till(intent)
    assert shop.paid == []
    deliver_all(now)
    intent.refresh_from_db()
    assert (intent.state, intent.paid_at) == ("paid", now)
    assert intent.gateway_trade == SandboxCapture.objects.get().trade_no
    assert shop.paid == ["1"]
    assert held() == intent.amount
    assert GatewayMessage.objects.get().state == "handled"
    books_fit()


def test_receiving_is_two_statements_and_storing_one(shop, intent, now):
    with CaptureQueriesContext(connection) as storing:
        message = services.message_store(gateway="sandbox", body="…", notice=notice(intent, now), now=now)
    with transaction.atomic(), CaptureQueriesContext(connection) as handling:
        services.payment_receive(gateway="sandbox", notice=notice(intent, now), now=now)
    assert len(storing) == 1
    statements = [query["sql"].split()[0] for query in handling if "SAVEPOINT" not in query["sql"]]
    assert statements == ["UPDATE", "SELECT"]
    assert message.state == "received"


def test_opening_is_one_statement(ask, now):
    with transaction.atomic(), CaptureQueriesContext(connection) as opening:
        ask("2")
    assert len([query for query in opening if "SAVEPOINT" not in query["sql"]]) == 1


def test_the_same_message_three_times_books_once(shop, intent, till, deliver_all, now, world):
    till(intent, "tell_often")
    deliver_all(now)
    answers = [status for url, status in world.posts if "callbacks" in url]
    assert answers == [200, 200, 200]
    assert shop.paid == ["1"]
    assert held() == intent.amount
    assert GatewayMessage.objects.count() == 1
    books_fit()


def test_another_message_about_the_same_trade_books_nothing(shop, intent, now):
    assert tell(intent, now) == "handled"
    assert tell(intent, now, notice_id="another") == "duplicate"
    assert held() == intent.amount
    assert not StrayPayment.objects.exists()
    books_fit()


def test_a_second_payment_of_the_same_thing_is_paid_back(shop, intent, till, deliver_all, now, payer):
    till(intent, "twice")
    deliver_all(now)
    stray = StrayPayment.objects.get()
    assert (stray.reason, stray.state, stray.amount) == ("twice", "returned", intent.amount)
    assert stray.payback.state == "done"
    assert shop.paid == ["1"]
    assert held() == intent.amount
    assert gateway_net() == intent.amount
    assert SandboxCapture.objects.filter(refunded=intent.amount).count() == 1
    assert told(payer) == ["payments.stray.twice"]
    books_fit()


def test_money_that_comes_after_the_payment_was_closed_is_paid_back(shop, intent, till, deliver_all, now, clock, payer):
    till(intent, "transfer")
    later = now + timedelta(minutes=31)
    clock.move_to(later)
    assert sweeps._intent(intent.pk, later) is True
    deliver_all(later)
    intent.refresh_from_db()
    assert (intent.state, intent.close_reason, shop.closed) == ("closed", "expired", ["1"])
    arrives = now + timedelta(minutes=46)
    clock.move_to(arrives)
    deliver_all(arrives)
    stray = StrayPayment.objects.get()
    assert (stray.reason, stray.state) == ("late", "returned")
    assert shop.paid == []
    assert (held(), gateway_net()) == (0, 0)
    assert told(payer) == ["payments.stray.late"]
    assert Entry.objects.count() == 3
    assert AuditRecord.objects.filter(act="payments.set_aside").count() == 1
    books_fit()


@pytest.mark.parametrize(("outcome", "amount"), [("too_little", "1199.00"), ("too_much", "1201.00")])
def test_another_amount_waits_for_an_operator_who_has_it_paid_back(
    shop, intent, till, deliver_all, now, payer, outcome, amount, cashier: Actor
):
    till(intent, outcome)
    deliver_all(now)
    stray = StrayPayment.objects.get()
    assert (stray.reason, stray.state, stray.amount) == ("wrong_amount", "held", Decimal(amount))
    intent.refresh_from_db()
    assert intent.state == "open"
    assert (shop.paid, held(), gateway_net()) == ([], 0, Decimal(amount))
    assert told(payer) == ["payments.stray.wrong_amount"]
    assert not Payback.objects.exists()
    books_fit()
    services.stray_return(stray_id=stray.pk, reason="核实", actor=cashier, now=now)
    deliver_all(now)
    stray.refresh_from_db()
    assert (stray.state, gateway_net()) == ("returned", 0)
    assert told(payer)[-1] == "payments.stray.settled"
    with pytest.raises(NotAllowed):
        services.stray_return(stray_id=stray.pk, reason="核实", actor=cashier, now=now)
    books_fit()


def test_too_much_can_be_taken_and_the_rest_paid_back(shop, intent, till, deliver_all, now, cashier: Actor):
    till(intent, "too_much")
    deliver_all(now)
    stray = StrayPayment.objects.get()
    services.stray_apply(stray_id=stray.pk, reason="核实", actor=cashier, now=now)
    deliver_all(now)
    intent.refresh_from_db()
    stray.refresh_from_db()
    assert (intent.state, intent.gateway_trade, stray.state) == ("paid", stray.gateway_trade, "applied")
    assert (shop.paid, held(), gateway_net()) == (["1"], intent.amount, intent.amount)
    assert Payback.objects.get().amount == Decimal("1.00")
    books_fit()


def test_too_little_cannot_be_taken(shop, intent, till, deliver_all, now, cashier: Actor):
    till(intent, "too_little")
    deliver_all(now)
    stray = StrayPayment.objects.get()
    with pytest.raises(NotAllowed):
        services.stray_apply(stray_id=stray.pk, reason="核实", actor=cashier, now=now)
    assert (shop.paid, held()) == ([], 0)
    assert not AuditRecord.objects.filter(act="payments.stray_apply").exists()


def test_a_payment_we_know_nothing_of_waits_for_an_operator(intent, now):
    assert tell(intent, now, number="P260302-ZZZZZZ-Z") == "handled"
    stray = StrayPayment.objects.get()
    assert (stray.reason, stray.state, stray.intent) == ("unknown", "held", None)
    assert gateway_net() == intent.amount
    books_fit()


def test_a_return_told_before_the_payment_closes_it_and_then_both_are_booked(
    shop, intent, till, deliver_all, now, clock, payer
):
    till(intent, "return_first")
    deliver_all(now)
    intent.refresh_from_db()
    assert (intent.state, intent.close_reason, shop.closed) == ("closed", "gateway_returned", ["1"])
    assert GatewayMessage.objects.get().state == "waiting"
    assert not Entry.objects.exists()
    later = now + timedelta(seconds=5)
    clock.move_to(later)
    deliver_all(later)
    stray = StrayPayment.objects.get()
    assert (stray.reason, stray.state, stray.payback.state) == ("gateway_returned", "returned", "done")
    assert set(GatewayMessage.objects.values_list("state", flat=True)) == {"handled"}
    assert (shop.paid, held(), gateway_net()) == ([], 0, 0)
    assert told(payer) == ["payments.stray.gateway_returned"]
    # We never ask for what has gone back already.
    assert SandboxCapture.objects.get().refunds.count() == 1
    books_fit()


def test_a_return_of_money_on_our_books_that_we_did_not_ask_for_needs_an_operator(shop, intent, now, cashier: Actor):
    tell(intent, now)
    state = tell(intent, now, notice_id="r", movement="payback", trade="r-1", request_number="gateway-1")
    assert state == "attention"
    assert (held(), gateway_net()) == (intent.amount, intent.amount)
    message = GatewayMessage.objects.get(notice_id="r")
    services.message_settle(message_id=message.pk, note="查明", actor=cashier, now=now)
    message.refresh_from_db()
    assert message.state == "handled"
    with pytest.raises(NotAllowed):
        services.message_settle(message_id=message.pk, note="again", actor=cashier, now=now)
    books_fit()


def test_a_forged_message_changes_nothing_and_is_kept(shop, intent, till, deliver_all, now, world):
    till(intent, "forge")
    deliver_all(now)
    intent.refresh_from_db()
    assert (intent.state, shop.paid) == ("open", [])
    assert [status for url, status in world.posts if "callbacks" in url] == [400]
    assert GatewayMessage.objects.get().state == "forged"
    assert not Entry.objects.exists()
    assert not StrayPayment.objects.exists()
    # The real one is taken afterwards, even with the forged one's number.
    body = GatewayMessage.objects.get().body
    assert intent.number in body


def params(intent, now, **changes):
    said = {
        "notify_id": "n1",
        "notify_type": "payment",
        "app_id": "sandbox-merchant",
        "out_trade_no": intent.number,
        "out_request_no": "",
        "trade_no": "t1",
        "amount": f"{intent.amount:.2f}",
        "at": now.isoformat(),
        "status": "SUCCESS",
        "reason": "",
    }
    return said | changes


URL = "/payments/callbacks/sandbox/"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda said: said | {"amount": "1200.01"},
        lambda said: said | {"sign": ""},
        lambda said: {name: value for name, value in said.items() if name != "sign"},
        lambda said: said | {"sign_type": "MD5"},
        lambda said: said | {"more": "1"},
        lambda said: said | {"out_trade_no": "P260302-000000-0"},
    ],
)
def test_a_message_changed_on_its_way_is_forged(shop, intent, clock, now, spoil):
    response = form(Client(), URL, spoil(signing.signed(params(intent, now), GATEWAY)))
    assert (response.status_code, response.content) == (400, b"fail")
    assert GatewayMessage.objects.get().state == "forged"
    assert not Entry.objects.exists()
    assert shop.paid == []


@pytest.mark.parametrize(
    "changes",
    [{"app_id": "another"}, {"amount": "1,200"}, {"at": "2026-03-02T10:00:00"}, {"notify_type": "gift"}],
)
def test_a_signed_message_that_is_not_one_for_us_is_refused(shop, intent, clock, now, changes):
    response = form(Client(), URL, signing.signed(params(intent, now, **changes), GATEWAY))
    assert response.status_code == 400
    assert not Entry.objects.exists()


def test_our_own_signature_is_not_the_gateways(shop, intent, clock, now):
    assert form(Client(), URL, signing.signed(params(intent, now), MERCHANT)).status_code == 400
    assert form(Client(), URL, signing.signed(params(intent, now), GATEWAY)).content == b"success"
    assert shop.paid == ["1"]


def test_only_the_gateway_in_use_is_listened_to(shop, intent, clock, now, settings):
    assert form(Client(), "/payments/callbacks/alipay/", {}).status_code == 404
    settings.PAYMENT_GATEWAY = "none"
    assert form(Client(), URL, signing.signed(params(intent, now), GATEWAY)).status_code == 404
    assert Client().get("/sandbox-gateway/pay/").status_code == 404
    assert not GatewayMessage.objects.exists()


def test_a_message_too_large_is_not_even_kept(db, clock):
    assert form(Client(), URL, {"x": "x" * 70_000}).status_code == 413
    assert not GatewayMessage.objects.exists()


def test_a_declined_card_leaves_the_payment_open(shop, intent, till, deliver_all, now):
    till(intent, "fail")
    deliver_all(now)
    assert (shop.paid, GatewayMessage.objects.get().state) == ([], "handled")
    till(intent, "pay")
    deliver_all(now)
    assert shop.paid == ["1"]
    books_fit()


def test_what_can_no_longer_be_had_is_paid_back(shop, intent, till, deliver_all, now, payer):
    shop.sold_out()
    till(intent)
    deliver_all(now)
    intent.refresh_from_db()
    stray = StrayPayment.objects.get()
    assert (intent.state, intent.close_reason) == ("closed", "refused")
    assert (stray.reason, stray.state) == ("refused", "returned")
    assert (shop.paid, held(), gateway_net()) == ([], 0, 0)
    assert told(payer) == ["payments.stray.refused"]
    assert GatewayMessage.objects.filter(note="sold out").exists()
    books_fit()


def test_a_message_left_lying_is_worked_by_the_sweep(shop, intent, now):
    message = services.message_store(gateway="sandbox", body="…", notice=notice(intent, now), now=now)
    assert selectors.messages_stuck(now + timedelta(minutes=2) - timedelta(seconds=1), 10) == []
    assert selectors.messages_stuck(now + timedelta(minutes=2), 10) == [message.pk]
    sweeps._message(message.pk, now + timedelta(minutes=2))
    sweeps._message(message.pk, now + timedelta(minutes=3))
    assert shop.paid == ["1"]
    assert held() == intent.amount


def test_an_error_nobody_foresaw_books_nothing_and_the_message_stays(shop, intent, now):
    shop.refuses = KeyError("bug")
    with pytest.raises(KeyError):
        tell(intent, now)
    assert GatewayMessage.objects.get().state == "received"
    assert PaymentIntent.objects.get().state == "open"
    assert not Entry.objects.exists()
    shop.refuses = None
    sweeps._message(GatewayMessage.objects.get().pk, now)
    assert (shop.paid, held()) == (["1"], intent.amount)
