"""A decision as everybody reads it: a sentence, amounts and dates, clauses, the facts used, the version."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulation.types import names_an_end
from web.components import words
from web.components.decision_names import CHOICES, MONEY, NAMES, PERCENT, RULES, SHARE, TONES

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Line:
    """A named value. `kind`: money, date or text, for how it is set."""

    name: str
    text: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class DecisionView:
    """What the decision panel draws."""

    title: str
    sentence: str
    tone: str
    values: tuple[Line, ...]
    facts: tuple[Line, ...]
    clauses: tuple[str, ...]
    rule: str
    rulebook: str
    decided_at: datetime | None


def decision_view(decision: Any, facts: Mapping[str, Any] | None = None) -> DecisionView | None:
    """The panel of a Decision, of its `as_json()`, or of a stored record (which carries facts and moment)."""
    if not decision:
        return None
    read = decision.get if isinstance(decision, Mapping) else lambda name: getattr(decision, name, None)
    rule, outcome = str(read("rule") or ""), str(read("outcome") or "")
    used = facts or read("facts") or {}
    return DecisionView(
        title=str(RULES.get(rule, _("Decision"))),
        sentence=_in_language(read("explanation")) or outcome,
        tone=TONES.get(outcome, "neutral"),
        # While the reason is not found to hold there is no amount yet: the zero stands for "not known".
        values=() if outcome == "needs_finding" else tuple(_lines(read("values") or {})),
        facts=tuple(_lines(used)),
        clauses=tuple(read("clauses") or ()),
        rule=rule,
        rulebook=str(read("rulebook") or ""),
        decided_at=words.as_instant(read("decided_at")),
    )


def name_of(key: str) -> str:
    """What a fact or value is called; one that is not known here by its own key, in words."""
    return str(NAMES.get(key, key.replace("_", " ")))


def _lines(values: Mapping[str, Any]) -> Iterable[Line]:
    for key, value in values.items():
        text, kind = _text(key, value)
        yield Line(name_of(key), text, kind)


def _text(key: str, value: Any) -> tuple[str, str]:
    """A fact or value in words, and how it is set."""
    if value is None:
        return _("none"), "text"
    if isinstance(value, bool):
        return (_("yes") if value else _("no")), "text"
    if key in MONEY and isinstance(value, str | Decimal | int):
        return words.yuan_text(value), "money"
    if key in PERCENT:
        return f"{value}%", "text"
    if key in SHARE:
        return f"{Decimal(str(value)) * 100:.2f}%", "text"
    if isinstance(value, datetime | date):
        return _when(key, value), "date"
    if isinstance(value, str):
        if _DAY.match(value) and (instant := words.as_instant(value)):
            return _when(key, instant), "date"
        return str(CHOICES.get(value, value)), "text"
    if isinstance(value, Mapping):
        return words.joined(";", (f"{line.name} {line.text}" for line in _lines(value))), "text"
    if isinstance(value, list | tuple):
        if all(isinstance(item, str) for item in value) and value:
            return words.joined(",", (_text(key, item)[0] for item in value)), "text"
        return ngettext("%(n)s entry", "%(n)s entries", len(value)) % {"n": len(value)}, "text"
    return str(value), "text"


def _when(key: str, at: date) -> str:
    return words.end_text(at) if names_an_end(key) else words.beijing_text(at)


def _in_language(text: Any) -> str:
    if text is None:
        return ""
    if isinstance(text, Mapping):
        chinese = text.get("zh-hans") or text.get("zh") or ""
        return str(chinese if words.in_chinese() else text.get("en") or chinese)
    if hasattr(text, "in_language"):
        return str(text.in_language("zh-hans" if words.in_chinese() else "en"))
    return str(text)
