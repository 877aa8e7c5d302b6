"""Points, clearance, coming back, open orders, invoices: one row for each side of each boundary."""

# ruff: noqa: E501 -- a case a line

from typing import Any

import pytest

from tests.rules.asking import ask, at, refusal


def record(points: int, decided: str, occurred: str = "2025-12-01") -> dict[str, Any]:
    return {"points": points, "occurred_at": at(occurred), "decided_at": at(decided)}


@pytest.mark.clause("20(1)", "20(4)", "21", "24(4)")
@pytest.mark.parametrize(
    ("case", "records", "asked", "year", "points", "outcome"),
    [
        ("nothing", [], "2026-03-02", 2026, 0, "in_good_standing"),
        ("23", [record(12, "2026-02-01"), record(11, "2026-02-02")], "2026-03-02", 2026, 23, "in_good_standing"),
        ("24", [record(12, "2026-02-01"), record(12, "2026-02-02")], "2026-03-02", 2026, 24, "clear_out"),
        ("at the decision itself", [record(24, "2026-03-02 10:00")], "2026-03-02 10:00", 2026, 24, "clear_out"),
        ("conduct of December, decided in January", [record(6, "2026-01-01 00:00:00")], "2026-01-02", 2026, 6, "in_good_standing"),
        ("decided in the last second of the year", [record(6, "2025-12-31 23:59:59")], "2026-01-02", 2026, 0, "in_good_standing"),
        ("which still counts in its own year", [record(24, "2025-12-31 12:00")], "2025-12-31 23:59:59", 2025, 24, "clear_out"),
        ("and is gone at midnight", [record(24, "2025-12-31 12:00")], "2026-01-01 00:00:00", 2026, 0, "in_good_standing"),
        ("one still to be decided", [record(24, "2026-03-03")], "2026-03-02", 2026, 0, "in_good_standing"),
    ],
)  # fmt: skip
def test_points(case: str, records: list[dict[str, Any]], asked: str, year: int, points: int, outcome: str) -> None:
    decision = ask("violation.points", {"records": records, "at": at(asked)})
    assert (decision["outcome"], decision["values"]) == (outcome, {"year": year, "points": points})
    assert decision["clauses"] == ["20(4)", "21", "24(4)"]


def test_the_year_is_beijings() -> None:
    records = [{"points": 6, "occurred_at": at("2025-12-01"), "decided_at": "2025-12-31T16:00:00Z"}]
    decision = ask("violation.points", {"records": records, "at": "2025-12-31T16:30:00Z"})
    assert decision["values"] == {"year": 2026, "points": 6}


@pytest.mark.parametrize(
    ("records", "field"),
    [
        ([record(6, "2025-11-30")], "records[0].decided_at"),
        ([record(6, "2026-01-05"), record(-1, "2026-01-05")], "records[1].points"),
        ([record(6, "2026-01-05") | {"note": ""}], "records[0].note"),
        ([{"points": 6, "occurred_at": at("2026-01-05")}], "records[0].decided_at"),
        ([record(6, "2026-01-05") | {"points": True}], "records[0].points"),
        ([record(6, "2026-01-05") | {"points": 6.0}], "records[0].points"),
        ([6], "records[0]"),
        ({}, "records"),
        (None, "records"),
    ],
)
def test_points_refused(records: Any, field: str) -> None:
    assert refusal("violation.points", {"records": records, "at": at("2026-03-02")}).field == field


def grounds(**changed: Any) -> dict[str, Any]:
    return {
        "points": 0, "sold": 10, "sold_on_cloud": 10, "blacklisted": False, "conditions_met": True, "grave": False,
    } | changed  # fmt: skip


