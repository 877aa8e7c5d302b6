"""Counting time (rules of the platform, section 1): both sides of every end, in Beijing whatever the offset."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import periods
from core.periods import BEIJING


def bj(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BEIJING)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("at", "days", "end"),
    [
        (bj(2026, 3, 2), 5, bj(2026, 3, 8)),
        (bj(2026, 3, 2, 23, 59, 59), 5, bj(2026, 3, 8)),
        (bj(2026, 3, 2), 0, bj(2026, 3, 3)),
        (datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC), 5, bj(2026, 3, 8)),
        (datetime(2026, 3, 2, 16, 0, tzinfo=UTC), 5, bj(2026, 3, 9)),
        (datetime(2026, 3, 2, 23, 0, tzinfo=timezone(timedelta(hours=14))), 1, bj(2026, 3, 4)),
        (bj(2026, 12, 30), 5, bj(2027, 1, 5)),
        # No extension when the last day is a holiday.
        (bj(2026, 9, 28), 5, bj(2026, 10, 4)),
        (date(2026, 3, 2), 30, bj(2026, 4, 2)),
    ],
)
def test_days(at: datetime, days: int, end: datetime) -> None:
    assert periods.end_of_days(at, days) == end


@pytest.mark.parametrize(
    ("at", "months", "end"),
    [
        (bj(2026, 1, 15, 10), 3, bj(2026, 4, 16)),
        (bj(2026, 1, 31), 1, bj(2026, 3, 1)),
        (bj(2024, 1, 31), 1, bj(2024, 3, 1)),
        (bj(2026, 1, 30), 1, bj(2026, 3, 1)),
        (bj(2026, 1, 28), 1, bj(2026, 3, 1)),
        (bj(2026, 1, 27), 1, bj(2026, 2, 28)),
        (bj(2025, 11, 30), 3, bj(2026, 3, 1)),
        (bj(2026, 10, 31), 2, bj(2027, 1, 1)),
        (bj(2026, 12, 1), 12, bj(2027, 12, 2)),
    ],
)
def test_months(at: datetime, months: int, end: datetime) -> None:
    assert periods.end_of_months(at, months) == end


@pytest.mark.parametrize(
    ("at", "years", "end"),
    [
        (bj(2024, 2, 29), 1, bj(2025, 3, 1)),
        (bj(2024, 2, 29), 4, bj(2028, 3, 1)),
        (bj(2024, 2, 28), 1, bj(2025, 3, 1)),
        (bj(2026, 3, 2, 18), 1, bj(2027, 3, 3)),
    ],
)
def test_years(at: datetime, years: int, end: datetime) -> None:
    assert periods.end_of_years(at, years) == end


@pytest.mark.parametrize(
    ("at", "days", "end"),
    [
        (bj(2026, 9, 30, 10), 3, bj(2026, 10, 11)),
        (bj(2026, 9, 30, 10), 2, bj(2026, 10, 10)),
        (bj(2026, 9, 30, 10), 4, bj(2026, 10, 13)),
        (bj(2026, 9, 18), 1, bj(2026, 9, 21)),
        (bj(2026, 3, 6), 1, bj(2026, 3, 10)),
        (bj(2026, 3, 7), 1, bj(2026, 3, 10)),
        (bj(2026, 3, 7), 0, bj(2026, 3, 8)),
        (bj(2026, 2, 13), 1, bj(2026, 2, 15)),
        (bj(2026, 2, 14), 1, bj(2026, 2, 25)),
        (bj(2025, 12, 31), 2, bj(2026, 1, 6)),
        # The first years of the rules are known as well.
        (bj(2017, 9, 29), 1, bj(2017, 10, 1)),
        (bj(2017, 9, 30), 1, bj(2017, 10, 10)),
    ],
)
def test_working_days(at: datetime, days: int, end: datetime) -> None:
    assert periods.end_of_working_days(at, days) == end


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 9, 20), True),
        (date(2026, 9, 25), False),
        (date(2026, 9, 30), True),
        (date(2026, 10, 1), False),
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),
        (date(2026, 10, 11), False),
        (date(2026, 1, 4), True),
        (date(2026, 3, 7), False),
        # Not yet published: statutory days and the law's days in lieu are off, no weekend is worked.
        (date(2027, 10, 1), False),
        (date(2027, 10, 4), False),
        (date(2027, 10, 6), True),
        (date(2027, 10, 9), False),
        (date(2027, 10, 10), False),
        # Beyond the package's years only weekends are off.
        (date(2150, 10, 1), True),
        (date(2150, 10, 3), False),
    ],
)
def test_the_official_calendar(day: date, worked: bool) -> None:
    assert periods.is_working_day(day) is worked


def test_a_make_up_day_at_years_end_belongs_to_the_arrangement_of_the_next_year() -> None:
    assert periods.is_working_day(date(2011, 12, 31))
    assert not periods.is_working_day(date(2012, 1, 3))


@pytest.mark.parametrize(
    ("at", "open_"),
    [
        (bj(2026, 3, 2, 9), True),
        (bj(2026, 3, 2, 8, 59, 59), False),
        (bj(2026, 3, 2, 17, 59, 59), True),
        (bj(2026, 3, 2, 18), False),
        (datetime(2026, 3, 2, 1, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 2, 10, 0, tzinfo=UTC), False),
        (bj(2026, 3, 7, 10), False),
        (bj(2026, 10, 10, 10), False),
        (bj(2026, 10, 1, 10), False),
        (bj(2026, 10, 6, 10), False),
        (bj(2026, 10, 8, 10), True),
    ],
)
def test_business_hours(at: datetime, open_: bool) -> None:
    assert periods.in_business_hours(at) is open_


def test_business_hours_of_another_rulebook() -> None:
    assert periods.in_business_hours(bj(2026, 3, 2, 8), opens=time(8), closes=time(20))
    assert not periods.in_business_hours(bj(2026, 3, 3, 10), weekdays=(1,))


def test_days_of_beijing() -> None:
    assert periods.beijing_date(datetime(2025, 12, 31, 15, 59, 59, tzinfo=UTC)) == date(2025, 12, 31)
    assert periods.beijing_date(datetime(2025, 12, 31, 16, 0, tzinfo=UTC)) == date(2026, 1, 1)
    assert periods.year_of(datetime(2025, 12, 31, 16, 0, tzinfo=UTC)) == 2026
    assert periods.start_of_day(date(2026, 3, 2)).isoformat() == "2026-03-02T00:00:00+08:00"
    assert periods.next_working_day(date(2026, 10, 1)) == date(2026, 10, 8)
    assert periods.next_working_day(date(2026, 10, 8)) == date(2026, 10, 8)


def test_an_instant_needs_its_offset_and_a_period_a_length() -> None:
    naive = datetime(2026, 3, 2)
    for count in (periods.end_of_days, periods.end_of_months, periods.end_of_years, periods.end_of_working_days):
        with pytest.raises(ValueError, match="offset"):
            count(naive, 1)
        with pytest.raises(ValueError, match="negative"):
            count(bj(2026, 3, 2), -1)
    with pytest.raises(ValueError, match="offset"):
        periods.in_business_hours(naive)


@given(
    st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC)),
    st.integers(0, 400),
)
def test_every_period_ends_at_midnight_in_beijing_and_after_its_event(at: datetime, count: int) -> None:
    ends = [
        periods.end_of_days(at, count),
        periods.end_of_months(at, count),
        periods.end_of_working_days(at, count % 60),
    ]
    for end in ends:
        assert end > at
        assert (end.hour, end.minute, end.second, end.microsecond) == (0, 0, 0, 0)
        assert end.utcoffset() == timedelta(hours=8)
    assert ends[2] >= periods.end_of_days(at, count % 60)
