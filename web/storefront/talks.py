"""Talking to the provider of an order: the chat, and tickets for what needs a remedy."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core import clock
from core.acts import Actor
from core.errors import DomainError
from core.uploads import EVIDENCE, CheckedFile, checked_upload, file_response
from orders.selectors import order_of_buyer
from support.selectors import (
    message_of_order,
    messages_of,
    ticket_message,
    ticket_messages,
    ticket_of_buyer,
    tickets_of_order,
    waits_since,
)
from support.services import message_send, ticket_close, ticket_open, ticket_reopen, ticket_reply
from support.types import Side, TicketKind, TicketState
from violations.models.reports import REPORT_KINDS
from violations.services import message_report
from violations.types import ReportKind
from web.acts import ActPage, Done, act_page, refused_by_field
from web.components.steps import Consequence
from web.components.timeline import Attachment, ChatMessage
from web.storefront.cards import in_english

TONES = {
    TicketState.OPEN: "due",
    TicketState.ANSWERED: "held",
    TicketState.SOLVED: "accent",
    TicketState.CLOSED: "neutral",
}
KINDS = [
    (TicketKind.QUESTION, gettext_lazy("a question about using it")),
    (TicketKind.FAULT, gettext_lazy("something does not work")),
    (TicketKind.UNAVAILABLE, gettext_lazy("it cannot be used at all")),
]


class WriteForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Message"), max_length=2000, required=False, widget=forms.Textarea({"rows": 3})
    )
    file = forms.FileField(label=gettext_lazy("File"), required=False)


class ReportForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("What is wrong with it?"), choices=REPORT_KINDS, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=gettext_lazy("What should the operator know?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )


class TicketForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("What is it about?"), choices=KINDS, widget=forms.RadioSelect)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    text = forms.CharField(label=gettext_lazy("What you need"), max_length=4000, widget=forms.Textarea({"rows": 6}))
    file = forms.FileField(label=gettext_lazy("File"), required=False)


def checked_file(upload: Any) -> CheckedFile | None:
    """The one file of a message, looked into; None where there is none. Raises InvalidInput on `file`."""
    return checked_upload(upload, name=upload.name, kinds=EVIDENCE, field="file") if upload else None


def _given(request: HttpRequest) -> tuple[Any, ...]:
    return (request.POST, request.FILES) if request.method == "POST" else ()


def _refused(form: forms.Form, error: DomainError) -> None:
    if not refused_by_field(form, error):
        form.add_error(None, str(error))


def _lines(rows: Any, base: str, report: str = "") -> list[ChatMessage]:
    return [
        ChatMessage(
            who=str(one.author) if one.author else _("Automatic reply"),
            at=one.sent_at,
            text=one.text,
            mine=one.side == Side.BUYER,
            attachments=[Attachment(one.file_name, f"{base}{one.pk}/")] if one.file_name else [],
            action=(_("Report"), f"{report}{one.pk}/report/") if report and one.side == Side.PROVIDER else None,
        )
        for one in rows
    ]


def _crumbs(order: Any, *more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("My orders"), "/orders/"), (order.number, f"/orders/{order.number}/"), *more]


def _title(order: Any) -> str:
    return (order.title_en if in_english() else "") or order.title_zh


@login_required
@require_http_methods(["GET", "POST"])
def chat(request: HttpRequest, number: str) -> HttpResponse:
    """Ask the provider of an order, and read what was said."""
    now = clock.now()
    order = order_of_buyer(request.user, number)
    form = WriteForm(*_given(request))
    if request.method == "POST" and form.is_valid():
        try:
            message_send(
                order=order,
                side=Side.BUYER,
                text=form.cleaned_data["text"],
                file=checked_file(form.cleaned_data["file"]),
                actor=Actor.of(request.user),
                now=now,
            )
        except DomainError as error:
            _refused(form, error)
        else:
            return redirect(f"/orders/{number}/chat/")
    context = {
        "order": order,
        "title": _title(order),
        "lines": _lines(messages_of(order), f"/orders/{number}/chat/files/", f"/orders/{number}/chat/"),
        "waits_since": waits_since(order),
        "form": form,
        "now": now,
        "crumbs": _crumbs(order),
    }
    return render(request, "orders/chat.html", context, status=422 if request.method == "POST" else 200)


@login_required
def chat_file(request: HttpRequest, number: str, pk: int) -> FileResponse:
    """A file of an order's chat, for its buyer."""
    return message_file(message_of_order(order_of_buyer(request.user, number), pk))


