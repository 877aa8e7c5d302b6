"""What is due: the keys that sweeps work, each found through an index of its own."""

from datetime import datetime

from django.db.models import Q

from orders.models import Invoice, Order, WarrantyClaim
from orders.types import ClaimState, InvoiceState, OrderState


def guarantees_ended(now: datetime, limit: int) -> list[int]:
    """Delivered applications whose days of guarantee are over (§17(1)1)."""
    due = Order.objects.filter(
        state=OrderState.IN_SERVICE,
        completed_at__isnull=True,
        guarantee_ends_at__lte=now,
        delivered_at__isnull=False,
    ).exclude(product_class="service")
    return list(due.order_by("guarantee_ends_at", "id").values_list("pk", flat=True)[:limit])


def releases_due(now: datetime, limit: int) -> list[int]:
    """Orders whose escrow is to go to the provider, and nothing keeps it (§11(1)1)."""
    due = Order.objects.filter(
        Q(state__in=[OrderState.COMPLETED, OrderState.CLOSED])
        | Q(state=OrderState.IN_SERVICE, delivered_at__isnull=False) & ~Q(product_class="service"),
        release_due_at__lte=now,
        released_at__isnull=True,
        held=False,
    )
    return list(due.order_by("release_due_at", "id").values_list("pk", flat=True)[:limit])


def reminders_due(now: datetime, limit: int) -> list[int]:
    """Buyers who are to be reminded to accept (§11(1)3)."""
    due = Order.objects.filter(remind_due_at__lte=now)
    return list(due.order_by("remind_due_at", "id").values_list("pk", flat=True)[:limit])


def settlements_of_acceptance_due(now: datetime, limit: int) -> list[int]:
    """Acceptances that an operator is to settle (§11(1)3)."""
    due = Order.objects.filter(settle_due_at__lte=now, settle_asked_at__isnull=True, state=OrderState.IN_SERVICE)
    return list(due.order_by("settle_due_at", "id").values_list("pk", flat=True)[:limit])


def late_starts(now: datetime, limit: int) -> list[int]:
    """Paid orders on which nobody has begun in time, and nobody was told yet (§12(2))."""
    due = Order.objects.filter(
        start_due_at__lte=now, started_at__isnull=True, start_warned_at__isnull=True, state=OrderState.PAID
    )
    return list(due.order_by("start_due_at", "id").values_list("pk", flat=True)[:limit])


def terms_ending(now: datetime, limit: int) -> list[int]:
    """Subscriptions whose next warning that the term ends is due (§10(8)6)."""
    due = Order.objects.filter(
        term_warn_due_at__lte=now,
        state__in=[OrderState.PAID, OrderState.IN_SERVICE, OrderState.COMPLETED],
    )
    return list(due.order_by("term_warn_due_at", "id").values_list("pk", flat=True)[:limit])


def closings_due(now: datetime, limit: int) -> list[int]:
    """Completed orders for which warranty and term are over, the money has moved on and nothing is open."""
    due = (
        Order.objects.filter(state=OrderState.COMPLETED, close_due_at__lte=now, held=False)
        .filter(Q(released_at__isnull=False) | Q(amount=0))
        .exclude(holds__lifted_at__isnull=True, holds__isnull=False)
        .exclude(claims__state__in=[ClaimState.FILED, ClaimState.ANSWERED, ClaimState.ESCALATED])
    )
    return list(due.order_by("close_due_at", "id").values_list("pk", flat=True)[:limit])


def claims_overdue(now: datetime, limit: int) -> list[int]:
    """Claims that the provider did not answer in its hours (§11(3)2)."""
    due = WarrantyClaim.objects.filter(state=ClaimState.FILED, answer_due_at__lte=now)
    return list(due.order_by("answer_due_at", "id").values_list("pk", flat=True)[:limit])


def invoices_late(now: datetime, limit: int) -> list[int]:
    """Invoices that are owed past their day, and nobody was reminded yet (§13(1))."""
    due = Invoice.objects.filter(state=InvoiceState.REQUESTED, late_told_at__isnull=True, due_at__lte=now)
    return list(due.order_by("due_at", "id").values_list("pk", flat=True)[:limit])
