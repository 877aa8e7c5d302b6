"""Conversations and tickets with buyers."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods

from core.acts import Actor
from core.errors import DomainError
from core.pages import keyset_page
from orders.selectors import order_of_provider
from providers.models import Provider
from providers.types import Permission
from support import selectors, services
from support.models import Ticket
from support.types import OPEN_TICKETS, Side, TicketState
from web.acts import ActPage, Done, refused_by_field
from web.components.lists import FilterSpec, field_choices, list_state
from web.components.steps import Consequence
from web.components.timeline import Attachment, ChatMessage
from web.console.access import do, draw, provider_page
from web.storefront.cards import in_english
from web.storefront.talks import TONES, WriteForm, checked_file, message_file

CONVERSATIONS, TICKETS = "/console/conversations/", "/console/tickets/"


class RemedyForm(forms.Form):
    remedy = forms.CharField(
        label=gettext_lazy("How it was solved"),
        help_text=gettext_lazy("What you mended, or what stands in for it. The buyer reads it."),
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
    )


class AutoReplyForm(forms.Form):
    text_zh = forms.CharField(label=gettext_lazy("Text in Chinese"), max_length=500, widget=forms.Textarea({"rows": 3}))
    text_en = forms.CharField(
        label=gettext_lazy("Text in English"), max_length=500, required=False, widget=forms.Textarea({"rows": 3})
    )
    is_on = forms.BooleanField(
        label=gettext_lazy("Send it at once when a buyer asks"),
        help_text=gettext_lazy("It does not count as an answer: the 30 seconds go on."),
        required=False,
    )


def _title(order: Any) -> str:
    return (order.title_en if in_english() else "") or order.title_zh


def _lines(rows: Any, base: str) -> list[ChatMessage]:
    return [
        ChatMessage(
            who=str(one.author) if one.author else _("Automatic reply"),
            at=one.sent_at,
            text=one.text,
            mine=one.side == Side.PROVIDER,
            kind="system" if one.side == Side.AUTOMATIC else "person",
            attachments=[Attachment(one.file_name, f"{base}{one.pk}/")] if one.file_name else [],
        )
        for one in rows
    ]


@provider_page(Permission.SUPPORT)
def conversations(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """Who wrote, and who waits for an answer?"""
    state = list_state(request.GET, filters=[FilterSpec("waiting", _("Waiting for"), [("me", _("me"))])])
    found = selectors.conversations_of_provider(provider)
    if state.q:
        found = found.filter(
            Q(order__number__icontains=state.q)
            | Q(buyer__display_name__icontains=state.q)
            | Q(order__title_zh__icontains=state.q)
            | Q(order__title_en__icontains=state.q)
        )
    if state.values.get("waiting"):
        found = found.filter(waiting_since__isnull=False)
    cursor = request.GET.get("cursor")
    waiting = [] if state.chips or cursor else list(found.exclude(waiting_since=None).order_by("waiting_since")[:50])
    rest = found.exclude(pk__in=[one.pk for one in waiting]) if waiting else found
    page = keyset_page(rest, order_by=["-last_at", "-id"], cursor=cursor, size=20)
    page.items[:] = [{"one": one, "title": _title(one.order)} for one in page.items]
    return draw(
        request,
        "conversations",
        now,
        list=state,
        waiting=[{"one": one, "title": _title(one.order)} for one in waiting],
        page=page,
        filtered=bool(state.chips),
        auto=selectors.auto_reply_of(provider),
    )


@provider_page(Permission.SUPPORT)
@require_http_methods(["GET", "POST"])
def conversation(request: HttpRequest, provider: Provider, now: datetime, number: str) -> HttpResponse:
    """What was written about one order, and an answer."""
    order = order_of_provider(provider, number)
    form = WriteForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        try:
            services.message_send(
                order=order,
                side=Side.PROVIDER,
                text=form.cleaned_data["text"],
                file=checked_file(form.cleaned_data["file"]),
                actor=Actor.of(request.user),
                now=now,
            )
        except DomainError as error:
            if not refused_by_field(form, error):
                form.add_error(None, str(error))
        else:
            return redirect(f"{CONVERSATIONS}{number}/")
    response = draw(
        request,
        "talk",
        now,
        title=str(order.buyer),
        subject=_title(order),
        order=order,
        waits_since=selectors.waits_since(order),
        lines=_lines(selectors.messages_of(order), f"{CONVERSATIONS}{number}/files/"),
        form=form,
        may_say=True,
        crumbs=[(_("Conversations"), CONVERSATIONS)],
    )
    response.status_code = 422 if request.method == "POST" else 200
    return response


@provider_page(Permission.SUPPORT)
def conversation_file(request: HttpRequest, provider: Provider, now: datetime, number: str, pk: int) -> FileResponse:
    """A file of a conversation, for the team that holds it."""
    return message_file(selectors.message_of_order(order_of_provider(provider, number), pk))


def _auto_given(provider: Provider, target: Any) -> dict[str, Any]:
    known = selectors.auto_reply_of(provider)
    return {"text_zh": known.text_zh, "text_en": known.text_en, "is_on": known.is_on} if known else {"is_on": True}


def _auto(provider: Provider, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.auto_reply_set(provider=provider, actor=actor, now=now, **data)
    return Done(_("The automatic reply is kept."), CONVERSATIONS)


AUTO = ActPage(
    gettext_lazy("Automatic reply"),
    gettext_lazy("Keep the reply"),
    _auto,
    form=AutoReplyForm,
    clauses=("12(1)3",),
    initial=_auto_given,
)


@provider_page(Permission.SUPPORT)
@require_http_methods(["GET", "POST"])
def auto_reply(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """What buyers read while nobody is there."""
    return do(request, AUTO, provider, now, back=CONVERSATIONS)


@provider_page(Permission.SUPPORT)
def tickets(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """Which requests wait for me?"""
    state = list_state(
        request.GET,
        filters=[
            FilterSpec("state", _("State"), field_choices(Ticket, "state")),
            FilterSpec("kind", _("What it is about"), field_choices(Ticket, "kind")),
        ],
    )
    found = selectors.tickets_of_provider(provider).filter(**state.values)
    if state.q:
        found = found.filter(
            Q(number__icontains=state.q) | Q(title__icontains=state.q) | Q(order__number__icontains=state.q)
        )
    cursor = request.GET.get("cursor")
    waiting = [] if state.chips or cursor else list(
        selectors.tickets_at_work(provider)[:50]
    )  # fmt: skip
    rest = found.exclude(pk__in=[one.pk for one in waiting]) if waiting else found
    page = keyset_page(rest, order_by=["-opened_at", "-id"], cursor=cursor, size=20)
    page.items[:] = [_ticket_row(one) for one in page.items]
    return draw(
        request,
        "tickets",
        now,
        list=state,
        waiting=[_ticket_row(one) for one in waiting],
        page=page,
        filtered=bool(state.chips),
    )


def _ticket_row(one: Any) -> dict[str, Any]:
    return {"one": one, "said": _said(one), "tone": TONES[TicketState(one.state)], "title": _title(one.order)}


def _said(ticket: Any) -> Any:
    """Where a ticket stands, said to its provider."""
    if ticket.state == TicketState.OPEN:
        return pgettext("after-sales", "waiting for you")
    return ticket.get_state_display()


@provider_page(Permission.SUPPORT)
@require_http_methods(["GET", "POST"])
def ticket(request: HttpRequest, provider: Provider, now: datetime, number: str) -> HttpResponse:
    """One ticket and an answer."""
    found = selectors.ticket_of_provider(provider, number)
    form = WriteForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        try:
            services.ticket_reply(
                ticket=found,
                side=Side.PROVIDER,
                text=form.cleaned_data["text"],
                file=checked_file(form.cleaned_data["file"]),
                actor=Actor.of(request.user),
                now=now,
            )
        except DomainError as error:
            if not refused_by_field(form, error):
                form.add_error(None, str(error))
        else:
            return redirect(f"{TICKETS}{number}/")
    response = draw(
        request,
        "talk",
        now,
        title=found.title,
        subject=_title(found.order),
        ticket=found,
        said=_said(found),
        tone=TONES[TicketState(found.state)],
        order=found.order,
        lines=_lines(selectors.ticket_messages(found), f"{TICKETS}{number}/files/"),
        form=form,
        may_say=found.state in OPEN_TICKETS,
        crumbs=[(_("Tickets"), TICKETS)],
    )
    response.status_code = 422 if request.method == "POST" else 200
    return response


@provider_page(Permission.SUPPORT)
def ticket_file(request: HttpRequest, provider: Provider, now: datetime, number: str, pk: int) -> FileResponse:
    """A file of a ticket, for the team that holds it."""
    return message_file(selectors.ticket_message(selectors.ticket_of_provider(provider, number), pk))


def _solve(found: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.ticket_solve(ticket=found, remedy=data["remedy"], actor=actor, now=now)
    return Done(_("The ticket is solved; the buyer may open it again."), f"{TICKETS}{found.number}/")


SOLVE = ActPage(
    gettext_lazy("Solve the ticket"),
    gettext_lazy("Mark it solved"),
    _solve,
    lambda found, target, now: [
        Consequence(_("The buyer closes it, or sends it back to you where it is not solved."), None, "held")
    ],
    form=RemedyForm,
    clauses=("12(1)4",),
)


@provider_page(Permission.SUPPORT)
@require_http_methods(["GET", "POST"])
def ticket_solved(request: HttpRequest, provider: Provider, now: datetime, number: str) -> HttpResponse:
    """Say how a ticket was solved."""
    found = selectors.ticket_of_provider(provider, number)
    if found.state not in OPEN_TICKETS:
        messages.warning(request, _("This is not possible at the moment: the ticket has moved on."))
        return redirect(f"{TICKETS}{number}/")
    return do(request, SOLVE, found, now, back=f"{TICKETS}{number}/")
