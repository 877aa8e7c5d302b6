"""The clock of a deadline."""

from datetime import datetime, timedelta

import pytest
from django.utils.translation import override

from core.clock import BEIJING
from web.components.countdown import countdown


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


def test_without_a_deadline_there_is_no_clock(now):
    assert countdown(None, now) is None


@pytest.mark.parametrize(
    ("left", "tone"),
    [
        (timedelta(hours=24, seconds=1), "calm"),
        (timedelta(hours=24), "warning"),
        (timedelta(seconds=1), "warning"),
        (timedelta(0), "late"),
        (timedelta(seconds=-1), "late"),
    ],
)
def test_it_warns_in_the_last_day_and_is_late_at_the_very_instant(now, left, tone):
    assert countdown(now + left, now).tone == tone


@pytest.mark.parametrize(("minutes", "tone"), [(22, "calm"), (23, "warning"), (30, "late")])
def test_a_short_period_warns_in_its_last_quarter(now, minutes, tone):
    clock = countdown(now + timedelta(minutes=30), now + timedelta(minutes=minutes), start=now)
    assert clock.tone == tone


def test_it_says_what_is_left_and_what_is_over(now):
    assert countdown(now + timedelta(days=2, hours=3), now).text == "2 days 3 hours left"
    assert countdown(now - timedelta(hours=3, minutes=12), now).text == "3 hours 12 minutes late"
    assert countdown(now + timedelta(seconds=30), now).text == "under a minute left"


def test_scripts_are_told_when_to_change_the_colour(now):
    clock = countdown(now + timedelta(days=3), now)
    assert clock.warn_iso == (now + timedelta(days=2)).isoformat()
    assert clock.due_iso == (now + timedelta(days=3)).isoformat()


def test_its_hover_says_the_end_of_a_day_like_the_sentence_beside_it(now):
    assert countdown(datetime(2026, 3, 8, tzinfo=BEIJING), now).title == "Due by the end of 2026-03-07"
    assert countdown(datetime(2026, 3, 8, 9, 30, tzinfo=BEIJING), now).title == "Due by 2026-03-08 09:30"
