"""What the door refuses: every kind of field, and JSON that is no set of facts."""

import json
from datetime import timedelta
from typing import Any

import pytest

from regulation import registry
from regulation.registry import FactsRefused
from regulation.types import cite, clause_key, plain
from tests.rules.asking import FIRST, ask, at, refusal

SHORTFALL = {
    "required": "5000.00",
    "balance": "4000.00",
    "shortfall_at": "2026-03-02T10:00:00+08:00",
    "next_settlement": None,
    "at": "2026-03-03T10:00:00+08:00",
}


@pytest.mark.parametrize("amount", ["0", "0.0", "0.00", "1", "1.5", "1200.00", "007.10", "999999999999.99"])
def test_amounts(amount: str) -> None:
    assert ask("deposit.shortfall", SHORTFALL | {"balance": "0", "required": amount})


@pytest.mark.parametrize(
    ("amount", "what"),
    [
        ("-0.01", "negative"),
        ("-0", "negative"),
        ("1.001", "two decimals"),
        ("1.000", "two decimals"),
        ("1000000000000.00", "larger"),
        ("1e3", "not an amount"),
        ("NaN", "not an amount"),
        ("Infinity", "not an amount"),
        ("-Infinity", "not an amount"),
        ("+1", "not an amount"),
        (" 1", "not an amount"),
        ("1\n", "not an amount"),
        ("1,200.00", "not an amount"),
        ("1.", "not an amount"),
        (".5", "not an amount"),
        ("", "not an amount"),
        ("¥5", "not an amount"),
        ("１２", "not an amount"),
        (1200, "as text"),
        (1200.5, "as text"),
        (True, "as text"),
        (None, "as text"),
        ({}, "as text"),
        (["1"], "as text"),
    ],
)
def test_amounts_refused(amount: Any, what: str) -> None:
    refused = refusal("deposit.shortfall", SHORTFALL | {"required": amount})
    assert refused.field == "required"
    assert what in str(refused)


@pytest.mark.parametrize(
    "instant",
    [
        "2026-03-02T10:00:00+08:00",
        "2026-03-02T10:00+08:00",
        "2026-03-02T02:00:00Z",
        "2026-03-02T02:00:00.123456+00:00",
        "2026-03-01T21:00:00-05:00",
        "2026-03-02T10:00:00+0800",
        "2026-03-02T10:00:00+08",
    ],
)
def test_instants(instant: str) -> None:
    decision = ask("deposit.top_up_deadline", {"shortfall_at": instant})
    assert decision["values"]["deadline"] == "2026-03-06T00:00:00+08:00"


@pytest.mark.parametrize(
    ("instant", "what"),
    [
        ("2026-03-02T10:00:00", "no offset"),
        ("2026-03-02T10:00", "no offset"),
        ("2026-03-02", "not an ISO 8601 instant"),
        ("2026-03-02 10:00:00+08:00", "not an ISO 8601 instant"),
        ("20260302T100000+0800", "not an ISO 8601 instant"),
        ("2026-W10-1T10:00:00+08:00", "not an ISO 8601 instant"),
        ("2026-02-30T10:00:00+08:00", "exists"),
        ("2026-03-02T24:00:00+08:00", "exists"),
        ("2026-03-02T10:00:60+08:00", "exists"),
        ("2026-03-02T10:00:00+25:00", "exists"),
        ("2026-03-02T10:00:00.1234567+08:00", "not an ISO 8601 instant"),
        ("1949-12-31T23:59:59+08:00", "outside the years"),
        ("9999-12-31T23:59:59-08:00", "exists"),
        ("3000-01-01T00:00:00+08:00", "outside the years"),
        ("now", "not an ISO 8601 instant"),
        ("", "not an ISO 8601 instant"),
        (1772416800, "must be an instant"),
        (None, "must be an instant"),
    ],
)
def test_instants_refused(instant: Any, what: str) -> None:
    refused = refusal("deposit.top_up_deadline", {"shortfall_at": instant})
    assert refused.field == "shortfall_at"
    assert what in str(refused)


@pytest.mark.parametrize(
    ("text", "field", "what"),
    [
        ("", "facts", "not JSON"),
        ("{", "facts", "not JSON"),
        ("[]", "facts", "one JSON object"),
        ('"text"', "facts", "one JSON object"),
        ("null", "facts", "one JSON object"),
        ("5", "facts", "one JSON object"),
        ("{} {}", "facts", "not JSON"),
        ('{"shortfall_at": NaN}', "facts", "NaN"),
        ('{"shortfall_at": Infinity}', "facts", "Infinity"),
        ('{"shortfall_at": ' + "9" * 5000 + "}", "facts", "too large"),
        ("[" * 100_000, "facts", "nested too deeply"),
        ('{"shortfall_at": "2026-03-02T10:00:00+08:00", "shortfall_at": null}', "shortfall_at", "twice"),
        ("{}", "shortfall_at", "missing"),
        ('{"shortfall_at": "2026-03-02T10:00:00+08:00", "note": 1}', "note", "not a fact"),
        ('{"shortfal_at": "2026-03-02T10:00:00+08:00"}', "shortfal_at", "not a fact"),
    ],
)
def test_json_refused(text: str, field: str, what: str) -> None:
    refused = refusal("deposit.top_up_deadline", text)
    assert refused.field == field
    assert what in str(refused)


