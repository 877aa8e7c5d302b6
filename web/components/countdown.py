"""The clock of a deadline: calm, warning, late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from web.components import words

LAST_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Countdown:
    """What a countdown chip says. `warn_iso`: from when it warns, so that scripts can go on by themselves."""

    tone: str
    text: str
    title: str
    due_iso: str
    warn_iso: str


def countdown(due_at: Any, now: datetime, start: Any = None) -> Countdown | None:
    """The chip of a deadline at `now`; None where there is no deadline.

    It warns in the last quarter of the period where its start is known, otherwise in its last 24 hours. At the
    very instant of the deadline the period is over: late.
    """
    due = words.as_instant(due_at)
    if due is None:
        return None
    began = words.as_instant(start)
    warn_at = due - (due - began) / 4 if began and began < due else due - LAST_DAY
    left = (due - now).total_seconds()
    if left <= 0:
        tone, text = "late", _("{time} late")
    else:
        tone, text = ("warning" if now >= warn_at else "calm"), _("{time} left")
    return Countdown(
        tone=tone,
        text=text.replace("{time}", words.length_text(left)),
        title=_("Due by %(when)s") % {"when": words.end_text(due)},
        due_iso=due.isoformat(),
        warn_iso=warn_at.isoformat(),
    )
