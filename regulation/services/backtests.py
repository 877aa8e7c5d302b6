"""Replaying what was decided under another version, to see who would be treated differently (§29)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulation import registry
from regulation.content import RulebookInvalid, parameter_value
from regulation.models import DecisionRecord
from regulation.registry import FactsRefused
from regulation.types import Rulebook


@dataclass(frozen=True, slots=True)
class Difference:
    """A recorded decision that a version would have made otherwise."""

    decision_id: int
    subject: str
    decided_at: datetime
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Backtest:
    """How many decisions were replayed, how many would differ, and the first of those.

    `unusable` could not be replayed.
    """

    replayed: int
    different: int
    unusable: int
    differences: tuple[Difference, ...]


def backtest(*, rule: str, rulebook: Rulebook, since: datetime | None = None, show: int = 200) -> Backtest:
    """Replay a rule's recorded facts under a version, newest first, at most `show` differences listed.

    Agreement terms that held then hold in the replay as well. A difference is another outcome or other values. Raises
    UnknownRule.
    """
    found = registry.get(rule)
    replayed = different = unusable = 0
    shown: list[Difference] = []
    for record in _records(rule, since):
        try:
            facts = registry.facts_from(found.facts, record.facts)
            after = registry.decide(rule, facts, _with_terms(rulebook, record.terms)).as_json()
        except (FactsRefused, RulebookInvalid):
            unusable += 1
            continue
        replayed += 1
        if after["outcome"] == record.outcome and after["values"] == record.values:
            continue
        different += 1
        if len(shown) < show:
            shown.append(Difference(record.pk, record.subject, record.decided_at, record.as_json(), after))
    return Backtest(replayed, different, unusable, tuple(shown))


def _records(rule: str, since: datetime | None) -> Iterator[DecisionRecord]:
    records = DecisionRecord.objects.filter(rule=rule).order_by("-id")
    if since is not None:
        records = records.filter(decided_at__gte=since)
    return records.iterator(chunk_size=2000)


def _with_terms(rulebook: Rulebook, terms: dict[str, Any]) -> Rulebook:
    if not terms:
        return rulebook
    typed = {
        key: parameter_value(rulebook.parameters[key], raw) for key, raw in terms.items() if key in rulebook.parameters
    }
    return rulebook.with_terms(typed)
