"""The door through which facts come in. Pure.

Facts arrive as JSON from the command and the REST resource and are refused here, with the field's name, before a rule
sees them; what holds between fields is said by the facts class itself (`__post_init__`), so that facts built in code
keep to it too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from core.errors import InvalidInput
from core.periods import BEIJING
from regulation.types import plain

# How a field is read from JSON. An instant carries its offset, a day is a Beijing date, an amount is text of
# yuan with at
# most two decimals, a percentage text from 0 to 100, a count a whole number.
Instant = Annotated[datetime, "instant"]
Day = Annotated[date, "day"]
Amount = Annotated[Decimal, "amount"]
Percent = Annotated[Decimal, "percent"]
Count = Annotated[int, "count"]
Flag = Annotated[bool, "flag"]

FIRST_YEAR, LAST_YEAR = 1950, 2999
MOST_ITEMS = 10_000
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
).fullmatch
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_AMOUNT = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,2})?").fullmatch
_PERCENT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,6})?").fullmatch
NAME = re.compile(r"[a-z_][a-z0-9_.\[\]]{0,80}").fullmatch

Parse = Callable[[str, Any], Any]


class FactsRefused(InvalidInput):
    """Facts that a rule cannot use. `field` names the one that is wrong; `facts` where it is the whole of them."""

    code = "facts_refused"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message, field=field)
        self.field: str = field


def read_json(text: str | bytes) -> dict[str, Any]:
    """One JSON object, refused where it is anything else, has a name twice, or is not UTF-8."""
    try:
        if isinstance(text, bytes):
            text = text.removeprefix(b"\xef\xbb\xbf").decode()
        value = _decode(text)
    except FactsRefused:
        raise
    except UnicodeDecodeError:
        raise FactsRefused("facts", "is not UTF-8") from None
    except RecursionError:
        raise FactsRefused("facts", "is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise FactsRefused("facts", f"is not JSON: {error.msg} at line {error.lineno} column {error.colno}") from None
    except ValueError:
        raise FactsRefused("facts", "holds a number too large to read") from None
    if type(value) is not dict:
        raise FactsRefused("facts", "must be one JSON object")
    return value


def facts_from(cls: Any, value: Mapping[str, Any], *, at: str = "") -> Any:
    """A facts class from a JSON object. Raises FactsRefused naming the field.

    An unknown field is named before a missing one, so that a misspelt name is found by its own spelling.
    """
    known = readers(cls)
    if len(value) != len(known) or value.keys() != known.keys():
        for name in value:
            if name not in known:
                raise FactsRefused(at + (name if NAME(name) else json.dumps(name)[:80]), "is not a fact of this rule")
        for name in known:
            if name not in value:
                raise FactsRefused(at + name, "is missing")
    read = {name: parse(at + name, value[name]) for name, parse in known.items()}
    try:
        return cls(**read)
    except FactsRefused as refused:
        if at:
            raise FactsRefused(at + refused.field, str(refused.message)) from None
        raise


def facts_json(facts: Any) -> dict[str, Any]:
    """Facts as JSON holds them, so that they can be recorded and replayed: the inverse of `facts_from`."""
    return {item.name: _fact_plain(getattr(facts, item.name)) for item in fields(facts)}


def facts_shape(cls: type) -> list[dict[str, Any]]:
    """The fields of a facts class: `name`, `type`, `nullable`, and `choices` or `fields` where it has them."""
    return [_shape(name, hint) for name, hint in _hints(cls).items()]


def not_before(name: str, at: datetime | date | None, first: str, first_at: datetime | date | None) -> None:
    """Refuse an event before the one it follows. Raises FactsRefused naming the later one."""
    if at is None or first_at is None:
        return
    if type(at) is not type(first_at):
        at = at.astimezone(BEIJING).date() if isinstance(at, datetime) else at
        first_at = first_at.astimezone(BEIJING).date() if isinstance(first_at, datetime) else first_at
    if at < first_at:  # type: ignore[operator]
        raise FactsRefused(name, f"is before {first}")


def not_more(name: str, value: Decimal | int, whole: str, most: Decimal | int) -> None:
    """Refuse a part that is larger than its whole. Raises FactsRefused naming the part."""
    if value > most:
        raise FactsRefused(name, f"is more than {whole}")


def _fact_plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_fact_plain(item) for item in value]
    if is_dataclass(value):
        return facts_json(value)
    if isinstance(value, Decimal):
        # A percentage may have more places than an amount, and is recorded as it was given.
        return f"{value:f}"
    return plain(value)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise FactsRefused(name if NAME(name) else json.dumps(name)[:80], "is given twice")
            seen.add(name)
    return value


def _no_constant(name: str) -> Any:
    raise FactsRefused("facts", f"is not JSON: {name} is not a number")


_decode = json.JSONDecoder(object_pairs_hook=_once_each, parse_constant=_no_constant).decode


def _shown(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 40 else text[:37] + "..."


def read_instant(name: str, value: Any) -> datetime:
    """An instant from its text, in Beijing time. Raises FactsRefused naming the field."""
    if type(value) is not str:
        raise FactsRefused(name, f'must be an instant such as "2026-03-02T14:05:00+08:00", not {_shown(value)}')
    found = _INSTANT(value)
    if found is None:
        raise FactsRefused(name, f"is not an ISO 8601 instant: {_shown(value)}")
    if found.group(1) is None:
        raise FactsRefused(name, f"has no offset: {_shown(value)}")
    try:
        at = datetime.fromisoformat(value).astimezone(BEIJING)
    except (ValueError, OverflowError):
        raise FactsRefused(name, f"is not an instant that exists: {_shown(value)}") from None
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise FactsRefused(name, f"is outside the years {FIRST_YEAR} to {LAST_YEAR}: {_shown(value)}")
    return at


def _read_day(name: str, value: Any) -> date:
    if type(value) is not str or _DAY(value) is None:
        raise FactsRefused(name, f'must be a Beijing date such as "2026-03-02", not {_shown(value)}')
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise FactsRefused(name, f"is not a date that exists: {_shown(value)}") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise FactsRefused(name, f"is outside the years {FIRST_YEAR} to {LAST_YEAR}: {_shown(value)}")
    return day


def _read_amount(name: str, value: Any) -> Decimal:
    if type(value) is not str:
        raise FactsRefused(name, f'must be an amount as text such as "1200.00", not {_shown(value)}')
    if _AMOUNT(value) is None:
        if re.fullmatch(r"-[0-9]+(\.[0-9]+)?", value):
            raise FactsRefused(name, f"is negative: {_shown(value)}")
        if re.fullmatch(r"[0-9]+\.[0-9]{3,}", value):
            raise FactsRefused(name, f"has more than two decimals: {_shown(value)}")
        if re.fullmatch(r"[0-9]{13,}(\.[0-9]{1,2})?", value):
            raise FactsRefused(name, f"is larger than the platform can book: {_shown(value)}")
        raise FactsRefused(name, f"is not an amount: {_shown(value)}")
    return Decimal(value)


def _read_percent(name: str, value: Any) -> Decimal:
    if type(value) is not str:
        raise FactsRefused(name, f'must be a percentage as text such as "50", not {_shown(value)}')
    if _PERCENT(value) is None:
        if re.fullmatch(r"-[0-9]+(\.[0-9]+)?", value):
            raise FactsRefused(name, f"is negative: {_shown(value)}")
        if re.fullmatch(r"[0-9]{4,}(\.[0-9]+)?", value):
            raise FactsRefused(name, f"is above 100: {_shown(value)}")
        raise FactsRefused(name, f"is not a percentage: {_shown(value)}")
    percent = Decimal(value)
    if percent > 100:
        raise FactsRefused(name, f"is above 100: {_shown(value)}")
    return percent


def _read_count(name: str, value: Any) -> int:
    if type(value) is not int:
        raise FactsRefused(name, f"must be a whole number, not {_shown(value)}")
    if value < 0:
        raise FactsRefused(name, f"is negative: {_shown(value)}")
    if value > 10**12:
        raise FactsRefused(name, "is larger than the platform can count")
    return value


def _read_flag(name: str, value: Any) -> bool:
    if type(value) is not bool:
        raise FactsRefused(name, f"must be true or false, not {_shown(value)}")
    return value


_KINDS: dict[str, Parse] = {
    "instant": read_instant,
    "day": _read_day,
    "amount": _read_amount,
    "percent": _read_percent,
    "count": _read_count,
    "flag": _read_flag,
}


def _nullable(parse: Parse) -> Parse:
    def read(name: str, value: Any) -> Any:
        return None if value is None else parse(name, value)

    return read


def _choice(enum: type[StrEnum]) -> Parse:
    members = {str(member): member for member in enum}
    known = ", ".join(members)

    def read(name: str, value: Any) -> Any:
        found = members.get(value) if type(value) is str else None
        if found is None:
            raise FactsRefused(name, f"must be one of {known}, not {_shown(value)}")
        return found

    return read


def _items(parse: Parse) -> Parse:
    def read(name: str, value: Any) -> Any:
        if type(value) is not list:
            raise FactsRefused(name, f"must be a list, not {_shown(value)}")
        if len(value) > MOST_ITEMS:
            raise FactsRefused(name, f"holds more than {MOST_ITEMS} items")
        return tuple(parse(f"{name}[{index}]", item) for index, item in enumerate(value))

    return read


def _object(cls: type) -> Parse:
    def read(name: str, value: Any) -> Any:
        if type(value) is not dict:
            raise FactsRefused(name, f"must be an object, not {_shown(value)}")
        return facts_from(cls, value, at=name + ".")

    return read


def _split(hint: Any) -> tuple[Any, bool]:
    """A hint without its `| None`, and whether it had one."""
    if get_origin(hint) is Annotated or get_origin(hint) is None or get_origin(hint) is tuple:
        return hint, False
    if get_origin(hint) in (Union, UnionType):
        inner = [part for part in get_args(hint) if part is not type(None)]
        if len(inner) == 1:
            return inner[0], True
    raise TypeError(f"a fact cannot be {hint}")


def _parser(hint: Any) -> Parse:
    hint, nullable = _split(hint)
    if nullable:
        return _nullable(_parser(hint))
    if get_origin(hint) is Annotated:
        return _KINDS[get_args(hint)[1]]
    if get_origin(hint) is tuple:
        return _items(_parser(get_args(hint)[0]))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _choice(hint)
    if is_dataclass(hint) and isinstance(hint, type):
        return _object(hint)
    raise TypeError(f"a fact cannot be {hint}")


@lru_cache(maxsize=256)
def _hints(cls: Any) -> dict[str, Any]:
    hints = get_type_hints(cls, include_extras=True)
    for item in fields(cls):
        if item.default is not MISSING or item.default_factory is not MISSING:
            raise TypeError(f"{cls.__name__}.{item.name}: a fact has no default")
    return {item.name: hints[item.name] for item in fields(cls)}


@lru_cache(maxsize=256)
def readers(cls: Any) -> dict[str, Parse]:
    return {name: _parser(hint) for name, hint in _hints(cls).items()}


def _shape(name: str, hint: Any) -> dict[str, Any]:
    hint, nullable = _split(hint)
    shape: dict[str, Any] = {"name": name, "nullable": nullable}
    if get_origin(hint) is Annotated:
        return shape | {"type": get_args(hint)[1]}
    if get_origin(hint) is tuple:
        inner = _shape("", get_args(hint)[0])
        return shape | {"type": f"list of {inner['type']}s"} | {k: v for k, v in inner.items() if k == "fields"}
    if is_dataclass(hint) and isinstance(hint, type):
        return shape | {"type": "object", "fields": facts_shape(hint)}
    return shape | {"type": "choice", "choices": [str(member) for member in hint]}
