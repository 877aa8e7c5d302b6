"""Settlement days: the 1st and the 16th, on the next working day where that is a day off. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from core.periods import beijing_date, next_working_day, start_of_day


def issue_day(cycle_on: date) -> date:
    """The day on which the statements of a cycle are issued."""
    return next_working_day(cycle_on)


def cutoff(cycle_on: date) -> datetime:
    """What left its guarantee by this instant goes into the statements of the cycle: 00:00 of the day of issue."""
    return start_of_day(issue_day(cycle_on))


def current_cycle(at: datetime, days: Sequence[int]) -> date:
    """The latest cycle whose day of issue has come."""
    today = beijing_date(at)
    candidate = today
    while not (candidate.day in days and issue_day(candidate) <= today):
        candidate -= timedelta(days=1)
    return candidate


def next_cycle(at: datetime, days: Sequence[int]) -> date:
    """The first cycle whose day of issue has not come yet."""
    today = beijing_date(at)
    candidate = current_cycle(at, days) + timedelta(days=1)
    while candidate.day not in days or issue_day(candidate) <= today:
        candidate += timedelta(days=1)
    return candidate
