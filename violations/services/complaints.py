"""Acts about complaints (§18(16)): file, answer, withdraw, decide, and what the clock does."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.types import Role
from core.acts import SYSTEM, Actor, act
from core.errors import InvalidInput, NotAllowed, NotPermitted
from core.periods import beijing_date
from core.references import new_number
from core.uploads import CheckedFile
from notifications.services import notify
from orders.services import order_hold, order_unhold
from providers.services import require_member, require_role
from providers.types import Permission
from regulation import registry
from regulation.selectors import rulebook_at
from regulation.services import audit_record, decision_record
from regulation.types import moment
from violations import selectors
from violations.models import Complaint, Evidence
from violations.rules import ComplaintFacts
from violations.services.cases import case_open
from violations.types import OPEN_COMPLAINTS, CaseSource, ComplaintState

LATE_RESPONSE = "V1816"
LONGEST = 4000
MOST_FILES = 30


@act
def complaint_file(
    *,
    complainant: Any,
    provider: Any,
    order: Any | None,
    product: Any | None,
    statement: str,
    conduct_on: date,
    code: str,
    evidence: Sequence[CheckedFile],
    actor: Actor,
    now: datetime,
) -> Complaint:
    """A person complains of a provider; it has thirty minutes to answer, round the clock (§18(16)).

    What the order has earned is held out of settlement until the complaint ends. Raises InvalidInput naming the field,
    NotPermitted for anybody who complains in another's name.
    """
    if actor.id != complainant.pk:
        raise NotPermitted(_("You can only complain in your own name."))
    text = statement.strip()
    if not text:
        raise InvalidInput(_("Say what happened, so that the provider can answer."), field="statement")
    if len(text) > LONGEST:
        raise InvalidInput(_("Keep the description within 4,000 characters."), field="statement")
    if conduct_on > beijing_date(now):
        raise InvalidInput(_("The day it happened cannot be in the future."), field="conduct_on")
    rulebook = rulebook_at(now)
    if code and code not in rulebook.schedule:
        raise InvalidInput(_("Choose a kind of conduct from the list."), field="code")
    if order is not None and (order.buyer_id != complainant.pk or order.provider_id != provider.pk):
        raise InvalidInput(_("This order is not one between you and this provider."), field="order")
    facts = ComplaintFacts(filed_at=now, responded_at=None, at=now)
    decision = registry.decide("complaint.response", facts, rulebook)
    complaint = Complaint(
        number=new_number("K", now),
        complainant=complainant,
        provider=provider,
        order=order,
        product=product,
        statement=text,
        conduct_on=conduct_on,
        code=code,
        filed_at=now,
        due_at=decision.values["due_at"],
    )
    complaint.save()
    evidence_add(complaint=complaint, case=None, files=evidence, side="complainant", giver_id=complainant.pk, now=now)
    if order is not None:
        order_hold(order=order, reason="complaint", cause=complaint.number, actor=actor, now=now)
    record = decision_record(decision=decision, facts=facts, subject=_subject(complaint), now=now)
    audit_record(
        act="complaint_file",
        actor=actor,
        subject=_subject(complaint),
        before={},
        after={"state": complaint.state, "provider": provider.number, "files": len(evidence)},
        now=now,
        decision=record,
    )
    for person in selectors.people_of(provider):
        notify(
            recipient=person,
            kind="complaint.filed",
            subject=_subject(complaint),
            context={"number": complaint.number, "due_at": complaint.due_at},
            now=now,
            link=f"/console/complaints/{complaint.number}/",
        )
    return complaint


def evidence_add(
    *,
    complaint: Complaint | None,
    case: Any | None,
    files: Sequence[CheckedFile],
    side: str,
    giver_id: int,
    now: datetime,
) -> None:
    """Keep what a side put forward, within an act."""
    for file in files:
        Evidence(
            complaint=complaint,
            case=case,
            given_by_id=giver_id,
            side=side,
            file=file.content,
            name=file.name,
            content_type=file.content_type,
            sha256=file.sha256,
            given_at=now,
        ).save()


@act
def complaint_support(
    *, complaint: Complaint, evidence: Sequence[CheckedFile], actor: Actor, now: datetime
) -> Complaint:
    """The complainant, and nobody else, adds evidence to a complaint that is open; the provider is told (§18(16)).

    Raises NotPermitted, NotAllowed once it is closed, InvalidInput without a file or beyond what is kept.
    """
    complaint = selectors.complaint_locked(complaint.pk)
    if actor.id != complaint.complainant_id:
        raise NotPermitted(_("Only the person who complained can add evidence here."))
    _ensure_open(complaint)
    if not evidence:
        raise InvalidInput(_("Add at least one file."), field="files")
    if complaint.evidence.filter(side="complainant").count() + len(evidence) > MOST_FILES:
        raise InvalidInput(_("A complaint keeps at most %(n)d of your files.") % {"n": MOST_FILES}, field="files")
    evidence_add(complaint=complaint, case=None, files=evidence, side="complainant", giver_id=actor.person, now=now)
    audit_record(
        act="complaint_support",
        actor=actor,
        subject=_subject(complaint),
        before={},
        after={"files": len(evidence), "sha256": [one.sha256 for one in evidence]},
        now=now,
    )
    for person in selectors.people_of(complaint.provider):
        notify(
            recipient=person,
            kind="complaint.supported",
            subject=_subject(complaint),
            context={"number": complaint.number, "files": len(evidence)},
            now=now,
            link=f"/console/complaints/{complaint.number}/",
        )
    return complaint


@act
def complaint_respond(
    *, complaint: Complaint, response: str, evidence: Sequence[CheckedFile], actor: Actor, now: datetime
) -> Complaint:
    """The provider answers; whether in time is decided and kept (§18(16)).

    Raises InvalidInput, NotAllowed, ProviderNotFound for strangers, RoleTooSmall.
    """
    complaint = selectors.complaint_locked(complaint.pk)
    require_member(actor, complaint.provider, Permission.COMPLAINTS)
    if complaint.state != ComplaintState.FILED:
        raise NotAllowed(_("This complaint was answered or closed before."))
    if not response.strip():
        raise InvalidInput(_("Write your answer."), field="response")
    complaint.respond(response=response.strip()[:LONGEST], now=now)
    complaint.save()
    evidence_add(complaint=complaint, case=None, files=evidence, side="provider", giver_id=actor.person, now=now)
    _decide_response(complaint, actor=actor, now=now, act_name="complaint_respond")
    if now >= complaint.due_at:
        _late(complaint, now)
    notify(
        recipient=complaint.complainant,
        kind="complaint.answered",
        subject=_subject(complaint),
        context={"number": complaint.number},
        now=now,
        link=f"/complaints/{complaint.number}/",
    )
    return complaint


@act
def complaint_response_lapse(*, complaint_id: int, now: datetime) -> bool:
    """The thirty minutes ended without an answer: it is recorded, and a case under V1816 opens (§18(16)).

    False where it was answered, closed, or recorded before.
    """
    complaint = selectors.complaint_locked(complaint_id)
    if complaint.state != ComplaintState.FILED or complaint.late_recorded_at or now < complaint.due_at:
        return False
    _decide_response(complaint, actor=SYSTEM, now=now, act_name="complaint_response_lapse")
    _late(complaint, now)
    return True


def _late(complaint: Complaint, now: datetime) -> None:
    if complaint.late_recorded_at:
        return
    complaint.late_recorded_at = now
    complaint.save(update_fields=["late_recorded_at"])
    case_open(
        provider=complaint.provider,
        code=LATE_RESPONSE,
        occurred_at=complaint.due_at,
        statement=(
            f"投诉 {complaint.number} 在 {moment(complaint.due_at)} 前未获答复。\n"
            f"No answer to complaint {complaint.number} by {moment(complaint.due_at)}."
        ),
        source=CaseSource.LATE_RESPONSE,
        event=f"complaint:{complaint.number}:late",
        product=complaint.product,
        order=complaint.order,
        complaint=complaint,
        actor=SYSTEM,
        now=now,
    )


def _decide_response(complaint: Complaint, *, actor: Actor, now: datetime, act_name: str) -> None:
    facts = ComplaintFacts(filed_at=complaint.filed_at, responded_at=complaint.responded_at, at=now)
    decision = registry.decide("complaint.response", facts, rulebook_at(complaint.filed_at))
    record = decision_record(decision=decision, facts=facts, subject=_subject(complaint), now=now)
    audit_record(
        act=act_name,
        actor=actor,
        subject=_subject(complaint),
        before={"state": ComplaintState.FILED},
        after={"state": complaint.state, "outcome": decision.outcome},
        now=now,
        decision=record,
    )


@act
def complaint_withdraw(*, complaint: Complaint, actor: Actor, now: datetime) -> Complaint:
    """The complainant, and nobody else, takes the complaint back (§18(16)1). A case that was opened goes on."""
    complaint = selectors.complaint_locked(complaint.pk)
    if actor.id != complaint.complainant_id:
        raise NotPermitted(_("Only the person who complained can withdraw."), clauses=["18(16)1"])
    _ensure_open(complaint)
    before = complaint.state
    complaint.withdraw(now=now)
    complaint.save()
    _close(complaint, act_name="complaint_withdraw", before=before, actor=actor, now=now)
    return complaint


@act
def complaint_uphold(
    *, complaint: Complaint, code: str, occurred_at: datetime, reason: str, actor: Actor, now: datetime
) -> Complaint:
    """An operator finds the complaint founded: a case opens under a row of the schedule (§18(16), §19)."""
    complaint = selectors.complaint_locked(complaint.pk)
    require_role(actor, Role.OPERATIONS, complaint.provider)
    _ensure_open(complaint)
    _require_reason(reason)
    before = complaint.state
    complaint.uphold(operator_id=actor.person, reason=reason.strip(), now=now)
    complaint.save()
    case_open(
        provider=complaint.provider,
        code=code,
        occurred_at=occurred_at,
        statement=reason.strip(),
        source=CaseSource.COMPLAINT,
        event=f"complaint:{complaint.number}",
        product=complaint.product,
        order=complaint.order,
        complaint=complaint,
        actor=actor,
        now=now,
    )
    _close(complaint, act_name="complaint_uphold", before=before, actor=actor, now=now)
    return complaint


@act
def complaint_dismiss(*, complaint: Complaint, reason: str, actor: Actor, now: datetime) -> Complaint:
    """An operator finds the complaint unfounded, with the reason that both sides read (§18(16))."""
    complaint = selectors.complaint_locked(complaint.pk)
    require_role(actor, Role.OPERATIONS, complaint.provider)
    _ensure_open(complaint)
    _require_reason(reason)
    before = complaint.state
    complaint.dismiss(operator_id=actor.person, reason=reason.strip(), now=now)
    complaint.save()
    _close(complaint, act_name="complaint_dismiss", before=before, actor=actor, now=now)
    return complaint


def _ensure_open(complaint: Complaint) -> None:
    if complaint.state not in OPEN_COMPLAINTS:
        raise NotAllowed(_("This complaint is closed."))


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput(_("Give the reason: both sides will read it."), field="reason")


def _close(complaint: Complaint, *, act_name: str, before: str, actor: Actor, now: datetime) -> None:
    if complaint.order is not None:
        order_unhold(order=complaint.order, reason="complaint", cause=complaint.number, actor=actor, now=now)
    audit_record(
        act=act_name,
        actor=actor,
        subject=_subject(complaint),
        before={"state": before},
        after={"state": complaint.state, "reason": complaint.outcome_reason},
        now=now,
    )
    people = [*selectors.people_of(complaint.provider), complaint.complainant]
    for person in people:
        own = person.pk == complaint.complainant_id
        notify(
            recipient=person,
            kind=f"complaint.{complaint.state}",
            subject=_subject(complaint),
            context={"number": complaint.number, "reason": complaint.outcome_reason or "—"},
            now=now,
            link=f"/complaints/{complaint.number}/" if own else f"/console/complaints/{complaint.number}/",
        )


def _subject(complaint: Complaint) -> str:
    return f"complaint:{complaint.number}"
