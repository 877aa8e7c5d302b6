"""refund.entitlement (17): one row for each side of each boundary, in the order of the rows of the reading."""

# ruff: noqa: E501 -- a case a line

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.asking import ask, at, refusal

PAID = at("2026-03-02 10:00")


def facts(**changed: Any) -> dict[str, Any]:
    return {
        "product_class": "application",
        "paid_at": PAID,
        "requested_at": at("2026-03-20 12:00"),
        "paid": "1200.00",
        "refunded": "0.00",
        "confirmed_at": None,
        "reason": None,
        "reason_upheld": False,
        "caused_loss": False,
        "policy_percent": None,
        "term_starts_at": None,
        "term_ends_at": None,
    } | changed


SERVICE = {"product_class": "service", "confirmed_at": at("2026-03-10 09:00")}
TERM = {"term_starts_at": at("2026-03-01"), "term_ends_at": at("2026-03-31")}
UPHELD = {"reason": "poor_quality", "reason_upheld": True}
LATE_SERVICE = SERVICE | {"requested_at": at("2026-03-20 12:00")}

CASES = [
    # 1: a service whose quality caused a loss
    ("loss", SERVICE | {"caused_loss": True}, "full_refund", "1200.00", ["17(3)1"]),
    ("loss wins over an open guarantee", {"product_class": "service", "caused_loss": True}, "full_refund", "1200.00", ["17(3)1"]),
    ("loss, less what was paid back", SERVICE | {"caused_loss": True, "refunded": "200.50"}, "full_refund", "999.50", ["17(3)1"]),
    ("a loss counts for services only", {"caused_loss": True}, "not_refundable", "0.00", ["17(4)2"]),
    ("a loss does not help a tool", {"product_class": "tool", "caused_loss": True}, "not_refundable", "0.00", ["17(1)3"]),
    # 2: tools
    ("tool at once", {"product_class": "tool", "requested_at": PAID}, "not_refundable", "0.00", ["17(1)3"]),
    ("tool with a policy", {"product_class": "tool", "policy_percent": "50"}, "not_refundable", "0.00", ["17(1)3"]),
    ("tool with a reason", {"product_class": "tool"} | UPHELD | TERM, "not_refundable", "0.00", ["17(1)3"]),
    # 3: applications, five days from payment
    ("application at payment", {"requested_at": PAID}, "full_refund", "1200.00", ["17(1)1", "17(4)2"]),
    ("last second of the fifth day", {"requested_at": at("2026-03-07 23:59:59")}, "full_refund", "1200.00", ["17(1)1", "17(4)2"]),
    ("the end itself is outside", {"requested_at": at("2026-03-08 00:00:00")}, "not_refundable", "0.00", ["17(4)2"]),
    (
        "paid in the last minute of a day counts from that day",
        {"paid_at": at("2026-03-02 23:59:59"), "requested_at": at("2026-03-07 23:59:59")},
        "full_refund", "1200.00", ["17(1)1"],
    ),
    (
        "the day is Beijing's, whatever the offset",
        {"paid_at": "2026-03-02T15:59:59+00:00", "requested_at": "2026-03-07T16:00:00Z"},
        "not_refundable", "0.00", ["17(4)2"],
    ),
    (
        "a minute later in UTC it is the next day in Beijing",
        {"paid_at": "2026-03-02T16:00:00+00:00", "requested_at": "2026-03-07T16:00:00Z"},
        "full_refund", "1200.00", ["17(1)1"],
    ),
    ("inside, no reason is needed and none hurts", {"requested_at": PAID, "reason": "delay"}, "full_refund", "1200.00", ["17(1)1"]),
    ("inside, less what was paid back", {"requested_at": PAID, "refunded": "1199.99"}, "full_refund", "0.01", ["17(1)1"]),
    # 4: services until confirmed
    ("service not confirmed", {"product_class": "service"}, "full_refund", "1200.00", ["17(1)2", "17(4)1"]),
    ("a second before confirmation", SERVICE | {"requested_at": at("2026-03-10 08:59:59")}, "full_refund", "1200.00", ["17(1)2"]),
    ("at confirmation", SERVICE | {"requested_at": at("2026-03-10 09:00:00")}, "not_refundable", "0.00", ["17(4)1"]),
    # 5: an upheld reason on a term with unused days
    ("ten of thirty days", UPHELD | TERM, "prorated_refund", "400.00", ["17(2)", "17(2)5"]),
    (
        "the day of the request is used, early",
        UPHELD | TERM | {"requested_at": at("2026-03-20 00:00")}, "prorated_refund", "400.00", ["17(2)", "17(2)5"],
    ),
    (
        "and late",
        UPHELD | TERM | {"requested_at": at("2026-03-20 23:59:59")}, "prorated_refund", "400.00", ["17(2)", "17(2)5"],
    ),
    (
        "the last day but one leaves one",
        UPHELD | TERM | {"requested_at": at("2026-03-29 12:00")}, "prorated_refund", "40.00", ["17(2)", "17(2)5"],
    ),
    (
        "the last day leaves none",
        UPHELD | TERM | {"requested_at": at("2026-03-30 12:00")}, "not_refundable", "0.00", ["17(2)5", "17(4)2"],
    ),
    (
        "a term that ends in the middle of a day ends with the day before it",
        UPHELD | {"term_starts_at": at("2026-03-01 18:00"), "term_ends_at": at("2026-03-31 18:00")},
        "prorated_refund", "400.00", ["17(2)", "17(2)5"],
    ),
    (
        "a term that has not begun is unused as a whole",
        UPHELD | {"term_starts_at": at("2026-04-01"), "term_ends_at": at("2026-05-01")},
        "prorated_refund", "1200.00", ["17(2)", "17(2)5"],
    ),
    ("a smaller policy does not matter", UPHELD | TERM | {"policy_percent": "33.33"}, "prorated_refund", "400.00", ["17(2)", "17(2)5"]),
    ("a larger policy does", UPHELD | TERM | {"policy_percent": "33.34"}, "prorated_refund", "400.08", ["17(2)", "17(2)5"]),
    (
        "rounded half-up, once",
        UPHELD | TERM | {"paid": "100.01", "requested_at": at("2026-03-15 12:00")},
        "prorated_refund", "50.01", ["17(2)", "17(2)5"],
    ),
    ("never more than is left", UPHELD | TERM | {"refunded": "900.00"}, "prorated_refund", "300.00", ["17(2)", "17(2)5"]),
    ("a service's term as well", LATE_SERVICE | UPHELD | TERM, "prorated_refund", "400.00", ["17(2)", "17(2)5"]),
    # 6: a reason not yet upheld
    ("needs a finding", {"reason": "delay"}, "needs_finding", "0.00", ["17(2)", "17(2)1"]),
    ("even with a policy", {"reason": "delay", "policy_percent": "50"}, "needs_finding", "0.00", ["17(2)", "17(2)1"]),
    ("even with a term", {"reason": "delay"} | TERM, "needs_finding", "0.00", ["17(2)", "17(2)1"]),
    # 7: the provider's published policy
    ("policy of an application", {"policy_percent": "30"}, "policy_refund", "360.00", ["17(4)2"]),
    ("policy of a service", LATE_SERVICE | {"policy_percent": "30"}, "policy_refund", "360.00", ["17(4)1"]),
    ("the least policy", {"policy_percent": "0.01"}, "policy_refund", "0.12", ["17(4)2"]),
    ("all of it", {"policy_percent": "100"}, "policy_refund", "1200.00", ["17(4)2"]),
    ("capped by what is left", {"policy_percent": "30", "refunded": "1000.00"}, "policy_refund", "200.00", ["17(4)2"]),
    ("half a fen goes up", {"policy_percent": "50", "paid": "0.01"}, "policy_refund", "0.01", ["17(4)2"]),
    ("an upheld reason without a term", UPHELD | {"policy_percent": "30"}, "policy_refund", "360.00", ["17(2)5", "17(4)2"]),
    (
        "an upheld reason on a term with nothing left",
        UPHELD | TERM | {"policy_percent": "30", "requested_at": at("2026-03-30 08:00")},
        "policy_refund", "360.00", ["17(2)5", "17(4)2"],
    ),
    # 8: otherwise
    ("nothing promised", {}, "not_refundable", "0.00", ["17(4)2"]),
    ("a promise of nothing", {"policy_percent": "0"}, "not_refundable", "0.00", ["17(4)2"]),
    ("a service, nothing promised", LATE_SERVICE, "not_refundable", "0.00", ["17(4)1"]),
    ("an upheld reason, one-off, nothing promised", UPHELD, "not_refundable", "0.00", ["17(2)5", "17(4)2"]),
    # nothing left
    ("all paid back", {"refunded": "1200.00", "requested_at": PAID}, "already_refunded", "0.00", ["17(1)1"]),
    ("all paid back, with a reason", {"refunded": "1200.00"} | UPHELD | TERM, "already_refunded", "0.00", ["17(2)5"]),
    ("a free order has nothing to pay back", {"paid": "0.00", "requested_at": PAID}, "already_refunded", "0.00", ["17(1)1"]),
]  # fmt: skip


