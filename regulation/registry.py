"""The rules by name: every rule is a pure function of frozen facts and a rulebook.

What a fact may be, and how it is read, is in `regulation.reading`; its names are given here as well, so that a
`rules.py` needs one import.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from core.errors import InvalidInput
from regulation.reading import (
    NAME,
    Amount,
    Count,
    Day,
    FactsRefused,
    Flag,
    Instant,
    Percent,
    facts_from,
    facts_json,
    facts_shape,
    not_before,
    not_more,
    read_instant,
    read_json,
    readers,
)
from regulation.types import Decision, Rulebook, Text, cite

__all__ = [
    "Amount",
    "Count",
    "Day",
    "FactsRefused",
    "Flag",
    "Instant",
    "Percent",
    "Rule",
    "UnknownRule",
    "all_rules",
    "decide",
    "decide_json",
    "facts_from",
    "facts_json",
    "facts_shape",
    "get",
    "not_before",
    "not_more",
    "read_instant",
    "read_json",
    "readers",
    "rule",
]

Function = TypeVar("Function", bound=Callable[..., Decision])


class UnknownRule(InvalidInput):
    """There is no rule of that name."""

    code = "unknown_rule"
    status = 404


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its name, its facts, what it may cite, and the parameters it reads."""

    name: str
    facts: type
    function: Callable[[Any, Rulebook], Decision]
    title: Text
    clauses: tuple[str, ...]
    parameters: tuple[str, ...]


_rules: dict[str, Rule] = {}


def rule(
    name: str, *, facts: type, title: tuple[str, str], clauses: tuple[str, ...], parameters: tuple[str, ...] = ()
) -> Callable[[Function], Function]:
    """Register a pure function `f(facts, rulebook) -> Decision` under a name.

    `title` is Chinese and English, `clauses` what it may cite, `parameters` the rulebook keys it reads; where an
    agreement overrides one of those, the decision cites §3 as well.
    """

    def register(function: Function) -> Function:
        known = _rules.get(name)
        if known is not None and known.function is not function:
            raise ValueError(f"rule {name} is registered already")
        readers(facts)
        _rules[name] = Rule(name, facts, function, Text(*title), cite(*clauses), parameters)
        return function

    return register


def all_rules() -> list[Rule]:
    """Every rule, by name."""
    return [_rules[name] for name in sorted(_rules)]


def get(name: str) -> Rule:
    """The rule of that name. Raises UnknownRule."""
    try:
        return _rules[name]
    except KeyError:
        shown = name if NAME(name) else json.dumps(name)[:80]
        raise UnknownRule(f"there is no rule {shown}", field="rule") from None


def decide(name: str, facts: Any, rulebook: Rulebook) -> Decision:
    """What the rule says about facts under a rulebook. Raises UnknownRule, and FactsRefused where no date can be
    counted."""
    found = _rules.get(name) or get(name)
    try:
        decision = found.function(facts, rulebook)
    except OverflowError:
        raise FactsRefused("facts", "a period would end outside the calendar") from None
    if rulebook.overrides and not rulebook.overrides.isdisjoint(found.parameters):
        return Decision(
            decision.rule,
            decision.rulebook,
            decision.outcome,
            decision.values,
            cite("3", *decision.clauses),
            decision.explanation,
        )
    return decision


def decide_json(name: str, text: str | bytes, rulebook: Rulebook) -> Decision:
    """The decision about facts given as JSON text. Raises UnknownRule or FactsRefused."""
    return decide(name, facts_from(get(name).facts, read_json(text)), rulebook)