def _report(message: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    message_report(message=message, kind=ReportKind(data["kind"]), note=data["note"], actor=actor, now=now)
    return Done(_("An operator looks at the message and tells you."), f"/orders/{target}/chat/")


REPORT = ActPage(
    gettext_lazy("Report this message"),
    gettext_lazy("Report the message"),
    _report,
    lambda message, target, now: [
        Consequence(gettext_lazy("The provider is not told that you reported it."), None, "neutral"),
        Consequence(
            gettext_lazy("Where an operator finds that it broke the rules, a case opens against the provider."),
            None,
            "held",
        ),
    ],
    form=ReportForm,
    clauses=("14", "18(7)"),
)


@login_required
@require_http_methods(["GET", "POST"])
def message_reported(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Report a message of the provider to the operators."""
    message = message_of_order(order_of_buyer(request.user, number), pk)
    back = f"/orders/{number}/chat/"
    return act_page(request, page=REPORT, subject=message, target=number, back=back, now=clock.now())


def message_file(found: Any) -> FileResponse:
    """The file of a message, for those who reached the message through its door."""
    if not found.file_name:
        raise Http404(found.pk)
    return file_response(found.file, name=found.file_name, content_type=found.content_type)


@login_required
def tickets(request: HttpRequest, number: str) -> HttpResponse:
    """What I asked the provider to mend, and where each stands."""
    order = order_of_buyer(request.user, number)
    rows = [{"ticket": one, "tone": TONES[TicketState(one.state)]} for one in tickets_of_order(order)]
    context = {"order": order, "title": _title(order), "rows": rows, "now": clock.now(), "crumbs": _crumbs(order)}
    return render(request, "orders/tickets.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def ticket_new(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for after-sales on an order."""
    now = clock.now()
    order = order_of_buyer(request.user, number)
    form = TicketForm(*_given(request))
    refused: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            ticket = ticket_open(
                order=order,
                kind=TicketKind(form.cleaned_data["kind"]),
                title=form.cleaned_data["title"],
                text=form.cleaned_data["text"],
                file=checked_file(form.cleaned_data["file"]),
                actor=Actor.of(request.user),
                now=now,
            )
        except DomainError as error:
            if not refused_by_field(form, error):
                refused = error
        else:
            return redirect(f"/orders/{number}/tickets/{ticket.number}/")
    context = {
        "order": order,
        "title": _title(order),
        "form": form,
        "refused": refused,
        "now": now,
        "crumbs": _crumbs(order, (_("Tickets"), f"/orders/{number}/tickets/")),
    }
    status = refused.status if refused else 422 if request.method == "POST" else 200
    return render(request, "orders/ticket_new.html", context, status=status)


def _ticket(request: HttpRequest, number: str, ticket_number: str) -> Any:
    found = ticket_of_buyer(request.user, ticket_number)
    if found.order.number != number:
        raise Http404(ticket_number)
    return found


@login_required
@require_http_methods(["GET", "POST"])
def ticket(request: HttpRequest, number: str, ticket_number: str) -> HttpResponse:
    """One ticket: what was said, what was done, and whether that is enough."""
    now = clock.now()
    found = _ticket(request, number, ticket_number)
    form = WriteForm(*_given(request))
    if request.method == "POST" and form.is_valid():
        try:
            ticket_reply(
                ticket=found,
                side=Side.BUYER,
                text=form.cleaned_data["text"],
                file=checked_file(form.cleaned_data["file"]),
                actor=Actor.of(request.user),
                now=now,
            )
        except DomainError as error:
            _refused(form, error)
        else:
            return redirect(f"/orders/{number}/tickets/{ticket_number}/")
    base = f"/orders/{number}/tickets/{ticket_number}/"
    context = {
        "ticket": found,
        "order": found.order,
        "tone": TONES[TicketState(found.state)],
        "lines": _lines(ticket_messages(found), f"{base}files/"),
        "is_open": found.state != TicketState.CLOSED,
        "is_solved": found.state == TicketState.SOLVED,
        "base": base,
        "form": form,
        "now": now,
        "crumbs": _crumbs(found.order, (_("Tickets"), f"/orders/{number}/tickets/")),
    }
    return render(request, "orders/ticket.html", context, status=422 if request.method == "POST" else 200)


def _close(ticket: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    ticket_close(ticket=ticket, actor=actor, now=now)
    return Done(_("The ticket is closed."), _url(ticket))


def _reopen(ticket: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    ticket_reopen(ticket=ticket, actor=actor, now=now)
    return Done(_("The provider goes on with it."), _url(ticket))


def _url(ticket: Any) -> str:
    return f"/orders/{ticket.order.number}/tickets/{ticket.number}/"


ACTS = {
    "close": ActPage(
        gettext_lazy("Close this ticket"),
        gettext_lazy("Close the ticket"),
        _close,
        lambda ticket, target, now: [
            Consequence(gettext_lazy("Nothing more can be written in it. You can open a new one."), None, "neutral")
        ],
    ),
    "reopen": ActPage(
        gettext_lazy("It is not solved"),
        gettext_lazy("Send it back to the provider"),
        _reopen,
        lambda ticket, target, now: [
            Consequence(gettext_lazy("The provider is told that it still has to be mended."), None, "due")
        ],
        clauses=("12(1)4",),
    ),
}


@login_required
@require_http_methods(["GET", "POST"])
def ticket_act(request: HttpRequest, number: str, ticket_number: str, name: str) -> HttpResponse:
    """Close a ticket, or say that it is not solved."""
    if name not in ACTS:
        raise Http404(name)
    now = clock.now()
    found = _ticket(request, number, ticket_number)
    open_for = {TicketState.SOLVED} if name == "reopen" else set(TicketState) - {TicketState.CLOSED}
    if found.state not in open_for:
        messages.warning(request, _("This is not possible at the moment: the ticket has moved on."))
        return redirect(_url(found))
    return act_page(request, page=ACTS[name], subject=found, target=None, back=_url(found), now=now)


@login_required
def ticket_file(request: HttpRequest, number: str, ticket_number: str, pk: int) -> FileResponse:
    """A file of a ticket, for its buyer."""
    return message_file(ticket_message(_ticket(request, number, ticket_number), pk))
