"""Where money is."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from web.components.money import money_strip, place, shares

amounts = st.lists(st.decimals(min_value=0, max_value=10**8, places=2), min_size=1, max_size=7)


@given(amounts)
def test_shares_fill_the_bar_and_nothing_that_is_there_vanishes(values):
    parts = shares(values)
    if sum(values) == 0:
        assert parts == [0] * len(values)
        return
    assert sum(parts) == 100
    for value, part in zip(values, parts, strict=True):
        assert (part > 0) == (value > 0)


def test_the_strip_goes_the_way_money_travels_and_keeps_empty_places():
    parts = money_strip({"returned": "0", "in_escrow": "26000.00", "paid": "4000.00"}, {"in_escrow": "held"})
    assert [part.key for part in parts] == ["in_escrow", "paid", "returned"]
    assert [part.amount for part in parts] == [Decimal("26000.00"), Decimal("4000.00"), Decimal("0")]
    assert [part.share for part in parts] == [87, 13, 0]
    assert parts[0].note == "held"


def test_a_place_that_is_not_known_is_said_to_be_unknown():
    assert place("in_escrow").tone == "held"
    assert place("somewhere").key == "unknown"
