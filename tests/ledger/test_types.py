"""Paths and postings: what can be written in the books at all."""

from decimal import Decimal

import pytest

from ledger.types import Posting, carries_balance, escrow, gateway, input_hash, payable, suspense


@pytest.mark.parametrize(
    ("source", "destination", "amount"),
    [
        ("gateway:sandbox", "gateway:sandbox", Decimal("1.00")),
        ("gateway:sandbox", "escrow:order:1", Decimal("0.00")),
        ("gateway:sandbox", "escrow:order:1", Decimal("-0.01")),
        ("gateway:sandbox", "escrow:order:1", Decimal("0.005")),
        ("gateway:sandbox", "escrow:order:1", Decimal("NaN")),
        ("gateway:sandbox", "escrow:order:1", Decimal("1000000000000.00")),
        ("gateway:sandbox", "escrow:order:1", 1.5),
        ("gateway:sandbox", "wallet:1", Decimal("1.00")),
        ("gateway:sandbox", "escrow", Decimal("1.00")),
        ("gateway:sandbox", "escrow:order:1 2", Decimal("1.00")),
        ("gateway:sandbox", "escrow:order:" + "9" * 80, Decimal("1.00")),
    ],
)
def test_what_is_no_posting_is_refused(source, destination, amount):
    with pytest.raises(ValueError):
        Posting(source, destination, amount)


def test_the_smallest_and_the_largest_amount_are_postings():
    assert Posting("gateway:sandbox", "escrow:order:1", Decimal("0.01")).amount == Decimal("0.01")
    assert Posting("gateway:sandbox", "escrow:order:1", Decimal("999999999999.99")).amount


def test_only_accounts_of_somebodys_money_carry_a_balance():
    assert carries_balance(escrow("1"))
    assert carries_balance(payable(7))
    assert carries_balance(suspense("sandbox", "P1"))
    assert not carries_balance(gateway("sandbox"))
    assert not carries_balance("fees:platform")


def test_the_hash_stands_for_the_amounts_and_not_for_how_they_are_written():
    one = [Posting("gateway:sandbox", escrow("1"), Decimal("5"))]
    same = [Posting("gateway:sandbox", escrow("1"), Decimal("5.00"))]
    other = [Posting("gateway:sandbox", escrow("1"), Decimal("5.01"))]
    assert input_hash("order:1", one) == input_hash("order:1", same)
    assert input_hash("order:1", one) != input_hash("order:1", other)
    assert input_hash("order:1", one) != input_hash("order:2", one)
