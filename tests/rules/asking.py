"""Asking a rule as the command does: facts as JSON, under the first rulebook unless another is given."""

import json
from typing import Any

from regulation import registry
from regulation.shipped import shipped_rulebook
from regulation.types import Rulebook

FIRST = shipped_rulebook("2017-03-07")


def ask(rule: str, facts: dict[str, Any], rulebook: Rulebook = FIRST) -> dict[str, Any]:
    """The decision as the command prints it."""
    return registry.decide_json(rule, json.dumps(facts), rulebook).as_json()


def refusal(rule: str, facts: dict[str, Any] | str) -> registry.FactsRefused:
    """How facts are refused; fails where they are not."""
    text = facts if isinstance(facts, str) else json.dumps(facts)
    try:
        decision = registry.decide_json(rule, text, FIRST)
    except registry.FactsRefused as refused:
        return refused
    raise AssertionError(f"not refused: {decision}")


def at(text: str) -> str:
    """`2026-03-02 10:00` in Beijing as an instant."""
    day, _, clock = text.partition(" ")
    clock = clock or "00:00"
    return f"{day}T{clock}{':00' if clock.count(':') == 1 else ''}+08:00"
