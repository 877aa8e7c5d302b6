"""A provider leaves the market: what the buyer of a running subscription may choose (§24, §26(1))."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core import clock
from core.acts import Actor
from core.errors import NotFound
from exits.selectors import exit_order_of_buyer, subscription_decided
from exits.services import exit_order_choose
from exits.types import Choice, OrderOutcome
from web.acts import ActPage, Done, act_page
from web.components.steps import Consequence


def leaving_of(user: Any, number: str, now: datetime) -> dict[str, Any] | None:
    """What the leaving of its provider means for an order, as its page shows it. None where nobody leaves."""
    try:
        row = exit_order_of_buyer(user, number)
    except NotFound:
        return None
    may_choose = _may_choose(row, now)
    return {
        "row": row,
        "may_choose": may_choose,
        "due_at": row.choice_due_at,
        "amount": _unused(row, now) if may_choose else None,
        "waits": row.outcome == OrderOutcome.WAITING,
    }


def _may_choose(row: Any, now: datetime) -> bool:
    waits = row.outcome == OrderOutcome.WAITING and not row.choice
    return waits and row.choice_due_at is not None and now < row.choice_due_at


def _unused(row: Any, now: datetime) -> Any:
    _facts, decision = subscription_decided(row, now)
    return decision.values["amount"]


def _choose(choice: Choice, said: Any) -> Any:
    def run(row: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
        exit_order_choose(row=row, choice=choice, actor=actor, now=now)
        return Done(said, f"/orders/{row.order.number}/")

    return run


PAGES = {
    Choice.REFUND: ActPage(
        gettext_lazy("Take the unused part back"),
        gettext_lazy("Take the money back"),
        _choose(Choice.REFUND, gettext_lazy("The unused part is on its way back to you.")),
        lambda row, target, now: [
            Consequence(gettext_lazy("You get back"), _unused(row, now), "paid"),
            Consequence(gettext_lazy("You can no longer use the product."), None, "late"),
        ],
        clauses=("26(1)",),
    ),
    Choice.KEEP: ActPage(
        gettext_lazy("Use it to the end of the term"),
        gettext_lazy("Keep using it"),
        _choose(Choice.KEEP, gettext_lazy("You keep what you bought until the end of its term.")),
        lambda row, target, now: [
            Consequence(gettext_lazy("Nothing is paid back."), None, "neutral"),
            Consequence(gettext_lazy("The provider still owes after-sales until the term ends."), None, "neutral"),
        ],
        clauses=("24", "26(3)"),
    ),
}


@login_required
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Choose between the money for the unused part and using it to the end."""
    if name not in set(Choice):
        raise Http404(name)
    now = clock.now()
    row = exit_order_of_buyer(request.user, number)
    back = f"/orders/{number}/"
    if not _may_choose(row, now):
        messages.warning(request, _("The time to choose is over, or you have chosen before."))
        return redirect(back)
    return act_page(request, page=PAGES[Choice(name)], subject=row, target=None, back=back, now=now)
