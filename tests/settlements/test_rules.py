"""The service fee, the waterfall and settlement days: tables, without a database."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from core.clock import BEIJING
from core.errors import InvalidInput
from regulation import registry
from regulation.selectors import rulebook_shipped_at
from settlements.cycles import current_cycle, cutoff, issue_day, next_cycle
from settlements.rules import ServiceFeeFacts, StatementFacts, allocate
from settlements.types import Debt, ProductClass

DAYS = (1, 16)


@pytest.fixture
def rulebook(now):
    return rulebook_shipped_at(now)


@pytest.mark.clause("13(3)")
@pytest.mark.parametrize(
    ("product_class", "amount", "before", "fee"),
    [
        ("application", "1200.00", "0.00", "60.00"),
        ("service", "0.01", "0.00", "0.00"),
        ("service", "0.10", "0.00", "0.01"),
        ("application", "200000.00", "0.00", "10000.00"),
        ("application", "200000.01", "0.00", "10000.00"),
        ("application", "100.00", "199999.99", "4.00"),
        ("application", "100.00", "200000.00", "4.00"),
        ("service", "1000.00", "199900.00", "41.00"),
        ("service", "400000.00", "150000.00", "16000.00"),
        ("service", "100.00", "500000.00", "3.00"),
        ("service", "600000.00", "0.00", "25000.00"),
        ("tool", "1000.00", "0.00", "30.00"),
        ("tool", "1000.00", "900000.00", "30.00"),
        ("application", "0.00", "0.00", "0.00"),
        ("tool", "0.50", "0.00", "0.02"),
    ],
)
def test_the_fee_goes_by_the_steps_of_the_year(product_class, amount, before, fee, rulebook) -> None:
    facts = ServiceFeeFacts(ProductClass(product_class), Decimal(amount), Decimal(before))

    decision = registry.decide("settlement.service_fee", facts, rulebook)

    assert decision.values["fee"] == Decimal(fee)
    assert decision.outcome == ("fee" if Decimal(fee) else "no_fee")
    assert decision.clauses == ("11(1)1", "13(3)")


@pytest.mark.clause("11(1)1", "17(5)", "9(6)3", "9(6)2")
@pytest.mark.parametrize(
    ("sums", "outcome", "values"),
    [
        (("1000", "50", "0", "0", "0"), "payout", ("0", "0", "0", "950", "0")),
        (("1000", "50", "100", "200", "300"), "payout", ("100", "200", "300", "350", "0")),
        (("1000", "50", "950", "0", "0"), "nothing", ("950", "0", "0", "0", "0")),
        (("1000", "50", "950.01", "0", "0"), "carried_forward", ("950", "0", "0", "0", "0.01")),
        (("1000", "50", "900", "100", "10"), "carried_forward", ("900", "50", "0", "0", "10")),
        (("0", "0", "70", "0", "30"), "carried_forward", ("0", "0", "0", "0", "100")),
        (("0", "0", "0", "0", "0"), "nothing", ("0", "0", "0", "0", "0")),
        (("1000", "50", "0", "2000", "0"), "nothing", ("0", "950", "0", "0", "0")),
    ],
)
def test_the_waterfall(sums, outcome, values, rulebook) -> None:
    decision = registry.decide("settlement.statement", StatementFacts(*map(Decimal, sums)), rulebook)

    names = ("recovered", "topped_up", "deducted", "payout", "carried")
    assert decision.outcome == outcome
    assert [decision.values[name] for name in names] == [Decimal(value) for value in values]


def test_a_fee_above_the_sales_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        StatementFacts(Decimal("1.00"), Decimal("1.01"), Decimal(0), Decimal(0), Decimal(0))

    assert refused.value.field == "fee"


def test_debts_are_covered_in_their_order() -> None:
    debts = [Debt(1, "recovery", Decimal(30)), Debt(2, "recovery", Decimal(30)), Debt(3, "deduction", Decimal(10))]

    assert [(taken.covered, taken.carried) for taken in allocate(debts, Decimal(50))] == [(30, 0), (20, 10), (0, 10)]


@pytest.mark.parametrize(
    ("cycle", "day"),
    [
        (date(2026, 3, 1), date(2026, 3, 2)),  # a Sunday
        (date(2026, 3, 16), date(2026, 3, 16)),
        (date(2026, 10, 1), date(2026, 10, 8)),  # National Day
        (date(2026, 2, 16), date(2026, 2, 24)),  # Spring Festival
    ],
)
def test_statements_are_issued_on_the_next_working_day(cycle: date, day: date) -> None:
    assert issue_day(cycle) == day
    assert cutoff(cycle) == datetime(day.year, day.month, day.day, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("at", "current", "following"),
    [
        (datetime(2026, 3, 1, 23, 59, 59), date(2026, 2, 16), date(2026, 3, 1)),
        (datetime(2026, 3, 2), date(2026, 3, 1), date(2026, 3, 16)),
        (datetime(2026, 3, 15, 23, 59, 59), date(2026, 3, 1), date(2026, 3, 16)),
        (datetime(2026, 3, 16), date(2026, 3, 16), date(2026, 4, 1)),
        (datetime(2026, 10, 7, 23, 59), date(2026, 9, 16), date(2026, 10, 1)),
        (datetime(2026, 10, 8), date(2026, 10, 1), date(2026, 10, 16)),
    ],
)
def test_the_cycle_of_an_instant(at: datetime, current: date, following: date) -> None:
    instant = at.replace(tzinfo=BEIJING)

    assert (current_cycle(instant, DAYS), next_cycle(instant, DAYS)) == (current, following)
