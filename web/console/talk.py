"""Conversations and tickets with buyers."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core.acts import Actor
from core.errors import DomainError
from core.pages import keyset_page
from core.uploads import EVIDENCE, CheckedFile, checked_upload
from orders.selectors import order_of_provider
from providers.models import Provider
from providers.types import Permission
from support import selectors, services
from support.types import Side, TicketState
from web.acts import ActPage, Done, refused_by_field
from web.components.timeline import ChatMessage
from web.console.access import do, draw, provider_page

CONVERSATIONS, TICKETS = "/console/conversations/", "/console/tickets/"


class MessageForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("Message"), max_length=4000, widget=forms.Textarea({"rows": 3}))
    file = forms.FileField(label=gettext_lazy("File"), required=False)


class RemedyForm(forms.Form):
    remedy = forms.CharField(
        label=gettext_lazy("How it was solved"), max_length=2000, widget=forms.Textarea({"rows": 4})
    )


class AutoReplyForm(forms.Form):
    text_zh = forms.CharField(label=gettext_lazy("Text in Chinese"), max_length=500, widget=forms.Textarea({"rows": 3}))
    text_en = forms.CharField(
        label=gettext_lazy("Text in English"), max_length=500, required=False, widget=forms.Textarea({"rows": 3})
    )
    is_on = forms.BooleanField(label=gettext_lazy("Answer by itself outside your hours"), required=False)


def _file(form: forms.Form) -> CheckedFile | None:
    upload = form.cleaned_data.get("file")
    return checked_upload(upload, name=upload.name, kinds=EVIDENCE, field="file") if upload else None


def _lines(rows: Any, user: Any) -> list[ChatMessage]:
    return [
        ChatMessage(
            who=one.author.display_name if one.author else _("Automatic reply"),
            at=one.sent_at,
            text=one.text,
            mine=one.side == Side.PROVIDER,
            kind="system" if one.side == Side.AUTOMATIC else "person",
            note=one.file_name,
        )
        for one in rows
    ]


@provider_page(Permission.SUPPORT)
def conversations(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """Who wrote, and who waits for an answer?"""
    found = selectors.conversations_of_provider(provider)
    waiting = list(found.filter(waiting_since__isnull=False).order_by("waiting_since")[:50])
    page = keyset_page(found, order_by=["-last_at", "-id"], cursor=request.GET.get("cursor"), size=20)
    return draw(request, "conversations", now, waiting=waiting, page=page)


@provider_page(Permission.SUPPORT)
@require_http_methods(["GET", "POST"])
def conversation(request: HttpRequest, provider: Provider, now: datetime, number: str) -> HttpResponse:
    """What was written about one order, and an answer."""
    order = order_of_provider(provider, number)
    form = MessageForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        try:
            services.message_send(
                order=order,
                side=Side.PROVIDER,
                text=form.cleaned_data["text"],
                file=_file(form),
                actor=Actor.of(request.user),
                now=now,
            )
        except DomainError as error:
            if not refused_by_field(form, error):
                form.add_error(None, str(error))
        else:
            return redirect(f"{CONVERSATIONS}{number}/")
    return draw(
        request,
        "talk",
        now,
        title=_("Conversation about %(number)s") % {"number": number},
        order=order,
        lines=_lines(selectors.messages_of(order), request.user),
        form=form,
        may_say=True,
        crumbs=[(_("Conversations"), CONVERSATIONS), (number, f"/console/orders/{number}/")],
    )


def _auto_given(provider: Provider, target: Any) -> dict[str, Any]:
    known = selectors.auto_reply_of(provider)
    return {"text_zh": known.text_zh, "text_en": known.text_en, "is_on": known.is_on} if known else {"is_on": True}


def _auto(provider: Provider, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.auto_reply_set(provider=provider, actor=actor, now=now, **data)
    return Done(_("The automatic reply is kept."), CONVERSATIONS)


AUTO = ActPage(
    gettext_lazy("Automatic reply"), gettext_lazy("Keep the reply"), _auto, form=AutoReplyForm, initial=_auto_given
)


@provider_page(Permission.SUPPORT)
@require_http_methods(["GET", "POST"])
def auto_reply(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """What buyers read while nobody is there."""
    return do(request, AUTO, provider, now, back=CONVERSATIONS)


@provider_page(Permission.SUPPORT)
def tickets(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """Which requests wait for me?"""
    found = selectors.tickets_of_provider(provider)
    waiting = list(found.filter(state=TicketState.OPEN).order_by("opened_at")[:50])
    page = keyset_page(
        found.exclude(state=TicketState.OPEN), order_by=["-id"], cursor=request.GET.get("cursor"), size=20
    )
    return draw(request, "tickets", now, waiting=waiting, page=page)


@provider_page(Permission.SUPPORT)
@require_http_methods(["GET", "POST"])
def ticket(request: HttpRequest, provider: Provider, now: datetime, number: str) -> HttpResponse:
    """One ticket and an answer."""
    found = selectors.ticket_of_provider(provider, number)
    form = MessageForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        try:
            services.ticket_reply(
                ticket=found,
                side=Side.PROVIDER,
                text=form.cleaned_data["text"],
                file=_file(form),
                actor=Actor.of(request.user),
                now=now,
            )
        except DomainError as error:
            if not refused_by_field(form, error):
                form.add_error(None, str(error))
        else:
            return redirect(f"{TICKETS}{number}/")
    return draw(
        request,
        "talk",
        now,
        title=found.title,
        ticket=found,
        order=found.order,
        lines=_lines(found.messages.select_related("author").order_by("sent_at", "pk"), request.user),
        form=form,
        may_say=found.state in {TicketState.OPEN, TicketState.ANSWERED},
        crumbs=[(_("Tickets"), TICKETS), (found.order.number, f"/console/orders/{found.order.number}/")],
    )


def _solve(found: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.ticket_solve(ticket=found, remedy=data["remedy"], actor=actor, now=now)
    return Done(_("The ticket is solved; the buyer may open it again."), f"{TICKETS}{found.number}/")


SOLVE = ActPage(gettext_lazy("Solve the ticket"), gettext_lazy("Mark it solved"), _solve, form=RemedyForm)


@provider_page(Permission.SUPPORT)
@require_http_methods(["GET", "POST"])
def ticket_solved(request: HttpRequest, provider: Provider, now: datetime, number: str) -> HttpResponse:
    """Say how a ticket was solved."""
    found = selectors.ticket_of_provider(provider, number)
    if found.state not in {TicketState.OPEN, TicketState.ANSWERED}:
        raise Http404(number)
    return do(request, SOLVE, found, now, back=f"{TICKETS}{number}/")
