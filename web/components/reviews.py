"""Scores as people look at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from web.components.icons import icon_svg


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """How many gave so many stars; `share` of all in whole percent."""

    stars: int
    count: int
    share: int


@dataclass(frozen=True, slots=True)
class ReviewBars:
    """The spread of reviews, five stars first. `average` is None where there are none."""

    average: Decimal | None
    average_text: str
    total: int
    lines: tuple[ReviewLine, ...]


def review_bars(counts: Mapping[int, int]) -> ReviewBars:
    """The spread of reviews from the number of each score (1 to 5)."""
    total = sum(counts.get(stars, 0) for stars in range(1, 6))
    average = None
    if total:
        points = sum(stars * counts.get(stars, 0) for stars in range(1, 6))
        average = (Decimal(points) / total).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return ReviewBars(
        average=average,
        average_text=str(average) if average is not None else "—",
        total=total,
        lines=tuple(
            ReviewLine(stars, counts.get(stars, 0), round(counts.get(stars, 0) * 100 / total) if total else 0)
            for stars in range(5, 0, -1)
        ),
    )


def stars_html(score: Any) -> SafeString:
    """Five stars, filled to the nearest whole one, read out as the score itself."""
    if score is None or score == "":
        return format_html('<span class="muted">{}</span>', _("No reviews yet"))
    filled = int(Decimal(str(score)).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    drawn = format_html_join(
        "", "{}", ((icon_svg("star", "", "star-on" if n <= filled else "star-off"),) for n in range(1, 6))
    )
    label = _("%(score)s out of 5") % {"score": score}
    return format_html('<span class="stars" role="img" aria-label="{}">{}</span>', label, drawn)
