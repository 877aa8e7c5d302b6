"""What the clock brings about in orders."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.sweeps import Key, Sweep, register
from orders import selectors, services


def _by(act: Callable[..., Any], name: str) -> Callable[[Key, datetime], object]:
    def work(key: Key, now: datetime) -> object:
        return act(**{name: int(key), "now": now})

    return work


def _add(
    name: str,
    title: Any,
    selector: Callable[[datetime, int], list[int]],
    act: Callable[..., Any],
    clause: str,
    every: timedelta,
    key: str = "order_id",
) -> None:
    register(
        Sweep(name=f"orders.{name}", title=title, selector=selector, act=_by(act, key), clause=clause, every=every)
    )


MINUTES, HOUR = timedelta(minutes=5), timedelta(hours=1)

_add(
    "guarantee", _("End the guarantee of applications"), selectors.guarantees_ended, services.order_guarantee_end,
    "17(1)1", MINUTES,
)  # fmt: skip
_add("release", _("Release escrow to providers"), selectors.releases_due, services.order_release, "11(1)1", MINUTES)
_add(
    "acceptance_reminders", _("Remind buyers to accept"), selectors.reminders_due, services.acceptance_remind, "11(1)3",
    HOUR,
)  # fmt: skip
_add(
    "acceptance_silence", _("Bring acceptances to an operator after ninety days"),
    selectors.settlements_of_acceptance_due, services.acceptance_ask_operator, "11(1)3", HOUR,
)  # fmt: skip
_add("late_start", _("Tell that work has not begun"), selectors.late_starts, services.late_start_tell, "12(2)", HOUR)
_add("term_ending", _("Tell that a subscription ends"), selectors.terms_ending, services.term_warn, "10(8)6", HOUR)
_add("close", _("Close orders with nothing left open"), selectors.closings_due, services.order_close, "11(3)", HOUR)
_add(
    "claims", _("Take up warranty claims that nobody answered"), selectors.claims_overdue, services.claim_overdue,
    "11(3)2", MINUTES, "claim_id",
)  # fmt: skip
_add(
    "invoices", _("Remind of invoices that are late"), selectors.invoices_late, services.invoice_remind, "13(1)", HOUR,
    "invoice_id",
)  # fmt: skip
