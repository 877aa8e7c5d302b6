"""Papers, reports of changes, and what is due about them (§9(3), §18(1))."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.types import Role as OperatorRole
from core.errors import NotFound
from core.periods import beijing_date
from providers.models import ChangeReport, Document, LapseDuty, Provider, Restriction
from providers.selectors.people import permissions_of
from providers.types import ChangeState, DocumentState, DutyState, Permission, ProviderState
from regulation.selectors import rulebook_at

READERS = (OperatorRole.OPERATIONS, OperatorRole.ARBITRATION, OperatorRole.AUDIT)


class DocumentNotFound(NotFound):
    """There is no such paper, or it may not be seen by this person."""

    code = "document_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such paper."))


class ChangeNotFound(NotFound):
    """There is no such report."""

    code = "change_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such report of a change."))


def documents_of(provider: Provider) -> "QuerySet[Document]":
    """The papers that stand for a provider or wait for the check, by kind."""
    return Document.objects.filter(
        provider=provider, state__in=[DocumentState.CURRENT, DocumentState.PENDING]
    ).order_by("slot", "-pk")


def document_by_pk(pk: int) -> Document:
    """A paper. Raises DocumentNotFound."""
    found = Document.objects.select_related("provider").filter(pk=pk).first()
    if found is None:
        raise DocumentNotFound
    return found


def document_for(user: Any, pk: int) -> Document:
    """A paper that this person may read: their own provider's, where their role covers papers, or as an operator.

    Raises DocumentNotFound for everybody else.
    """
    found = document_by_pk(pk)
    if user.is_operator and any(user.has_role(role) for role in READERS):
        return found
    if Permission.PAPERS not in permissions_of(user, found.provider):
        raise DocumentNotFound
    return found


def change_locked(pk: int) -> ChangeReport:
    """A report and its provider, locked until the act ends. Raises ChangeNotFound."""
    provider_id = ChangeReport.objects.filter(pk=pk).values_list("provider_id", flat=True).first()
    if provider_id is None:
        raise ChangeNotFound
    provider = Provider.objects.select_for_update(no_key=True, of=("self",)).get(pk=provider_id)
    report = ChangeReport.objects.select_for_update(no_key=True, of=("self",)).get(pk=pk)
    report.provider = provider
    return report


def changes_waiting() -> "QuerySet[ChangeReport]":
    """The operators' queue of reported changes, the oldest first."""
    return (
        ChangeReport.objects.filter(state=ChangeState.REPORTED)
        .select_related("provider", "document", "replaced")
        .order_by("reported_at", "pk")
    )


def changes_of(provider: Provider) -> "QuerySet[ChangeReport]":
    """What a provider reported, newest first."""
    return ChangeReport.objects.filter(provider=provider).select_related("document", "replaced").order_by("-pk")


def lapses_open(provider: Provider) -> "QuerySet[LapseDuty]":
    """Lapsed papers that a provider has not reported yet, the most urgent first."""
    return (
        LapseDuty.objects.filter(provider=provider, state=DutyState.AWAITING)
        .select_related("document")
        .order_by("due_at")
    )


def documents_to_announce(now: datetime, limit: int) -> Iterable[int]:
    """Current papers of admitted providers that expire within one of the days ahead at which it is announced
    (§18(1)).
    """
    ahead = sorted(rulebook_at(now).parameter("provider.expiry_reminder_days"), reverse=True)
    today = beijing_date(now)
    due = Q()
    for days in ahead:
        due |= Q(expires_on__lte=today + timedelta(days=days)) & (Q(warned_days__isnull=True) | Q(warned_days__gt=days))
    if not ahead:
        return []
    return (
        Document.objects.filter(
            due,
            state=DocumentState.CURRENT,
            expires_on__gte=today,
            provider__state__in=[ProviderState.ACTIVE, ProviderState.LEAVING],
        )
        .order_by("expires_on", "pk")
        .values_list("pk", flat=True)[:limit]
    )


def documents_lapsed(now: datetime, limit: int) -> Iterable[int]:
    """Current papers of admitted providers whose last day has ended and for which no duty was opened yet."""
    return (
        Document.objects.filter(
            state=DocumentState.CURRENT,
            expires_on__lt=beijing_date(now),
            lapse__isnull=True,
            provider__state__in=[ProviderState.ACTIVE, ProviderState.LEAVING],
        )
        .order_by("expires_on", "pk")
        .values_list("pk", flat=True)[:limit]
    )


def lapses_due(now: datetime, limit: int) -> Iterable[int]:
    """Lapses whose thirty days have passed without a report."""
    return (
        LapseDuty.objects.filter(state=DutyState.AWAITING, due_at__lte=now)
        .order_by("due_at")
        .values_list("pk", flat=True)[:limit]
    )


def lapses_to_remind(now: datetime, limit: int) -> Iterable[int]:
    """Lapses for which a reminder has become due since the last one (§18(1))."""
    days = rulebook_at(now).parameter("provider.change_reminder_days")
    today = beijing_date(now)
    due = Q()
    for day in days:
        on = today - timedelta(days=day)
        due |= Q(lapsed_on__lte=on) & (Q(reminded_day__isnull=True) | Q(reminded_day__lt=day))
    if not days:
        return []
    return (
        LapseDuty.objects.filter(due, state=DutyState.AWAITING, due_at__gt=now)
        .order_by("due_at")
        .values_list("pk", flat=True)[:limit]
    )


def cures_expired(now: datetime, limit: int) -> Iterable[int]:
    """Providers whose time to meet the conditions again has passed and was not yet handed on (§24(2))."""
    return (
        Provider.objects.filter(
            cure_by__lte=now, cure_proposed_at__isnull=True, state__in=[ProviderState.ACTIVE, ProviderState.LEAVING]
        )
        .order_by("cure_by", "pk")
        .values_list("pk", flat=True)[:limit]
    )


def restrictions_ended(now: datetime, limit: int) -> Iterable[int]:
    """Restrictions whose end has come and that were not marked as ended yet (§20(2))."""
    return (
        Restriction.objects.filter(lifted_at__isnull=True, until__lte=now)
        .order_by("until", "pk")
        .values_list("pk", flat=True)[:limit]
    )


def displays_to_refresh(now: datetime, limit: int) -> Iterable[int]:
    """Providers whose shown state has turned by the clock since it was last told: a hiding stretch has begun."""
    return (
        Provider.objects.filter(hidden=True, hidden_from__lte=now, shown=True)
        .order_by("hidden_from", "pk")
        .values_list("pk", flat=True)[:limit]
    )
