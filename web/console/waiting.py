"""What waits for a provider: the numbers at the side of every page, and the tasks of the first."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from catalog.selectors import console_counts, delisting_soon
from deposits.selectors import payment_open
from deposits.selectors import standing as deposit_standing
from orders.selectors import invoices_owed, orders_of_provider
from orders.types import OrderFilters
from providers.models import Provider
from providers.selectors import agreements_of, lapses_open
from providers.types import Permission, ProviderState
from refunds.selectors import refunds_of_provider, unanswered_refunds_count
from refunds.types import RefundFilters
from settlements.selectors import payout_account, statements_page
from settlements.types import StatementState
from support.selectors import conversations_of_provider, tickets_at_work
from support.types import TicketState
from violations.selectors import (
    complaints_of_provider,
    defects_asked,
    hearings_of_provider,
    remedies_of_provider,
    takedowns_unanswered,
)
from violations.types import ComplaintState
from web.components import words
from web.components.steps import Task

EACH = 10
# Products without a sale are no task of today while there is longer than this.
SOON = timedelta(days=30)


def waiting_counts(provider: Provider, may: Iterable[Permission]) -> dict[str, int]:
    """How much waits behind each entry of the navigation, by its address."""
    counts: dict[str, int] = {}
    if Permission.COMPLAINTS in may:
        counts["/console/complaints/"] = complaints_of_provider(provider).filter(state=ComplaintState.FILED).count()
        counts["/console/cases/"] = hearings_of_provider(provider).count()
        counts["/console/infringement/"] = (
            takedowns_unanswered(provider).count() + remedies_of_provider(provider).filter(state="owed").count()
        )
    if Permission.REFUNDS in may:
        counts["/console/refunds/"] = unanswered_refunds_count(provider)
    if Permission.SUPPORT in may:
        counts["/console/conversations/"] = (
            conversations_of_provider(provider).filter(waiting_since__isnull=False).count()
        )
        counts["/console/tickets/"] = tickets_at_work(provider).count()
    if Permission.PRODUCTS in may:
        counts["/console/defects/"] = defects_asked(provider).count()
    if Permission.INVOICES in may:
        counts["/console/invoices/"] = invoices_owed(provider).count()
    return counts


def tasks_of(provider: Provider, may: Iterable[Permission], now: datetime) -> list[Task]:
    """What somebody must do for a provider, by deadline; what has none comes after."""
    found: list[Task] = []
    for permission, about in ABOUT:
        if permission in may:
            found += about(provider, now)
    far = now + timedelta(days=3650)
    return sorted(found, key=lambda one: one.due_at or far)


def _words(zh: str, en: str) -> str:
    return zh if words.in_chinese() else (en or zh)


def _about_conduct(provider: Provider, now: datetime) -> list[Task]:
    complaints = complaints_of_provider(provider).filter(state=ComplaintState.FILED).order_by("due_at")[:EACH]
    cases = hearings_of_provider(provider)[:EACH]
    return [
        *(
            Task(
                _("Answer the complaint %(number)s") % {"number": one.number},
                f"/console/complaints/{one.number}/",
                one.due_at,
                _("Then it counts as answered late."),
                note=one.statement[:60],
                icon="megaphone",
                tone="late",
            )
            for one in complaints
        ),
        *(
            Task(
                _("Make your statement in case %(number)s") % {"number": one.number},
                f"/console/standing/cases/{one.number}/",
                one.hearing_due_at,
                _("Then it is decided without you."),
                note=one.examined[:60],
                icon="scale",
                tone="due",
            )
            for one in cases
        ),
    ]


def _about_claims(provider: Provider, now: datetime) -> list[Task]:
    remedies = remedies_of_provider(provider).filter(state="owed").order_by("due_at", "id")[:EACH]
    return [
        *(
            Task(
                _("Answer the infringement claim %(number)s") % {"number": one.number},
                f"/console/infringement/{one.number}/",
                note=str(one.product),
                icon="scale",
                tone="due",
            )
            for one in takedowns_unanswered(provider)[:EACH]
        ),
        *(
            Task(
                _("Offer %(buyer)s a remedy") % {"buyer": one.order.buyer},
                f"/console/infringement/remedies/{one.pk}/",
                one.due_at,
                _("Then it is recorded as late, and a case is open."),
                note=f"{one.takedown.number} · {one.order.number}",
                icon="scale",
                tone="due",
            )
            for one in remedies
        ),
    ]


def _about_defects(provider: Provider, now: datetime) -> list[Task]:
    return [
        Task(
            _("Answer whether there is a defect: %(number)s") % {"number": one.number},
            f"/console/defects/{one.number}/",
            one.due_at,
            _("Then it is recorded as late, and a case is open."),
            note=one.question[:60],
            icon="triangle-alert",
            tone="due",
        )
        for one in defects_asked(provider)[:EACH]
    ]


def _about_refunds(provider: Provider, now: datetime) -> list[Task]:
    page = refunds_of_provider(provider, RefundFilters(attention=True), size=EACH, now=now)
    return [
        Task(
            _("Answer the refund %(number)s") % {"number": one.number},
            f"/console/refunds/{one.number}/",
            one.waiting.due_at,
            note=one.title.in_language(get_language() or "zh-hans"),
            icon="undo-2",
            tone="due",
        )
        for one in page.items
    ]


def _about_orders(provider: Provider, now: datetime) -> list[Task]:
    language = get_language() or "zh-hans"
    page = orders_of_provider(provider, OrderFilters(attention=True), size=EACH, now=now)
    return [
        Task(
            one.title.in_language(language),
            f"/console/orders/{one.number}/",
            one.waiting.due_at,
            note=one.waiting.sentence.in_language(language),
            icon="receipt-text",
        )
        for one in page.items
    ]


def _about_support(provider: Provider, now: datetime) -> list[Task]:
    waiting = conversations_of_provider(provider).filter(waiting_since__isnull=False).order_by("waiting_since")[:EACH]
    tickets = tickets_at_work(provider)[:EACH]
    return [
        *(
            Task(
                _("Answer %(buyer)s") % {"buyer": one.buyer},
                f"/console/conversations/{one.order.number}/",
                note=_words(one.order.title_zh, one.order.title_en),
                icon="messages-square",
                tone="late",
            )
            for one in waiting
        ),
        *(_ticket(one) for one in tickets),
    ]


def _ticket(one: Any) -> Task:
    asks = _("Answer: %(what)s") if one.state == TicketState.OPEN else _("Solve: %(what)s")
    return Task(
        asks % {"what": one.title},
        f"/console/tickets/{one.number}/",
        note=f"{one.get_kind_display()} · {one.buyer}",
        icon="life-buoy",
        tone="due",
    )


def _about_invoices(provider: Provider, now: datetime) -> list[Task]:
    return [
        Task(
            _("Issue the invoice %(number)s") % {"number": one.number},
            f"/console/orders/{one.order.number}/do/issue_invoice/{one.pk}/",
            one.due_at,
            note=one.heading,
            icon="file-text",
            tone="due",
        )
        for one in invoices_owed(provider)[:EACH]
    ]


def _about_statements(provider: Provider, now: datetime) -> list[Task]:
    tasks = [
        Task(
            _("Confirm the statement %(number)s") % {"number": one.number},
            f"/console/statements/{one.number}/",
            one.confirm_due_at,
            _("Then it confirms itself."),
            icon="file-spreadsheet",
        )
        for one in statements_page(provider=provider, state=StatementState.ISSUED).items[:EACH]
    ]
    if provider.state == ProviderState.ACTIVE and payout_account(provider.pk) is None:
        tasks.append(
            Task(
                _("Say where payouts go"),
                "/console/finance/",
                note=_("Nothing can be paid out without an account."),
                icon="landmark",
                tone="due",
            )
        )
    standing = deposit_standing(provider)
    if standing.demand is not None:
        tasks.append(
            Task(
                _("Top the deposit up"),
                "/console/deposit/",
                standing.demand.deadline,
                _("Then it is taken from your settlements."),
                icon="shield",
                tone="late",
            )
        )
    elif standing.shortfall and payment_open(provider) is None:
        tasks.append(Task(_("Pay the deposit"), "/console/deposit/", icon="shield", tone="due"))
    return tasks


def _about_papers(provider: Provider, now: datetime) -> list[Task]:
    return [
        Task(_("Replace a paper that has run out"), "/console/documents/", one.due_at, icon="files", tone="late")
        for one in lapses_open(provider)[:EACH]
    ]


def _about_agreements(provider: Provider, now: datetime) -> list[Task]:
    return [
        Task(
            _("Read the terms offered to you, and sign or leave them"),
            "/console/agreements/",
            one.ends_at,
            note=one.note[:60],
            icon="handshake",
        )
        for one in agreements_of(provider)
        if one.signed_at is None and one.terminated_at is None and (one.ends_at is None or one.ends_at > now)
    ]


def _about_products(provider: Provider, now: datetime) -> list[Task]:
    returned = console_counts(provider)["returned"]
    tasks = [
        Task(
            ngettext(
                "%(n)d product was returned: change it and hand it in",
                "%(n)d products were returned: change them and hand them in",
                returned,
            )
            % {"n": returned},
            "/console/products/?state=returned",
            icon="package",
            tone="due",
        )
    ] if returned else []  # fmt: skip
    unsold = [row for row in delisting_soon(provider, now) if row["zero_sales_due_at"] - now < SOON]
    return [*tasks, *(_unsold(row) for row in unsold)]


def _unsold(row: dict[str, Any]) -> Task:
    title = _words(row["live_version__title_zh"], row["live_version__title_en"])
    return Task(
        _("No sale for long: %(what)s") % {"what": title},
        f"/console/products/{row['pk']}/",
        row["zero_sales_due_at"],
        _("Then it leaves the market."),
        icon="package",
        tone="late",
    )


ABOUT = (
    (Permission.COMPLAINTS, _about_conduct),
    (Permission.COMPLAINTS, _about_claims),
    (Permission.PRODUCTS, _about_defects),
    (Permission.REFUNDS, _about_refunds),
    (Permission.ORDERS, _about_orders),
    (Permission.SUPPORT, _about_support),
    (Permission.INVOICES, _about_invoices),
    (Permission.MONEY_SEE, _about_statements),
    (Permission.PAPERS, _about_papers),
    (Permission.APPLY, _about_agreements),
    (Permission.PRODUCTS, _about_products),
)
