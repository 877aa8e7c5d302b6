"""The standing ladder and the spread of reviews."""

from decimal import Decimal

import pytest
from django.utils.translation import override

from web.components.ladder import ladder
from web.components.reviews import review_bars, stars_html


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.mark.clause("20(4)", "24(4)")
@pytest.mark.parametrize(
    ("points", "tone", "sentence", "reached"),
    [
        (0, "paid", "6 points to the next step.", [0]),
        (5, "paid", "1 point to the next step.", [0]),
        (6, "due", "6 points to the next step.", [0, 6]),
        (12, "late", "6 points to the next step.", [0, 6, 12]),
        (18, "late", "6 points more and the store is cleared out.", [0, 6, 12, 18]),
        (23, "late", "1 point more and the store is cleared out.", [0, 6, 12, 18]),
        (24, "late", "At 24 points the store is closed, and is cleared out.", [0, 6, 12, 18, 24]),
        (30, "late", "At 24 points the store is closed, and is cleared out.", [0, 6, 12, 18, 24]),
    ],
)
def test_the_ladder_says_what_comes_next_on_both_sides_of_each_step(points, tone, sentence, reached):
    shown = ladder(points)
    assert (shown.tone, shown.sentence) == (tone, sentence)
    assert [step.points for step in shown.steps if step.reached] == reached
    assert 0 <= shown.share <= 100


def test_reviews_are_averaged_half_up_and_none_is_not_zero():
    bars = review_bars({5: 1, 4: 1, 1: 2})
    assert bars.average == Decimal("2.8")
    assert [line.count for line in bars.lines] == [1, 1, 0, 0, 2]
    assert [line.share for line in bars.lines] == [25, 25, 0, 0, 50]
    assert review_bars({}).average is None


def test_stars_are_read_out_as_the_score():
    html = stars_html("3.5")
    assert 'aria-label="3.5 out of 5"' in html
    assert html.count("star-on") == 4
    assert "No reviews yet" in stars_html(None)
