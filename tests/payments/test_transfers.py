"""Money going out: paid back to payers, paid out to providers, and what becomes of it when the gateway refuses."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction

from core.acts import Actor
from core.errors import Conflict, InvalidInput
from core.outbox import OutboxMessage, dispatch_one
from ledger.selectors import balance, entries_for
from ledger.services import InsufficientFunds, post
from ledger.types import Posting, escrow, gateway, payable
from payments import selectors, services, sweeps
from payments.models import Payback, PaymentIntent, Payout
from payments.sandbox.models import SandboxCapture, SandboxRefund, SandboxTransfer
from payments.services.paybacks import PaybackTooLarge, TransferNotFailed
from payments.types import Recipient
from regulation.models import AuditRecord
from tests.payments.conftest import PURPOSE, books_fit, gateway_net, held, notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(intent, till, deliver_all, now):
    """A payment made, its money in escrow."""
    till(intent)
    deliver_all(now)
    intent.refresh_from_db()
    return intent


def pay_back(intent, now, amount="1200.00", key="refund:1", source=None):
    with transaction.atomic():
        return services.payback_open(
            intent=intent,
            amount=Decimal(amount),
            source=source or escrow("1"),
            reference="R1",
            key=key,
            now=now,
        )


@pytest.mark.clause("17(1)")
def test_a_payment_is_paid_back_in_full(shop, paid, deliver_all, now):
    payback = pay_back(paid, now)
    assert (payback.state, held(), balance(f"payback:{payback.number}")) == ("waiting", 0, paid.amount)
    assert shop.paid_back == []
    deliver_all(now)
    payback.refresh_from_db()
    assert (payback.state, payback.done_at) == ("done", now)
    assert payback.gateway_trade == SandboxRefund.objects.get().trade_no
    assert shop.paid_back == ["R1"]
    assert gateway_net() == 0
    assert [entry.source for entry in entries_for(f"{PURPOSE}:1")] == [
        "gateway:sandbox",
        escrow("1"),
        f"payback:{payback.number}",
    ]
    books_fit()


def test_the_same_key_pays_back_once(shop, paid, deliver_all, now):
    first = pay_back(paid, now)
    assert pay_back(paid, now).pk == first.pk
    deliver_all(now)
    assert (SandboxRefund.objects.count(), gateway_net()) == (1, 0)
    with pytest.raises(Conflict):
        pay_back(paid, now, amount="1.00")


def test_no_more_is_paid_back_than_was_paid(shop, paid, now):
    with transaction.atomic():
        post(key="more", postings=[Posting(gateway("sandbox"), escrow("1"), Decimal("5.00"))], subject="t", now=now)
    pay_back(paid, now, amount="1000.00", key="a")
    pay_back(paid, now, amount="200.00", key="b")
    with pytest.raises(PaybackTooLarge):
        pay_back(paid, now, amount="0.01", key="c")
    paid.refresh_from_db()
    assert paid.paid_back == Decimal("1200.00")
    assert Payback.objects.count() == 2
    books_fit()


def test_only_what_the_source_holds_is_paid_back(shop, paid, now):
    with pytest.raises(InsufficientFunds):
        pay_back(paid, now, source=payable(7))
    with pytest.raises(InvalidInput):
        pay_back(paid, now, amount="0.00")
    assert not Payback.objects.exists()
    assert not OutboxMessage.objects.filter(topic="payments.payback").exists()
    paid.refresh_from_db()
    assert paid.paid_back == 0
    books_fit()


def test_an_unpaid_payment_is_not_paid_back(shop, intent, now):
    with transaction.atomic():
        post(key="x", postings=[Posting(gateway("sandbox"), escrow("1"), Decimal("5.00"))], subject="t", now=now)
    with pytest.raises(PaybackTooLarge):
        pay_back(intent, now, amount="5.00")


def test_a_gateway_that_is_away_is_asked_again(shop, paid, deliver, deliver_all, world, now):
    world.down = True
    payback = pay_back(paid, now)
    deliver(now)
    message = OutboxMessage.objects.get(topic="payments.payback")
    assert (message.state, message.attempts) == ("waiting", 1)
    world.down = False
    deliver_all(now + timedelta(seconds=10))
    payback.refresh_from_db()
    assert (payback.state, SandboxRefund.objects.count(), gateway_net()) == ("done", 1, 0)
    books_fit()


def test_what_the_gateway_refuses_waits_for_an_operator(shop, paid, deliver_all, now, cashier: Actor):
    # Somebody paid part of it back at the gateway's own console.
    SandboxCapture.objects.update(refunded=Decimal("0.01"))
    payback = pay_back(paid, now)
    deliver_all(now)
    payback.refresh_from_db()
    assert (payback.state, payback.failure) == ("failed", "more than is left of this payment")
    assert balance(f"payback:{payback.number}") == paid.amount
    assert selectors.queues()["paybacks"] == 1
    assert AuditRecord.objects.filter(act="payments.payback_fail").count() == 1
    SandboxCapture.objects.update(refunded=0)
    services.payback_retry(payback_id=payback.pk, reason="核实", actor=cashier, now=now)
    deliver_all(now)
    payback.refresh_from_db()
    assert (payback.state, payback.rounds, shop.paid_back) == ("done", 2, ["R1"])
    with pytest.raises(TransferNotFailed):
        services.payback_retry(payback_id=payback.pk, reason="核实", actor=cashier, now=now)
    books_fit()


def test_the_gateways_word_may_overtake_its_answer(shop, paid, deliver_all, now):
    payback = pay_back(paid, now)
    said = notice(
        paid, now, notice_id="r", movement="payback", trade="r-1", request_number=payback.number, amount=payback.amount
    )
    message = services.message_store(gateway="sandbox", body="…", notice=said, now=now)
    assert services.message_handle(message=message, now=now) == "handled"
    payback.refresh_from_db()
    assert payback.state == "done"
    deliver_all(now)
    assert not SandboxRefund.objects.exists()
    assert shop.paid_back == ["R1"]
    books_fit()


def test_a_payback_told_with_another_amount_needs_an_operator(shop, paid, now):
    payback = pay_back(paid, now)
    said = notice(
        paid, now, notice_id="r", movement="payback", trade="r-1", request_number=payback.number, amount=Decimal("1.00")
    )
    message = services.message_store(gateway="sandbox", body="…", notice=said, now=now)
    assert services.message_handle(message=message, now=now) == "attention"
    payback.refresh_from_db()
    assert payback.state == "waiting"


def test_a_gateway_silent_about_a_payback_is_asked(shop, paid, world, now):
    payback = pay_back(paid, now)
    dispatch_one(now)
    # The message about it is lost.
    OutboxMessage.objects.filter(topic="sandbox.notice", state="waiting").update(state="dead")
    payback.refresh_from_db()
    assert payback.state == "sent"
    later = now + timedelta(minutes=10)
    assert selectors.transfers_silent(later - timedelta(seconds=1), 10) == []
    assert selectors.transfers_silent(later, 10) == [payback.number]
    assert sweeps._transfer(payback.number, later) is True
    payback.refresh_from_db()
    assert (payback.state, gateway_net(), shop.paid_back) == ("done", 0, ["R1"])
    books_fit()


def owed(now, amount="500.00"):
    with transaction.atomic():
        post(
            key="owed",
            postings=[Posting(gateway("sandbox"), payable(7), Decimal(amount))],
            subject="order:1",
            now=now,
        )


def pay_out(now, amount="500.00", account="6222020000001234", key="statement:S1"):
    with transaction.atomic():
        return services.payout_open(
            purpose=PURPOSE,
            reference="S1",
            amount=Decimal(amount),
            source=payable(7),
            provider_id=7,
            recipient=Recipient("杭州云盾", account, "招商银行"),
            title="结算款 S1",
            key=key,
            now=now,
        )


@pytest.mark.clause("11(1)1")
def test_a_provider_is_paid_out(shop, world, deliver_all, clock, now):
    owed(now)
    payout = pay_out(now)
    assert (balance(payable(7)), balance(f"payout:{payout.number}")) == (0, Decimal("500.00"))
    deliver_all(now)
    payout.refresh_from_db()
    assert (payout.state, payout.done_at, shop.paid_out) == ("done", now, ["S1"])
    assert SandboxTransfer.objects.get().account == "6222020000001234"
    assert gateway_net() == 0
    books_fit()


def test_the_bank_account_is_kept_encrypted_and_shown_masked(shop, now):
    owed(now)
    payout = pay_out(now)
    assert payout.recipient_shown == "杭州云盾 招商银行 ************1234"
    with connection.cursor() as cursor:
        cursor.execute("SELECT recipient FROM payments_payout")
        assert "6222020000001234" not in cursor.fetchone()[0]


def test_a_payout_happens_once_for_its_key(shop, world, deliver_all, clock, now):
    owed(now)
    first = pay_out(now)
    assert pay_out(now).pk == first.pk
    with pytest.raises(Conflict):
        pay_out(now, amount="1.00")
    deliver_all(now)
    assert SandboxTransfer.objects.count() == 1


def test_no_more_is_paid_out_than_is_owed(shop, now):
    owed(now)
    with pytest.raises(InsufficientFunds):
        pay_out(now, amount="500.01")
    with pytest.raises(InvalidInput):
        pay_out(now, amount="0.00")
    assert not Payout.objects.exists()
    books_fit()


def test_a_refused_payout_is_tried_again_or_given_up(shop, world, deliver_all, clock, now, cashier: Actor):
    owed(now)
    payout = pay_out(now, account="6222020000000000")
    deliver_all(now)
    payout.refresh_from_db()
    assert (payout.state, payout.failure) == ("failed", "the bank account is closed")
    services.payout_retry(payout_id=payout.pk, reason="核实", actor=cashier, now=now)
    deliver_all(now)
    payout.refresh_from_db()
    assert (payout.state, payout.rounds) == ("failed", 2)
    services.payout_give_up(payout_id=payout.pk, reason="核实", actor=cashier, now=now)
    payout.refresh_from_db()
    assert (payout.state, balance(payable(7)), shop.returned) == ("returned", Decimal("500.00"), ["S1"])
    for act in (services.payout_give_up, services.payout_retry):
        with pytest.raises(TransferNotFailed):
            act(payout_id=payout.pk, reason="核实", actor=cashier, now=now)
    acts = AuditRecord.objects.filter(act__startswith="payments.payout_").order_by("id")
    assert list(acts.values_list("act", flat=True)) == [
        "payments.payout_fail",
        "payments.payout_retry",
        "payments.payout_fail",
        "payments.payout_give_up",
    ]
    books_fit()


def test_a_payout_made_after_it_was_given_up_needs_an_operator(shop, world, deliver_all, clock, now, cashier: Actor):
    owed(now)
    payout = pay_out(now, account="6222020000000000")
    deliver_all(now)
    services.payout_give_up(payout_id=payout.pk, reason="核实", actor=cashier, now=now)
    said = notice(
        PaymentIntent(number="", amount=payout.amount),
        now,
        notice_id="w",
        movement="payout",
        trade="w-1",
        request_number=payout.number,
    )
    message = services.message_store(gateway="sandbox", body="…", notice=said, now=now)
    assert services.message_handle(message=message, now=now) == "attention"
    assert gateway_net() == Decimal("500.00")
    books_fit()
