"""The operators' home: what is late, what is mine, is the money right, did the sweeps run?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Count, Min, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import WorkClaim
from accounts.types import Role
from catalog.selectors import reviews_waiting
from core import clock
from core.models import OutboxMessage
from deposits.selectors import additional_waiting
from exits.selectors import clearances_waiting
from orders.selectors import acceptance_queue, claims_waiting, cloud_invoices_waiting
from payments.selectors import queues as payment_queues
from providers.selectors import applications_waiting, changes_waiting
from refunds.selectors import queue as refund_queue
from regulation.selectors import last_seal
from settlements.selectors import statements_queue
from violations.selectors import (
    appeals_waiting,
    campaigns_waiting,
    cases_waiting,
    complaints_waiting,
    defects_waiting,
    message_reports_waiting,
    takedowns_waiting,
)
from web.desk import sweeps

MINE_SHOWN = 20


@dataclass(frozen=True, slots=True)
class QueueKind:
    """A queue of the desk: whose it is, what waits in it, since when, and how long that may take."""

    title: str | Promise
    clause: str
    screen: str
    query: str
    role: str
    rows: Callable[[], Any]
    column: str
    patience: timedelta
    claimed: str = ""
    due: str = ""  # the column of its own deadline, where the rules give it one


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue now: how many wait and are late, since when the oldest does, where it is worked, whether it is mine."""

    title: str | Promise
    clause: str
    url: str
    count: int
    late: int
    oldest: datetime | None
    due: datetime | None
    mine: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """Something this operator has taken to work on."""

    what: str
    queue: str | Promise
    url: str
    since: datetime | None


def _days(number: int) -> timedelta:
    return timedelta(days=number)


KINDS = [
    QueueKind(
        _("Applications"), "9", "providers_application", "", Role.OPERATIONS, applications_waiting,
        "submitted_at", _days(3), "claimed_by",
    ),
    QueueKind(
        _("Listings to review"), "10(1)", "catalog_productversion", "", Role.OPERATIONS, reviews_waiting,
        "submitted_at", _days(3), "reviewer",
    ),
    QueueKind(
        _("Refunds in dispute"), "17(1)", "refunds_refundrequest", "", Role.ARBITRATION, refund_queue,
        "escalated_at", _days(2),
    ),
    QueueKind(
        _("Complaints"), "18(16)", "violations_complaint", "", Role.OPERATIONS, complaints_waiting, "filed_at", _days(2)
    ),
    QueueKind(_("Cases to find"), "19", "violations_case", "", Role.OPERATIONS, cases_waiting, "heard_at", _days(5)),
    QueueKind(_("Appeals"), "19", "violations_appeal", "", Role.ARBITRATION, appeals_waiting, "filed_at", _days(5)),
    QueueKind(
        _("Clearances to confirm"), "20(4)", "exits_exit", "", Role.OPERATIONS, clearances_waiting,
        "opened_at", _days(1),
    ),
    QueueKind(
        _("Acceptances to settle"), "11(1)3", "orders_order", "?queue=waiting", Role.OPERATIONS, acceptance_queue,
        "settle_asked_at", _days(5),
    ),
    QueueKind(
        _("Warranty claims"), "11(3)3", "orders_warrantyclaim", "", Role.ARBITRATION, claims_waiting,
        "escalated_at", _days(5),
    ),
    QueueKind(
        _("Statements: operations"), "11(1)1", "settlements_statement", "", Role.OPERATIONS,
        lambda: statements_queue("marketplace_operations"), "confirmed_at", _days(3),
    ),
    QueueKind(
        _("Statements: finance"), "11(1)1", "settlements_statement", "", Role.FINANCE,
        lambda: statements_queue("finance"), "confirmed_at", _days(3),
    ),
    QueueKind(
        _("Additional deposits"), "9(6)4", "deposits_additionaldeposit", "", Role.FINANCE, additional_waiting,
        "proposed_at", _days(5),
    ),
    QueueKind(
        _("Infringement claims"), "18(17)", "violations_takedown", "", Role.OPERATIONS,
        takedowns_waiting, "filed_at", _days(2),
    ),
    QueueKind(
        _("Defects that are denied"), "18(6)", "violations_defect", "", Role.OPERATIONS,
        defects_waiting, "denied_at", _days(2),
    ),
    QueueKind(
        _("Messages that look wrong"), "14", "violations_messagereport", "", Role.OPERATIONS,
        message_reports_waiting, "filed_at", _days(2),
    ),
    QueueKind(
        _("Promotions to consent to"), "18(9)", "violations_campaign", "", Role.OPERATIONS,
        campaigns_waiting, "submitted_at", _days(3),
    ),
    QueueKind(
        _("Invoices for cloud purchases"), "13(4)", "orders_cloudinvoice", "", Role.FINANCE,
        cloud_invoices_waiting, "requested_at", _days(5), due="due_at",
    ),
    QueueKind(
        _("Reported changes"), "18(1)", "providers_changereport", "", Role.OPERATIONS, changes_waiting,
        "reported_at", _days(5),
    ),
]  # fmt: skip


