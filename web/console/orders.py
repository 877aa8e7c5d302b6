"""Orders and refunds as the provider sees them: what I owe first, by when, and what I may do."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.acts import Actor
from orders.selectors import (
    available_acts,
    order_counts_of_provider,
    order_detail,
    order_of_provider,
    orders_of_provider,
)
from orders.types import ClaimState, MilestoneState, OrderAct, OrderFilters, OrderState
from providers.models import Provider
from providers.types import Permission
from refunds import selectors as refunds
from refunds.types import RefundAct, RefundFilters, RefundState
from support.selectors import tickets_of_order
from web import refund_pages
from web.components.lists import FilterSpec, list_state
from web.components.money import money_strip
from web.console.access import allowed, do, draw, provider_page
from web.console.order_acts import LABELS, PAGES, find_target
from web.storefront.cards import in_english
from web.storefront.presenting import as_the_provider_sees, strip_of, timeline_items

ORDERS, REFUNDS = "/console/orders/", "/console/refunds/"
PRIMARY = {OrderAct.MILESTONE_START, OrderAct.MILESTONE_SUBMIT, OrderAct.DELIVER}
TONES = {
    OrderState.PLACED: "neutral",
    OrderState.PAID: "due",
    OrderState.IN_SERVICE: "held",
    OrderState.COMPLETED: "paid",
    OrderState.REFUNDED: "refused",
}
MILESTONE_TONES = {
    MilestoneState.STARTED: "due",
    MilestoneState.SUBMITTED: "held",
    MilestoneState.RETURNED: "late",
    MilestoneState.ACCEPTED: "paid",
}
# Acts whose button stands beside what they answer.
AT_ROW = {OrderAct.ANSWER_CLAIM, OrderAct.ESCALATE_CLAIM}
REFUND_TONES = {RefundState.PAID_BACK: "paid", RefundState.ESCALATED: "late", RefundState.NEGOTIATING: "due"}


def _title(row: Any, name: str) -> str:
    zh, en = getattr(row, f"{name}_zh", ""), getattr(row, f"{name}_en", "")
    return (en or zh) if in_english() else zh


@provider_page(Permission.ORDERS)
def index(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """What do I owe, to whom, by when?"""
    counts = order_counts_of_provider(provider)
    state = list_state(
        request.GET,
        filters=[
            FilterSpec("attention", _("Waiting for"), [("all", _("anybody")), ("me", _("me"))]),
            FilterSpec(
                "state",
                _("State"),
                [
                    ("open", _("not finished")),
                    (OrderState.PAID, _("paid")),
                    (OrderState.IN_SERVICE, _("in service")),
                    (OrderState.COMPLETED, _("completed")),
                    (OrderState.REFUNDED, _("refunded")),
                ],
                counts,
            ),
        ],
    )
    filters = OrderFilters(
        state=state.values.get("state", ""), text=state.q, attention=state.values.get("attention") == "me"
    )
    cursor = request.GET.get("cursor")
    page = orders_of_provider(provider, filters, cursor=cursor, now=now)
    # What the provider owes stands above everything else on the plain first page.
    owed = [] if state.chips or cursor else orders_of_provider(
        provider, OrderFilters(attention=True), size=10, now=now
    ).items  # fmt: skip
    return draw(request, "orders", now, list=state, page=page, owed=owed, filtered=bool(state.chips))


@provider_page(Permission.ORDERS)
def detail(request: HttpRequest, provider: Provider, now: datetime, number: str) -> HttpResponse:
    """One order: what I owe by when, what was said, where the money is."""
    order = order_of_provider(provider, number)
    found = order_detail(order, request.user, now)
    buttons = [
        {
            "url": f"{ORDERS}{number}/do/{one.act}/" + (f"{one.target}/" if one.target is not None else ""),
            "label": _("Deliver again") if one.act == OrderAct.DELIVER and found.deliveries else LABELS[one.act],
            "primary": one.act in PRIMARY and not (one.act == OrderAct.DELIVER and found.deliveries),
            "target": one.target,
            "milestone": one.act in {OrderAct.MILESTONE_START, OrderAct.MILESTONE_SUBMIT},
            "act": one.act,
        }
        for one in found.acts
        if one.act in LABELS
    ]
    at_target = {one["target"]: one for one in buttons if one["act"] in AT_ROW}
    steps = [
        {
            "view": one,
            "tone": MILESTONE_TONES.get(MilestoneState(one.milestone.state), "neutral"),
            "title": _title(one.milestone, "title"),
            "acceptance": _title(one.milestone, "acceptance"),
            "buttons": [b for b in buttons if b["milestone"] and b["target"] == one.milestone.pk],
        }
        for one in found.milestones
    ]
    return draw(
        request,
        "order",
        now,
        order=order,
        detail=found,
        title=_title(order, "title"),
        plan_name=_title(order, "plan_name"),
        tone=TONES.get(OrderState(order.state), "neutral"),
        buttons=[one for one in buttons if not one["milestone"]],
        steps=steps,
        deliveries=[{"one": one, "files": found.files.get(one.place, [])} for one in found.deliveries],
        claims=[
            {
                "one": one,
                "files": [*found.files.get(one.place, []), *found.files.get(one.answer_place, [])],
                "button": at_target.get(one.pk) if one.state in {ClaimState.FILED, ClaimState.ANSWERED} else None,
            }
            for one in found.claims
        ],
        invoices=[{"one": one, "files": found.files.get(one.place, [])} for one in found.invoices],
        share=order.amount - order.refunded - order.compensated - order.fee,
        tickets=tickets_of_order(order) if allowed(request.user, provider, Permission.SUPPORT) else [],
        may_talk=allowed(request.user, provider, Permission.SUPPORT),
        strip=money_strip(as_the_provider_sees(strip_of(found.money))),
        timeline=timeline_items(found.timeline, REFUNDS),
        refunds=refunds.refunds_of_order(order),
        crumbs=[(_("Orders"), ORDERS)],
    )


@provider_page(Permission.ORDERS)
@require_http_methods(["GET", "POST"])
def act(
    request: HttpRequest, provider: Provider, now: datetime, number: str, name: str, target: int | None = None
) -> HttpResponse:
    """One act on an order: what will happen, what it asks, and doing it."""
    order = order_of_provider(provider, number)
    if name not in set(OrderAct) or OrderAct(name) not in PAGES:
        raise Http404(name)
    wanted, back = OrderAct(name), f"{ORDERS}{number}/"
    if not any(one.act == wanted and one.target == target for one in available_acts(order, request.user, now)):
        messages.warning(request, _("This is not possible at the moment: the order has moved on."))
        return redirect(back)
    return do(request, PAGES[wanted], order, now, back=back, target=find_target(order, wanted, target))


@provider_page(Permission.REFUNDS)
def refund_index(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """Who wants money back, and until when must I answer?"""
    state = list_state(
        request.GET,
        filters=[
            FilterSpec("attention", _("Waiting for"), [("me", _("me"))]),
            FilterSpec("state", _("State"), [("open", _("not settled")), ("all", _("all"))]),
        ],
    )
    filters = RefundFilters(
        text=state.q,
        open_only=state.values.get("state") == "open",
        attention=state.values.get("attention") == "me",
    )
    cursor = request.GET.get("cursor")
    page = refunds.refunds_of_provider(provider, filters, cursor=cursor, now=now)
    # What waits for the provider's answer stands above everything else on the plain first page.
    owed = [] if state.chips or cursor else refunds.refunds_of_provider(
        provider, RefundFilters(attention=True), size=10, now=now
    ).items  # fmt: skip
    return draw(request, "refunds", now, list=state, page=page, owed=owed, filtered=bool(state.chips))


@provider_page(Permission.REFUNDS)
@require_http_methods(["GET", "POST"])
def refund_detail(request: HttpRequest, provider: Provider, now: datetime, number: str) -> HttpResponse:
    """One refund: the clock, the decision, the room, what I may do."""
    refund = refunds.refund_of_provider(provider, number)
    form = refund_pages.SayForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        error = refund_pages.say(form, refund, Actor.of(request.user), now)
        if error is None:
            return redirect(f"{REFUNDS}{number}/")
        form.add_error(None, str(error))
    found = refunds.refund_detail(refund, request.user, now)
    return draw(
        request,
        "refund",
        now,
        refund=refund,
        order=found.order,
        detail=found,
        tone=REFUND_TONES.get(RefundState(refund.state), "held"),
        buttons=[
            {
                "url": f"{REFUNDS}{number}/do/{one.act}/" + (f"{one.target}/" if one.target is not None else ""),
                "label": refund_pages.PAGES[one.act].title,
            }
            for one in found.acts
            if one.act in refund_pages.PAGES
        ],
        may_say=any(one.act == RefundAct.SAY for one in found.acts),
        lines=refund_pages.room_lines(found),
        timeline=timeline_items(found.timeline, REFUNDS),
        decision=refund.final or refund.decision,
        form=form,
        crumbs=[(_("Refunds"), REFUNDS), (found.order.number, f"{ORDERS}{found.order.number}/")],
    )


@provider_page(Permission.REFUNDS)
@require_http_methods(["GET", "POST"])
def refund_act(
    request: HttpRequest, provider: Provider, now: datetime, number: str, name: str, target: int | None = None
) -> HttpResponse:
    """One act on a refund, for its provider."""
    refund = refunds.refund_of_provider(provider, number)
    if name not in set(RefundAct) or RefundAct(name) not in refund_pages.PAGES:
        raise Http404(name)
    wanted, back = RefundAct(name), f"{REFUNDS}{number}/"
    if not any(one.act == wanted and one.target == target for one in refunds.available_acts(refund, request.user, now)):
        messages.warning(request, _("This is not possible at the moment: the refund has moved on."))
        return redirect(back)
    return do(
        request, refund_pages.PAGES[wanted], refund, now, back=back, target=refund_pages.find_target(refund, target)
    )
