"""Going round the services by raw SQL: the database refuses."""

import pytest
from django.db import Error, connection, transaction

from ledger import selectors
from ledger.models import Balance, Entry, Hold, Transaction
from ledger.types import input_hash, payable
from tests.ledger.books import ESCROW, GATE, books_fit, fund, move, post, sql
from tests.ledger.test_posting import hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def books(now):
    fund(now, ESCROW, "100.00")
    fund(now, payable(7), "50.00")
    hold(now, "h1", "20.00")
    post(now, "settle", move(ESCROW, payable(7), "10.00"))


def header(now, key, *postings, subject="order:1"):
    """A transaction's header by raw SQL, with the hash that its entries must fit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_transaction (key, input_hash, subject, posted_at) VALUES (%s, %s, %s, %s) RETURNING id",
            [key, input_hash(subject, postings), subject, now],
        )
        return cursor.fetchone()[0]


ENTRY = (
    "INSERT INTO ledger_entry (transaction_id, position, source, destination, amount, posted_at) "
    "VALUES (%s, %s, %s, %s, %s, now())"
)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET amount = amount + 1",
        "UPDATE ledger_entry SET destination = 'payable:provider:8'",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry",
        "UPDATE ledger_transaction SET posted_at = now()",
        "DELETE FROM ledger_transaction",
        "TRUNCATE ledger_transaction CASCADE",
        "UPDATE ledger_balance SET balance = balance + 1",
        "UPDATE ledger_balance SET balance = -1",
        "UPDATE ledger_balance SET held = 0",
        "UPDATE ledger_balance SET path = 'payable:provider:8' WHERE path = 'payable:provider:7'",
        "DELETE FROM ledger_balance",
        "TRUNCATE ledger_balance",
        "INSERT INTO ledger_balance (path, balance, held) VALUES ('payable:provider:8', 1, 0)",
        "INSERT INTO ledger_balance (path, balance, held) VALUES ('fees:platform', 0, 0)",
        "UPDATE ledger_hold SET amount = 1",
        "UPDATE ledger_hold SET path = 'escrow:order:1'",
        "DELETE FROM ledger_hold",
        "TRUNCATE ledger_hold",
        "INSERT INTO ledger_hold (key, path, amount, subject, placed_at) "
        "VALUES ('h2', 'payable:provider:7', 40.01, 's', now())",
        "INSERT INTO ledger_hold (key, path, amount, subject, placed_at) "
        "VALUES ('h2', 'payable:provider:7', 0, 's', now())",
    ],
)
def test_the_books_are_only_added_to(books, statement):
    before = list(Balance.objects.order_by("path").values_list())
    with pytest.raises(Error):
        sql(statement)
    assert list(Balance.objects.order_by("path").values_list()) == before
    books_fit()


def test_a_released_hold_is_not_opened_again(books, now):
    sql("UPDATE ledger_hold SET released_at = %s", now)
    assert selectors.funds(payable(7)).held == 0
    with pytest.raises(Error):
        sql("UPDATE ledger_hold SET released_at = NULL")
    with pytest.raises(Error):
        sql("UPDATE ledger_hold SET released_at = now()")
    assert Hold.objects.get().released_at == now
    books_fit()


@pytest.mark.parametrize("amount", ["0.00", "-1.00"])
def test_an_entry_moves_something(books, amount):
    with connection.cursor() as cursor:
        # Its hash fits, so that only the amount can be what is refused.
        cursor.execute(
            "INSERT INTO ledger_transaction (key, input_hash, subject, posted_at) VALUES "
            "('raw', encode(sha256(convert_to('s' || E'\\n' || %s, 'UTF8')), 'hex'), 's', now()) RETURNING id",
            [f"{GATE}>{ESCROW}={amount}"],
        )
        pk = cursor.fetchone()[0]
    with pytest.raises(Error, match="amount_positive"):
        sql(ENTRY, pk, 0, GATE, ESCROW, amount)


def test_an_entry_has_two_accounts(books, now):
    with pytest.raises(Error, match="two_accounts"), transaction.atomic():
        sql(ENTRY, header(now, "raw"), 0, ESCROW, ESCROW, "1.00")


def test_an_entry_is_between_accounts_we_know(books, now):
    with pytest.raises(Error, match="known_accounts"), transaction.atomic():
        sql(ENTRY, header(now, "raw"), 0, GATE, "wallet:1", "1.00")


def test_a_complete_transaction_by_raw_sql_moves_the_balances_too(books, now):
    with transaction.atomic():
        sql(ENTRY, header(now, "raw", move(GATE, ESCROW, "1.00")), 0, GATE, ESCROW, "1.00")
    assert selectors.balance(ESCROW) == 91
    books_fit()


def test_raw_entries_cannot_take_an_account_below_zero_or_its_holds(books, now):
    for source, amount in ((ESCROW, "90.01"), (payable(7), "40.01"), ("deposit:provider:9", "0.01")):
        with pytest.raises(Error, match=r"ledger_balance|never held"), transaction.atomic():
            sql(ENTRY, header(now, "raw", move(source, GATE, amount)), 0, source, GATE, amount)
    assert not Transaction.objects.filter(key="raw").exists()
    books_fit()


def test_entries_that_are_not_those_of_the_header_are_refused(books, now):
    with pytest.raises(Error, match="not those of transaction"), transaction.atomic():
        sql(ENTRY, header(now, "raw", move(GATE, ESCROW, "1.00")), 0, GATE, ESCROW, "2.00")


def test_nothing_is_added_to_a_transaction_later(books):
    known = Transaction.objects.get(key="settle")
    with pytest.raises(Error, match="not those of transaction"):
        sql(ENTRY, known.pk, 1, GATE, ESCROW, "1.00")
    # Nor the same entry a second time.
    with pytest.raises(Error, match="ledger_entry_place"):
        sql(ENTRY, known.pk, 0, ESCROW, payable(7), "10.00")
    assert Entry.objects.filter(transaction=known).count() == 1
    books_fit()


def test_a_transaction_is_reversed_once_and_a_reversal_never(books, now):
    known = Transaction.objects.get(key="settle")
    insert = (
        "INSERT INTO ledger_transaction (key, input_hash, subject, reverses_id, posted_at) "
        "VALUES (%s, '', 's', %s, now())"
    )
    with transaction.atomic():
        sql(insert, "undo", known.pk)
        with pytest.raises(Error, match="reverses_id"):
            sql(insert, "undo2", known.pk)
        with pytest.raises(Error, match="a reversal is not reversed"):
            sql(insert, "redo", Transaction.objects.get(key="undo").pk)
