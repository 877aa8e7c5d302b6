"""What a rulebook and a decision are. Pure: frozen values, no Django, no clock."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal

from core.periods import BEIJING

FEN = Decimal("0.01")
NOTHING = Decimal("0.00")
LANGUAGES = ("zh-hans", "en")
_CITATION = re.compile(r"([0-9]{1,2})(?:\(([0-9]{1,2})(bis)?\))?([0-9]{1,2})?")

Origin = Literal["regulation", "platform default"]


@lru_cache(maxsize=4096)
def clause_key(citation: str) -> tuple[int, int, int, int]:
    """Where a citation stands in the regulation: article, section, bis, item. `9(6bis)` comes after `9(6)4`.

    Raises ValueError where the text is no citation.
    """
    found = _CITATION.fullmatch(citation)
    if not found:
        raise ValueError(f"{citation!r} is not a citation such as 17(4)2")
    article, section, bis, item = found.groups()
    return int(article), int(section or 0), int(bis is not None), int(item or 0)


@lru_cache(maxsize=4096)
def cite(*citations: str) -> tuple[str, ...]:
    """The citations once each, in the order of the regulation."""
    return tuple(sorted(set(citations), key=clause_key))


def fen(amount: Decimal) -> Decimal:
    """The amount rounded half-up to the fen: once, at the end of a calculation (yuan)."""
    return amount.quantize(FEN, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in both languages."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """The words in a language code; everything that is not English is read in Chinese."""
        return self.en if language.startswith("en") else self.zh

    def as_json(self) -> dict[str, str]:
        return {"zh-hans": self.zh, "en": self.en}


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule says about a set of facts: an outcome, values, the clauses it rests on and why.

    `values` holds Python values (Decimal yuan, aware datetimes, dates, ints, text, None); `as_json()` writes them
    as the command and the REST resource show them.
    """

    rule: str
    rulebook: str
    outcome: str
    values: Mapping[str, Any]
    clauses: tuple[str, ...]
    explanation: Text

    def as_json(self) -> dict[str, Any]:
        """The decision as one JSON object: amounts as text with two decimals, instants in +08:00."""
        return {
            "rule": self.rule,
            "rulebook": self.rulebook,
            "outcome": self.outcome,
            "values": {name: plain(value) for name, value in self.values.items()},
            "clauses": list(self.clauses),
            "explanation": {"zh-hans": self.explanation.zh, "en": self.explanation.en},
        }


def plain(value: Any) -> Any:
    """A value as JSON holds it. Floats are refused: nothing that is decided or hashed may depend on rounding."""
    kind = type(value)
    if kind is str or value is None or kind is bool or kind is int:
        return value
    if kind is Decimal:
        return f"{fen(value):f}"
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("an instant needs its offset")
        return value.astimezone(BEIJING).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    if isinstance(value, Text):
        return value.as_json()
    raise TypeError(f"{kind.__name__} has no plain form")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number, an amount, a list or a table that rules work with, and where it comes from.

    `origin` says whether the regulation itself sets it or the platform had to choose; everybody is shown which.
    """

    key: str
    type: str
    value: Any
    unit: str
    clause: str
    origin: Origin
    name: Text
    description: Text


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause in the product's own words. `binds`: P provider, U user, M marketplace."""

    id: str
    chapter: int
    title: Text
    text: Text
    binds: tuple[str, ...] = ()
    parent: str | None = None

    @property
    def article(self) -> int:
        return clause_key(self.id)[0]


@dataclass(frozen=True, slots=True)
class DepositBand:
    """The deposit for a highest paid price on sale up to `up_to` yuan (None: without limit).

    None for a kind of provider: such prices are not admitted for it. The band `up_to` 0 is "free products only".
    """

    up_to: Decimal | None
    enterprise: Decimal | None
    individual: Decimal | None


@dataclass(frozen=True, slots=True)
class FeeStep:
    """The service fee on a provider's sales of a natural year up to `up_to` yuan (None: without limit)."""

    up_to: Decimal | None
    percent: Decimal


@dataclass(frozen=True, slots=True)
class StandingStep:
    """What a provider's points of a natural year bring about from `points` on."""

    points: int
    measures: tuple[str, ...]
    freeze_days: int


@dataclass(frozen=True, slots=True)
class Freeze:
    """What a schedule row hides. `scope`: store, product or publishing (no new listings).

    `days` is how long; None lasts until what is wrong has been mended. `repeat_days` replaces `days` the second time,
    where the row says so.
    """

    scope: str
    days: int | None
    repeat_days: int | None = None


