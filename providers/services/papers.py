"""Papers: handing them in, reporting a change, and what a lapse brings about (§9(3), §18(1))."""

from datetime import date, datetime
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from core.acts import Actor, act
from core.encryption import blind_index
from core.errors import InvalidInput, NotAllowed
from core.periods import beijing_date
from core.uploads import DOCUMENTS, checked_upload
from notifications.services import notify_many
from providers import reactions
from providers.models import Application, ChangeReport, Document, LapseDuty, Provider
from providers.selectors import (
    change_locked,
    document_by_pk,
    number_fits,
    provider_locked,
    staff_users,
)
from providers.services.guards import (
    record,
    require_editable,
    require_member,
    require_operator,
    require_person,
    require_reason,
)
from providers.services.lapses import report_decide, reports_match
from providers.types import (
    EDITABLE,
    REQUIRED_SLOTS,
    ChangeState,
    ChangeSubject,
    DocumentDetails,
    DocumentSlot,
    DocumentState,
    DutyState,
    Permission,
    ProviderState,
)
from regulation.services import audit_record


class ReportChangeInstead(NotAllowed):
    """An admitted provider reports a change, so that an operator checks the new paper (§18(1))."""

    code = "report_change_instead"


@act
def document_upload(
    *,
    provider: Provider,
    slot: str,
    details: DocumentDetails,
    upload: IO[bytes],
    file_name: str,
    actor: Actor,
    now: datetime,
) -> Document:
    """Hand a paper in with an application; it takes the place of the one before it (§9(3)1).

    Raises InvalidInput (slot, number, holder, issued_on, expires_on, file), ApplicationClosed, ReportChangeInstead.
    """
    locked = provider_locked(provider.pk)
    require_member(actor, locked, Permission.PAPERS)
    if locked.state != ProviderState.APPLYING:
        raise ReportChangeInstead(
            _("Your papers were checked when you were admitted. Report the change, with the new paper."),
            clauses=["18(1)"],
        )
    application = Application.objects.filter(provider=locked).order_by("-pk").first()
    if application is None:
        raise NotAllowed(_("Start an application first."), clauses=["9"])
    require_editable(application)
    if slot not in {*REQUIRED_SLOTS[locked.kind], DocumentSlot.OTHER}:
        raise InvalidInput(_("This paper is not asked of this kind of provider."), field="slot", clauses=["9(3)1"])
    paper = _paper(locked, slot, details, upload, file_name, DocumentState.CURRENT, actor, now)
    _replace_current(locked, slot, now)
    paper.save()
    # What was declared true was declared of other papers.
    Application.objects.filter(pk=application.pk, state__in=list(EDITABLE)).update(attested_at=None, saved_at=now)
    record("document_upload", actor, locked, {}, _shown(paper), now)
    return paper


@act
def document_remove(*, document: Document, actor: Actor, now: datetime) -> None:
    """Take a paper back out of an application that is being filled in. It stays on record. Raises ApplicationClosed."""
    locked = provider_locked(document.provider_id)
    require_member(actor, locked, Permission.PAPERS)
    application = Application.objects.filter(provider=locked).order_by("-pk").first()
    if locked.state != ProviderState.APPLYING or application is None:
        raise ReportChangeInstead(_("An admitted provider reports a change instead."), clauses=["18(1)"])
    require_editable(application)
    paper = document_by_pk(document.pk)
    if paper.state != DocumentState.CURRENT:
        return
    paper.supersede(now=now)
    paper.save(update_fields=["state", "settled_at"])
    record("document_remove", actor, locked, _shown(paper), {}, now)


