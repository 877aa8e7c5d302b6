"""The console's home: what must I do today, how do I stand, what am I paid?"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from catalog.selectors import console_counts
from core import clock
from deposits.selectors import standing as deposit_standing
from exits.selectors import open_exit_of
from orders.selectors import in_guarantee_of_provider, order_counts_of_provider
from providers.models import Provider
from providers.selectors import permissions_of, provider_for, restrictions_in_force, store_of
from providers.types import Permission, ProviderState
from settlements.selectors import standing as settlement_standing
from settlements.selectors import statements_page
from support.selectors import response_rate
from violations.selectors import points_of_year
from web.components.charts import Chart, Series
from web.console.access import draw
from web.console.waiting import tasks_of

SHOWN = 12


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """What must I do today, how do I stand, what am I paid? For somebody who is no provider yet: how to become one."""
    now = clock.now()
    provider = provider_for(request.user)
    if provider is None or provider.state == ProviderState.APPLYING:
        return redirect("/console/application/")
    request.console_provider = provider  # type: ignore[attr-defined]
    may = permissions_of(request.user, provider)
    tasks = tasks_of(provider, may, now)
    return draw(
        request,
        "home",
        now,
        provider=provider,
        store=store_of(provider),
        tasks=tasks,
        late=sum(1 for one in tasks if one.due_at and one.due_at <= now),
        today=sum(1 for one in tasks if one.due_at and now < one.due_at < now + timedelta(days=1)),
        restrictions=list(restrictions_in_force(provider, now)),
        exit=open_exit_of(provider),
        points=points_of_year(provider.pk, now.year) if Permission.COMPLAINTS in may else None,
        year=now.year,
        rate=response_rate(provider, now - timedelta(days=30), now),
        deposit=deposit_standing(provider) if Permission.MONEY_SEE in may else None,
        orders=order_counts_of_provider(provider) if Permission.ORDERS in may else None,
        products=console_counts(provider) if Permission.PRODUCTS in may else None,
        **(_money(provider, now) if Permission.MONEY_SEE in may else {}),
    )


def _money(provider: Provider, now: datetime) -> dict[str, Any]:
    return {
        "money": settlement_standing(provider, now),
        "in_guarantee": in_guarantee_of_provider(provider),
        "chart": payouts_chart(statements_page(provider=provider, size=SHOWN).items),
    }


def payouts_chart(newest_first: list[Any]) -> Chart | None:
    """What was paid out by statement, the oldest first; nothing to look at with fewer than two."""
    shown = [one for one in reversed(newest_first) if one.issued_at]
    if len(shown) < 2:
        return None
    return Chart(
        _("Payouts by statement"),
        [one.cycle_on.isoformat() for one in shown],
        [
            Series(_("Payout"), [one.payout for one in shown]),
            Series(_("Service fee"), [one.fee for one in shown], "due"),
        ],
        kind="bar",
        unit="yuan",
        label_name=_("Statement of"),
    )