@pytest.mark.clause("24", "24(2)", "24(3)", "24(4)", "24(5)", "24(6)")
@pytest.mark.parametrize(
    ("changed", "outcome", "share", "clauses"),
    [
        ({}, "none", "1.0000", []),
        ({"points": 23}, "none", "1.0000", []),
        ({"points": 24}, "clear_out", "1.0000", ["24(4)"]),
        ({"blacklisted": True}, "clear_out", "1.0000", ["24(3)"]),
        ({"conditions_met": False}, "propose_clear_out", "1.0000", ["24(2)"]),
        ({"grave": True}, "propose_clear_out", "1.0000", ["24(6)"]),
        ({"sold_on_cloud": 8}, "none", "0.8000", []),
        ({"sold": 1000, "sold_on_cloud": 799}, "propose_clear_out", "0.7990", ["24(5)"]),
        ({"sold": 10**9, "sold_on_cloud": 799_999_999}, "propose_clear_out", "0.8000", ["24(5)"]),
        ({"sold": 3, "sold_on_cloud": 2}, "propose_clear_out", "0.6667", ["24(5)"]),
        ({"sold": 1, "sold_on_cloud": 0}, "propose_clear_out", "0.0000", ["24(5)"]),
        ({"sold": 0, "sold_on_cloud": 0}, "none", None, []),
        ({"points": 30, "grave": True}, "clear_out", "1.0000", ["24(4)", "24(6)"]),
        (
            {"points": 24, "blacklisted": True, "conditions_met": False, "grave": True, "sold_on_cloud": 1},
            "clear_out",
            "0.1000",
            ["24(2)", "24(3)", "24(4)", "24(5)", "24(6)"],
        ),
    ],
)
def test_grounds(changed: dict[str, Any], outcome: str, share: str | None, clauses: list[str]) -> None:
    decision = ask("exit.grounds", grounds(**changed))
    assert (decision["outcome"], decision["values"], decision["clauses"]) == (outcome, {"cloud_share": share}, clauses)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"sold": 3, "sold_on_cloud": 4}, "sold_on_cloud"),
        ({"sold": -1, "sold_on_cloud": 0}, "sold"),
        ({"points": "24"}, "points"),
        ({"blacklisted": 0}, "blacklisted"),
        ({"grave": None}, "grave"),
    ],
)
def test_grounds_refused(changed: dict[str, Any], field: str) -> None:
    assert refusal("exit.grounds", grounds(**changed)).field == field


@pytest.mark.clause("22", "23", "25")
@pytest.mark.parametrize(
    ("kind", "exited", "asked", "outcome", "allowed_from"),
    [
        ("voluntary", "2024-02-29 10:00", "2025-02-28 23:59:59", "not_yet", at("2025-03-01")),
        ("voluntary", "2024-02-29 10:00", "2025-03-01 00:00:00", "allowed", at("2025-03-01")),
        ("voluntary", "2026-03-02 10:00", "2027-03-02 23:59:59", "not_yet", at("2027-03-03")),
        ("voluntary", "2026-03-02 10:00", "2027-03-03 00:00:00", "allowed", at("2027-03-03")),
        ("terminated", "2026-03-02 10:00", "2026-03-02 10:00", "allowed", at("2026-03-02 10:00")),
        ("cleared_out", "2026-03-02 10:00", "2126-03-02 10:00", "never", None),
    ],
)
def test_reapply(kind: str, exited: str, asked: str, outcome: str, allowed_from: str | None) -> None:
    decision = ask("exit.reapply", {"exit": kind, "exited_at": at(exited), "at": at(asked)})
    assert (decision["outcome"], decision["values"]) == (outcome, {"allowed_from": allowed_from})
    assert decision["clauses"] == ["25"]


def test_reapply_refused() -> None:
    facts = {"exit": "voluntary", "exited_at": at("2026-03-02"), "at": at("2026-03-01")}
    assert refusal("exit.reapply", facts).field == "at"
    assert refusal("exit.reapply", facts | {"exit": "left"}).field == "exit"


@pytest.mark.clause("26(1)", "26(3)")
@pytest.mark.parametrize("kind", ["application", "service", "tool"])
@pytest.mark.parametrize(
    ("fulfilment", "refunded", "outcome", "amount"),
    [
        ("not_started", "0.00", "full_refund", "800.00"),
        ("in_progress", "0.00", "full_refund", "800.00"),
        ("in_progress", "300.00", "full_refund", "500.00"),
        ("in_progress", "800.00", "full_refund", "0.00"),
        ("completed", "0.00", "provider_after_sales", "0.00"),
    ],
)
def test_open_orders(kind: str, fulfilment: str, refunded: str, outcome: str, amount: str) -> None:
    facts = {
        "product_class": kind,
        "paid_at": at("2026-03-02"),
        "fulfilment": fulfilment,
        "amount": "800.00",
        "refunded": refunded,
    }
    decision = ask("exit.order", facts)
    assert (decision["outcome"], decision["values"]) == (outcome, {"amount": amount})
    assert decision["clauses"] == ["26(1)", "26(3)"]
    assert refusal("exit.order", facts | {"refunded": "800.01"}).field == "refunded"


SUBSCRIPTION = {
    "leaving_at": at("2026-03-10 15:00"),
    "choice": None,
    "at": at("2026-03-10 15:00"),
    "term_starts_at": at("2026-03-02 10:00"),
    "term_ends_at": at("2026-04-01 10:00"),
    "amount": "300.00",
    "refunded": "0.00",
}


