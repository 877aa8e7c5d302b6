"""Real threads, real commits."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from core.acts import OutsideTransaction
from ledger import selectors, services
from ledger.types import FEES, payable
from tests.ledger.books import ESCROW, GATE, books_fit, fund, move, post

pytestmark = pytest.mark.django_db(transaction=True)


def race(*acts):
    """Run them at once, each on its own connection: what each returned or raised."""
    ready = threading.Barrier(len(acts))

    def run(one):
        try:
            ready.wait(timeout=10)
            return one()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_posting_outside_an_act_is_refused(now):
    with pytest.raises(OutsideTransaction):
        services.post(key="pay", postings=[move(GATE, ESCROW, "5.00")], subject="order:1", now=now)


def test_two_threads_spend_the_last_yuan_and_one_wins(now):
    for turn in range(10):
        path = f"escrow:order:{turn}"
        fund(now, path, "1.00")
        outcomes = race(
            lambda path=path: post(now, f"{path}:a", move(path, payable(1), "1.00")),
            lambda path=path: post(now, f"{path}:b", move(path, payable(2), "1.00")),
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["InsufficientFunds", "Transaction"]
        assert selectors.balance(path) == 0
    assert selectors.total_of_kind("payable") == 10
    books_fit()


def test_the_same_act_twice_at_once_happens_once(now):
    first, second = race(
        lambda: post(now, "pay", move(GATE, ESCROW, "5.00")), lambda: post(now, "pay", move(GATE, ESCROW, "5.00"))
    )
    assert first.pk == second.pk
    assert selectors.balance(ESCROW) == 5
    books_fit()


def test_money_crossing_between_the_same_accounts_never_waits_in_a_circle(now):
    fund(now, payable(1), "100.00")
    fund(now, payable(2), "100.00")

    def cross(source, destination):
        def run():
            for turn in range(30):
                post(now, f"{source}:{turn}", move(source, destination, "1.00"), move(source, FEES, "0.01"))
            return "done"

        return run

    assert race(cross(payable(1), payable(2)), cross(payable(2), payable(1))) == ["done", "done"]
    books_fit()


def test_a_hold_and_a_payment_of_the_same_money_cannot_both_be(now):
    fund(now, payable(1), "1.00")

    def hold():
        with transaction.atomic():
            return services.hold_place(
                key="h", path=payable(1), amount=selectors.balance(payable(1)), subject="case:1", now=now
            )

    outcomes = race(hold, lambda: post(now + timedelta(seconds=1), "out", move(payable(1), "payout:W1", "1.00")))
    assert [type(outcome).__name__ for outcome in outcomes].count("InsufficientFunds") == 1 or (
        # The payment came first, and nothing was left to look at, so that there was nothing above zero to hold.
        any(type(outcome).__name__ == "IntegrityError" for outcome in outcomes)
    )
    books_fit()
