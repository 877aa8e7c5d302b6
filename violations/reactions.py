"""What happens below that opens a case or a clearance: registered when the process starts."""

from datetime import datetime
from typing import Any

from core.acts import SYSTEM
from exits.services import clearance_open
from violations.services import case_open, message_report_raise
from violations.types import CaseSource

LATE_REPORT = "V0905"
STALE = "V1812"


def change_reported_late(
    *, provider: Any, about: Any, due_at: datetime, source: Any, decision: Any, now: datetime
) -> None:
    """A change or a lapse of the entry data was not reported in thirty days: a case under V0905 opens (§18(1), §19)."""
    case_open(
        provider=provider,
        code=LATE_REPORT,
        occurred_at=due_at,
        statement=str(about),
        source=CaseSource.LATE_REPORT,
        event=f"{source._meta.model_name}:{source.pk}:late",
        product=None,
        order=None,
        complaint=None,
        actor=SYSTEM,
        now=now,
    )


def conditions_not_cured(provider: Any, unmet: list[Any], now: datetime) -> None:
    """A provider did not meet the conditions again within its time: the platform may clear it out (§24(2))."""
    clearance_open(
        provider=provider,
        grounds=["24(2)"],
        reason="不再符合入驻条件，期限内未恢复 / conditions no longer met and not cured in time",
        reference=f"conditions:{provider.number}",
        decision=None,
        actor=SYSTEM,
        now=now,
    )


def message_flagged(message: Any, now: datetime) -> None:
    """A provider's message looks as if it led out of the market or abused: an operator looks at it (§14, §18(7))."""
    message_report_raise(message=message, now=now)


def product_stale(product: Any, notice: Any, now: datetime) -> None:
    """A product was neither updated nor attested after its reminder: a case under V1812 opens (§18(12), §18(13))."""
    case_open(
        provider=product.provider,
        code=STALE,
        occurred_at=notice.due_at,
        statement=f"{product.live_version.title_zh}: {notice.since:%Y-%m-%d}",
        source=CaseSource.STALE,
        event=f"stale:{notice.pk}",
        product=product,
        order=None,
        complaint=None,
        actor=SYSTEM,
        now=now,
    )
