"""The decision panel's words."""

import dataclasses
from datetime import datetime
from decimal import Decimal
from enum import Enum
from types import SimpleNamespace
from typing import Any, get_args, get_type_hints

import pytest
from django.utils.translation import override

from core.clock import BEIJING
from regulation import registry
from regulation.types import Decision, Text
from web.components.decision import decision_view
from web.components.decision_names import CHOICES, NAMES, RULES

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


def _named(kind: Any, keys: set[str], values: set[str], seen: set[Any]) -> None:
    """The names of the facts below a type, and the values that they choose from."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        values.update(str(one.value) for one in kind)
    if dataclasses.is_dataclass(kind) and kind not in seen:
        seen.add(kind)
        for name, hint in get_type_hints(kind).items():
            keys.add(name)
            _named(hint, keys, values, seen)
    for part in get_args(kind):
        _named(part, keys, values, seen)


@pytest.mark.parametrize("rule", registry.all_rules(), ids=lambda rule: rule.name)
def test_every_fact_that_a_rule_reads_has_its_words(rule) -> None:
    keys: set[str] = set()
    values: set[str] = set()
    _named(rule.facts, keys, values, set())
    assert rule.name in RULES
    assert keys <= set(NAMES)
    assert values <= set(CHOICES)


def test_an_end_is_said_by_its_last_day_and_a_beginning_by_its_first():
    midnight = datetime(2026, 3, 8, tzinfo=BEIJING)
    found = Decision("x", "2017-03-07", "keep", {"due_at": midnight, "allowed_from": midnight}, (), Text("是", "yes"))
    with override("zh-hans"):
        view = decision_view(found, {"term_ends_at": midnight.isoformat(), "paid_at": midnight.isoformat()})
    assert [line.text for line in (*view.values, *view.facts)] == ["2026-03-07 24:00", "2026-03-08 00:00"] * 2


@pytest.mark.parametrize(("language", "parts"), [("zh-hans", "a、b"), ("en", "a, b")])
def test_several_values_are_joined_as_the_language_joins_them(language, parts):
    found = Decision("x", "2017-03-07", "keep", {"kinds": ["a", "b"]}, (), Text("是", "yes"))
    with override(language):
        assert decision_view(found).values[0].text == parts
