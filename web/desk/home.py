"""The operators' home: what is late, what is mine, is the money right, did the sweeps run?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.selectors import reviews_waiting
from core import clock, sweeps
from core.models import OutboxMessage, SweepFailure, SweepRun
from deposits.selectors import additional_waiting
from exits.selectors import clearances_waiting
from orders.selectors import acceptance_queue
from payments.selectors import queues as payment_queues
from providers.selectors import applications_waiting, changes_waiting
from refunds.selectors import queue as refund_queue
from regulation.selectors import last_seal
from settlements.selectors import statements_queue
from violations.selectors import appeals_waiting, cases_waiting, complaints_waiting

LATE = 3


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue: how many wait, since when the oldest does, and where they are worked."""

    title: str | Promise
    clause: str
    url: str
    count: int
    oldest: datetime | None
    late: bool


@dataclass(frozen=True, slots=True)
class SweepLine:
    """One sweep: when it last ran, when it runs next, what it did, and what failed."""

    name: str
    title: Any
    clause: str
    last: datetime | None
    next: datetime | None
    done: int
    failed: int
    late: bool


def _list(model: str, query: str = "") -> str:
    return reverse(f"admin:{model}_changelist") + query


def _queues(now: datetime) -> list[Queue]:
    wanted: list[tuple[Any, str, str, Callable[[], Any], str, timedelta]] = [
        (
            _("Applications"),
            "9",
            _list("providers_application"),
            applications_waiting,
            "submitted_at",
            timedelta(days=3),
        ),
        (
            _("Listings to review"),
            "10(1)",
            _list("catalog_productversion"),
            reviews_waiting,
            "submitted_at",
            timedelta(days=3),
        ),
        (
            _("Refunds in dispute"),
            "17(1)",
            _list("refunds_refundrequest"),
            refund_queue,
            "escalated_at",
            timedelta(days=2),
        ),
        (_("Complaints"), "18(16)", _list("violations_complaint"), complaints_waiting, "filed_at", timedelta(days=2)),
        (_("Cases to find"), "19", _list("violations_case"), cases_waiting, "heard_at", timedelta(days=5)),
        (_("Appeals"), "19", _list("violations_appeal"), appeals_waiting, "filed_at", timedelta(days=5)),
        (_("Clearances to confirm"), "20(4)", _list("exits_exit"), clearances_waiting, "opened_at", timedelta(days=1)),
        (
            _("Acceptances to settle"),
            "11(1)3",
            _list("orders_order"),
            acceptance_queue,
            "settle_asked_at",
            timedelta(days=5),
        ),
        (
            _("Statements: operations"),
            "11(1)1",
            _list("settlements_statement"),
            lambda: statements_queue("marketplace_operations"),
            "confirmed_at",
            timedelta(days=3),
        ),
        (
            _("Statements: finance"),
            "11(1)1",
            _list("settlements_statement"),
            lambda: statements_queue("finance"),
            "confirmed_at",
            timedelta(days=3),
        ),
        (
            _("Additional deposits"),
            "9(6)4",
            _list("deposits_additionaldeposit"),
            additional_waiting,
            "proposed_at",
            timedelta(days=5),
        ),
        (
            _("Reported changes"),
            "18(1)",
            _list("providers_changereport"),
            changes_waiting,
            "reported_at",
            timedelta(days=5),
        ),
    ]
    return [_queue(now, *one) for one in wanted]


def _queue(
    now: datetime, title: Any, clause: str, url: str, rows: Callable[[], Any], column: str, patience: timedelta
) -> Queue:
    waiting = rows()
    count = waiting.order_by()[: LATE * 400].count()
    oldest = waiting.order_by(column).values_list(column, flat=True).first() if count else None
    return Queue(title, clause, url, count, oldest, oldest is not None and now - oldest > patience)


def _sweeps(now: datetime) -> list[SweepLine]:
    latest = {run.sweep: run for run in SweepRun.objects.order_by("sweep", "-started_at").distinct("sweep")}
    lines = []
    for sweep in sweeps.all_sweeps():
        run = latest.get(sweep.name)
        due = run.started_at + sweep.every if run else None
        lines.append(
            SweepLine(
                sweep.name,
                sweep.title,
                sweep.clause,
                run.started_at if run else None,
                due,
                run.done if run else 0,
                run.failed if run else 0,
                due is None or now > due + sweep.every + timedelta(minutes=5),
            )
        )
    return sorted(lines, key=lambda line: (not line.failed, not line.late, line.name))


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the operators' home shows, in a fixed number of queries."""
    now = clock.now()
    seal = last_seal()
    context |= {
        "queues": _queues(now),
        "money": payment_queues(),
        "sweeps": _sweeps(now),
        "failures": SweepFailure.objects.filter(resolved_at__isnull=True).count(),
        "dead_letters": OutboxMessage.objects.filter(state=OutboxMessage.State.DEAD).count(),
        "seal": seal,
        "now": now,
    }
    return context
