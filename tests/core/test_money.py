from decimal import Decimal

import pytest

from core.money import format_yuan, yuan


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0.004", "0.00"), ("0.005", "0.01"), ("1.115", "1.12"), ("-0.005", "-0.01"), (3, "3.00")],
)
def test_amounts_round_half_up_to_the_fen(value: str | int, expected: str) -> None:
    assert yuan(value) == Decimal(expected)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("1200", "¥1,200.00"), ("0", "¥0.00"), ("-3.5", "-¥3.50"), ("1234567.891", "¥1,234,567.89")],
)
def test_amounts_are_written_as_people_read_them(amount: str, expected: str) -> None:
    assert format_yuan(amount) == expected
