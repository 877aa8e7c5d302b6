"""`ledger_verify` names the first account or transaction that does not fit."""

import pytest
from django.core.management import CommandError, call_command

from ledger.models import Transaction
from ledger.types import FEES, payable
from tests.ledger.books import ESCROW, fund, move, post, tamper
from tests.ledger.test_posting import hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def books(now):
    fund(now, ESCROW, "100.00")
    settled = post(now, "settle", move(ESCROW, payable(7), "90.00"), move(ESCROW, FEES, "10.00"))
    hold(now, "h1", "20.00")
    return settled


def test_right_books_are_said_to_fit(books, capsys):
    call_command("ledger_verify")
    assert "2 transactions, 3 entries" in capsys.readouterr().out


def test_empty_books_fit(db, capsys):
    call_command("ledger_verify")
    assert "0 transactions, 0 entries" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE ledger_balance SET balance = 91 WHERE path = 'payable:provider:7'", "payable:provider:7"),
        ("DELETE FROM ledger_balance WHERE path = 'escrow:order:1'", "escrow:order:1"),
        ("INSERT INTO ledger_balance VALUES ('deposit:provider:9', 1, 0)", "deposit:provider:9"),
        ("UPDATE ledger_balance SET held = 19 WHERE path = 'payable:provider:7'", "holds that are not"),
        ("UPDATE ledger_entry SET amount = 89 WHERE destination = 'payable:provider:7'", "settle"),
        ("UPDATE ledger_entry SET destination = 'penalties:platform' WHERE destination = 'fees:platform'", "settle"),
        ("DELETE FROM ledger_entry WHERE source = 'gateway:sandbox'", "fund:escrow:order:1: no entries"),
        ("UPDATE ledger_transaction SET subject = 'order:2' WHERE key = 'settle'", "settle"),
        ("UPDATE ledger_hold SET released_at = placed_at", "payable:provider:7"),
    ],
)
def test_what_was_tampered_with_is_named(books, statement, named):
    tamper(statement)
    with pytest.raises(CommandError, match=named) as error:
        call_command("ledger_verify")
    assert error.value.returncode == 1


def test_a_balance_below_zero_is_named_even_where_its_constraint_was_dropped(books):
    tamper("ALTER TABLE ledger_balance DROP CONSTRAINT ledger_balance_not_negative")
    tamper("ALTER TABLE ledger_balance DROP CONSTRAINT ledger_balance_covers_holds")
    tamper("UPDATE ledger_balance SET balance = -1 WHERE path = 'escrow:order:1'")
    with pytest.raises(CommandError, match="below zero or below its holds: escrow:order:1"):
        call_command("ledger_verify")


def test_a_reversal_that_does_not_mirror_is_named(books, now):
    other = Transaction.objects.get(key=f"fund:{ESCROW}")
    undone = post(now, "undo", move(payable(7), ESCROW, "1.00"))
    tamper("UPDATE ledger_transaction SET reverses_id = %s WHERE id = %s", other.pk, undone.pk)
    with pytest.raises(CommandError, match="a reversal that does not mirror: undo"):
        call_command("ledger_verify")
