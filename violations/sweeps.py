"""What deadlines bring about in complaints, cases and measures."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from core.acts import SYSTEM
from core.sweeps import Key, Sweep, register
from providers.selectors import provider_by_pk
from violations import selectors
from violations.services import (
    case_hearing_lapse,
    complaint_response_lapse,
    defect_lapse,
    measure_end,
    remedy_lapse,
    year_close,
)


def _close_year(key: Key, now: datetime) -> bool:
    provider, _sign, year = str(key).partition(":")
    return year_close(provider=provider_by_pk(int(provider)), year=int(year), now=now)


register(
    Sweep(
        name="violations.complaint_response",
        title=_("Complaints not answered in 30 minutes"),
        selector=selectors.complaints_lapsed,
        act=lambda pk, now: complaint_response_lapse(complaint_id=int(pk), now=now),
        clause="18(16)",
        every=timedelta(minutes=1),
    )
)
register(
    Sweep(
        name="violations.hearing",
        title=_("Hearings that have ended"),
        selector=selectors.hearings_lapsed,
        act=lambda pk, now: case_hearing_lapse(case_id=int(pk), now=now),
        clause="19",
        every=timedelta(minutes=10),
    )
)
register(
    Sweep(
        name="violations.measure_end",
        title=_("Freezes and measures that end"),
        selector=selectors.measures_due,
        act=lambda pk, now: measure_end(measure_id=int(pk), now=now, actor=SYSTEM),
        clause="20(2)",
        every=timedelta(minutes=5),
    )
)
register(
    Sweep(
        name="violations.year_end",
        title=_("Points at the year's end"),
        selector=selectors.years_to_close,
        act=_close_year,
        clause="21",
        every=timedelta(hours=1),
    )
)
register(
    Sweep(
        name="violations.remedies",
        title=_("Remedies after a takedown that were not offered in time"),
        selector=selectors.remedies_lapsed,
        act=lambda pk, now: remedy_lapse(remedy_id=int(pk), now=now),
        clause="18(17)2",
        every=timedelta(minutes=30),
    )
)
register(
    Sweep(
        name="violations.defects",
        title=_("Questions about defects that were not answered in time"),
        selector=selectors.defects_lapsed,
        act=lambda pk, now: defect_lapse(defect_id=int(pk), now=now),
        clause="18(6)",
        every=timedelta(minutes=10),
    )
)
