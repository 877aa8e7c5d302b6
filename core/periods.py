"""Counting time as the regulation does: in Beijing, whatever the server or the browser uses.

Seconds, minutes and hours are exact and need no help. Days, months, years and working days do not count the
day of the event and end at 24:00 of their last day, that is at 00:00 of the day after it. The instant at which
a period ends is outside it, so `at < end` is "still inside".

Working days follow the official Chinese calendar: statutory holidays and the days swapped for them are off,
make-up weekend days are worked. For a year whose arrangement is not yet published, its statutory days are off
(with the days in lieu that the law gives where one falls on a weekend) and no weekend is worked. The calendar
package knows the statutory days up to the year 2100; after that only weekends are off.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
ONE_DAY = timedelta(days=1)
SATURDAY = 5
OPENS = time(9)
CLOSES = time(18)


def beijing_date(at: datetime) -> date:
    """The calendar day on which an instant falls in Beijing."""
    if at.tzinfo is None:
        raise ValueError("an instant needs its offset")
    return at.astimezone(BEIJING).date()


def start_of_day(day: date) -> datetime:
    """00:00 in Beijing of that day."""
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING)


def end_of_days(at: datetime | date, days: int) -> datetime:
    """The instant at which a period of `days` days from an event ends.

    Paid on 2 March at any hour, five days: 8 March 00:00. An event known only by its day may be given as a date.
    """
    return start_of_day(_day_of(at) + timedelta(days=_not_negative(days) + 1))


def end_of_months(at: datetime | date, months: int) -> datetime:
    """The instant at which a period of `months` months from an event ends.

    The last day is the corresponding day; a month without that day ends on its own last day.
    """
    day = _day_of(at)
    year, month0 = divmod(day.year * 12 + day.month - 1 + _not_negative(months), 12)
    if year > MAXYEAR:
        raise OverflowError("a period would end outside the calendar")
    last = date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))
    return start_of_day(last + ONE_DAY)


def end_of_years(at: datetime | date, years: int) -> datetime:
    """The instant at which a period of `years` years from an event ends. From 29 February: 28 February's 24:00."""
    return end_of_months(at, years * 12)


def end_of_working_days(at: datetime | date, days: int) -> datetime:
    """The instant at which a period of `days` working days from an event ends.

    The day of the event is not counted, worked or not; with no working day to count it ends with that day.
    """
    day = _day_of(at)
    left = _not_negative(days)
    while left:
        day += ONE_DAY
        left -= is_working_day(day)
    return start_of_day(day + ONE_DAY)


def next_working_day(day: date) -> date:
    """That day where it is worked, otherwise the first day after it that is."""
    while not is_working_day(day):
        day += ONE_DAY
    return day


def is_working_day(day: date) -> bool:
    """Whether the official calendar has people at work on that day."""
    off, made_up = _calendar(day.year)
    if day.weekday() >= SATURDAY:
        return day in made_up
    return day not in off


def in_business_hours(
    at: datetime,
    *,
    opens: time = OPENS,
    closes: time = CLOSES,
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5),
) -> bool:
    """Whether an instant falls in the hours in which a provider's chat is staffed (§12(1)2).

    Monday to Friday (1 to 5) from `opens` on and before `closes`, except the days that the official calendar has
    off. A make-up weekend day is worked but is no business day, because the clause names Monday to Friday.
    """
    if at.tzinfo is None:
        raise ValueError("an instant needs its offset")
    local = at.astimezone(BEIJING)
    day = local.date()
    if day.isoweekday() not in weekdays or not opens <= local.time() < closes:
        return False
    return is_working_day(day)


def year_of(at: datetime) -> int:
    """The natural year to which an instant belongs: 1 January 00:00 is already the new one."""
    return beijing_date(at).year


def end_of_year(year: int) -> datetime:
    """24:00 on 31 December of a natural year: the first instant of the next (§21)."""
    return start_of_day(date(year + 1, 1, 1))


def _day_of(at: datetime | date) -> date:
    return beijing_date(at) if isinstance(at, datetime) else at


def _not_negative(count: int) -> int:
    if count < 0:
        raise ValueError("a period cannot be negative")
    return count


@lru_cache(maxsize=64)
def _calendar(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """A year's days off, and its weekend days that are worked.

    The arrangement of the next year may take a make-up day out of this one's last week, so both are read.
    """
    # Read on first use: a decision that counts no working days should not wait for the package.
    from holidays.countries.china import China

    days = China(years=(year, year + 1))
    off = frozenset(day for day in days if day.year == year)
    made_up = frozenset(day for day in days.weekend_workdays if day.year == year)
    return off, made_up


def utc_iso(at: datetime) -> str:
    """An instant as one fixed text, to the microsecond, for hashing."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