@dataclass(frozen=True, slots=True)
class Deduction:
    """What a schedule row takes from the deposit: an amount, or a share of it up to a cap (yuan).

    `kind`: `penalty`, `compensation` (goes to the buyer, no penalty), `refund` (the platform pays the buyer back)
    or `offset` (out of the next settlement, to the deposit itself). A compensation's amount is found in the case.
    """

    kind: str
    amount: Decimal | None = None
    percent: Decimal | None = None
    cap: Decimal | None = None

    def taken_from(self, balance: Decimal) -> Decimal:
        """What a penalty takes from a deposit of that balance, never more than it holds (yuan)."""
        if self.kind != "penalty":
            return NOTHING
        if self.percent is not None:
            wanted = fen(balance * self.percent / 100)
            if self.cap is not None:
                wanted = min(wanted, self.cap)
        else:
            wanted = self.amount or NOTHING
        return max(min(wanted, balance), NOTHING)


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """A row of the violation schedule: what a kind of conduct costs. Every number of it is a platform default."""

    code: str
    clauses: tuple[str, ...]
    name: Text
    grade: str | None
    points: int
    freeze: Freeze | None
    deduction: Deduction | None
    measures: tuple[str, ...]
    escalates: bool
    source: str
    immediate: bool = False
    is_penalty: bool = True

    @property
    def clears_out(self) -> bool:
        """Whether the row by itself ends the provider's stay (§24(1))."""
        return self.grade == "E"


@dataclass(frozen=True)
class Rulebook:
    """One version of the rules with everything in it. Immutable."""

    version: str
    effective_at: datetime
    parameters: Mapping[str, Parameter]
    clauses: Mapping[str, Clause]
    schedule: Mapping[str, ScheduleRow]
    measures: Mapping[str, Text]
    overrides: frozenset[str] = frozenset()
    _values: Mapping[str, Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        values = {key: parameter.value for key, parameter in self.parameters.items()}
        object.__setattr__(self, "_values", MappingProxyType(values))

    def parameter(self, key: str) -> Any:
        """A parameter's typed value: int, Decimal, bool, time, text, or a tuple of them. KeyError where unknown."""
        return self._values[key]

    def with_terms(self, terms: Mapping[str, Any]) -> Rulebook:
        """The rulebook for a provider whose signed agreement sets `terms` (parameter key to typed value), §3.

        A term overrides a parameter of the same type. Unknown keys raise KeyError.
        """
        if not terms:
            return self
        changed = dict(self.parameters)
        for key, value in terms.items():
            changed[key] = replace(self.parameters[key], value=value)
        return replace(self, parameters=changed, overrides=self.overrides | frozenset(terms))

    def parameters_of(self, clause: str) -> list[Parameter]:
        """The parameters that rest on a clause or on anything below it, in the order of the regulation."""
        own = clause_key(clause)
        depth = 1 if not own[1] and not own[3] else 3 if not own[3] else 4
        return sorted(
            (item for item in self.parameters.values() if clause_key(item.clause)[:depth] == own[:depth]),
            key=lambda item: (clause_key(item.clause), item.key),
        )


def money(amount: Decimal) -> str:
    """An amount as people read it: `¥1,200.00`."""
    return f"¥{amount:,.2f}"


def moment(at: datetime) -> str:
    """An instant as people read it, in Beijing time: `2026-03-02 14:05`."""
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def moment_of_end(at: datetime) -> Text:
    """The end of a period: one of whole days is said by its last day, `2026-03-07 24:00`, `the end of 2026-03-07`."""
    instant = at.astimezone(BEIJING)
    if (instant.hour, instant.minute, instant.second) != (0, 0, 0):
        return Text(moment(at), moment(at))
    last_day = (instant - timedelta(days=1)).strftime("%Y-%m-%d")
    return Text(f"{last_day} 24:00", f"the end of {last_day}")


def names_an_end(name: str) -> bool:
    """Whether a value of that name is the end of a period, to be said by `moment_of_end`."""
    return name.endswith(("due_at", "ends_at", "until", "_by", "deadline"))


def moment_exact(at: datetime) -> str:
    """An instant with its seconds, where seconds decide: `2026-03-02 14:05:30`."""
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def joined(names: Iterable[str], separator: str) -> str:
    """Several names in one sentence."""
    return separator.join(names)
