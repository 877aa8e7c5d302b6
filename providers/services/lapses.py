"""Papers that expire or have lapsed, and their thirty days (§18(1))."""

from datetime import date, datetime, timedelta
from typing import Any

from core.acts import SYSTEM, act
from core.periods import beijing_date
from notifications.services import notify_many
from providers import reactions
from providers.decisions import decided
from providers.models import ChangeReport, Document, LapseDuty, Provider
from providers.selectors import provider_locked, rulebook_of_provider, staff_users, terms_for
from providers.services.guards import record
from providers.types import (
    ChangeState,
    ChangeSubject,
    DocumentSlot,
    DocumentState,
    DutyState,
    Permission,
    ProviderState,
)
from regulation.models import DecisionRecord
from regulation.selectors import rulebook_at
from regulation.services import decision_record

CHANGE_RULE = "provider.change_report"
SLOT_WORDS = {
    DocumentSlot.BUSINESS_LICENCE: {"zh-hans": "营业执照", "en": "Business license"},
    DocumentSlot.LEGAL_REPRESENTATIVE_ID: {"zh-hans": "法定代表人身份证", "en": "Legal representative's identity card"},
    DocumentSlot.IDENTITY_CARD: {"zh-hans": "身份证", "en": "Identity card"},
    DocumentSlot.OTHER: {"zh-hans": "其他资料", "en": "Other paper"},
}


@act
def document_announce_expiry(*, document_id: int, now: datetime) -> bool:
    """Tell a provider that a paper expires, at each of the days ahead that the rulebook names (§18(1)). False where
    not due.
    """
    locked, paper = _paper_locked(document_id)
    if paper is None or paper.state != DocumentState.CURRENT or paper.expires_on is None:
        return False
    left = (paper.expires_on - beijing_date(now)).days
    # Of the days that have come, the nearest to the expiry: a sweep that was late tells once.
    due = [days for days in rulebook_at(now).parameter("provider.expiry_reminder_days") if left <= days]
    if left < 0 or not due or (paper.warned_days is not None and paper.warned_days <= min(due)):
        return False
    paper.warned_days = min(due)
    paper.save(update_fields=["warned_days"])
    _tell_paper("document_expiring", locked, paper, {"days": left}, now)
    return True


@act
def lapse_open(*, document_id: int, now: datetime) -> bool:
    """A paper's last day has ended: from the next day on, its thirty days to report run (§18(1)). False where
    not due.
    """
    locked, paper = _paper_locked(document_id)
    if paper is None or paper.state != DocumentState.CURRENT or paper.expires_on is None:
        return False
    if paper.expires_on >= beijing_date(now) or LapseDuty.objects.filter(document=paper).exists():
        return False
    lapsed_on = paper.expires_on + timedelta(days=1)
    decision, _facts = decided(
        CHANGE_RULE, rulebook_of_provider(locked, now), changed_on=lapsed_on, reported_on=None, at=now
    )
    duty = LapseDuty.objects.create(
        document=paper, provider=locked, lapsed_on=lapsed_on, due_at=decision.values["due_at"], opened_at=now
    )
    record("lapse_open", SYSTEM, locked, {}, {"document": paper.pk, "due_at": duty.due_at}, now)
    _tell_paper("document_lapsed", locked, paper, {"due_at": duty.due_at}, now)
    reports_match(duty, now)
    return True


@act
def lapse_remind(*, lapse_id: int, now: datetime) -> bool:
    """Remind a provider of a lapsed paper, on the days that the rulebook names (§18(1)). False where not due."""
    locked, duty = _lapse_locked(lapse_id)
    if duty is None or duty.state != DutyState.AWAITING or duty.due_at <= now:
        return False
    gone = (beijing_date(now) - duty.lapsed_on).days
    due = [day for day in rulebook_at(now).parameter("provider.change_reminder_days") if day <= gone]
    if not due or (duty.reminded_day is not None and duty.reminded_day >= max(due)):
        return False
    duty.reminded_day = max(due)
    duty.save(update_fields=["reminded_day"])
    _tell_paper("document_lapsed", locked, duty.document, {"due_at": duty.due_at}, now)
    return True


@act
def lapse_overdue(*, lapse_id: int, now: datetime) -> bool:
    """Thirty days have passed without a report: the lapse is late, and handed on as conduct (§18(1)). False where not
    due.
    """
    locked, duty = _lapse_locked(lapse_id)
    if duty is None or duty.state != DutyState.AWAITING or duty.due_at > now:
        return False
    decision = report_decide(locked, f"lapse:{duty.pk}", duty.lapsed_on, None, now)
    duty.state, duty.decision, duty.settled_at = DutyState.LATE, decision, now
    duty.save(update_fields=["state", "decision", "settled_at"])
    record("lapse_overdue", SYSTEM, locked, {"state": "awaiting"}, {"state": "late"}, now, decision=decision)
    _tell_paper("change_late", locked, duty.document, {"due_at": duty.due_at}, now)
    reactions.change_late(
        provider=locked, about=ChangeSubject.DOCUMENT, due_at=duty.due_at, source=duty, decision=decision, now=now
    )
    return True


def reports_match(duty: LapseDuty, now: datetime) -> None:
    """A report about the lapsed paper, sent before or after it lapsed, settles the duty. Late where its days are
    over.
    """
    report = (
        ChangeReport.objects.filter(replaced=duty.document).exclude(state=ChangeState.REFUSED).order_by("pk").first()
    )
    if report is None:
        return
    reported_on = max(beijing_date(report.reported_at), duty.lapsed_on)
    decision = report_decide(duty.provider, f"lapse:{duty.pk}", duty.lapsed_on, reported_on, now)
    duty.state, duty.report, duty.decision, duty.settled_at = decision.outcome, report, decision, now
    duty.save(update_fields=["state", "report", "decision", "settled_at"])


def report_decide(
    provider: Provider, subject: str, changed_on: date, reported_on: date | None, now: datetime
) -> DecisionRecord:
    """Ask the rule of §18(1) about a change, and keep what it said."""
    # Conduct that goes on is judged by the rules of its last day (28): that of the report, or of its absence.
    decision, facts = decided(
        CHANGE_RULE, rulebook_of_provider(provider, now), changed_on=changed_on, reported_on=reported_on, at=now
    )
    return decision_record(decision=decision, facts=facts, subject=subject, now=now, terms=terms_for(provider, now))


def _paper_locked(document_id: int) -> tuple[Provider, Document | None]:
    provider_id = Document.objects.values_list("provider_id", flat=True).get(pk=document_id)
    provider = provider_locked(provider_id)
    if provider.state not in {ProviderState.ACTIVE, ProviderState.LEAVING}:
        return provider, None
    return provider, Document.objects.get(pk=document_id)


def _lapse_locked(lapse_id: int) -> tuple[Provider, LapseDuty | None]:
    provider_id = LapseDuty.objects.values_list("provider_id", flat=True).get(pk=lapse_id)
    provider = provider_locked(provider_id)
    return provider, LapseDuty.objects.select_related("document").filter(pk=lapse_id).first()


def _tell_paper(kind: str, provider: Provider, paper: Document, context: dict[str, Any], now: datetime) -> None:
    notify_many(
        recipients=staff_users(provider, Permission.PAPERS),
        kind=f"providers.{kind}",
        subject=provider.subject,
        context={"paper": SLOT_WORDS[DocumentSlot(paper.slot)], "expires_on": paper.expires_on, **context},
        link="/console/documents/",
        now=now,
    )
