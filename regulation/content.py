"""A rulebook's content as data, checked field by field. Pure.

The same content stands in the shipped data files, in a version's row, and in a draft that an operator edits; it
becomes a rulebook only through here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, time
from decimal import Decimal
from itertools import pairwise
from typing import Any

from core.errors import InvalidInput
from regulation.types import (
    Clause,
    Deduction,
    DepositBand,
    FeeStep,
    Freeze,
    Parameter,
    Rulebook,
    ScheduleRow,
    StandingStep,
    Text,
    clause_key,
)

ORIGINS = ("regulation", "platform default")
GRADES = ("A", "B", "C", "D", "E")
SCOPES = ("store", "product", "publishing")
DEDUCTIONS = ("penalty", "compensation", "refund", "offset")
MOST = 1_000_000
_KEY = re.compile(r"[a-z]+(\.[a-z0-9_]+)+").fullmatch
_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?").fullmatch
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?").fullmatch
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]").fullmatch


class RulebookInvalid(InvalidInput):
    """Content that is no rulebook; `field` is the path of what is wrong."""

    code = "rulebook_invalid"

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}", field=path)


def rulebook_from(content: Mapping[str, Any], *, version: str, effective_at: datetime) -> Rulebook:
    """The rulebook that content makes. Raises RulebookInvalid naming the path of what is wrong."""
    clauses = {key: _clause(key, value) for key, value in _part(content, "clauses").items()}
    measures = {key: _text(f"measures.{key}", value) for key, value in _part(content, "measures").items()}
    parameters = {key: _parameter(key, value) for key, value in _part(content, "parameters").items()}
    schedule = {key: _row(key, value) for key, value in _part(content, "schedule").items()}
    for parameter in parameters.values():
        _known(f"parameters.{parameter.key}.clause", (parameter.clause,), clauses, "clause")
    for row in schedule.values():
        _known(f"schedule.{row.code}.clauses", row.clauses, clauses, "clause")
        _known(f"schedule.{row.code}.measures", row.measures, measures, "measure")
    return Rulebook(version, effective_at, parameters, clauses, schedule, measures)


def parameter_value(parameter: Parameter, raw: Any) -> Any:
    """A raw JSON value typed as the parameter is, for a draft or an agreement's term. Raises RulebookInvalid."""
    return _VALUES[parameter.type](f"parameters.{parameter.key}", raw)


def parameter_types() -> tuple[str, ...]:
    """The types that a parameter may have."""
    return tuple(_VALUES)


