"""Acts about messages that look wrong: raised by the market itself, reported by the buyer, judged (§14, §18(7))."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.types import Role
from core.acts import SYSTEM, Actor, act
from core.errors import InvalidInput, NotAllowed, NotFound
from notifications.services import notify
from providers.services import require_role
from regulation.services import audit_record
from support.types import Side
from violations import selectors
from violations.models import MessageReport
from violations.services.cases import case_open
from violations.types import CaseSource, ReportKind, ReportState

LONGEST = 1000


@act
def message_report_raise(*, message: Any, now: datetime) -> MessageReport:
    """What was found in a provider's message waits for an operator (§14(1), §14(2), §18(7)); once a message."""
    return _open(message, ReportKind(message.flagged), "", None, SYSTEM, now)


@act
def message_report(*, message: Any, kind: ReportKind, note: str, actor: Actor, now: datetime) -> MessageReport:
    """A buyer reports what the provider of an order wrote (§14(1) to §14(4), §18(7)).

    Raises NotFound for a conversation of others, NotAllowed for one's own words and for a message reported before.
    """
    if message.conversation.buyer_id != actor.person:
        raise NotFound("no such message")
    if message.side != Side.PROVIDER:
        raise NotAllowed(_("Only what the provider wrote can be reported."))
    if len(note.strip()) > LONGEST:
        raise InvalidInput(_("Keep the note within 1,000 characters."), field="note")
    if selectors.message_reported(message.pk, actor.person):
        raise NotAllowed(_("You reported this message before. An operator looks at it."))
    return _open(message, kind, note.strip(), actor.person, actor, now)


def _open(
    message: Any, kind: ReportKind, note: str, reporter_id: int | None, actor: Actor, now: datetime
) -> MessageReport:
    conversation = message.conversation
    report = MessageReport(
        message=message,
        provider_id=conversation.provider_id,
        order_id=conversation.order_id,
        reporter_id=reporter_id,
        kind=kind,
        note=note,
        filed_at=now,
    )
    report.save()
    _audit(report, "message_report", {}, actor, now)
    return report


@act
def message_report_uphold(
    *, report: MessageReport, code: str, reason: str, actor: Actor, now: datetime
) -> MessageReport:
    """An operator finds that the message broke the rules: a case opens under a row of the schedule (§14, §18(7), §19).

    One message is charged once, however many reported it. Raises InvalidInput (reason, code), NotAllowed.
    """
    report = _judging(report, reason, actor)
    case = case_open(
        provider=report.provider,
        code=code,
        occurred_at=report.message.sent_at,
        statement=f"{reason.strip()}\n\n{report.message.text}",
        source=CaseSource.OPERATOR,
        event=f"message:{report.message_id}",
        product=None,
        order=report.order,
        complaint=None,
        actor=actor,
        now=now,
    )
    report.uphold(case_id=case.pk, operator_id=actor.person, reason=reason.strip(), now=now)
    report.save()
    _audit(report, "message_report_uphold", {"state": ReportState.OPEN}, actor, now)
    _tell(report, now)
    return report


@act
def message_report_dismiss(*, report: MessageReport, reason: str, actor: Actor, now: datetime) -> MessageReport:
    """An operator finds nothing wrong with the message (§14, §18(7)). Raises InvalidInput (reason), NotAllowed."""
    report = _judging(report, reason, actor)
    report.dismiss(operator_id=actor.person, reason=reason.strip(), now=now)
    report.save()
    _audit(report, "message_report_dismiss", {"state": ReportState.OPEN}, actor, now)
    _tell(report, now)
    return report


def _judging(report: MessageReport, reason: str, actor: Actor) -> MessageReport:
    report = selectors.message_report_locked(report.pk)
    require_role(actor, Role.OPERATIONS, report.provider)
    if report.state != ReportState.OPEN:
        raise NotAllowed(_("This report was judged before."))
    if not reason.strip():
        raise InvalidInput(_("Give the reason: the person who reported reads it."), field="reason")
    return report


def _audit(report: MessageReport, name: str, before: dict[str, Any], actor: Actor, now: datetime) -> None:
    audit_record(
        act=name,
        actor=actor,
        subject=f"order:{report.order.number}",
        before=before,
        after={"message": report.message_id, "kind": report.kind, "state": report.state, "reason": report.reason},
        now=now,
        chain=f"message_report:{report.pk}",
    )


def _tell(report: MessageReport, now: datetime) -> None:
    if report.reporter is None:
        return
    notify(
        recipient=report.reporter,
        kind=f"message_report.{report.state}",
        subject=f"order:{report.order.number}",
        context={"number": report.order.number, "reason": report.reason},
        now=now,
        link=f"/orders/{report.order.number}/chat/",
    )
