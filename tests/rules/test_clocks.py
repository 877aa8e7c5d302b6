"""Delisting, guarantee, chat, complaints, changes: the rules that count time, on both sides of every end."""

# ruff: noqa: E501 -- a case a line

from typing import Any

import pytest

from tests.rules.asking import ask, at, refusal


@pytest.mark.clause("18(14)")
@pytest.mark.parametrize(
    ("case", "listed", "sold", "asked", "outcome", "due"),
    [
        ("last second", "2026-01-15 10:00", None, "2026-04-15 23:59:59", "keep", "2026-04-16"),
        ("at the end", "2026-01-15 10:00", None, "2026-04-16 00:00:00", "force_delist", "2026-04-16"),
        ("a sale starts it anew", "2026-01-15 10:00", "2026-02-20 08:00", "2026-04-16", "keep", "2026-05-21"),
        ("and runs out in turn", "2026-01-15 10:00", "2026-02-20 08:00", "2026-05-21", "force_delist", "2026-05-21"),
        ("a sale of an earlier listing does not count", "2026-01-15", "2025-12-01", "2026-04-15 12:00", "keep", "2026-04-16"),
        ("a month without that day", "2025-11-30 12:00", None, "2026-02-28 23:59:59", "keep", "2026-03-01"),
        ("ends on its own last day", "2025-11-30 12:00", None, "2026-03-01", "force_delist", "2026-03-01"),
        ("at the listing", "2026-01-15 10:00", None, "2026-01-15 10:00", "keep", "2026-04-16"),
    ],
)  # fmt: skip
def test_zero_sales(case: str, listed: str, sold: str | None, asked: str, outcome: str, due: str) -> None:
    facts = {"listed_at": at(listed), "last_sale_at": sold and at(sold), "at": at(asked)}
    decision = ask("listing.zero_sales", facts)
    assert (decision["outcome"], decision["values"]) == (outcome, {"due_at": f"{due}T00:00:00+08:00"})
    assert decision["clauses"] == ["18(14)"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"at": at("2026-01-14")}, "at"), ({"last_sale_at": at("2026-03-02")}, "at"), ({"listed_at": None}, "listed_at")],
)
def test_zero_sales_refused(changed: dict[str, Any], field: str) -> None:
    facts = {"listed_at": at("2026-01-15"), "last_sale_at": None, "at": at("2026-03-01")} | changed
    assert refusal("listing.zero_sales", facts).field == field


@pytest.mark.clause("11(2)", "17(1)1", "17(1)2", "17(1)3")
@pytest.mark.parametrize(
    ("kind", "confirmed", "asked", "outcome", "ends", "clause"),
    [
        ("application", None, "2026-03-02 10:00", "in_guarantee", at("2026-03-08"), "17(1)1"),
        ("application", None, "2026-03-07 23:59:59", "in_guarantee", at("2026-03-08"), "17(1)1"),
        ("application", None, "2026-03-08 00:00:00", "ended", at("2026-03-08"), "17(1)1"),
        ("service", None, "2027-03-02 10:00", "in_guarantee", None, "17(1)2"),
        ("service", "2026-04-01 09:30", "2026-04-01 09:29:59", "in_guarantee", at("2026-04-01 09:30"), "17(1)2"),
        ("service", "2026-04-01 09:30", "2026-04-01 09:30:00", "ended", at("2026-04-01 09:30"), "17(1)2"),
        ("tool", None, "2026-03-02 10:00", "none", None, "17(1)3"),
    ],
)
def test_guarantee(kind: str, confirmed: str | None, asked: str, outcome: str, ends: str | None, clause: str) -> None:
    decision = ask(
        "order.guarantee",
        {
            "product_class": kind,
            "paid_at": at("2026-03-02 10:00"),
            "confirmed_at": confirmed and at(confirmed),
            "at": at(asked),
        },
    )
    assert (decision["outcome"], decision["values"]) == (outcome, {"ends_at": ends})
    assert decision["clauses"] == ["11(2)", clause]


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"at": at("2026-03-02 09:59:59")}, "at"), ({"confirmed_at": at("2026-03-01")}, "confirmed_at")],
)
def test_guarantee_refused(changed: dict[str, Any], field: str) -> None:
    facts = {
        "product_class": "service",
        "paid_at": at("2026-03-02 10:00"),
        "confirmed_at": None,
        "at": at("2026-03-03"),
    }
    assert refusal("order.guarantee", facts | changed).field == field


ASKED = "2026-03-02 10:00:00"
DUE = at("2026-03-02 10:00:30")