@act
def change_report(
    *,
    provider: Provider,
    about: str,
    changed_on: date,
    description: str,
    actor: Actor,
    now: datetime,
) -> ChangeReport:
    """Report that something of the entry data changed (§18(1)): in time within thirty days of the change, else late.

    A late report is taken all the same, and handed on as conduct. Raises InvalidInput (about, changed_on, description).
    """
    locked = _reporter(provider, actor)
    if about not in set(ChangeSubject) - {ChangeSubject.DOCUMENT}:
        raise InvalidInput(_("Say what changed."), field="about", clauses=["18(1)"])
    if not description.strip():
        raise InvalidInput(_("Describe the change."), field="description", clauses=["18(1)"])
    return _report(locked, about, changed_on, description, None, None, actor, now)


@act
def document_change_report(
    *,
    provider: Provider,
    slot: str,
    changed_on: date,
    description: str,
    details: DocumentDetails,
    upload: IO[bytes],
    file_name: str,
    actor: Actor,
    now: datetime,
) -> ChangeReport:
    """Report that a paper changed or lapsed, with the one that takes its place; an operator checks it (§18(1)).

    Raises InvalidInput (slot, changed_on, number, holder, issued_on, expires_on, file).
    """
    locked = _reporter(provider, actor)
    if slot not in {*REQUIRED_SLOTS[locked.kind], DocumentSlot.OTHER}:
        raise InvalidInput(_("This paper is not asked of this kind of provider."), field="slot", clauses=["9(3)1"])
    if ChangeReport.objects.filter(provider=locked, state=ChangeState.REPORTED, document__slot=slot).exists():
        raise NotAllowed(_("A new paper of this kind is waiting for the check already."), clauses=["18(1)"])
    paper = _paper(locked, slot, details, upload, file_name, DocumentState.PENDING, actor, now)
    paper.save()
    replaced = Document.objects.filter(provider=locked, slot=slot, state=DocumentState.CURRENT).first()
    return _report(locked, ChangeSubject.DOCUMENT, changed_on, description, paper, replaced, actor, now)


@act
def change_accept(*, report: ChangeReport, actor: Actor, now: datetime) -> ChangeReport:
    """An operator found the change to be as reported; a new paper now stands for the provider (§18(1))."""
    require_operator(actor)
    locked = change_locked(report.pk)
    _waiting(locked)
    locked.accept(operator_id=require_person(actor), now=now)
    if locked.document is not None:
        _replace_current(locked.provider, locked.document.slot, now)
        locked.document.accept()
        locked.document.save(update_fields=["state"])
    locked.save(update_fields=["state", "settled_by", "settled_at"])
    _settled("change_accept", locked, actor, "", now)
    return locked


@act
def change_refuse(*, report: ChangeReport, reason: str, actor: Actor, now: datetime) -> ChangeReport:
    """An operator did not accept what was reported; the paper before stays. Raises InvalidInput (reason)."""
    require_operator(actor)
    why = require_reason(reason)
    locked = change_locked(report.pk)
    _waiting(locked)
    locked.refuse(operator_id=require_person(actor), reason=why, now=now)
    if locked.document is not None:
        locked.document.reject(now=now)
        locked.document.save(update_fields=["state", "settled_at"])
    locked.save(update_fields=["state", "settled_by", "settled_at", "reason"])
    _settled("change_refuse", locked, actor, why, now)
    return locked


def _reporter(provider: Provider, actor: Actor) -> Provider:
    locked = provider_locked(provider.pk)
    require_member(actor, locked, Permission.PAPERS)
    if locked.state not in {ProviderState.ACTIVE, ProviderState.LEAVING}:
        raise NotAllowed(_("Only an admitted provider reports changes."), clauses=["18(1)"])
    return locked


