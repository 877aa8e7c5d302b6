"""The console's home: what must I do today, how do I stand, what am I paid?"""

from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog.selectors import delisting_soon
from core import clock
from deposits.selectors import standing as deposit_standing
from orders.selectors import orders_of_provider
from orders.types import OrderFilters
from providers.models import Provider
from providers.selectors import lapses_open, permissions_of, provider_for, restrictions_in_force, store_of
from providers.types import Permission, ProviderState
from refunds.selectors import refunds_of_provider
from refunds.types import RefundFilters
from settlements.selectors import standing as settlement_standing
from settlements.selectors import statements_page
from settlements.types import StatementState
from support.selectors import response_rate, tickets_of_provider
from support.types import TicketState
from violations.selectors import cases_of_provider, complaints_of_provider, points_of_year
from violations.types import CaseState, ComplaintState
from web.components.steps import Task
from web.console.access import draw

EACH = 10


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """What must I do today, how do I stand, what am I paid? For somebody who is no provider yet: how to become one."""
    now = clock.now()
    provider = provider_for(request.user)
    if provider is None or provider.state == ProviderState.APPLYING:
        return redirect("/console/application/")
    may = permissions_of(request.user, provider)
    return draw(
        request,
        "home",
        now,
        provider=provider,
        store=store_of(provider),
        tasks=_tasks(provider, may, now),
        restrictions=list(restrictions_in_force(provider, now)),
        points=points_of_year(provider.pk, now.year) if Permission.COMPLAINTS in may else None,
        year=now.year,
        rate=response_rate(provider, now - timedelta(days=30), now),
        deposit=deposit_standing(provider) if Permission.MONEY_SEE in may else None,
        money=settlement_standing(provider, now) if Permission.MONEY_SEE in may else None,
    )


def _tasks(provider: Provider, may: frozenset[Permission], now: datetime) -> list[Task]:
    tasks: list[Task] = []
    if Permission.COMPLAINTS in may:
        tasks += _about_conduct(provider)
    if Permission.REFUNDS in may:
        tasks += _about_refunds(provider, now)
    if Permission.ORDERS in may:
        tasks += _about_orders(provider, now)
    if Permission.SUPPORT in may:
        tasks += [
            Task(_("Answer: %(what)s") % {"what": one.title}, f"/console/tickets/{one.number}/", icon="messages-square")
            for one in tickets_of_provider(provider).filter(state=TicketState.OPEN).order_by("opened_at")[:EACH]
        ]
    if Permission.MONEY_SEE in may:
        tasks += _about_money(provider)
    if Permission.PAPERS in may:
        tasks += [
            Task(_("Replace a paper that has run out"), "/console/documents/", one.due_at, icon="files", tone="late")
            for one in lapses_open(provider)[:EACH]
        ]
    if Permission.PRODUCTS in may:
        tasks += _about_products(provider, now)
    far = now + timedelta(days=3650)
    return sorted(tasks, key=lambda one: one.due_at or far)


def _about_conduct(provider: Provider) -> list[Task]:
    complaints = complaints_of_provider(provider).filter(state=ComplaintState.FILED).order_by("due_at")[:EACH]
    cases = cases_of_provider(provider).filter(state=CaseState.HEARING).order_by("hearing_due_at")[:EACH]
    return [
        *(
            Task(
                _("Answer the complaint %(number)s") % {"number": one.number},
                f"/console/complaints/{one.number}/",
                one.due_at,
                _("Then it counts as answered late."),
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
                icon="scale",
                tone="due",
            )
            for one in cases
        ),
    ]


def _about_refunds(provider: Provider, now: datetime) -> list[Task]:
    page = refunds_of_provider(provider, RefundFilters(open_only=True), size=EACH, now=now)
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
        if one.waiting.who == "provider"
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


def _about_money(provider: Provider) -> list[Task]:
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
    elif standing.shortfall:
        tasks.append(Task(_("Pay the deposit"), "/console/deposit/", icon="shield", tone="due"))
    return tasks


def _about_products(provider: Provider, now: datetime) -> list[Task]:
    return [
        Task(
            _("No sale for long: %(what)s") % {"what": row.get("title_zh", "")},
            f"/console/products/{row.get('pk') or row.get('id')}/",
            row.get("zero_sales_due_at"),
            _("Then it leaves the market."),
            icon="package",
        )
        for row in delisting_soon(provider, now)
    ]
