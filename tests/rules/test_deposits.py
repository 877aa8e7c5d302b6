"""The deposit's rules (9(6)): one row for each side of each boundary."""

# ruff: noqa: E501 -- a case a line

from decimal import Decimal
from typing import Any

import pytest

from deposits.rules import deposit_requirement
from tests.rules.asking import FIRST, ask, at, refusal


@pytest.mark.clause("9(6)3")
@pytest.mark.parametrize(
    ("case", "shortfall_at", "deadline"),
    [
        ("over the national holiday, with its make-up Saturday", "2026-09-30 10:00", "2026-10-11"),
        ("at any hour of the day", "2026-09-30 23:59:59", "2026-10-11"),
        ("a plain Monday", "2026-03-02 09:00", "2026-03-06"),
        ("over a weekend", "2026-03-05 09:00", "2026-03-11"),
        ("on a Saturday", "2026-03-07 12:00", "2026-03-12"),
        ("over New Year with its make-up Sunday", "2025-12-31 12:00", "2026-01-07"),
        ("a year not yet published: statutory days off, no weekend worked", "2027-04-02 12:00", "2027-04-09"),
    ],
)
def test_deadline(case: str, shortfall_at: str, deadline: str) -> None:
    decision = ask("deposit.top_up_deadline", {"shortfall_at": at(shortfall_at)})
    assert decision["outcome"] == "top_up_by"
    assert decision["values"] == {"deadline": f"{deadline}T00:00:00+08:00"}
    assert decision["clauses"] == ["9(6)3"]


def shortfall(**changed: Any) -> dict[str, Any]:
    return {
        "required": "5000.00",
        "balance": "4200.00",
        "shortfall_at": at("2026-03-02 10:00"),
        "next_settlement": None,
        "at": at("2026-03-03 10:00"),
    } | changed


DEADLINE = "2026-03-06T00:00:00+08:00"
PAST = {"at": at("2026-03-06 00:00:00")}


@pytest.mark.clause("9(6)3")
@pytest.mark.parametrize(
    ("case", "changed", "outcome", "values"),
    [
        ("exactly enough", {"balance": "5000.00"}, "sufficient", ("0.00", None, "0.00", "0.00")),
        ("more than enough", {"balance": "6000.00", "shortfall_at": None}, "sufficient", ("0.00", None, "0.00", "0.00")),
        ("nothing required", {"required": "0", "balance": "0", "shortfall_at": None}, "sufficient", ("0.00", None, "0.00", "0.00")),
        ("a fen short", {"balance": "4999.99"}, "awaiting_top_up", ("0.01", DEADLINE, "0.00", "0.01")),
        ("at the shortfall itself", {"at": at("2026-03-02 10:00")}, "awaiting_top_up", ("800.00", DEADLINE, "0.00", "800.00")),
        ("last second", {"at": at("2026-03-05 23:59:59")}, "awaiting_top_up", ("800.00", DEADLINE, "0.00", "800.00")),
        ("a settlement before the deadline is not touched", {"next_settlement": "9000.00"}, "awaiting_top_up", ("800.00", DEADLINE, "0.00", "800.00")),
        ("at the deadline, settlement not due", PAST, "withhold_from_settlement", ("800.00", DEADLINE, "0.00", "800.00")),
        ("covered exactly", PAST | {"next_settlement": "800.00"}, "withhold_from_settlement", ("800.00", DEADLINE, "800.00", "0.00")),
        ("covered with some over", PAST | {"next_settlement": "9000.00"}, "withhold_from_settlement", ("800.00", DEADLINE, "800.00", "0.00")),
        ("a fen too little", PAST | {"next_settlement": "799.99"}, "close_display", ("800.00", DEADLINE, "799.99", "0.01")),
        ("a settlement of nothing", PAST | {"next_settlement": "0.00"}, "close_display", ("800.00", DEADLINE, "0.00", "800.00")),
    ],
)  # fmt: skip
def test_shortfall(case: str, changed: dict[str, Any], outcome: str, values: tuple[Any, ...]) -> None:
    decision = ask("deposit.shortfall", shortfall(**changed))
    assert decision["outcome"] == outcome
    assert decision["values"] == dict(zip(("shortfall", "deadline", "withheld", "remaining"), values, strict=True))
    assert decision["clauses"] == ["9(6)3"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"at": at("2026-03-02 09:59:59")}, "at"),
        ({"shortfall_at": None}, "shortfall_at"),
        ({"balance": "-0.01"}, "balance"),
        ({"required": None}, "required"),
        ({"next_settlement": "-5"}, "next_settlement"),
    ],
)
def test_shortfall_refused(changed: dict[str, Any], field: str) -> None:
    assert refusal("deposit.shortfall", shortfall(**changed)).field == field