def _part(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = content.get(name)
    if not isinstance(part, Mapping) or not part:
        raise RulebookInvalid(name, "is missing")
    return part


def _known(path: str, used: tuple[str, ...], known: Mapping[str, Any], what: str) -> None:
    for item in used:
        if item not in known:
            raise RulebookInvalid(path, f"there is no {what} {item}")


def _fields(path: str, value: Any, *, needed: tuple[str, ...], optional: tuple[str, ...] = ()) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise RulebookInvalid(path, "must be an object")
    for name in value:
        if name not in needed and name not in optional:
            raise RulebookInvalid(f"{path}.{name}", "is not known")
    for name in needed:
        if name not in value:
            raise RulebookInvalid(f"{path}.{name}", "is missing")
    return value


def _words(path: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise RulebookInvalid(path, "must be text")
    return value


def _text(path: str, value: Any) -> Text:
    found = _fields(path, value, needed=("zh-hans", "en"))
    return Text(_words(f"{path}.zh-hans", found["zh-hans"]), _words(f"{path}.en", found["en"]))


def _citation(path: str, value: Any) -> str:
    try:
        clause_key(value)
    except (ValueError, TypeError):
        raise RulebookInvalid(path, "must be a citation such as 17(4)2") from None
    return str(value)


def _clause(key: str, value: Any) -> Clause:
    path = f"clauses.{key}"
    found = _fields(path, value, needed=("chapter", "title", "text"), optional=("binds", "parent"))
    binds = tuple(found.get("binds", ()))
    if any(one not in ("P", "U", "M") for one in binds):
        raise RulebookInvalid(f"{path}.binds", "must be of P, U and M")
    parent = found.get("parent")
    return Clause(
        _citation(path, key),
        _count(f"{path}.chapter", found["chapter"]),
        _text(f"{path}.title", found["title"]),
        _text(f"{path}.text", found["text"]),
        binds,
        None if parent is None else _citation(f"{path}.parent", parent),
    )


def _parameter(key: str, value: Any) -> Parameter:
    path = f"parameters.{key}"
    if not _KEY(key):
        raise RulebookInvalid(path, "must be a key such as deposit.top_up_working_days")
    needed = ("type", "value", "unit", "clause", "origin", "name", "description")
    found = _fields(path, value, needed=needed)
    if found["type"] not in _VALUES:
        raise RulebookInvalid(f"{path}.type", "is not known")
    if found["origin"] not in ORIGINS:
        raise RulebookInvalid(f"{path}.origin", "must be regulation or platform default")
    return Parameter(
        key,
        found["type"],
        _VALUES[found["type"]](f"{path}.value", found["value"]),
        str(found["unit"]),
        _citation(f"{path}.clause", found["clause"]),
        found["origin"],
        _text(f"{path}.name", found["name"]),
        _text(f"{path}.description", found["description"]),
    )


def _row(code: str, value: Any) -> ScheduleRow:
    path = f"schedule.{code}"
    if not re.fullmatch(r"V[0-9]{4}", code):
        raise RulebookInvalid(path, "must be a code such as V1816")
    found = _fields(
        path,
        value,
        needed=("clauses", "name", "points", "escalates", "source"),
        optional=("grade", "freeze", "deduction", "measures", "immediate", "penalty"),
    )
    grade = found.get("grade")
    if grade is not None and grade not in GRADES:
        raise RulebookInvalid(f"{path}.grade", "must be A to E")
    return ScheduleRow(
        code,
        tuple(_citation(f"{path}.clauses", one) for one in found["clauses"]),
        _text(f"{path}.name", found["name"]),
        grade,
        _count(f"{path}.points", found["points"]),
        _freeze(f"{path}.freeze", found["freeze"]) if "freeze" in found else None,
        _deduction(f"{path}.deduction", found["deduction"]) if "deduction" in found else None,
        tuple(found.get("measures", ())),
        _flag(f"{path}.escalates", found["escalates"]),
        _words(f"{path}.source", found["source"]),
        _flag(f"{path}.immediate", found.get("immediate", False)),
        _flag(f"{path}.penalty", found.get("penalty", True)),
    )


def _freeze(path: str, value: Any) -> Freeze:
    found = _fields(path, value, needed=("scope",), optional=("days", "repeat_days"))
    if found["scope"] not in SCOPES:
        raise RulebookInvalid(f"{path}.scope", "must be store, product or publishing")
    days, repeat = found.get("days"), found.get("repeat_days")
    return Freeze(
        found["scope"],
        None if days is None else _count(f"{path}.days", days),
        None if repeat is None else _count(f"{path}.repeat_days", repeat),
    )


def _deduction(path: str, value: Any) -> Deduction:
    found = _fields(path, value, needed=("kind",), optional=("amount", "percent", "cap"))
    if found["kind"] not in DEDUCTIONS:
        raise RulebookInvalid(f"{path}.kind", "is not known")
    if found["kind"] == "penalty" and ("amount" in found) == ("percent" in found):
        raise RulebookInvalid(path, "a penalty is an amount or a percentage")
    return Deduction(
        found["kind"],
        _amount(f"{path}.amount", found["amount"]) if "amount" in found else None,
        _percent(f"{path}.percent", found["percent"]) if "percent" in found else None,
        _amount(f"{path}.cap", found["cap"]) if "cap" in found else None,
    )


def _count(path: str, value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MOST:
        raise RulebookInvalid(path, f"must be a whole number from 0 to {MOST}")
    return value


def _amount(path: str, value: Any) -> Decimal:
    if not isinstance(value, str) or not _AMOUNT(value):
        raise RulebookInvalid(path, "must be an amount as text such as 1200.00")
    return Decimal(value).quantize(Decimal("0.01"))


def _percent(path: str, value: Any) -> Decimal:
    if not isinstance(value, str) or not _PERCENT(value) or Decimal(value) > 100:
        raise RulebookInvalid(path, "must be a percentage as text from 0 to 100")
    return Decimal(value)


def _factor(path: str, value: Any) -> Decimal:
    if not isinstance(value, str) or not _PERCENT(value):
        raise RulebookInvalid(path, "must be a factor as text such as 1.5")
    return Decimal(value)


def _flag(path: str, value: Any) -> bool:
    if type(value) is not bool:
        raise RulebookInvalid(path, "must be true or false")
    return value


def _time(path: str, value: Any) -> time:
    if not isinstance(value, str) or not _TIME(value):
        raise RulebookInvalid(path, "must be a time of day such as 09:00")
    return time.fromisoformat(value)


def _list(read: Callable[[str, Any], Any]) -> Callable[[str, Any], tuple[Any, ...]]:
    def read_all(path: str, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise RulebookInvalid(path, "must be a list")
        return tuple(read(f"{path}[{index}]", item) for index, item in enumerate(value))

    return read_all


def _optional(read: Callable[[str, Any], Any], path: str, value: Any) -> Any:
    return None if value is None or value == "none" else read(path, value)


def _band(path: str, value: Any) -> DepositBand:
    found = _fields(path, value, needed=("up_to", "enterprise", "individual"))
    return DepositBand(*(_optional(_amount, f"{path}.{name}", found[name]) for name in DepositBand.__slots__))


def _fee_step(path: str, value: Any) -> FeeStep:
    found = _fields(path, value, needed=("up_to", "percent"))
    return FeeStep(_optional(_amount, f"{path}.up_to", found["up_to"]), _percent(f"{path}.percent", found["percent"]))


def _standing_step(path: str, value: Any) -> StandingStep:
    found = _fields(path, value, needed=("points", "measures", "freeze_days"))
    return StandingStep(
        _count(f"{path}.points", found["points"]),
        tuple(_words(f"{path}.measures", one) for one in found["measures"]),
        _count(f"{path}.freeze_days", found["freeze_days"]),
    )


def _steps_upwards(read: Callable[[str, Any], Any]) -> Callable[[str, Any], tuple[Any, ...]]:
    """A table of bands: each reaches further than the one before it, and only the last is without limit."""

    def read_table(path: str, value: Any) -> tuple[Any, ...]:
        rows = _list(read)(path, value)
        limits = [row.up_to for row in rows]
        if not rows or limits[-1] is not None or None in limits[:-1]:
            raise RulebookInvalid(path, "only the last row is without limit")
        if any(later <= earlier for earlier, later in pairwise(limits[:-1])):
            raise RulebookInvalid(path, "each row must reach further than the one before it")
        return rows

    return read_table


_VALUES: dict[str, Callable[[str, Any], Any]] = {
    "count": _count,
    "amount": _amount,
    "percent": _percent,
    "factor": _factor,
    "flag": _flag,
    "time": _time,
    "text": _words,
    "counts": _list(_count),
    "texts": _list(_words),
    "factors": _list(_factor),
    "deposit_bands": _steps_upwards(_band),
    "fee_steps": _steps_upwards(_fee_step),
    "standing_steps": _list(_standing_step),
}
