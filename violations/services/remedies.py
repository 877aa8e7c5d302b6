"""Acts about what users are offered after an infringing product was taken down (§18(17)2)."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.acts import SYSTEM, Actor, act
from core.errors import InvalidInput, NotAllowed, NotFound
from core.money import ZERO
from core.periods import end_of_working_days
from notifications.services import notify
from orders.selectors import orders_in_use
from orders.services import compensation_pay
from providers.selectors import rulebook_of_provider
from providers.services import require_member
from providers.types import Permission
from regulation.models import DecisionRecord
from regulation.services import audit_record, decision_record
from regulation.types import Decision, Text, cite
from violations import selectors
from violations.models import Remedy, Takedown
from violations.services.cases import case_open
from violations.types import CaseSource, RemedyKind, RemedyState

CLAUSE = "18(17)2"
NO_REMEDY = "V1820"
LONGEST = 2000


def _due_at(takedown: Takedown, now: datetime) -> datetime:
    rulebook = rulebook_of_provider(takedown.provider, takedown.filed_at)
    return end_of_working_days(now, rulebook.parameter("takedown.remedy_working_days"))


def remedies_open(*, takedown: Takedown, now: datetime) -> int:
    """Every order of the product that is in use is owed a remedy within the working days of the rulebook (§18(17)2).

    Part of the act that upholds the claim. Returns how many.
    """
    due_at = _due_at(takedown, now)
    found = list(orders_in_use(takedown.product, now))
    Remedy.objects.bulk_create(
        [Remedy(takedown=takedown, order=order, opened_at=now, due_at=due_at) for order in found]
    )
    for order in found:
        _tell(order.buyer, takedown, order, "remedy.owed", f"/orders/{order.number}/remedy/", now, due_at=due_at)
    return len(found)


@act
def remedy_offer(
    *, remedy: Remedy, kind: RemedyKind, text: str, amount: Decimal | None, actor: Actor, now: datetime
) -> Remedy:
    """The provider offers a user a substitute, a migration or the costs (§18(17)2); `amount` in yuan, or None.

    Raises InvalidInput (text, amount), NotAllowed where an offer waits or was accepted.
    """
    remedy = selectors.remedy_locked(remedy.pk)
    require_member(actor, remedy.takedown.provider, Permission.COMPLAINTS)
    if remedy.state != RemedyState.OWED:
        raise NotAllowed(_("An offer waits for the user, or was accepted."))
    if not text.strip():
        raise InvalidInput(_("Say what the user gets, how and when."), field="text")
    if amount is not None and not 0 <= amount <= remedy.order.left:
        raise InvalidInput(_("The amount cannot be more than is left of the price."), field="amount")
    if kind == RemedyKind.COSTS and not amount:
        raise InvalidInput(_("Say how much you pay."), field="amount")
    remedy.offer(kind=kind, text=text.strip()[:LONGEST], amount=amount or ZERO, now=now)
    remedy.save()
    _audit(remedy, "remedy_offer", RemedyState.OWED, actor, now)
    order = remedy.order
    _tell(order.buyer, remedy.takedown, order, "remedy.offered", f"/orders/{order.number}/remedy/", now)
    return remedy


@act
def remedy_accept(*, remedy: Remedy, actor: Actor, now: datetime) -> Remedy:
    """The user accepts; what the provider pays beside goes back the way the user paid (§18(17)2)."""
    remedy = _offered(remedy, actor)
    remedy.accept(now=now)
    remedy.save()
    record = None
    if remedy.amount:
        record = _agreed(remedy, now)
        compensation_pay(
            order=remedy.order,
            amount=remedy.amount,
            reason=Text(f"侵权下架 {remedy.takedown.number} 的费用", f"Costs of the takedown {remedy.takedown.number}"),
            cause=f"remedy:{remedy.pk}",
            decision=record,
            actor=actor,
            now=now,
        )
    _audit(remedy, "remedy_accept", RemedyState.OFFERED, actor, now, record)
    _tell_provider(remedy, "remedy.accepted", now)
    return remedy


@act
def remedy_return(*, remedy: Remedy, note: str, actor: Actor, now: datetime) -> Remedy:
    """The user does not accept: another offer is owed, in the same working days again (§18(17)2)."""
    remedy = _offered(remedy, actor)
    if not note.strip():
        raise InvalidInput(_("Say why it does not help you."), field="note")
    remedy.send_back(note=note.strip()[:LONGEST], due_at=_due_at(remedy.takedown, now))
    remedy.save()
    _audit(remedy, "remedy_return", RemedyState.OFFERED, actor, now)
    _tell_provider(remedy, "remedy.returned", now)
    return remedy


@act
def remedy_lapse(*, remedy_id: int, now: datetime) -> bool:
    """The working days passed without an offer: a case under V1820 opens, one for the claim (§18(17), §18(17)2).

    False where there is an offer, or it was recorded before.
    """
    remedy = selectors.remedy_locked(remedy_id)
    if remedy.state != RemedyState.OWED or remedy.late_recorded_at or now < remedy.due_at:
        return False
    remedy.late_recorded_at = now
    remedy.save(update_fields=["late_recorded_at"])
    takedown = remedy.takedown
    case_open(
        provider=takedown.provider,
        code=NO_REMEDY,
        occurred_at=remedy.due_at,
        statement=f"{takedown.number}: {remedy.order.number}, {remedy.due_at:%Y-%m-%d %H:%M}",
        source=CaseSource.LATE_REMEDY,
        event=f"{takedown.subject}:remedy",
        product=takedown.product,
        order=remedy.order,
        complaint=None,
        actor=SYSTEM,
        now=now,
    )
    _audit(remedy, "remedy_lapse", RemedyState.OWED, SYSTEM, now)
    return True


def _offered(remedy: Remedy, actor: Actor) -> Remedy:
    remedy = selectors.remedy_locked(remedy.pk)
    if remedy.order.buyer_id != actor.id:
        raise NotFound("no such remedy")
    if remedy.state != RemedyState.OFFERED:
        raise NotAllowed(_("No offer waits for you."))
    return remedy


def _agreed(remedy: Remedy, now: datetime) -> DecisionRecord:
    """What a payment rests on: no rule's outcome but what the two agreed."""
    decision = Decision(
        "takedown.remedy",
        rulebook_of_provider(remedy.takedown.provider, remedy.takedown.filed_at).version,
        "agreed",
        {"amount": remedy.amount},
        cite(CLAUSE),
        Text(f"双方同意由服务商承担 {remedy.amount} 元。", f"Both agreed that the provider bears CNY {remedy.amount}."),
    )
    facts = {"takedown": remedy.takedown.number, "kind": remedy.kind}
    return decision_record(decision=decision, facts=facts, subject=remedy.order.subject, now=now)


def _tell_provider(remedy: Remedy, kind: str, now: datetime) -> None:
    takedown = remedy.takedown
    for person in selectors.people_of(takedown.provider):
        _tell(person, takedown, remedy.order, kind, f"/console/infringement/{takedown.number}/", now)


def _tell(person: Any, takedown: Takedown, order: Any, kind: str, link: str, now: datetime, **more: Any) -> None:
    notify(
        recipient=person,
        kind=kind,
        subject=order.subject,
        context={"number": takedown.number, "order": order.number, **more},
        now=now,
        link=link,
    )


def _audit(
    remedy: Remedy, name: str, before: str, actor: Actor, now: datetime, decision: DecisionRecord | None = None
) -> None:
    audit_record(
        act=name,
        actor=actor,
        subject=remedy.order.subject,
        before={"state": before},
        after={"state": remedy.state, "kind": remedy.kind, "amount": str(remedy.amount), "due_at": remedy.due_at},
        now=now,
        decision=decision,
        chain=f"remedy:{remedy.pk}",
    )