def additional(*deductions: str, asked: str) -> dict[str, Any]:
    return ask("deposit.additional", {"deductions": [at(one) for one in deductions], "at": at(asked)})


@pytest.mark.clause("9(6)4")
@pytest.mark.parametrize(
    ("case", "deductions", "asked", "count"),
    [
        ("none", (), "2026-06-01", 0),
        ("two are tolerated", ("2026-01-05 10:00", "2026-02-05 10:00"), "2026-06-01", 2),
        ("the third is not", ("2026-01-05 10:00", "2026-02-05 10:00", "2026-06-01 09:00"), "2026-06-01 09:00", 3),
        ("at one and the same instant", ("2026-06-01 09:00",) * 3, "2026-06-01 09:00", 3),
        ("in any order", ("2026-06-01", "2026-01-05", "2026-02-05"), "2026-06-02", 3),
        ("the first still counts on its last day", ("2025-06-01 10:00", "2026-01-05", "2026-06-01"), "2026-06-01 23:59:59", 3),
        ("and not at the end of its twelve months", ("2025-06-01 10:00", "2026-01-05", "2026-06-01"), "2026-06-02 00:00:00", 2),
        ("one still to come does not count", ("2026-01-05", "2026-02-05", "2026-06-02"), "2026-06-01", 2),
        ("from 29 February it counts to 28 February", ("2024-02-29", "2024-03-05", "2024-04-05"), "2025-02-28 23:59:59", 3),
        ("and not on 1 March", ("2024-02-29", "2024-03-05", "2024-04-05"), "2025-03-01", 2),
    ],
)  # fmt: skip
def test_additional(case: str, deductions: tuple[str, ...], asked: str, count: int) -> None:
    decision = additional(*deductions, asked=asked)
    assert decision["values"]["count"] == count
    assert decision["clauses"] == ["9(6)4"]
    if count > 2:
        assert decision["outcome"] == "propose_additional"
        assert decision["values"]["amount"] == "10000.00"
    else:
        assert decision["outcome"] == "none"
        assert decision["values"] == {"count": count, "amount": "0.00", "until": None}


def test_an_additional_deposit_may_be_asked_for_one_year() -> None:
    decision = additional("2026-01-05", "2026-02-05", "2026-06-01", asked="2026-06-01 15:00")
    assert decision["values"]["until"] == "2027-06-02T00:00:00+08:00"


@pytest.mark.clause("9(6)1")
@pytest.mark.parametrize(
    ("price", "enterprise", "individual"),
    [
        ("0.00", "1000.00", "2000.00"),
        ("0.01", "2000.00", "5000.00"),
        ("1000.00", "2000.00", "5000.00"),
        ("1000.01", "5000.00", "10000.00"),
        ("10000.00", "5000.00", "10000.00"),
        ("10000.01", "10000.00", "20000.00"),
        ("100000.00", "10000.00", "20000.00"),
        ("100000.01", "20000.00", None),
    ],
)
def test_requirement_by_the_highest_price(price: str, enterprise: str, individual: str | None) -> None:
    assert deposit_requirement(FIRST, highest_price=Decimal(price), enterprise=True) == Decimal(enterprise)
    found = deposit_requirement(FIRST, highest_price=Decimal(price), enterprise=False)
    assert found == (None if individual is None else Decimal(individual))
