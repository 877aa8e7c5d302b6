"""Complaining about a provider: filing with evidence, the thirty minutes, the outcome."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core import clock
from core.acts import Actor
from core.errors import DomainError
from core.pages import keyset_page
from core.periods import beijing_date
from core.uploads import file_response
from orders.selectors import order_of_buyer
from providers.selectors import store_by_slug
from regulation.selectors import rulebook_at
from violations.selectors import (
    complaint_of_person,
    complaints_of_person,
    evidence_file,
    evidence_of,
    evidence_of_complainant,
)
from violations.services import complaint_file, complaint_support, complaint_withdraw
from violations.types import OPEN_COMPLAINTS, ComplaintState
from web.acts import ActPage, Done, FilesField, act_page, evidence_sent, refused_by_field
from web.components.lists import FilterSpec, list_state
from web.components.steps import Consequence
from web.components.timeline import Attachment, TimelineItem
from web.storefront.cards import store_name

TONES = {
    ComplaintState.FILED: "due",
    ComplaintState.RESPONDED: "held",
    ComplaintState.UPHELD: "paid",
    ComplaintState.DISMISSED: "refused",
    ComplaintState.WITHDRAWN: "neutral",
}


class ComplaintForm(forms.Form):
    statement = forms.CharField(
        label=gettext_lazy("What happened"),
        help_text=gettext_lazy("Say what was agreed, what was done, and when. The provider reads it."),
        max_length=4000,
        widget=forms.Textarea({"rows": 6}),
    )
    conduct_on = forms.DateField(
        label=gettext_lazy("The last day it happened"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    code = forms.ChoiceField(label=gettext_lazy("Kind of conduct"), required=False)
    files = FilesField(  # type: ignore[assignment]  # the form's own mapping of uploads is never read by this name
        label=gettext_lazy("Evidence"),
        required=False,
        help_text=gettext_lazy("Pictures, PDF, text or office files, each up to 10 MB."),
    )

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = [("", _("I do not know")), *kinds]  # type: ignore[attr-defined]


class EvidenceForm(forms.Form):
    files = FilesField(  # type: ignore[assignment]  # the form's own mapping of uploads is never read by this name
        label=gettext_lazy("Evidence"),
        help_text=gettext_lazy("Pictures, PDF, text or office files, each up to 10 MB."),
    )


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Am I heard? My complaints, and where each stands."""
    now = clock.now()
    state = list_state(request.GET, filters=[FilterSpec("open", _("State"), [("yes", _("not settled"))])])
    rows = complaints_of_person(request.user)
    if state.values.get("open") == "yes":
        rows = rows.filter(state__in=OPEN_COMPLAINTS)
    if state.q:
        rows = rows.filter(number__icontains=state.q)
    page = keyset_page(rows, order_by=("-filed_at", "-id"), cursor=request.GET.get("cursor"))
    lines = [
        {
            "complaint": one,
            "store": store_name(one.provider.store),
            "waits": one.state == ComplaintState.FILED,
        }
        for one in page.items
    ]
    context = {"list": state, "page": page, "lines": lines, "filtered": bool(state.chips), "now": now}
    return render(request, "complaints/index.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Complain about the provider of an order, or about a store."""
    now = clock.now()
    order = order_of_buyer(request.user, request.GET["order"]) if request.GET.get("order") else None
    store = None
    if order is not None:
        store = order.provider.store
    elif request.GET.get("store"):
        store = store_by_slug(request.GET["store"], now)
    if store is None:
        return render(request, "complaints/about.html", {"now": now})
    language = get_language() or "zh-hans"
    kinds = [(row.code, row.name.in_language(language)) for row in rulebook_at(now).schedule.values()]
    given = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ComplaintForm(*given, kinds=kinds, initial={"conduct_on": beijing_date(now)})
    refused: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            complaint = _file(request, form, order, store, now)
        except DomainError as error:
            if not refused_by_field(form, error):
                refused = error
        else:
            messages.success(request, _("Your complaint is with the provider. It has 30 minutes to answer."))
            return redirect(f"/complaints/{complaint.number}/")
    context = {
        "form": form,
        "order": order,
        "store": store,
        "store_name": store_name(store),
        "refused": refused,
        "back": f"/orders/{order.number}/" if order is not None else f"/s/{store.slug}/",
        "now": now,
        "crumbs": [(_("My complaints"), "/complaints/")],
    }
    status = refused.status if refused else 422 if request.method == "POST" else 200
    return render(request, "complaints/new.html", context, status=status)


def _file(request: HttpRequest, form: ComplaintForm, order: Any, store: Any, now: datetime) -> Any:
    return complaint_file(
        complainant=request.user,
        provider=store.provider,
        order=order,
        product=order.product if order is not None else None,
        statement=form.cleaned_data["statement"],
        conduct_on=form.cleaned_data["conduct_on"],
        code=form.cleaned_data["code"],
        evidence=evidence_sent(form.cleaned_data["files"]),
        actor=Actor.of(request.user),
        now=now,
    )


@login_required
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """One complaint: the provider's clock, what both sides said, and what came of it."""
    now = clock.now()
    complaint = complaint_of_person(request.user, number)
    files = evidence_of(complaint)
    context = {
        "complaint": complaint,
        "order": complaint.order,
        "store": complaint.provider.store,
        "store_name": store_name(complaint.provider.store),
        "tone": TONES[ComplaintState(complaint.state)],
        "waiting": _waiting(complaint),
        "due_at": complaint.due_at if complaint.state == ComplaintState.FILED else None,
        "is_open": complaint.state in OPEN_COMPLAINTS,
        "timeline": _timeline(complaint, files),
        "now": now,
        "crumbs": [(_("My complaints"), "/complaints/")],
    }
    return render(request, "complaints/detail.html", context)


def _waiting(complaint: Any) -> str:
    if complaint.state == ComplaintState.FILED:
        return _("Waiting for the provider to answer")
    if complaint.state == ComplaintState.RESPONDED:
        return _("The provider has answered. An operator examines the complaint.")
    return ""


def _attached(complaint: Any, files: list[Any]) -> list[Attachment]:
    base = f"/complaints/{complaint.number}/files/"
    return [Attachment(one.name, f"{base}{one.pk}/") for one in files]


def _timeline(complaint: Any, files: list[Any]) -> list[TimelineItem]:
    own = evidence_of_complainant(complaint, files)
    items = [
        TimelineItem(
            _("Complaint filed"),
            complaint.filed_at,
            _("you"),
            "megaphone",
            "accent",
            complaint.statement,
            ("18(16)",),
            attachments=_attached(complaint, own.pop(complaint.filed_at)),
        )
    ]
    items += [
        TimelineItem(_("Evidence added"), at, _("you"), "paperclip", attachments=_attached(complaint, given))
        for at, given in own.items()
    ]
    if complaint.late_recorded_at:
        items.append(
            TimelineItem(
                _("No answer within 30 minutes: recorded against the provider"),
                complaint.late_recorded_at,
                _("the market"),
                "clock",
                "late",
                clauses=("18(16)",),
            )
        )
    if complaint.responded_at:
        items.append(
            TimelineItem(
                _("The provider answered"),
                complaint.responded_at,
                store_name(complaint.provider.store),
                "message-circle",
                "neutral",
                complaint.response,
                attachments=_attached(complaint, [one for one in files if one.side == "provider"]),
            )
        )
    if complaint.decided_at:
        items.append(
            TimelineItem(
                complaint.get_state_display(),
                complaint.decided_at,
                _("you") if complaint.state == ComplaintState.WITHDRAWN else _("the market"),
                "gavel",
                TONES[ComplaintState(complaint.state)],
                complaint.outcome_reason,
                attachments=_attached(complaint, [one for one in files if one.side == "operator"]),
            )
        )
    return sorted(items, key=lambda item: item.at, reverse=True)


def _withdraw(complaint: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    complaint_withdraw(complaint=complaint, actor=actor, now=now)
    return Done(_("The complaint is withdrawn."), f"/complaints/{complaint.number}/")


WITHDRAW = ActPage(
    gettext_lazy("Withdraw this complaint"),
    gettext_lazy("Withdraw the complaint"),
    _withdraw,
    lambda complaint, target, now: [
        Consequence(gettext_lazy("Nobody examines it any more. It stays in your list."), None, "neutral"),
        Consequence(gettext_lazy("What the provider earned with the order may be settled again."), None, "due"),
    ],
    clauses=("18(16)1",),
    danger=True,
)


def _support(complaint: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    complaint_support(complaint=complaint, evidence=evidence_sent(data["files"]), actor=actor, now=now)
    return Done(_("Your evidence is with the complaint."), f"/complaints/{complaint.number}/")


SUPPORT = ActPage(
    gettext_lazy("Add evidence to this complaint"),
    gettext_lazy("Add the evidence"),
    _support,
    lambda complaint, target, now: [
        Consequence(gettext_lazy("The provider and the operator read it. It cannot be taken back."), None, "neutral")
    ],
    form=EvidenceForm,
    clauses=("18(16)",),
)


def _on_open(request: HttpRequest, number: str, page: ActPage) -> HttpResponse:
    """The page of an act on one's own complaint, while that is open."""
    now = clock.now()
    complaint = complaint_of_person(request.user, number)
    back = f"/complaints/{number}/"
    if complaint.state not in OPEN_COMPLAINTS:
        messages.warning(request, _("This complaint is closed."))
        return redirect(back)
    return act_page(request, page=page, subject=complaint, target=None, back=back, now=now)


@login_required
@require_http_methods(["GET", "POST"])
def support(request: HttpRequest, number: str) -> HttpResponse:
    """Add evidence to a complaint."""
    return _on_open(request, number, SUPPORT)


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Take a complaint back."""
    return _on_open(request, number, WITHDRAW)


@login_required
def file(request: HttpRequest, number: str, pk: int) -> FileResponse:
    """A file of one's own complaint."""
    found = evidence_file(complaint_of_person(request.user, number), pk)
    return file_response(found.file, name=found.name, content_type=found.content_type)
