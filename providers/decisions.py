"""Asking a rule by name, so that a room need not import the one above it where the rule lives."""

from typing import Any

from regulation import registry
from regulation.types import Decision, Rulebook, plain


def decided(rule: str, rulebook: Rulebook, **facts: Any) -> tuple[Decision, dict[str, Any]]:
    """What the rule says about facts given as Python values, and the facts as they are recorded with it.

    Raises UnknownRule, and FactsRefused naming the field that cannot be used.
    """
    written = {name: plain(value) for name, value in facts.items()}
    return registry.decide(rule, registry.facts_from(registry.get(rule).facts, written), rulebook), written
