"""Buying, and what was bought: checkout, my orders, one order."""

import secrets
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog.types import ProductClass, ProductState
from core import clock
from core.acts import Actor
from core.errors import DomainError, InvalidInput, NotAllowed
from core.uploads import file_response
from orders.selectors import (
    available_acts,
    checkout_preview,
    file_for,
    order_counts_of_buyer,
    order_detail,
    order_of_buyer,
    orders_of_buyer,
    unpaid_of_plan,
)
from orders.services import PlacedBefore, UnpaidBefore, order_place
from orders.types import MilestoneState, OrderAct, OrderFilters, OrderState
from payments.selectors import intent_of
from refunds.selectors import refunds_of_order
from violations.selectors import remedy_of_order
from web.acts import act_page, refused_by_field
from web.components.lists import FilterSpec, list_state
from web.components.money import money_strip
from web.storefront.cards import in_english
from web.storefront.leaving import leaving_of
from web.storefront.order_acts import LABELS, PAGES, find_target
from web.storefront.presenting import strip_of, timeline_items

MOST = 999
PRIMARY = {OrderAct.PAY, OrderAct.MILESTONE_ACCEPT, OrderAct.CONFIRM}
STATE_TONES = {
    OrderState.PLACED: "due",
    OrderState.PAID: "held",
    OrderState.IN_SERVICE: "held",
    OrderState.COMPLETED: "paid",
    OrderState.CLOSED: "neutral",
    OrderState.REFUNDED: "refused",
    OrderState.CANCELLED: "neutral",
}
MILESTONE_TONES = {
    MilestoneState.WAITING: "neutral",
    MilestoneState.STARTED: "held",
    MilestoneState.SUBMITTED: "due",
    MilestoneState.RETURNED: "late",
    MilestoneState.ACCEPTED: "paid",
}


class CheckoutForm(forms.Form):
    plan = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    quantity = forms.IntegerField(min_value=1, max_value=MOST)
    note = forms.CharField(required=False, max_length=500, widget=forms.Textarea({"rows": 2}))
    agreed = forms.BooleanField()
    another = forms.BooleanField(required=False)
    key = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["quantity"].label = _("Quantity")
        self.fields["note"].label = _("A note for the provider")
        self.fields["agreed"].label = _("I have read the terms of use and the rules for refunds above")
        self.fields["agreed"].error_messages["required"] = _("Please read the terms and tick the box before you order.")
        self.fields["another"].label = _("I want another one beside the unpaid order")
        self.fields["key"].error_messages["required"] = _("This form is incomplete. Look through it and send it again.")


def _number(text: str | None, fallback: int = 0) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else fallback