@pytest.mark.clause("17", "17(1)", "17(1)1", "17(1)2", "17(1)3", "17(2)", "17(3)1", "17(4)", "17(4)1", "17(4)2")
@pytest.mark.parametrize(("case", "changed", "outcome", "amount", "clauses"), CASES, ids=[case[0] for case in CASES])
def test_entitlement(case: str, changed: dict[str, Any], outcome: str, amount: str, clauses: list[str]) -> None:
    decision = ask("refund.entitlement", facts(**changed))
    assert (decision["outcome"], decision["values"]) == (outcome, {"amount": amount})
    assert set(clauses) <= set(decision["clauses"])


REASONS = (
    "delay", "not_as_described", "attitude", "incapable", "poor_quality", "business_ended", "unreachable", "bankrupt",
    "other_failing",
)  # fmt: skip


@pytest.mark.clause("17(2)1", "17(2)2", "17(2)3", "17(2)4", "17(2)5", "17(2)6", "17(2)7", "17(2)8", "17(2)9")
@pytest.mark.parametrize(("number", "reason"), list(enumerate(REASONS, start=1)))
def test_each_reason_cites_its_own_item(number: int, reason: str) -> None:
    asked = facts(reason=reason)
    assert ask("refund.entitlement", asked)["clauses"] == ["17(2)", f"17(2){number}"]
    upheld = ask("refund.entitlement", facts(reason=reason, reason_upheld=True, policy_percent="10"))
    assert upheld["clauses"] == ["17(2)", f"17(2){number}", "17(4)2"]