@pytest.mark.clause("24", "26(1)", "26(3)")
@pytest.mark.parametrize(
    ("choice", "asked", "outcome", "amount", "clauses"),
    [
        (None, "2026-03-10 15:00", "choice_open", "210.00", ["24", "26(1)", "26(3)"]),
        (None, "2026-03-17 23:59:59", "choice_open", "210.00", ["24", "26(1)", "26(3)"]),
        (None, "2026-03-18 00:00", "unused_part_refund", "210.00", ["24", "26(1)"]),
        ("refund", "2026-03-10 15:00", "unused_part_refund", "210.00", ["24", "26(1)"]),
        ("keep", "2026-03-10 15:00", "use_to_term_end", "0.00", ["24", "26(3)"]),
        ("keep", "2026-03-18 00:00", "use_to_term_end", "0.00", ["24", "26(3)"]),
    ],
)
def test_running_subscriptions(choice: str | None, asked: str, outcome: str, amount: str, clauses: list[str]) -> None:
    decision = ask("exit.subscription", SUBSCRIPTION | {"choice": choice, "at": at(asked)})
    assert (decision["outcome"], decision["clauses"]) == (outcome, clauses)
    assert decision["values"] == {"choose_by": at("2026-03-18"), "amount": amount}


@pytest.mark.clause("26(1)")
@pytest.mark.parametrize(
    ("leaving", "ends", "refunded", "amount"),
    [
        # The day of leaving counts as used; before the term begins all of it is unused.
        ("2026-03-02 00:00", "2026-04-01 10:00", "0.00", "290.00"),
        ("2026-03-01 23:59:59", "2026-04-01 10:00", "0.00", "300.00"),
        ("2026-03-30 23:59:59", "2026-04-01 10:00", "0.00", "10.00"),
        ("2026-03-31 00:00", "2026-04-01 10:00", "0.00", "0.00"),
        ("2026-03-10 15:00", "2026-03-31 10:00", "0.00", "206.90"),
        ("2026-03-10 15:00", "2026-03-02 12:00", "0.00", "0.00"),
        # Never more than is left.
        ("2026-03-10 15:00", "2026-04-01 10:00", "89.99", "210.00"),
        ("2026-03-10 15:00", "2026-04-01 10:00", "90.01", "209.99"),
        ("2026-03-10 15:00", "2026-04-01 10:00", "300.00", "0.00"),
    ],
)
def test_the_unused_part_of_a_subscription(leaving: str, ends: str, refunded: str, amount: str) -> None:
    moments = {"leaving_at": at(leaving), "at": at(leaving), "term_ends_at": at(ends)}
    decision = ask("exit.subscription", SUBSCRIPTION | moments | {"choice": "refund", "refunded": refunded})
    assert decision["values"]["amount"] == amount


def test_subscriptions_refused() -> None:
    assert refusal("exit.subscription", SUBSCRIPTION | {"at": at("2026-03-10 14:59")}).field == "at"
    assert refusal("exit.subscription", SUBSCRIPTION | {"term_ends_at": at("2026-03-01")}).field == "term_ends_at"
    assert refusal("exit.subscription", SUBSCRIPTION | {"refunded": "300.01"}).field == "refunded"
    assert refusal("exit.subscription", SUBSCRIPTION | {"choice": "later"}).field == "choice"


@pytest.mark.clause("13(1)", "13(2)", "13(3)")
@pytest.mark.parametrize(
    ("consigned", "paid", "supply", "fee", "invoices"),
    [
        (False, "100.00", None, "5.00", [("provider", "buyer", "100.00"), ("platform", "provider", "5.00")]),
        (False, "100.00", "60.00", "0.00", [("provider", "buyer", "100.00")]),
        (False, "0.00", None, "0.01", [("platform", "provider", "0.01")]),
        (False, "0.00", None, "0.00", []),
        (True, "100.00", "60.00", "0.00", [("platform", "buyer", "100.00"), ("provider", "platform", "60.00")]),
        (
            True, "100.00", "60.00", "5.00",
            [("platform", "buyer", "100.00"), ("provider", "platform", "60.00"), ("platform", "provider", "5.00")],
        ),
        (True, "100.00", "0.00", "0.00", [("platform", "buyer", "100.00")]),
    ],
)  # fmt: skip
def test_invoices(
    consigned: bool, paid: str, supply: str | None, fee: str, invoices: list[tuple[str, str, str]]
) -> None:
    facts = {"consigned": consigned, "paid": paid, "supply_price": supply, "service_fee": fee}
    decision = ask("invoice.obligation", facts)
    assert decision["outcome"] == "invoices_due"
    assert decision["values"]["invoices"] == [
        {"issuer": issuer, "recipient": recipient, "amount": amount} for issuer, recipient, amount in invoices
    ]
    assert decision["clauses"] == ["13(1)", "13(2)", "13(3)"]


def test_a_consigned_sale_needs_its_supply_price() -> None:
    facts = {"consigned": True, "paid": "1.00", "supply_price": None, "service_fee": "0"}
    assert refusal("invoice.obligation", facts).field == "supply_price"
