"""Acts about after-sales tickets (§11(2)1, §11(3)2, §12)."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.acts import Actor, act
from core.errors import InvalidInput, NotAllowed
from core.references import new_number
from core.uploads import CheckedFile
from notifications.services import notify
from orders.models import Order
from regulation.services import audit_record
from support import selectors
from support.models import Ticket, TicketMessage
from support.services.access import require_side
from support.types import OPEN_TICKETS, Side, TicketKind, TicketState

LONGEST = 4000


@act
def ticket_open(
    *, order: Order, kind: TicketKind, title: str, text: str, file: CheckedFile | None, actor: Actor, now: datetime
) -> Ticket:
    """A buyer asks for after-sales on a paid order; the period it falls in is kept with it (§11(2)1, §11(3)2, §12).

    For a product that cannot be used the provider owes a remedy (§12(1)4). Raises InvalidInput, NotAllowed,
    OrderNotFound.
    """
    require_side(order, Side.BUYER, actor)
    if order.paid_at is None:
        raise NotAllowed(_("After-sales begins with the payment of the order."), clauses=["12"])
    if not title.strip():
        raise InvalidInput(_("Give the ticket a title."), field="title")
    if not text.strip():
        raise InvalidInput(_("Describe what you need."), field="text")
    ticket = Ticket(
        number=new_number("T", now),
        order=order,
        provider_id=order.provider_id,
        buyer_id=order.buyer_id,
        kind=kind,
        period=selectors.period_of(order, now),
        title=title.strip()[:120],
        opened_at=now,
    )
    ticket.save()
    _say(ticket, Side.BUYER, text, file, actor, now)
    _audit(ticket, "ticket_open", {}, actor, now)
    for person in selectors.people_of(ticket.provider):
        _tell(person, ticket, "ticket.opened", f"/console/tickets/{ticket.number}/", now)
    return ticket


@act
def ticket_reply(
    *, ticket: Ticket, side: Side, text: str, file: CheckedFile | None, actor: Actor, now: datetime
) -> TicketMessage:
    """A side writes in an open ticket; the provider's first word answers it (§12)."""
    ticket = _open(ticket, side, actor)
    if not text.strip():
        raise InvalidInput(_("Write your answer."), field="text")
    before = ticket.state
    if side == Side.PROVIDER and ticket.state == TicketState.OPEN:
        ticket.answer(now=now)
        ticket.save()
    message = _say(ticket, side, text, file, actor, now)
    _audit(ticket, "ticket_reply", {"state": before}, actor, now)
    if side == Side.PROVIDER:
        _tell(ticket.buyer, ticket, "ticket.answered", f"/orders/{ticket.order.number}/tickets/{ticket.number}/", now)
    else:
        for person in selectors.people_of(ticket.provider):
            _tell(person, ticket, "ticket.written", f"/console/tickets/{ticket.number}/", now)
    return message


@act
def ticket_solve(*, ticket: Ticket, remedy: str, actor: Actor, now: datetime) -> Ticket:
    """The provider says what it did: a mend, a substitute, a migration (§12(1)4). The buyer closes or reopens."""
    ticket = _open(ticket, Side.PROVIDER, actor)
    if not remedy.strip():
        raise InvalidInput(_("Say what you did."), field="remedy")
    before = ticket.state
    if ticket.state == TicketState.OPEN:
        # Each step of the state is kept: the database refuses a ticket that was solved without an answer.
        ticket.answer(now=now)
        ticket.save()
    if ticket.state != TicketState.ANSWERED:
        raise NotAllowed(_("This ticket waits for the buyer."))
    ticket.solve(remedy=remedy.strip()[:LONGEST])
    ticket.save()
    _audit(ticket, "ticket_solve", {"state": before}, actor, now)
    _tell(ticket.buyer, ticket, "ticket.solved", f"/orders/{ticket.order.number}/tickets/{ticket.number}/", now)
    return ticket


@act
def ticket_reopen(*, ticket: Ticket, actor: Actor, now: datetime) -> Ticket:
    """The buyer says that it is not solved (§12)."""
    ticket = _open(ticket, Side.BUYER, actor)
    if ticket.state != TicketState.SOLVED:
        raise NotAllowed(_("This ticket is being worked on."))
    ticket.reopen()
    ticket.save()
    _audit(ticket, "ticket_reopen", {"state": TicketState.SOLVED}, actor, now)
    for person in selectors.people_of(ticket.provider):
        _tell(person, ticket, "ticket.written", f"/console/tickets/{ticket.number}/", now)
    return ticket


@act
def ticket_close(*, ticket: Ticket, actor: Actor, now: datetime) -> Ticket:
    """The buyer is content, or needs it no more (§12)."""
    ticket = _open(ticket, Side.BUYER, actor)
    before = ticket.state
    ticket.close(now=now)
    ticket.save()
    _audit(ticket, "ticket_close", {"state": before}, actor, now)
    return ticket


def _open(ticket: Ticket, side: Side, actor: Actor) -> Ticket:
    ticket = selectors.ticket_locked(ticket.pk)
    require_side(ticket.order, side, actor)
    if ticket.state not in OPEN_TICKETS | {TicketState.SOLVED}:
        raise NotAllowed(_("This ticket is closed. Open a new one."))
    return ticket


def _say(ticket: Ticket, side: Side, text: str, file: CheckedFile | None, actor: Actor, now: datetime) -> TicketMessage:
    return TicketMessage.objects.create(
        ticket=ticket,
        author_id=actor.person,
        side=side,
        text=text.strip()[:LONGEST],
        file=file.content if file else "",
        file_name=file.name if file else "",
        content_type=file.content_type if file else "",
        sent_at=now,
    )


def _audit(ticket: Ticket, act_name: str, before: dict[str, Any], actor: Actor, now: datetime) -> None:
    audit_record(
        act=act_name,
        actor=actor,
        subject=f"ticket:{ticket.number}",
        before=before,
        after={"state": ticket.state, "period": ticket.period},
        now=now,
    )


def _tell(person: Any, ticket: Ticket, kind: str, link: str, now: datetime) -> None:
    notify(
        recipient=person,
        kind=kind,
        subject=f"ticket:{ticket.number}",
        context={"number": ticket.number, "title": ticket.title},
        now=now,
        link=link,
    )
