"""Posting, reversing and holding through the services."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core.errors import NotFound
from ledger import selectors, services
from ledger.models import Entry, Hold, Transaction
from ledger.types import COMPENSATION, FEES, Draft, deposit, payable
from tests.ledger.books import ESCROW, GATE, books_fit, fund, move, post

pytestmark = pytest.mark.django_db


def test_money_moves_and_is_found_where_it_went(now):
    post(now, "pay", move(GATE, ESCROW, "1200.00"))
    post(now, "settle", move(ESCROW, payable(7), "1140.00"), move(ESCROW, FEES, "60.00"))
    assert selectors.balance(ESCROW) == 0
    assert selectors.balance(payable(7)) == Decimal("1140.00")
    assert selectors.balance(FEES) == Decimal("60.00")
    assert selectors.balance(GATE) == Decimal("-1200.00")
    assert [(entry.source, entry.destination, entry.amount) for entry in selectors.entries_for("order:1")] == [
        (GATE, ESCROW, Decimal("1200.00")),
        (ESCROW, payable(7), Decimal("1140.00")),
        (ESCROW, FEES, Decimal("60.00")),
    ]
    assert selectors.balances([ESCROW, payable(7), FEES, deposit(9)]) == {
        ESCROW: 0,
        payable(7): Decimal("1140.00"),
        FEES: Decimal("60.00"),
        deposit(9): 0,
    }
    books_fit()


def test_a_set_of_entries_is_one_statement(now):
    fund(now, ESCROW, "100.00")
    with (
        transaction.atomic(),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        services.post(
            key="settle",
            postings=[move(ESCROW, payable(7), "90.00"), move(ESCROW, FEES, "10.00")],
            subject="order:1",
            now=now,
        )
    assert len(queries) == 1


def test_the_same_key_with_the_same_input_moves_nothing_again(now):
    first = post(now, "pay", move(GATE, ESCROW, "5.00"))
    again = post(now + timedelta(days=1), "pay", move(GATE, ESCROW, "5.00"))
    assert (again.pk, again.posted_at) == (first.pk, now)
    assert selectors.balance(ESCROW) == Decimal("5.00")
    assert Entry.objects.count() == 1


@pytest.mark.parametrize(
    ("amount", "subject"), [("5.01", "order:1"), ("5.00", "order:2")], ids=["another amount", "another subject"]
)
def test_the_same_key_with_other_input_is_refused(now, amount, subject):
    post(now, "pay", move(GATE, ESCROW, "5.00"))
    with pytest.raises(services.KeyReused):
        post(now, "pay", move(GATE, ESCROW, amount), subject=subject)
    assert selectors.balance(ESCROW) == Decimal("5.00")
    books_fit()


def test_an_account_is_emptied_to_the_fen_and_no_further(now):
    fund(now, ESCROW, "5.00")
    with pytest.raises(services.InsufficientFunds):
        post(now, "more", move(ESCROW, payable(7), "5.01"))
    assert Transaction.objects.count() == 1
    post(now, "all", move(ESCROW, payable(7), "5.00"))
    with pytest.raises(services.InsufficientFunds):
        post(now, "last", move(ESCROW, payable(7), "0.01"))
    books_fit()


def test_money_cannot_leave_an_account_that_never_held_any(now):
    with pytest.raises(services.InsufficientFunds):
        post(now, "never", move(deposit(9), COMPENSATION, "0.01"))
    assert not Transaction.objects.exists()


def test_what_passes_through_an_account_in_one_set_needs_nothing_on_it_before(now):
    post(now, "through", move(GATE, ESCROW, "5.00"), move(ESCROW, payable(7), "5.00"))
    assert selectors.balance(ESCROW) == 0
    assert selectors.balance(payable(7)) == Decimal("5.00")
    books_fit()


def test_nothing_is_no_transaction(now):
    with pytest.raises(ValueError):
        post(now, "nothing")


def test_many_are_posted_in_one_statement_and_known_ones_returned(now):
    known = post(now, "k2", move(GATE, "escrow:order:2", "2.00"), subject="order:2")
    drafts = [
        Draft(f"k{number}", f"order:{number}", (move(GATE, f"escrow:order:{number}", f"{number}.00"),))
        for number in (1, 2, 3)
    ]
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        made = services.post_many(drafts=drafts, now=now)
    assert len(queries) == 2
    assert [found.key for found in made] == ["k1", "k2", "k3"]
    assert made[1].pk == known.pk
    assert selectors.total_of_kind("escrow") == Decimal("6.00")
    books_fit()


def test_a_reversal_puts_everything_back_once(now):
    fund(now, ESCROW, "100.00")
    settled = post(now, "settle", move(ESCROW, payable(7), "90.00"), move(ESCROW, FEES, "10.00"))
    with transaction.atomic():
        undone = services.reverse(transaction=settled, key="undo", now=now)
    assert undone.reverses_id == settled.pk
    assert (selectors.balance(ESCROW), selectors.balance(payable(7)), selectors.balance(FEES)) == (100, 0, 0)
    with transaction.atomic():
        assert services.reverse(transaction=settled, key="undo", now=now).pk == undone.pk
    with pytest.raises(services.AlreadyReversed), transaction.atomic():
        services.reverse(transaction=settled, key="undo again", now=now)
    with pytest.raises(services.AlreadyReversed), transaction.atomic():
        services.reverse(transaction=undone, key="redo", now=now)
    assert selectors.balance(ESCROW) == 100
    books_fit()


def test_a_reversal_waits_for_the_money_to_be_there(now):
    fund(now, ESCROW, "100.00")
    settled = post(now, "settle", move(ESCROW, payable(7), "100.00"))
    post(now, "paid out", move(payable(7), "payout:W1", "1.00"))
    with pytest.raises(services.InsufficientFunds), transaction.atomic():
        services.reverse(transaction=settled, key="undo", now=now)
    assert not Transaction.objects.filter(reverses=settled).exists()
    books_fit()


def hold(now, key, amount, path="payable:provider:7"):
    with transaction.atomic():
        return services.hold_place(key=key, path=path, amount=Decimal(amount), subject="case:1", now=now)


def release(now, key):
    with transaction.atomic():
        return services.hold_release(key=key, now=now)


def test_what_is_held_cannot_leave_until_it_is_released(now):
    fund(now, payable(7), "100.00")
    hold(now, "h1", "60.00")
    assert selectors.funds(payable(7)).available == Decimal("40.00")
    with pytest.raises(services.InsufficientFunds):
        post(now, "out", move(payable(7), "payout:W1", "40.01"))
    post(now, "out", move(payable(7), "payout:W1", "40.00"))
    with pytest.raises(services.InsufficientFunds):
        hold(now, "h2", "0.01")
    assert release(now, "h1").released_at == now
    assert release(now + timedelta(days=1), "h1").released_at == now
    post(now, "rest", move(payable(7), "payout:W1", "60.00"))
    books_fit()


def test_a_hold_is_placed_once_for_its_key(now):
    fund(now, payable(7), "100.00")
    first = hold(now, "h1", "60.00")
    assert hold(now, "h1", "60.00").pk == first.pk
    with pytest.raises(services.KeyReused):
        hold(now, "h1", "50.00")
    assert selectors.funds(payable(7)).held == Decimal("60.00")
    assert [found.key for found in selectors.holds_open(payable(7))] == ["h1"]
    books_fit()


def test_nothing_can_be_held_of_an_account_that_never_held_any(now):
    with pytest.raises(services.InsufficientFunds):
        hold(now, "h1", "0.01")
    assert not Hold.objects.exists()
    with pytest.raises(NotFound):
        release(now, "h1")


def test_locking_says_what_accounts_hold_and_opens_empty_ones(now):
    fund(now, payable(7), "100.00")
    hold(now, "h1", "60.00")
    with transaction.atomic():
        found = services.accounts_lock(paths=[payable(7), deposit(7)])
    assert found[payable(7)].available == Decimal("40.00")
    assert found[deposit(7)].balance == 0
    with pytest.raises(ValueError), transaction.atomic():
        services.accounts_lock(paths=[FEES])
    books_fit()