def queues(user: Any, now: datetime) -> list[Queue]:
    """Every queue that this operator sees: what is late first, then own ones by the oldest, then the colleagues'."""
    found = [_queue(kind, user, now) for kind in KINDS if _sees(user, kind.screen)]
    return sorted(found, key=lambda one: (not one.late, not one.mine, not one.count, one.oldest or now))


def _queue(kind: QueueKind, user: Any, now: datetime) -> Queue:
    passed = {f"{kind.due}__lt": now} if kind.due else {f"{kind.column}__lt": now - kind.patience}
    late = Count("pk", filter=Q(**passed))
    figures = (
        kind.rows()
        .order_by()
        .aggregate(count=Count("pk"), oldest=Min(kind.column), due=Min(kind.due or kind.column), late=late)
    )
    oldest, due = figures["oldest"], figures["due"]
    return Queue(
        title=kind.title,
        clause=kind.clause,
        url=reverse(f"admin:{kind.screen}_changelist") + kind.query,
        count=figures["count"],
        late=figures["late"],
        oldest=oldest,
        due=due if kind.due or due is None else due + kind.patience,
        mine=user.has_role(kind.role),
    )


def taken(user: Any) -> list[Taken]:
    """What this operator has taken and not yet settled, the longest taken first. A query a queue at most."""
    claims: dict[str, dict[int, datetime]] = {}
    for claim in WorkClaim.objects.filter(operator=user).order_by("claimed_at")[: MINE_SHOWN * 5]:
        claims.setdefault(claim.queue, {})[claim.item] = claim.claimed_at
    found = []
    for kind in KINDS:
        queue = kind.screen.replace("_", ".", 1)
        if kind.claimed:
            rows = kind.rows().filter(**{kind.claimed: user})
        elif queue in claims:
            rows = kind.rows().filter(pk__in=claims[queue])
        else:
            continue
        for row in rows[:MINE_SHOWN]:
            since = claims.get(queue, {}).get(row.pk) or getattr(row, "claimed_at", None)
            found.append(Taken(str(row), kind.title, reverse(f"admin:{kind.screen}_change", args=[row.pk]), since))
    return found[:MINE_SHOWN]


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the operators' home shows, in a fixed number of queries."""
    now = clock.now()
    user: Any = request.user
    every = queues(user, now)
    table = sweeps.lines(now)
    context |= {
        "title": _("Desk"),
        "waiting": [one for one in every if one.count],
        "empty": [one for one in every if not one.count],
        "late": sum(one.late for one in every),
        "taken": taken(user),
        "money": _money(user),
        "sweeps": table,
        "sweeps_wrong": [line for line in table if line.failing or line.late],
        "sweeps_off": sum(line.off for line in table),
        "sweeps_never": sum(line.last is None for line in table),
        "sweeps_last": max((line.last for line in table if line.last), default=None),
        "sweeps_next": min((line.next for line in table if line.next), default=None),
        "seal": last_seal(),
        "now": now,
    }
    return context


def _money(user: Any) -> list[tuple[Any, int, str]]:
    """What has to be looked at before the money is right: name, how many, where."""
    counts = payment_queues()
    dead = OutboxMessage.objects.filter(state=OutboxMessage.State.DEAD).count()
    lines = [
        (_("Stray payments"), counts["strays"], "payments_straypayment", ""),
        (_("Pay-backs refused"), counts["paybacks"], "payments_payback", ""),
        (_("Payouts refused"), counts["payouts"], "payments_payout", ""),
        (_("Gateway messages to look at"), counts["messages"], "payments_gatewaymessage", ""),
        (_("Differences"), counts["differences"], "payments_difference", ""),
        (_("Dead letters"), dead, "core_outboxmessage", "?state__exact=dead"),
    ]
    return [(name, count, _screen(screen) + asked) for name, count, screen, asked in lines if _sees(user, screen)]


def _sees(user: Any, screen: str) -> bool:
    roles = admin.site.get_model_admin(apps.get_model(screen.replace("_", ".", 1))).seen_by  # type: ignore[attr-defined]
    return not roles or any(user.has_role(role) for role in roles)


def _screen(name: str) -> str:
    return reverse(f"admin:{name}_changelist")
