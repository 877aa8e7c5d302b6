"""The decision panel's words."""

from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils.translation import override

from core.clock import BEIJING
from regulation.types import Decision, Text
from web.components.decision import decision_view

PAID = datetime(2026, 3, 2, 14, 5, tzinfo=BEIJING)


@pytest.fixture
def decision():
    return Decision(
        rule="refund.entitlement",
        rulebook="2017-03-07",
        outcome="full_refund",
        values={"amount": Decimal("1200.00"), "deadline": PAID},
        clauses=("17(1)1", "17(4)2"),
        explanation=Text(zh="全额退款。", en="Everything goes back."),
    )


@pytest.mark.clause("17(4)2")
def test_a_decision_is_a_sentence_with_amounts_dates_and_clauses(decision):
    with override("en"):
        view = decision_view(decision, {"paid_at": PAID, "reason_upheld": False, "confirmed_at": None})
    assert view.sentence == "Everything goes back."
    assert view.tone == "paid"
    assert [(line.name, line.text, line.kind) for line in view.values] == [
        ("Amount", "¥1,200.00", "money"),
        ("Deadline", "2026-03-02 14:05", "date"),
    ]
    assert [(line.name, line.text) for line in view.facts] == [
        ("Paid", "2026-03-02 14:05"),
        ("Reason found to hold", "no"),
        ("Confirmed complete", "none"),
    ]
    assert view.clauses == ("17(1)1", "17(4)2")


def test_its_json_and_its_record_read_the_same(decision):
    with override("zh-hans"):
        live = decision_view(decision)
        stored = decision_view(decision.as_json())
        record = decision_view(SimpleNamespace(**decision.as_json(), facts={"paid": "1200.00"}, decided_at=PAID))
    assert stored.sentence == live.sentence == record.sentence == "全额退款。"
    assert [line.text for line in stored.values] == [line.text for line in live.values]
    assert record.facts[0].text == "¥1,200.00"
    assert record.decided_at == PAID


def test_keys_are_said_in_words_and_unknown_names_stay_readable():
    with override("en"):
        view = decision_view(
            {
                "rule": "refund.entitlement",
                "outcome": "not_refundable",
                "values": {"some_new_value": "x", "cloud_share": "0.7950"},
                "facts": {"reason": "bankrupt", "records": [{"points": 6}, {"points": 12}], "sold": 40},
                "explanation": {"zh-hans": "不能退款。", "en": "No refund."},
            }
        )
    assert view.tone == "refused"
    assert [(line.name, line.text) for line in view.values] == [
        ("some new value", "x"),
        ("Share sold on the cloud", "79.50%"),
    ]
    assert [line.text for line in view.facts] == ["Bankrupt", "2 entries", "40"]


def test_without_a_decision_there_is_no_panel():
    assert decision_view(None) is None