@pytest.mark.clause("12(1)2", "12(1)3")
@pytest.mark.parametrize(
    ("case", "asked", "answered", "now", "outcome", "due"),
    [
        ("in time", ASKED, "2026-03-02 10:00:29", "2026-03-02 10:05", "answered", DUE),
        ("thirty seconds are too late", ASKED, "2026-03-02 10:00:30", "2026-03-02 10:05", "late", DUE),
        ("at once", ASKED, ASKED, "2026-03-02 10:05", "answered", DUE),
        ("nothing yet", ASKED, None, "2026-03-02 10:00:29", "awaiting", DUE),
        ("nothing at the end", ASKED, None, "2026-03-02 10:00:30", "late", DUE),
        ("an answer still to come", ASKED, "2026-03-02 10:00:20", "2026-03-02 10:00:10", "awaiting", DUE),
        ("nine sharp", "2026-03-02 09:00:00", None, "2026-03-02 09:00:01", "awaiting", at("2026-03-02 09:00:30")),
        ("before nine", "2026-03-02 08:59:59", None, "2026-03-02 12:00", "outside_hours", None),
        ("a second before six", "2026-03-02 17:59:59", None, "2026-03-02 18:00:29", "late", at("2026-03-02 18:00:29")),
        ("six sharp", "2026-03-02 18:00:00", "2026-03-02 18:00:01", "2026-03-02 18:05", "outside_hours", None),
        ("a Saturday", "2026-03-07 10:00:00", None, "2026-03-07 10:05", "outside_hours", None),
        ("a make-up Saturday is worked, and no business day", "2026-10-10 10:00:00", None, "2026-10-10 10:05", "outside_hours", None),
        ("a holiday", "2026-10-01 10:00:00", None, "2026-10-01 10:05", "outside_hours", None),
        ("a weekday swapped for a make-up day", "2026-10-07 10:00:00", None, "2026-10-07 10:05", "outside_hours", None),
        ("the day after", "2026-10-08 10:00:00", None, "2026-10-08 10:05", "late", at("2026-10-08 10:00:30")),
    ],
)  # fmt: skip
def test_chat(case: str, asked: str, answered: str | None, now: str, outcome: str, due: str | None) -> None:
    facts = {"asked_at": at(asked), "answered_at": answered and at(answered), "at": at(now)}
    decision = ask("support.chat_response", facts)
    assert (decision["outcome"], decision["values"]) == (outcome, {"due_at": due})
    assert decision["clauses"] == ["12(1)2", "12(1)3"]


def test_business_hours_are_beijings() -> None:
    facts = {"asked_at": "2026-03-02T01:00:00Z", "answered_at": None, "at": "2026-03-02T01:00:10Z"}
    assert ask("support.chat_response", facts)["outcome"] == "awaiting"
    facts = {"asked_at": "2026-03-02T00:59:59Z", "answered_at": None, "at": "2026-03-02T01:00:10Z"}
    assert ask("support.chat_response", facts)["outcome"] == "outside_hours"


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"answered_at": at("2026-03-02 09:59:59")}, "answered_at"), ({"at": at("2026-03-02 09:59:59")}, "at")],
)
def test_chat_refused(changed: dict[str, Any], field: str) -> None:
    facts = {"asked_at": at(ASKED), "answered_at": None, "at": at("2026-03-02 11:00")}
    assert refusal("support.chat_response", facts | changed).field == field


@pytest.mark.clause("18(16)")
@pytest.mark.parametrize(
    ("case", "responded", "now", "outcome"),
    [
        ("in time", "2026-10-03 03:29:59", "2026-10-03 05:00", "on_time"),
        ("thirty minutes are too late", "2026-10-03 03:30:00", "2026-10-03 05:00", "late"),
        ("nothing yet", None, "2026-10-03 03:29:59", "awaiting"),
        ("nothing at the end", None, "2026-10-03 03:30:00", "late"),
        ("a response still to come", "2026-10-03 03:20:00", "2026-10-03 03:10", "awaiting"),
        ("at once", "2026-10-03 03:00:00", "2026-10-03 03:00", "on_time"),
    ],
)
def test_complaint_round_the_clock_and_on_holidays(case: str, responded: str | None, now: str, outcome: str) -> None:
    facts = {"filed_at": at("2026-10-03 03:00"), "responded_at": responded and at(responded), "at": at(now)}
    decision = ask("complaint.response", facts)
    assert (decision["outcome"], decision["values"]) == (outcome, {"due_at": at("2026-10-03 03:30")})
    assert decision["clauses"] == ["18(16)"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"responded_at": at("2026-10-03 02:59:59")}, "responded_at"), ({"at": at("2026-10-03 02:59:59")}, "at")],
)
def test_complaint_refused(changed: dict[str, Any], field: str) -> None:
    facts = {"filed_at": at("2026-10-03 03:00"), "responded_at": None, "at": at("2026-10-03 04:00")}
    assert refusal("complaint.response", facts | changed).field == field


@pytest.mark.clause("18(1)")
@pytest.mark.parametrize(
    ("case", "reported", "now", "outcome"),
    [
        ("on the thirtieth day", "2026-04-01", "2026-04-05", "on_time"),
        ("on the thirty-first", "2026-04-02", "2026-04-05", "late"),
        ("on the same day", "2026-03-02", "2026-03-02 12:00", "on_time"),
        ("nothing yet", None, "2026-04-01 23:59:59", "awaiting"),
        ("nothing at the end", None, "2026-04-02 00:00:00", "late"),
        ("a report still to come", "2026-03-20", "2026-03-10", "awaiting"),
    ],
)
def test_change_report(case: str, reported: str | None, now: str, outcome: str) -> None:
    decision = ask("provider.change_report", {"changed_on": "2026-03-02", "reported_on": reported, "at": at(now)})
    assert (decision["outcome"], decision["values"]) == (outcome, {"due_at": at("2026-04-02")})
    assert decision["clauses"] == ["18(1)"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"reported_on": "2026-03-01"}, "reported_on"),
        ({"at": at("2026-03-01 23:59:59")}, "at"),
        ({"changed_on": "2026-02-30"}, "changed_on"),
        ({"changed_on": at("2026-03-02")}, "changed_on"),
        ({"changed_on": None}, "changed_on"),
    ],
)
def test_change_report_refused(changed: dict[str, Any], field: str) -> None:
    facts = {"changed_on": "2026-03-02", "reported_on": None, "at": at("2026-03-05")}
    assert refusal("provider.change_report", facts | changed).field == field