@login_required
@require_http_methods(["GET", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """What exactly am I agreeing to and paying?"""
    now = clock.now()
    given = request.POST if request.method == "POST" else request.GET
    plan_id = _number(given.get("plan"))
    quantity = min(max(_number(given.get("quantity"), 1), 1), MOST)
    fresh = secrets.token_urlsafe(24)
    sent = request.POST.copy()
    form = CheckoutForm(sent or None, initial={"plan": plan_id, "quantity": quantity, "key": fresh})
    refused: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            order = order_place(
                buyer=request.user,
                plan_id=form.cleaned_data["plan"],
                quantity=form.cleaned_data["quantity"],
                note=form.cleaned_data["note"],
                key=form.cleaned_data["key"],
                another=form.cleaned_data["another"],
                actor=Actor.of(request.user),
                now=now,
            )
        except InvalidInput as error:
            if not refused_by_field(form, error):
                refused = error
        except (NotAllowed, UnpaidBefore) as error:
            refused = error
        except PlacedBefore as error:
            refused = error
            form = CheckoutForm(initial=form.cleaned_data | {"key": fresh, "agreed": False, "another": True})
        else:
            return redirect(_next_page(order))
    elif form.has_error("key"):
        sent["key"] = fresh
    preview = checkout_preview(plan_id=plan_id, quantity=quantity, now=now)
    context = {
        "preview": preview,
        "unpaid": unpaid_of_plan(buyer=request.user, plan_id=plan_id, now=now),
        "terms": preview.terms,
        "title": _title(preview.terms, "title"),
        "plan_name": _title(preview.terms, "plan_name"),
        "form": form,
        "refused": refused,
        "is_service": preview.terms.product_class == ProductClass.SERVICE,
        "now": now,
    }
    return render(request, "orders/checkout.html", context, status=409 if refused else 200)


def _title(row: Any, name: str) -> str:
    zh, en = getattr(row, f"{name}_zh", ""), getattr(row, f"{name}_en", "")
    return (en or zh) if in_english() else zh


def _next_page(order: Any) -> str:
    intent = intent_of("order", order.number) if order.amount else None
    if intent is not None and order.state == OrderState.PLACED:
        return f"/pay/{intent.number}/"
    return f"/orders/{order.number}/"


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Where are my things and my money?"""
    now = clock.now()
    counts = order_counts_of_buyer(request.user)
    state = list_state(
        request.GET,
        filters=[
            FilterSpec(
                "state",
                _("State"),
                [
                    ("open", _("not finished")),
                    (OrderState.PLACED, _("to be paid")),
                    (OrderState.IN_SERVICE, _("in service")),
                    (OrderState.COMPLETED, _("completed")),
                    (OrderState.REFUNDED, _("refunded")),
                    (OrderState.CANCELLED, _("cancelled")),
                ],
                counts,
            ),
            FilterSpec("attention", _("Waiting for"), [("me", _("me"))]),
        ],
    )
    filters = OrderFilters(
        state=state.values.get("state", ""), text=state.q, attention=state.values.get("attention") == "me"
    )
    page = orders_of_buyer(request.user, filters, cursor=request.GET.get("cursor"), now=now)
    return render(
        request,
        "orders/index.html",
        {"list": state, "page": page, "now": now, "tones": STATE_TONES, "filtered": bool(state.chips)},
    )


@login_required
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """One order: who owes what by when, where the money is, everything that happened, and what I may do."""
    now = clock.now()
    order = order_of_buyer(request.user, number)
    found = order_detail(order, request.user, now)
    buttons = [
        {"url": _act_url(order, one), "label": LABELS[one.act], "primary": one.act in PRIMARY, "target": one.target}
        for one in found.acts
        if one.act in LABELS
    ]
    context = {
        "order": order,
        "title": _title(order, "title"),
        "plan_name": _title(order, "plan_name"),
        "detail": found,
        "tone": STATE_TONES.get(OrderState(order.state), "neutral"),
        "buttons": [one for one in buttons if one["target"] is None],
        "steps": _steps(found, buttons),
        "others": [one for one in buttons if one["target"] is not None and not _of_milestone(one)],
        # Chat clocks are the provider's record, and its fee tells what it sold this year: neither is the buyer's.
        "decisions": [one for one in found.decisions if not one.rule.startswith(("support.", "settlement."))][:5],
        "strip": money_strip(strip_of(found.money)),
        "timeline": timeline_items(found.timeline, "/refunds/"),
        "refunds": refunds_of_order(order),
        "leaving": leaving_of(request.user, number, now),
        "remedy": remedy_of_order(order),
        "buy_again": _is_over(order, now) and order.product.state == ProductState.ON_SALE,
        "now": now,
        "crumbs": [(_("My orders"), "/orders/")],
    }
    return render(request, "orders/detail.html", context)


def _is_over(order: Any, now: datetime) -> bool:
    """Whether nothing of an order goes on: not bought after all, closed, or its term has ended."""
    ended = order.term_ends_at is not None and order.term_ends_at <= now
    return ended or order.state in {OrderState.CLOSED, OrderState.REFUNDED, OrderState.CANCELLED}


def _of_milestone(button: dict[str, Any]) -> bool:
    return "/milestone_" in button["url"]


def _steps(found: Any, buttons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "view": one,
            "title": _title(one.milestone, "title"),
            "acceptance": _title(one.milestone, "acceptance"),
            "tone": MILESTONE_TONES[MilestoneState(one.milestone.state)],
            "buttons": [b for b in buttons if b["target"] == one.milestone.pk and _of_milestone(b)],
        }
        for one in found.milestones
    ]


def _act_url(order: Any, one: Any) -> str:
    if one.act == OrderAct.PAY:
        return f"/orders/{order.number}/pay/"
    if one.act == OrderAct.ASK_REFUND:
        return f"/orders/{order.number}/refund/"
    tail = f"{one.target}/" if one.target is not None else ""
    return f"/orders/{order.number}/do/{one.act}/{tail}"


@login_required
def pay(request: HttpRequest, number: str) -> HttpResponse:
    """To the payment of an order that waits for it."""
    return redirect(_next_page(order_of_buyer(request.user, number)))


@login_required
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, number: str, name: str, target: int | None = None) -> HttpResponse:
    """One act on an order: what will happen, what it asks, and doing it."""
    now = clock.now()
    order = order_of_buyer(request.user, number)
    if name not in set(OrderAct) or OrderAct(name) not in PAGES:
        raise Http404(name)
    wanted = OrderAct(name)
    back = f"/orders/{number}/"
    if not any(one.act == wanted and one.target == target for one in available_acts(order, request.user, now)):
        messages.warning(request, _("This is not possible at the moment: the order has moved on."))
        return redirect(back)
    subject = find_target(order, wanted, target)
    return act_page(request, page=PAGES[wanted], subject=order, target=subject, back=back, now=now)


@login_required
def file(request: HttpRequest, pk: int) -> FileResponse:
    """A file of an order, for those whose order it is."""
    found = file_for(request.user, pk)
    return file_response(found.file, name=found.name, content_type=found.content_type)
