"""Asking for money back: what it would bring, the room, and the acts."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core import clock
from core.acts import Actor
from core.errors import DomainError
from core.uploads import file_response
from orders.selectors import order_of_buyer
from refunds.rules import Reason
from refunds.selectors import available_acts, file_for, refund_detail, refund_of_buyer, refund_preview, refunds_of_buyer
from refunds.services import refund_request
from refunds.types import RefundAct, RefundFilters, RefundState
from web import refund_pages
from web.acts import FilesField, act_page, refused_by_field
from web.components.lists import FilterSpec, list_state
from web.storefront.presenting import timeline_items

REASONS = [
    ("", gettext_lazy("no particular reason")),
    (Reason.DELAY, gettext_lazy("late, or dragging on")),
    (Reason.NOT_AS_DESCRIBED, gettext_lazy("not as described")),
    (Reason.ATTITUDE, gettext_lazy("the way I was treated")),
    (Reason.INCAPABLE, gettext_lazy("the provider cannot do it")),
    (Reason.POOR_QUALITY, gettext_lazy("poor quality")),
    (Reason.BUSINESS_ENDED, gettext_lazy("the provider ended its business")),
    (Reason.UNREACHABLE, gettext_lazy("the provider cannot be reached")),
    (Reason.BANKRUPT, gettext_lazy("the provider is bankrupt or closed")),
    (Reason.OTHER_FAILING, gettext_lazy("another failing")),
]
TONES = {
    RefundState.PAID_BACK: "paid",
    RefundState.REFUSED: "refused",
    RefundState.WITHDRAWN: "neutral",
    RefundState.NEGOTIATING: "due",
    RefundState.ESCALATED: "late",
}


class RefundForm(forms.Form):
    reason = forms.ChoiceField(label=gettext_lazy("Why do you want your money back?"), choices=REASONS, required=False)
    statement = forms.CharField(
        label=gettext_lazy("What happened"), required=False, max_length=5000, widget=forms.Textarea({"rows": 5})
    )
    claims_loss = forms.BooleanField(label=gettext_lazy("The quality of the service caused me a loss"), required=False)
    files = FilesField(label=gettext_lazy("Evidence"), required=False)  # type: ignore[assignment]


def _reason(text: str) -> Reason | None:
    return Reason(text) if text in set(Reason) else None


def _written(posted: QueryDict, reason: Reason | None) -> dict[str, Any]:
    """What somebody who only looks has written so far: it stays."""
    words = {"statement": posted.get("statement", ""), "claims_loss": "claims_loss" in posted}
    return {"reason": reason or "", **words}


@login_required
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """What do I get if I ask now, and what if I wait? Then ask. Looking (`look`) asks for nothing."""
    now = clock.now()
    order = order_of_buyer(request.user, number)
    asks = request.method == "POST" and "look" not in request.POST
    reason = _reason((request.POST or request.GET).get("reason", ""))
    form = RefundForm(request.POST, request.FILES) if asks else RefundForm(initial=_written(request.POST, reason))
    refused: DomainError | None = None
    if asks and form.is_valid():
        try:
            refund = refund_request(
                order=order,
                reason=reason,
                statement=form.cleaned_data["statement"],
                claims_loss=form.cleaned_data["claims_loss"],
                files=form.cleaned_data["files"],
                actor=Actor.of(request.user),
                now=now,
            )
        except DomainError as error:
            if not refused_by_field(form, error):
                refused = error
        else:
            return redirect(f"/refunds/{refund.number}/")
    context = {
        "order": order,
        "preview": refund_preview(order, reason, now) if order.paid_at else None,
        "form": form,
        "refused": refused,
        "is_service": order.is_service,
        "now": now,
        "crumbs": [(_("My orders"), "/orders/"), (order.number, f"/orders/{order.number}/")],
    }
    return render(request, "refunds/ask.html", context, status=409 if refused else 200)


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """What did I ask back, and where does it stand?"""
    now = clock.now()
    state = list_state(request.GET, filters=[FilterSpec("open", _("State"), [("yes", _("not settled"))])])
    filters = RefundFilters(text=state.q, open_only=state.values.get("open") == "yes")
    page = refunds_of_buyer(request.user, filters, cursor=request.GET.get("cursor"), now=now)
    context = {"list": state, "page": page, "now": now, "filtered": bool(state.chips)}
    return render(request, "refunds/index.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """What do I get, when, who decides?"""
    now = clock.now()
    refund = refund_of_buyer(request.user, number)
    form = refund_pages.SayForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        error = refund_pages.say(form, refund, Actor.of(request.user), now)
        if error is None:
            return redirect(f"/refunds/{number}/")
        form.add_error(None, str(error))
    found = refund_detail(refund, request.user, now)
    context: dict[str, Any] = {
        "refund": refund,
        "order": found.order,
        "detail": found,
        "tone": TONES.get(RefundState(refund.state), "held"),
        "buttons": [
            {
                "url": f"/refunds/{number}/do/{one.act}/" + (f"{one.target}/" if one.target is not None else ""),
                "label": refund_pages.PAGES[one.act].title,
            }
            for one in found.acts
            if one.act in refund_pages.PAGES
        ],
        "may_say": any(one.act == RefundAct.SAY for one in found.acts),
        "lines": refund_pages.room_lines(found),
        "timeline": timeline_items(found.timeline, "/refunds/"),
        "decision": refund.final or refund.decision,
        "form": form,
        "now": now,
        "crumbs": [(_("My orders"), "/orders/"), (found.order.number, f"/orders/{found.order.number}/")],
    }
    return render(request, "refunds/detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, number: str, name: str, target: int | None = None) -> HttpResponse:
    """One act on a refund, for its buyer."""
    now = clock.now()
    refund = refund_of_buyer(request.user, number)
    if name not in set(RefundAct) or RefundAct(name) not in refund_pages.PAGES:
        raise Http404(name)
    wanted, back = RefundAct(name), f"/refunds/{number}/"
    if not any(one.act == wanted and one.target == target for one in available_acts(refund, request.user, now)):
        messages.warning(request, _("This is not possible at the moment: the refund has moved on."))
        return redirect(back)
    subject = refund_pages.find_target(refund, target)
    return act_page(request, page=refund_pages.PAGES[wanted], subject=refund, target=subject, back=back, now=now)


@login_required
def file(request: HttpRequest, pk: int) -> FileResponse:
    """A file of a refund's room, for those whose refund it is."""
    found = file_for(request.user, pk)
    return file_response(found.file, name=found.name, content_type=found.content_type)