REFUSED = [
    ({"requested_at": at("2026-03-02 09:59:59")}, "requested_at"),
    ({"confirmed_at": at("2026-03-02 09:59:59")}, "confirmed_at"),
    ({"refunded": "1200.01"}, "refunded"),
    ({"paid": "-1.00"}, "paid"),
    ({"paid": "1.001"}, "paid"),
    ({"paid": 1200}, "paid"),
    ({"paid": None}, "paid"),
    ({"policy_percent": "100.01"}, "policy_percent"),
    ({"policy_percent": "-1"}, "policy_percent"),
    ({"policy_percent": 50}, "policy_percent"),
    ({"reason": "because"}, "reason"),
    ({"reason_upheld": None}, "reason_upheld"),
    ({"reason_upheld": 1}, "reason_upheld"),
    ({"caused_loss": "true"}, "caused_loss"),
    ({"product_class": "image"}, "product_class"),
    ({"product_class": None}, "product_class"),
    ({"paid_at": "2026-03-02T10:00:00"}, "paid_at"),
    ({"term_starts_at": at("2026-03-01")}, "term_ends_at"),
    ({"term_ends_at": at("2026-03-31")}, "term_starts_at"),
    ({"term_starts_at": at("2026-03-31"), "term_ends_at": at("2026-03-01")}, "term_ends_at"),
    ({"term_starts_at": at("2026-03-01 08:00"), "term_ends_at": at("2026-03-01 20:00")}, "term_ends_at"),
]


@pytest.mark.parametrize(("changed", "field"), REFUSED)
def test_refused(changed: dict[str, Any], field: str) -> None:
    assert refusal("refund.entitlement", facts(**changed)).field == field


yuan = st.decimals(min_value=0, max_value=10**9, places=2).map(lambda amount: f"{amount:.2f}")
instants = st.integers(min_value=0, max_value=400 * 86400)


@st.composite
def any_facts(draw: st.DrawFn) -> dict[str, Any]:
    from datetime import datetime, timedelta

    paid_at = datetime.fromisoformat(PAID)
    paid = draw(yuan)
    refunded = draw(st.decimals(min_value=0, max_value=Decimal(paid), places=2))
    term = draw(st.booleans())
    starts = paid_at + timedelta(days=draw(st.integers(-40, 40)))
    return facts(
        product_class=draw(st.sampled_from(["application", "service", "tool"])),
        requested_at=(paid_at + timedelta(seconds=draw(instants))).isoformat(),
        paid=paid,
        refunded=f"{refunded:.2f}",
        confirmed_at=draw(st.none() | instants.map(lambda s: (paid_at + timedelta(seconds=s)).isoformat())),
        reason=draw(st.none() | st.sampled_from(REASONS)),
        reason_upheld=draw(st.booleans()),
        caused_loss=draw(st.booleans()),
        policy_percent=draw(st.none() | st.decimals(min_value=0, max_value=100, places=2).map(str)),
        term_starts_at=starts.isoformat() if term else None,
        term_ends_at=(starts + timedelta(days=draw(st.integers(1, 400)))).isoformat() if term else None,
    )


@given(any_facts())
def test_never_more_than_is_left_and_never_below_zero(asked: dict[str, Any]) -> None:
    decision = ask("refund.entitlement", asked)
    amount, left = Decimal(decision["values"]["amount"]), Decimal(asked["paid"]) - Decimal(asked["refunded"])
    assert 0 <= amount <= left
    assert (decision["outcome"] == "already_refunded") == (left == 0)
    if decision["outcome"] == "full_refund":
        assert amount == left
    if decision["outcome"] in ("not_refundable", "needs_finding"):
        assert amount == 0
    assert decision["clauses"]
    assert all(decision["explanation"].values())
