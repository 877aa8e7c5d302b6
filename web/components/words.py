"""Money and time as people read them. Beijing time always; the caller says what time it is now."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core.clock import BEIJING
from regulation.types import moment_of_end

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
# Days with their time, numbers that people quote, amounts: what a line may not end in the middle of.
_WHOLE = re.compile(r"\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2})?|\b[A-Z]{1,3}\d{6}-[0-9A-Z]{6}-[0-9A-Z]\b|-?¥[\d,]+(?:\.\d+)?")
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def in_chinese() -> bool:
    """Whether the reader reads Chinese: everything that is not English is."""
    return not (get_language() or "zh-hans").startswith("en")


def joined(mark: str, parts: Iterable[str]) -> str:
    """Parts in a line, with the reader's language's own mark for `,` or `;`."""
    return ({",": "、", ";": "；"}[mark] if in_chinese() else f"{mark} ").join(parts)


def yuan_text(amount: Any) -> str:
    """An amount in yuan as `¥1,200.00`, `-¥5.00` when it leaves; `—` where there is none."""
    if amount is None or amount == "":
        return "—"
    try:
        value = Decimal(str(amount)).quantize(Decimal("0.01"))
    except InvalidOperation:
        return "—"
    return f"{'-' if value < 0 else ''}¥{abs(value):,.2f}"


def as_instant(value: Any) -> datetime | None:
    """An aware datetime, or its ISO text, in Beijing time; None for anything else."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime) or value.tzinfo is None:
        return None
    return value.astimezone(BEIJING)


def beijing_text(at: Any) -> str:
    """`2026-03-02 14:05`; a date alone as `2026-03-02`."""
    if isinstance(at, date) and not isinstance(at, datetime):
        return at.isoformat()
    instant = as_instant(at)
    return instant.strftime("%Y-%m-%d %H:%M") if instant else ""


def end_text(at: Any) -> str:
    """The end of a period beside `beijing_text`: `2026-03-07 24:00`, `the end of 2026-03-07` where it ends at 00:00."""
    instant = as_instant(at)
    return str(moment_of_end(instant).in_language(get_language() or "zh-hans")) if instant else beijing_text(at)


def unbroken(text: Any) -> SafeString:
    """A text whose days, times, numbers and amounts each stay on one line: they break at no hyphen and no space."""
    escaped = str(conditional_escape(text))
    return mark_safe(_WHOLE.sub(lambda found: f'<span class="nowrap">{found[0]}</span>', escaped))


def day_text(at: Any) -> str:
    """The Beijing day of an instant, `2026-03-02`."""
    if isinstance(at, date) and not isinstance(at, datetime):
        return at.isoformat()
    instant = as_instant(at)
    return instant.date().isoformat() if instant else ""


def deadline_text(at: Any, now: datetime) -> str:
    """A deadline inside a sentence: `3月4日 14:05`, `4 March 14:05`; the year where it is not this one.

    A period that ends at 00:00 is said by its last day: `3月7日 24:00`, `the end of 7 March`.
    """
    instant = as_instant(at)
    if instant is None:
        return ""
    whole_day = (instant.hour, instant.minute, instant.second) == (0, 0, 0)
    day = (instant - timedelta(days=1)).date() if whole_day else instant.date()
    other_year = day.year != now.astimezone(BEIJING).year
    if in_chinese():
        name = f"{day.month}月{day.day}日"
        name = f"{day.year}年{name}" if other_year else name
        return f"{name} 24:00" if whole_day else f"{name} {instant:%H:%M}"
    name = f"{day.day} {MONTHS[day.month - 1]}"
    name = f"{name} {day.year}" if other_year else name
    return f"the end of {name}" if whole_day else f"{name} {instant:%H:%M}"


def length_text(seconds: float) -> str:
    """A length of time by its two largest parts: `2 天 3 小时`, `45 分钟`; under a minute `不到 1 分钟`."""
    left = int(abs(seconds))
    days, hours, minutes = left // DAY, left % DAY // HOUR, left % HOUR // MINUTE
    parts = []
    if days:
        parts.append(ngettext("%(n)s day", "%(n)s days", days) % {"n": days})
    if hours and days < 10:
        parts.append(ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours})
    if minutes and not days:
        parts.append(ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes})
    return " ".join(parts) or _("under a minute")


def relative_text(at: Any, now: datetime) -> str:
    """How far an instant is from now: `3 天前`, `2 小时后`, `刚刚`."""
    instant = as_instant(at)
    if instant is None:
        return ""
    seconds = (instant - now).total_seconds()
    if abs(seconds) < MINUTE:
        return _("just now")
    left = int(abs(seconds))
    if left >= 365 * DAY:
        length = ngettext("%(n)s year", "%(n)s years", left // (365 * DAY)) % {"n": left // (365 * DAY)}
    elif left >= 60 * DAY:
        length = ngettext("%(n)s month", "%(n)s months", left // (30 * DAY)) % {"n": left // (30 * DAY)}
    elif left >= DAY:
        length = ngettext("%(n)s day", "%(n)s days", left // DAY) % {"n": left // DAY}
    elif left >= HOUR:
        length = ngettext("%(n)s hour", "%(n)s hours", left // HOUR) % {"n": left // HOUR}
    else:
        length = ngettext("%(n)s minute", "%(n)s minutes", left // MINUTE) % {"n": left // MINUTE}
    return _("in %(length)s") % {"length": length} if seconds > 0 else _("%(length)s ago") % {"length": length}


def waiting_text(sentence: Any, due_at: Any, now: datetime) -> str:
    """Whom everybody waits for and until when: `等待服务商回复，最晚 3月4日 14:05`.

    `sentence` says who and for what ("Waiting for the provider's answer"); past its time it says so.
    """
    instant = as_instant(due_at)
    if instant is None:
        return str(sentence)
    words = {"sentence": sentence, "when": deadline_text(instant, now)}
    if instant <= now:
        return _("%(sentence)s, late since %(when)s") % words
    return _("%(sentence)s, by %(when)s") % words
