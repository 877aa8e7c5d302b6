"""Acts about cases: open, hear, dismiss (§19)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.types import Role
from core.acts import SYSTEM, Actor, act
from core.errors import InvalidInput, NotAllowed
from core.periods import end_of_working_days
from core.references import new_number
from core.uploads import CheckedFile
from notifications.services import notify
from providers.services import require_member, require_role, restriction_lift, restriction_place
from providers.types import Permission, RestrictionKind
from regulation.selectors import rulebook_at
from regulation.services import audit_record
from regulation.types import Text
from violations import selectors
from violations.models import Case, CaseStatement, Evidence
from violations.types import OPEN_CASES, CaseSource, CaseState

LONGEST = 4000


class CaseClosed(NotAllowed):
    """The case was found or dismissed before."""

    code = "case_closed"


@act
def case_open(
    *,
    provider: Any,
    code: str,
    occurred_at: datetime,
    statement: str,
    source: CaseSource,
    event: str,
    product: Any | None,
    order: Any | None,
    complaint: Any | None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Examine conduct under a row of the schedule in force on its last day; the provider is heard first (§19, §28).

    Under the rows for malware, sale of data and forged papers the store closes at once and the provider is heard after.
    One event is charged once: the case of the same `event` is returned. Raises InvalidInput for an unknown row,
    NotPermitted for anybody but the platform itself and operators of the marketplace.
    """
    if actor.kind != "system":
        require_role(actor, Role.OPERATIONS, provider)
    if occurred_at > now:
        raise InvalidInput(_("The conduct cannot lie in the future."), field="occurred_at")
    rulebook = rulebook_at(occurred_at)
    row = rulebook.schedule.get(code)
    if row is None:
        raise InvalidInput(_("Choose a row of the violation schedule in force at the time."), field="code")
    known = selectors.case_of_event(event)
    if known is not None:
        return known
    case = Case(
        number=new_number("C", now),
        provider=provider,
        product=product,
        order=order,
        complaint=complaint,
        source=source,
        event=event,
        code=code,
        rulebook=rulebook.version,
        occurred_at=occurred_at,
        statement=statement.strip()[:LONGEST],
        opened_at=now,
        opened_by_id=actor.id,
        hearing_due_at=end_of_working_days(now, rulebook.parameter("violation.hearing_working_days")),
    )
    case.closed_at_once = row.immediate
    case.save()
    if row.immediate:
        restriction_place(
            provider=provider,
            kind=RestrictionKind.FROZEN,
            reference=interim_reference(case),
            reason=Text(f"{row.name.zh}：先行关闭，随后听取申辩", f"{row.name.en}: closed at once, heard after"),
            clauses=row.clauses,
            actor=actor,
            now=now,
        )
    audit_record(
        act="case_open",
        actor=actor,
        subject=case_subject(case),
        before={},
        after={"state": case.state, "code": code, "rulebook": case.rulebook, "immediate": row.immediate},
        now=now,
    )
    _tell(case, "case.opened", {"code": code, "row": row.name.as_json()}, now)
    return case


@act
def case_statement_add(
    *, case: Case, text: str, evidence: Sequence[CheckedFile], side: str, actor: Actor, now: datetime
) -> CaseStatement:
    """A side speaks in an open case. Raises InvalidInput, CaseClosed, ProviderNotFound for strangers, NotPermitted."""
    case = selectors.case_locked(case.pk)
    if side == "provider":
        require_member(actor, case.provider, Permission.COMPLAINTS)
    else:
        require_role(actor, Role.OPERATIONS, case.provider)
    if case.state not in OPEN_CASES:
        raise CaseClosed(_("This case is closed."))
    if not text.strip():
        raise InvalidInput(_("Write your statement."), field="text")
    said = CaseStatement(case=case, author_id=actor.person, side=side, text=text.strip()[:LONGEST], said_at=now)
    said.save()
    for file in evidence:
        Evidence(
            case=case,
            given_by_id=actor.person,
            side=side,
            file=file.content,
            name=file.name,
            content_type=file.content_type,
            sha256=file.sha256,
            given_at=now,
        ).save()
    audit_record(
        act="case_statement_add",
        actor=actor,
        subject=case_subject(case),
        before={},
        after={"side": side, "files": len(evidence)},
        now=now,
    )
    return said


@act
def case_hearing_close(*, case: Case, actor: Actor, now: datetime) -> Case:
    """The provider says that it has been heard, before its time is up (§19)."""
    case = selectors.case_locked(case.pk)
    require_member(actor, case.provider, Permission.COMPLAINTS)
    if case.state != CaseState.HEARING:
        raise NotAllowed(_("The hearing of this case is over."))
    return _hear(case, actor=actor, now=now)


@act
def case_hearing_lapse(*, case_id: int, now: datetime) -> bool:
    """The time to be heard has ended: the case waits for a finding (§19; three working days, a platform default)."""
    case = selectors.case_locked(case_id)
    if case.state != CaseState.HEARING or now < case.hearing_due_at:
        return False
    _hear(case, actor=SYSTEM, now=now)
    return True


def _hear(case: Case, *, actor: Actor, now: datetime) -> Case:
    case.hear(now=now)
    case.save()
    audit_record(
        act="case_hear",
        actor=actor,
        subject=case_subject(case),
        before={"state": CaseState.HEARING},
        after={"state": case.state},
        now=now,
    )
    return case


@act
def case_dismiss(*, case: Case, reason: str, actor: Actor, now: datetime) -> Case:
    """An operator finds no violation; a store that was closed at once is shown again (§19)."""
    case = selectors.case_locked(case.pk)
    require_role(actor, Role.OPERATIONS, case.provider)
    if case.state not in OPEN_CASES:
        raise CaseClosed(_("This case is closed."))
    if not reason.strip():
        raise InvalidInput(_("Give the reason: the provider will read it."), field="reason")
    before = case.state
    case.dismiss(reason=reason.strip(), now=now)
    case.save()
    interim_lift(case=case, actor=actor, now=now)
    audit_record(
        act="case_dismiss",
        actor=actor,
        subject=case_subject(case),
        before={"state": before},
        after={"state": case.state, "reason": case.closing_reason},
        now=now,
    )
    _tell(case, "case.dismissed", {"reason": case.closing_reason}, now)
    return case


def interim_lift(*, case: Case, actor: Actor, now: datetime) -> None:
    """Lift what was laid over the store until the provider had been heard, within an act."""
    if case.closed_at_once:
        restriction_lift(
            provider=case.provider,
            kind=RestrictionKind.FROZEN,
            reference=interim_reference(case),
            reason=case.number,
            actor=actor,
            now=now,
        )


def interim_reference(case: Case) -> str:
    """What names the restriction that closes a store until the provider has been heard."""
    return f"case:{case.number}:interim"


def case_subject(case: Case) -> str:
    """How decisions and the trail name a case."""
    return f"case:{case.number}"


def _tell(case: Case, kind: str, context: dict[str, Any], now: datetime) -> None:
    for person in selectors.people_of(case.provider):
        notify(
            recipient=person,
            kind=kind,
            subject=case_subject(case),
            context={"number": case.number, "due_at": case.hearing_due_at, **context},
            now=now,
            link=f"/console/standing/cases/{case.number}/",
        )
