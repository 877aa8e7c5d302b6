"""A provider's standing: penalty points of a year against the steps at which measures follow (§20, §21, §24)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

STEPS = (0, 6, 12, 18, 24)


@dataclass(frozen=True, slots=True)
class LadderStep:
    """A step of the ladder and whether it was reached."""

    points: int
    share: int
    reached: bool


@dataclass(frozen=True, slots=True)
class Ladder:
    """What the ladder draws: `share` of the way to clearance in whole percent."""

    points: int
    limit: int
    share: int
    tone: str
    sentence: str
    steps: tuple[LadderStep, ...]


def ladder(points: int, steps: tuple[int, ...] = STEPS) -> Ladder:
    """The ladder at a tally: good until 6, a warning from 6 on, late from 12 on; at 24 the store is cleared out."""
    limit = steps[-1]
    following = next((step for step in steps if step > points), None)
    if following is None:
        tone, sentence = "late", _("At 24 points the store is closed, and is cleared out.")
    else:
        tone = "paid" if points < steps[1] else "due" if points < steps[2] else "late"
        left = following - points
        if following == limit:
            text = ngettext(
                "%(n)s point more and the store is cleared out.",
                "%(n)s points more and the store is cleared out.",
                left,
            )
        else:
            text = ngettext("%(n)s point to the next step.", "%(n)s points to the next step.", left)
        sentence = text % {"n": left}
    return Ladder(
        points=points,
        limit=limit,
        share=min(100, round(points * 100 / limit)),
        tone=tone,
        sentence=sentence,
        steps=tuple(LadderStep(step, round(step * 100 / limit), points >= step) for step in steps),
    )
