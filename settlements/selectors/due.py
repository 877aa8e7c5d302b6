"""What a settlement day finds, and what goes into a provider's statement."""

from datetime import date, datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from deposits.selectors import providers_withholding
from regulation.selectors import rulebook_at
from settlements.cycles import current_cycle, cutoff
from settlements.models import CycleVisit, SettlementHold, SettlementItem, Statement
from settlements.types import ItemKind, StatementState

EARNED = (ItemKind.SALE, ItemKind.FEE)


def cycle_at(now: datetime) -> date:
    """The latest settlement cycle whose statements are due."""
    return current_cycle(now, rulebook_at(now).parameter("settlement.cycle_days"))


def open_items(now: datetime) -> "QuerySet[SettlementItem]":
    """What is not wholly in statements yet and may go into one at that instant: nothing held, nothing still in its
    guarantee.
    """
    held = SettlementHold.objects.filter(reference=OuterRef("reference"), lifted_at__isnull=True)
    until = cutoff(cycle_at(now))
    return SettlementItem.objects.filter(settled__lt=F("amount")).filter(
        Q(kind__in=EARNED, eligible_at__lte=until) & ~Exists(held) | ~Q(kind__in=EARNED) & Q(eligible_at__lte=now)
    )


def providers_to_settle(now: datetime, limit: int) -> list[int]:
    """Providers that the present cycle has not been through and that have something to settle, or a deposit to fill
    (§9(6)3).
    """
    cycle_on = cycle_at(now)
    visited = CycleVisit.objects.filter(provider=OuterRef("provider"), cycle_on=cycle_on)
    found = list(
        open_items(now)
        .filter(~Exists(visited))
        .order_by("provider_id")
        .values_list("provider_id", flat=True)
        .distinct()[:limit]
    )
    if len(found) < limit:
        short = [pk for pk in providers_withholding(now) if pk not in set(found)]
        gone = set(
            CycleVisit.objects.filter(provider__in=short, cycle_on=cycle_on).values_list("provider_id", flat=True)
        )
        found += [pk for pk in short if pk not in gone]
    return found[:limit]


def statements_to_confirm(now: datetime, limit: int) -> list[int]:
    """Statements whose five working days have passed without an objection."""
    return list(
        Statement.objects.filter(state=StatementState.ISSUED, confirm_due_at__lte=now)
        .order_by("confirm_due_at", "pk")
        .values_list("pk", flat=True)[:limit]
    )