def test_bytes_that_are_no_text_are_refused_and_a_byte_order_mark_is_not() -> None:
    with pytest.raises(FactsRefused, match="UTF-8"):
        registry.decide_json("deposit.top_up_deadline", b'{"shortfall_at": "\xff"}', FIRST)
    marked = b'\xef\xbb\xbf{"shortfall_at": "2026-03-02T10:00:00+08:00"}'
    assert registry.decide_json("deposit.top_up_deadline", marked, FIRST).outcome == "top_up_by"


def test_a_message_stays_on_one_line_whatever_the_name() -> None:
    refused = refusal("deposit.top_up_deadline", json.dumps({"a\nb\u2028c": 1}))
    assert "\n" not in refused.field
    assert "\u2028" not in refused.field
    refused = refusal("deposit.top_up_deadline", {"shortfall_at": "x\ny" * 100})
    assert "\n" not in str(refused)
    assert len(str(refused)) < 200


def test_each_missing_fact_and_each_unknown_one_is_named_for_every_rule() -> None:
    for rule in registry.all_rules():
        names = [fact["name"] for fact in registry.facts_shape(rule.facts)]
        for name in names:
            refused = refusal(rule.name, {other: None for other in names if other != name})
            assert refused.field == name, rule.name
        assert refusal(rule.name, dict.fromkeys([*names, "extra"])).field == "extra"


def test_null_is_refused_wherever_something_must_have_happened() -> None:
    for rule in registry.all_rules():
        for fact in registry.facts_shape(rule.facts):
            readers = registry.readers(rule.facts)
            if fact["nullable"]:
                assert readers[fact["name"]](fact["name"], None) is None
            else:
                with pytest.raises(FactsRefused):
                    readers[fact["name"]](fact["name"], None)


def test_recorded_facts_can_be_asked_again() -> None:
    cls = registry.get("deposit.shortfall").facts
    facts = registry.facts_from(cls, SHORTFALL)
    assert registry.facts_from(cls, registry.facts_json(facts)) == facts
    cls = registry.get("violation.points").facts
    asked = {
        "records": [{"points": 6, "occurred_at": at("2026-01-02"), "decided_at": at("2026-01-03")}],
        "at": at("2026-02-01"),
    }
    facts = registry.facts_from(cls, asked)
    assert registry.facts_from(cls, registry.facts_json(facts)) == facts


def test_facts_built_in_code_keep_to_the_same() -> None:
    cls = registry.get("complaint.response").facts
    facts = registry.facts_from(cls, {"filed_at": at("2026-03-02"), "responded_at": None, "at": at("2026-03-02")})
    with pytest.raises(FactsRefused) as refused:
        cls(filed_at=facts.filed_at, responded_at=facts.filed_at - timedelta(seconds=1), at=facts.at)
    assert refused.value.field == "responded_at"


def test_a_date_past_the_calendar_is_refused_and_not_a_crash() -> None:
    rulebook = FIRST.with_terms({"exit.reapply_years": 9000})
    with pytest.raises(FactsRefused, match="calendar"):
        registry.decide_json(
            "exit.reapply",
            json.dumps({"exit": "voluntary", "exited_at": at("2026-03-02"), "at": at("2026-03-03")}),
            rulebook,
        )


def test_unknown_rule() -> None:
    with pytest.raises(registry.UnknownRule):
        registry.get("refund.everything")


def test_citations_stand_in_the_order_of_the_regulation() -> None:
    assert cite("24(4)", "9(6bis)", "9(6)4", "9(7)", "20", "17(2)", "17", "17(4)2", "17(2)9", "9(6)", "17(2)") == (
        "9(6)", "9(6)4", "9(6bis)", "9(7)", "17", "17(2)", "17(2)9", "17(4)2", "20", "24(4)",
    )  # fmt: skip
    for wrong in ("", "17-4", "17(4", "x", "17(4)2a", "１７"):
        with pytest.raises(ValueError, match="citation"):
            clause_key(wrong)


def test_floats_never_reach_a_record() -> None:
    with pytest.raises(TypeError):
        plain({"amount": 0.1})


def test_every_rule_says_why_in_both_languages_and_cites_what_it_may() -> None:
    examples = {
        "deposit.shortfall": SHORTFALL,
        "complaint.response": {"filed_at": at("2026-03-02"), "responded_at": None, "at": at("2026-03-02")},
    }
    for name, facts in examples.items():
        decision = ask(name, facts)
        assert set(decision["clauses"]) <= set(registry.get(name).clauses)
        assert decision["explanation"]["zh-hans"].endswith("。")
        assert decision["explanation"]["en"].endswith(".")
