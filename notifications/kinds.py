"""Every kind of message that the platform sends, with its words in both languages.

Each app registers its own in `<app>/messages.py`, imported in `AppConfig.ready()`:

    kinds.register(
        "order.paid",
        title={"zh-hans": "订单 {number} 已付款", "en": "Order {number} is paid"},
        body={"zh-hans": "…{amount}…", "en": "…{amount}…"},
        group="orders",
    )
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from core.clock import BEIJING
from core.money import format_yuan
from notifications.types import LANGUAGES
from regulation.types import moment_of_end, names_an_end

_FIELD = re.compile(r"\{(\w+)\}")

GROUPS: dict[str, Any] = {
    "account": _("Account and security"),
    "announcements": _("Announcements"),
    "orders": _("Orders and delivery"),
    "money": _("Payments, settlement and deposit"),
    "disputes": _("Refunds, complaints and measures"),
    "store": _("Store and products"),
    "promotions": _("Promotions of providers that you bought from"),
    "work": _("Work queues of operators"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of message. A mandatory one is mailed whatever the person prefers; `sms` also texts who has no mail."""

    name: str
    title: Mapping[str, str]
    body: Mapping[str, str]
    group: str
    mandatory: bool
    sms: bool


_kinds: dict[str, Kind] = {}


def register(
    name: str,
    *,
    title: Mapping[str, str],
    body: Mapping[str, str],
    group: str = "orders",
    mandatory: bool = False,
    sms: bool = False,
) -> None:
    """Add a kind. Fields are written `{name}`; both languages need the same ones. Raises ValueError."""
    if name in _kinds:
        raise ValueError(f"message kind {name} is registered already")
    if group not in GROUPS:
        raise ValueError(f"message kind {name}: no group {group}")
    for part, texts in (("title", title), ("body", body)):
        if set(texts) != set(LANGUAGES):
            raise ValueError(f"message kind {name}: the {part} needs {', '.join(LANGUAGES)}")
    fields = [set(_FIELD.findall(title[code] + body[code])) for code in LANGUAGES]
    if fields[0] != fields[1]:
        raise ValueError(f"message kind {name}: the languages name different fields: {fields[0] ^ fields[1]}")
    _kinds[name] = Kind(name, dict(title), dict(body), group, mandatory, sms)


def get(name: str) -> Kind:
    """The kind of that name; KeyError where nobody registered it."""
    return _kinds[name]


def all_kinds() -> list[Kind]:
    """Every kind, by name."""
    return [_kinds[name] for name in sorted(_kinds)]


def mandatory_groups() -> frozenset[str]:
    """Groups in which every kind is mandatory, so that there is nothing to choose."""
    return frozenset(
        group
        for group in GROUPS
        if (members := [kind for kind in _kinds.values() if kind.group == group])
        and all(kind.mandatory for kind in members)
    )


def fill(text: str, context: Mapping[str, Any], language: str) -> str:
    """The text with its fields filled in: money as yuan, instants in Beijing time, mappings by language.

    Raises KeyError where the context lacks a field.
    """
    return _FIELD.sub(lambda found: _shown(found[1], context[found[1]], language), text)


def _shown(name: str, value: Any, language: str) -> str:
    if isinstance(value, Mapping):
        value = value[language]
    if isinstance(value, Decimal):
        return format_yuan(value)
    if isinstance(value, datetime) and names_an_end(name):
        return moment_of_end(value).in_language(language)
    if isinstance(value, datetime):
        return value.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    with override(language):
        return force_str(value)
