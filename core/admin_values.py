"""What the desk shows of a stored value: in words, never as it is stored."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.clock import BEIJING
from core.money import format_yuan

NOTHING = "–"
_CLAUSE = re.compile(r"^\d{1,2}(\(\d{1,2}(bis)?\)\d{0,2})?$")
_INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d")
_YUAN = re.compile(r"^-?\d+\.\d\d$")
_PERSON = re.compile(r"^(?:operator|user):(\d+)$")


def in_words(value: Any) -> Any:
    """A stored value: texts in the reader's language, clauses with their sign, instants in Beijing time, amounts in
    yuan, lists in a line, and what has parts as names and values.
    """
    if value in (None, "", [], {}, ()):
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return _parts(value)
    if isinstance(value, list | tuple):
        if any(isinstance(one, Mapping) for one in value):
            return format_html_join(mark_safe("<br>"), "{}", ((in_words(one),) for one in value))
        return ("、" if _chinese() else ", ").join(
            f"§{one}" if isinstance(one, str) and _CLAUSE.match(one) else str(in_words(one)) for one in value
        )
    return _line(value) if isinstance(value, str) else value


def _chinese() -> bool:
    return not (get_language() or "").startswith("en")


def _parts(value: Mapping[str, Any]) -> Any:
    if set(value) == {"zh-hans", "en"}:
        return value["zh-hans" if _chinese() else "en"]
    rows = ((_name(key), in_words(one)) for key, one in value.items())
    return format_html('<dl class="desk-facts">{}</dl>', format_html_join("", "<dt>{}</dt><dd>{}</dd>", rows))


def _name(key: str) -> str:
    return str(key).replace("_", " ")


def _line(value: str) -> str:
    if _INSTANT.match(value):
        return f"{datetime.fromisoformat(value).astimezone(BEIJING):%Y-%m-%d %H:%M}"
    return format_yuan(value) if _YUAN.match(value) else value


def person_named(reference: str) -> str:
    """Who `operator:7` is; the reference itself where that is nobody."""
    found = _PERSON.match(reference or "")
    if found is None:
        return _("the platform itself") if reference == "system" else reference or NOTHING  # type: ignore[return-value]
    person = get_user_model().objects.filter(pk=found[1]).first()
    return str(person) if person else reference


def decision_told(record: Any) -> SafeString | str:
    """A decision by what it says, as a link to it."""
    if record is None:
        return NOTHING
    url = reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk])
    return format_html('<a href="{}">{}</a>', url, in_words(record.explanation))
