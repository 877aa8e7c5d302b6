"""The only place that reads the clock. Interfaces call `now()` once and pass it down."""

from datetime import datetime
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present instant, in Beijing time, aware."""
    return datetime.now(tz=BEIJING)
