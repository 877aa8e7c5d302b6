"""Steps, tabs, tasks, consequences, choices: small plain values that components draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.functional import Promise

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a job. `state`: done, current, todo or wrong."""

    label: Words
    state: str = "todo"
    url: str = ""
    note: Words = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of a subject with its own address."""

    label: Words
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """Something somebody must do; `then` says what happens at the deadline."""

    what: Words
    url: str
    due_at: datetime | None = None
    then: Words = ""
    note: Words = ""
    icon: str = "circle-dot"
    tone: str = "neutral"


@dataclass(frozen=True, slots=True)
class Consequence:
    """One thing that an act will do, with the yuan it moves."""

    text: Words
    amount: Decimal | None = None
    tone: str = "neutral"


@dataclass(frozen=True, slots=True)
class ChoiceCard:
    """One of a few choices, with its price or consequence at the side."""

    value: str
    label: Words
    note: Words = ""
    aside: Words = ""
    checked: bool = False
    disabled: bool = False


def steps_at(labels: Sequence[Words], current: int) -> list[Step]:
    """Steps of which those before `current` (from 0) are done; past the last, all are."""
    return [
        Step(label, "done" if index < current else "current" if index == current else "todo")
        for index, label in enumerate(labels)
    ]
