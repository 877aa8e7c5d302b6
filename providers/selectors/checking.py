"""Which admitted providers may no longer meet the conditions: found at once, judged one by one (§9, §24(2))."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from accounts.models import IdentityVerification
from accounts.types import IdentityState
from core.periods import beijing_date, start_of_day
from providers import reactions
from providers.models import (
    Agreement,
    ConditionAnswer,
    Contact,
    Document,
    PlatformCondition,
    Provider,
    ServicePerson,
    ServiceRegistration,
)
from providers.types import REQUIRED_SLOTS, AgreementKind, DocumentState, ProviderKind, ProviderState
from regulation.selectors import rulebook_at


def suspicious(now: datetime) -> Q:
    """The condition "something may no longer be met": wider than the conditions themselves, never narrower.

    A paper that has lapsed is suspicious at once, though it is tolerated while the lapse may still be reported.
    """
    found = Q(conditions_unmet_since__isnull=False) | Q(owner__is_active=False) | ~Q(_identity())
    found |= _papers(now) | ~Q(_contact()) | ~Q(_service(now)) | _agreements(now) | _conditions(now)
    for may_fail in reactions.suspects(now):
        found |= may_fail
    return found


def providers_to_recheck(now: datetime, limit: int) -> Iterable[int]:
    """Admitted providers that may no longer meet the conditions and were not judged today (§9, §24(2))."""
    return (
        Provider.objects.filter(
            Q(conditions_checked_at__isnull=True) | Q(conditions_checked_at__lt=start_of_day(beijing_date(now))),
            suspicious(now),
            state__in=[ProviderState.ACTIVE, ProviderState.LEAVING],
            is_platform=False,
        )
        .order_by("conditions_checked_at", "pk")
        .values_list("pk", flat=True)[:limit]
    )


def _identity() -> Exists:
    return Exists(
        IdentityVerification.objects.filter(
            user_id=OuterRef("owner_id"),
            state=IdentityState.VERIFIED,
            subject_index=OuterRef("subject_index"),
            kind=OuterRef("kind"),
        )
    )


def _papers(now: datetime) -> Q:
    today = beijing_date(now)
    valid = Document.objects.filter(provider_id=OuterRef("pk"), state=DocumentState.CURRENT).filter(
        Q(expires_on__isnull=True) | Q(expires_on__gte=today)
    )
    found = Q(pk__in=[])
    for kind in ProviderKind:
        for slot in REQUIRED_SLOTS[kind]:
            found |= Q(kind=kind) & ~Q(Exists(valid.filter(slot=slot)))
    return found


def _contact() -> Exists:
    return Exists(
        Contact.objects.filter(
            provider_id=OuterRef("pk"), email_verified_at__isnull=False, phone_verified_at__isnull=False
        ).exclude(name="")
    )


def _service(now: datetime) -> Exists:
    rulebook = rulebook_at(now)
    return Exists(
        ServiceRegistration.objects.filter(
            Exists(ServicePerson.objects.filter(registration_id=OuterRef("pk"))),
            provider_id=OuterRef("pk"),
            days__contains=list(rulebook.parameter("support.business_weekdays")),
            opens__lte=rulebook.parameter("support.business_opens"),
            closes__gte=rulebook.parameter("support.business_closes"),
            warranty_days__isnull=False,
            declared_true_at__isnull=False,
        )
    )


def _agreements(now: datetime) -> Q:
    binding = Agreement.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=now),
        Q(terminated_at__isnull=True) | Q(terminated_at__gt=now),
        provider_id=OuterRef("pk"),
        signed_at__lte=now,
        starts_at__lte=now,
    )
    found = Q(pk__in=[])
    for kind in (AgreementKind.PROVIDER, AgreementKind.ANNEX):
        found |= ~Q(Exists(binding.filter(kind=kind)))
    return found | Q(consigned=True) & ~Q(Exists(binding.filter(kind=AgreementKind.CONSIGNMENT)))


def _conditions(now: datetime) -> Q:
    met = ConditionAnswer.objects.filter(provider_id=OuterRef(OuterRef("pk")), condition_id=OuterRef("pk"), met=True)
    lacking = PlatformCondition.objects.filter(
        Q(retired_at__isnull=True) | Q(retired_at__gt=now),
        Q(for_kind="") | Q(for_kind=OuterRef("kind")),
        ~Exists(met),
        effective_at__lte=now,
    )
    return Q(Exists(lacking))