def _report(
    provider: Provider,
    about: str,
    changed_on: date,
    description: str,
    paper: Document | None,
    replaced: Document | None,
    actor: Actor,
    now: datetime,
) -> ChangeReport:
    today = beijing_date(now)
    if changed_on > today:
        raise InvalidInput(_("A change is reported once it has happened."), field="changed_on", clauses=["18(1)"])
    decision = report_decide(provider, provider.subject, changed_on, today, now)
    report = ChangeReport.objects.create(
        provider=provider,
        about=about,
        description=description.strip(),
        changed_on=changed_on,
        reported_at=now,
        reported_by_id=require_person(actor),
        outcome=decision.outcome,
        due_at=datetime.fromisoformat(decision.values["due_at"]),
        replaced=replaced,
        document=paper,
        decision=decision,
    )
    audit_record(
        act="change_report",
        actor=actor,
        subject=report.subject,
        before={},
        after={"about": about, "changed_on": changed_on, "outcome": report.outcome},
        now=now,
        decision=decision,
    )
    duty = LapseDuty.objects.filter(document=replaced).first() if replaced else None
    # A lapse whose days had passed was handed on by itself; it is not conduct twice.
    late_already = duty is not None and duty.state == DutyState.LATE
    if duty is not None and duty.state == DutyState.AWAITING:
        reports_match(duty, now)
    if report.outcome == DutyState.LATE and not late_already:
        reactions.change_late(
            provider=provider, about=about, due_at=report.due_at, source=report, decision=decision, now=now
        )
    return report


def _paper(
    provider: Provider,
    slot: str,
    details: DocumentDetails,
    upload: IO[bytes],
    file_name: str,
    state: str,
    actor: Actor,
    now: datetime,
) -> Document:
    number, holder = "".join(details.number.split()).upper(), " ".join(details.holder.split())
    if not number or len(number) > 40 or not number_fits(slot, number):
        raise InvalidInput(
            _("This number is not valid. Check it against the paper."), field="number", clauses=["9(3)1"]
        )
    if not holder or len(holder) > 100:
        raise InvalidInput(_("Give the name as it stands on the paper."), field="holder", clauses=["9(3)1"])
    today = beijing_date(now)
    if details.issued_on is not None and details.issued_on > today:
        raise InvalidInput(_("It cannot have been issued in the future."), field="issued_on")
    if details.expires_on is not None and details.expires_on < today:
        raise InvalidInput(_("This paper has expired. Hand in a valid one."), field="expires_on", clauses=["9(3)"])
    if details.expires_on is not None and details.issued_on is not None and details.expires_on < details.issued_on:
        raise InvalidInput(_("It cannot expire before it was issued."), field="expires_on")
    checked = checked_upload(upload, name=file_name, kinds=DOCUMENTS, field="file")
    return Document(
        provider=provider,
        slot=slot,
        title=details.title.strip()[:80],
        number=number,
        number_index=blind_index(number),
        holder=holder,
        issued_on=details.issued_on,
        expires_on=details.expires_on,
        file=checked.content,
        file_name=checked.name[:120],
        content_type=checked.content_type,
        size=checked.size,
        sha256=checked.sha256,
        state=state,
        uploaded_by_id=require_person(actor),
        uploaded_at=now,
    )


def _replace_current(provider: Provider, slot: str, now: datetime) -> None:
    if slot == DocumentSlot.OTHER:
        return
    for before in Document.objects.filter(provider=provider, slot=slot, state=DocumentState.CURRENT):
        before.supersede(now=now)
        before.save(update_fields=["state", "settled_at"])


def _waiting(report: ChangeReport) -> None:
    if report.state != ChangeState.REPORTED:
        raise NotAllowed(_("This report was settled before."), clauses=["18(1)"])


def _settled(name: str, report: ChangeReport, actor: Actor, reason: str, now: datetime) -> None:
    audit_record(
        act=name,
        actor=actor,
        subject=report.subject,
        before={"state": "reported"},
        after={"state": report.state, "reason": reason},
        now=now,
    )
    notify_many(
        recipients=staff_users(report.provider, Permission.PAPERS),
        kind=f"providers.{name}",
        subject=report.provider.subject,
        context={"changed_on": report.changed_on, **({"reason": reason} if reason else {})},
        link="/console/documents/",
        now=now,
    )


def _shown(paper: Document) -> dict[str, Any]:
    return {"slot": paper.slot, "sha256": paper.sha256, "expires_on": paper.expires_on, "document": paper.pk}
