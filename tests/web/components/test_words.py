"""Money and time as people read them."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override

from core.clock import BEIJING
from web.components import words


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal("1200"), "¥1,200.00"),
        ("1234567.5", "¥1,234,567.50"),
        (Decimal("-5"), "-¥5.00"),
        (Decimal("0.00"), "¥0.00"),
        (None, "—"),
        ("not money", "—"),
    ],
)
def test_amounts_have_two_decimals_and_say_when_there_is_none(amount, text):
    assert words.yuan_text(amount) == text


def test_instants_are_said_in_beijing_time_wherever_they_come_from():
    assert words.beijing_text(datetime.fromisoformat("2026-03-02T06:05:00+00:00")) == "2026-03-02 14:05"
    assert words.beijing_text("2026-03-01T17:00:00Z") == "2026-03-02 01:00"
    assert words.day_text("2026-03-01T17:00:00Z") == "2026-03-02"
    assert words.beijing_text(date(2026, 3, 2)) == "2026-03-02"


def test_an_instant_without_offset_is_not_guessed_at():
    assert words.beijing_text(datetime(2026, 3, 2, 14, 5)) == ""
    assert words.beijing_text("2026-03-02T14:05:00") == ""


@pytest.mark.parametrize(
    ("at", "chinese", "english"),
    [
        ("2026-03-04T14:05:00+08:00", "3月4日 14:05", "4 March 14:05"),
        # A period that ends at midnight is said by its last day.
        ("2026-03-08T00:00:00+08:00", "3月7日 24:00", "the end of 7 March"),
        ("2026-03-08T00:00:01+08:00", "3月8日 00:00", "8 March 00:00"),
        ("2027-01-01T00:00:00+08:00", "12月31日 24:00", "the end of 31 December"),
        ("2027-01-01T00:01:00+08:00", "2027年1月1日 00:01", "1 January 2027 00:01"),
    ],
)
def test_deadlines_are_said_inside_sentences(now, at, chinese, english):
    with override("zh-hans"):
        assert words.deadline_text(at, now) == chinese
    with override("en"):
        assert words.deadline_text(at, now) == english


@pytest.mark.parametrize(
    ("seconds", "english"),
    [
        (-59, "just now"),
        (-60, "1 minute ago"),
        (-3599, "59 minutes ago"),
        (-3600, "1 hour ago"),
        (-86399, "23 hours ago"),
        (-86400, "1 day ago"),
        (2 * 86400, "in 2 days"),
        (59 * 86400, "in 59 days"),
        (60 * 86400, "in 2 months"),
        (-365 * 86400, "1 year ago"),
    ],
)
def test_relative_time_changes_its_unit_at_the_boundary(now, seconds, english):
    with override("en"):
        assert words.relative_text(now + timedelta(seconds=seconds), now) == english


def test_waiting_is_a_sentence_with_its_deadline_and_says_when_it_is_late(now):
    due = datetime(2026, 3, 4, 14, 5, tzinfo=BEIJING)
    with override("en"):
        said = words.waiting_text("Waiting for the provider", due, now)
        assert said == "Waiting for the provider, by 4 March 14:05"
        assert words.waiting_text("Waiting for the provider", due, due - timedelta(seconds=1)) == said
        late = words.waiting_text("Waiting for the provider", due, due)
        assert late == "Waiting for the provider, late since 4 March 14:05"
        assert words.waiting_text("Waiting for the provider", None, now) == "Waiting for the provider"


@pytest.mark.parametrize(
    ("at", "chinese", "english"),
    [
        # The same moment as a deadline says it: by the last day of the period, beside 14:05 as it is.
        ("2026-03-08T00:00:00+08:00", "2026-03-07 24:00", "the end of 2026-03-07"),
        ("2026-03-07T16:00:00Z", "2026-03-07 24:00", "the end of 2026-03-07"),
        ("2026-03-08T00:00:01+08:00", "2026-03-08 00:00", "2026-03-08 00:00"),
        ("2026-03-07T14:05:00+08:00", "2026-03-07 14:05", "2026-03-07 14:05"),
        (date(2026, 3, 7), "2026-03-07", "2026-03-07"),
        (None, "", ""),
    ],
)
def test_the_end_of_a_period_is_said_by_its_last_day_and_a_beginning_by_its_first(at, chinese, english):
    with override("zh-hans"):
        assert words.end_text(at) == chinese
    with override("en"):
        assert words.end_text(at) == english
    if at == "2026-03-08T00:00:00+08:00":
        assert words.beijing_text(at) == "2026-03-08 00:00"


def test_no_line_ends_inside_a_day_a_number_or_an_amount():
    said = words.unbroken("O260302-ABC123-7 <b> 至 2026-03-07 24:00，退还 ¥1,200.00；第 1-2 项")
    assert said == (
        '<span class="nowrap">O260302-ABC123-7</span> &lt;b&gt; 至 <span class="nowrap">2026-03-07 24:00</span>，'
        '退还 <span class="nowrap">¥1,200.00</span>；第 1-2 项'
    )
