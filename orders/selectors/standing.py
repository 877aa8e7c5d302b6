"""What the apps above ask about a provider's or a product's orders: open ones, warranties, records, reviews."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, F, Max, Min, Q, Sum

from accounts.models import User
from catalog.types import DeploymentBasis
from core.encryption import mask
from core.pages import Page, keyset_page
from orders.models import Invoice, Order, OrderMilestone, Review, WarrantyClaim
from orders.types import InvoiceParty, InvoiceState, MilestoneState, OrderState, ReviewState
from providers.models import Provider

REVIEWS = 10


def fulfilment_of(order: Order) -> str:
    """How far an order is, as `exit.order` asks: `not_started`, `in_progress` or `completed` (§26(1))."""
    if order.completed_at is not None or order.state == OrderState.CLOSED:
        return "completed"
    return "in_progress" if order.started_at is not None else "not_started"


def orders_of_provider_with_money(provider: Provider, after_pk: int = 0, limit: int = 500) -> list[int]:
    """Paid orders of a provider of which something can still be paid back, by key (§26(1))."""
    found = Order.objects.filter(
        provider=provider,
        pk__gt=after_pk,
        amount__gt=0,
        state__in=[OrderState.PAID, OrderState.IN_SERVICE, OrderState.COMPLETED, OrderState.CLOSED],
    )
    return list(found.order_by("pk").values_list("pk", flat=True)[:limit])


def orders_in_use(product: Any, now: datetime) -> Any:
    """Orders of a product that somebody still uses: paid, not refunded in full, their term not over."""
    return (
        Order.objects.filter(product=product, paid_at__isnull=False)
        .exclude(state__in=[OrderState.REFUNDED, OrderState.CANCELLED, OrderState.PLACED])
        .filter(Q(term_ends_at__isnull=True) | Q(term_ends_at__gt=now))
        .select_related("buyer")
        .order_by("pk")
    )


def users_of_product(product: Any, now: datetime) -> Any:
    """Everybody who uses a product, once each."""
    return User.objects.filter(pk__in=orders_in_use(product, now).order_by().values("buyer")).order_by("pk")


def buyers_of_provider(provider: Provider) -> Any:
    """Everybody who paid for an order of a provider, once each."""
    bought = Order.objects.filter(provider=provider, paid_at__isnull=False)
    return User.objects.filter(pk__in=bought.values("buyer")).order_by("pk")


def open_orders_of_provider(provider: Provider) -> Any:
    """Orders that a provider still has to render or complete, oldest first."""
    return Order.objects.filter(
        Q(provider=provider) | Q(performer=provider), state__in=[OrderState.PAID, OrderState.IN_SERVICE]
    ).order_by("pk")


def in_guarantee_of_provider(provider: Provider) -> Decimal:
    """What is held in guaranteed trade for a provider's orders: its money once they are through (yuan) (§11(2))."""
    found = Order.objects.filter(
        provider=provider,
        released_at__isnull=True,
        state__in=[OrderState.PAID, OrderState.IN_SERVICE, OrderState.COMPLETED],
    ).aggregate(total=Sum(F("amount") - F("refunded") - F("compensated") - F("released")))
    return found["total"] or Decimal(0)


def invoices_of_issuer(provider: Provider) -> Any:
    """Every invoice that a provider owes or has issued, with its order."""
    return Invoice.objects.filter(order__provider=provider, issuer=InvoiceParty.PROVIDER).select_related("order")


def invoices_owed(provider: Provider) -> Any:
    """The invoices that a provider owes, the first due first (§13)."""
    return invoices_of_issuer(provider).filter(state=InvoiceState.REQUESTED).order_by("due_at", "pk")


def open_orders_count(provider: Provider) -> int:
    """How many orders a provider still has to render or complete."""
    found: int = open_orders_of_provider(provider).count()
    return found


def last_warranty_end(provider: Provider) -> datetime | None:
    """When the last warranty of a provider's orders ends (§26, §9(6)): its deposit stays until then."""
    found: datetime | None = (
        Order.objects.filter(provider=provider, warranty_ends_at__isnull=False)
        .exclude(state=OrderState.REFUNDED)
        .aggregate(last=Max("warranty_ends_at"))["last"]
    )
    return found


def last_term_end(provider: Provider) -> datetime | None:
    """When the last running subscription of a provider ends."""
    found: datetime | None = Order.objects.filter(
        provider=provider,
        term_ends_at__isnull=False,
        state__in=[OrderState.PAID, OrderState.IN_SERVICE, OrderState.COMPLETED],
    ).aggregate(last=Max("term_ends_at"))["last"]
    return found


def sold_between(
    starts: datetime, ends: datetime, providers: Iterable[int] | None = None
) -> dict[int, tuple[int, int]]:
    """How many orders each provider sold in a span, those refunded in full left out, and how many of these run on the
    cloud or are bundled with it, as the listing that was bought says (§24(5)).
    """
    found = Order.objects.filter(paid_at__gte=starts, paid_at__lt=ends).exclude(state=OrderState.REFUNDED)
    if providers is not None:
        found = found.filter(provider__in=list(providers))
    on_cloud = Q(version__deployment_basis__in=[DeploymentBasis.RUNS_ON_CLOUD, DeploymentBasis.BUNDLED])
    rows = found.order_by().values_list("provider").annotate(sold=Count("pk"), cloud=Count("pk", filter=on_cloud))
    return {provider: (sold, cloud) for provider, sold, cloud in rows}


def provider_record(provider_id: int, now: datetime) -> dict[str, Any]:
    """What a store page says of a provider: orders done, buyers, score, reviews, share refunded, since when. One
    query.
    """
    done = Q(state__in=[OrderState.COMPLETED, OrderState.CLOSED])
    published = Q(review__state=ReviewState.PUBLISHED)
    found: dict[str, Any] = Order.objects.filter(provider=provider_id, paid_at__isnull=False).aggregate(
        paid=Count("pk"),
        orders_done=Count("pk", filter=done),
        buyers=Count("buyer", distinct=True),
        refunded=Count("pk", filter=Q(state=OrderState.REFUNDED)),
        score=Avg("review__score", filter=published),
        reviews=Count("review", filter=published),
        since=Min("paid_at"),
    )
    paid = found.pop("paid")
    refunded = found.pop("refunded")
    return found | {"refund_percent": round(Decimal(refunded) * 100 / paid, 1) if paid else None}


class ReviewsPage:
    """A page of reviews as plain values, and how many there are of each score."""

    def __init__(self, page: Page, counts: dict[int, int]) -> None:
        self.page, self.counts = page, counts


def reviews_page(product_id: int, *, cursor: str | None = None, size: int = REVIEWS) -> ReviewsPage:
    """The published reviews of a product, newest first, with the reply and what was added. Two queries."""
    published = Review.objects.filter(product=product_id, state=ReviewState.PUBLISHED)
    counts: Counter[int] = Counter(dict.fromkeys(range(5, 0, -1), 0))
    counts.update(dict(published.order_by().values_list("score").annotate(n=Count("pk"))))
    page = keyset_page(
        published.select_related("author", "follow_up", "reply"), order_by=["-id"], cursor=cursor, size=size
    )
    rows = [_shown(review) for review in page.items]
    return ReviewsPage(Page(rows, page.next_cursor, page.previous_cursor), dict(counts))


def _shown(review: Review) -> dict[str, Any]:
    reply, added = getattr(review, "reply", None), getattr(review, "follow_up", None)
    return {
        "id": review.pk,
        "stars": review.score,
        "text": review.text,
        "at": review.written_at,
        "buyer_masked": mask(str(review.author), "name"),
        "reply": {"text": reply.text, "at": reply.written_at} if reply else None,
        "follow_up": {"text": added.text, "at": added.written_at} if added else None,
    }


def reviews_of_provider(provider: Provider, *, cursor: str | None = None, size: int = 20) -> Page:
    """The reviews of what a provider sells, newest first, held ones left out: for its console."""
    found = (
        Review.objects.filter(provider=provider, state=ReviewState.PUBLISHED)
        .select_related("author", "order", "follow_up", "reply")
        .defer("order__terms")
    )
    return keyset_page(found, order_by=["-id"], cursor=cursor, size=size)


def review_by_pk(pk: int) -> Review | None:
    """A review, for the platform itself."""
    return Review.objects.select_related("order").filter(pk=pk).first()


def milestones_overdue(provider: Provider, now: datetime) -> Any:
    """Milestones in progress past their day, the latest first to be due: what a provider owes first."""
    return (
        OrderMilestone.objects.filter(
            Q(order__provider=provider) | Q(order__performer=provider),
            state__in=[MilestoneState.STARTED, MilestoneState.RETURNED],
            due_at__lte=now,
        )
        .select_related("order")
        .order_by("due_at")
    )


def held_of_provider(provider: Provider) -> Decimal:
    """How much of a provider's sales is in escrow still (yuan)."""
    found: Decimal | None = Order.objects.filter(
        provider=provider,
        released_at__isnull=True,
        state__in=[OrderState.PAID, OrderState.IN_SERVICE, OrderState.COMPLETED],
    ).aggregate(total=Sum("amount") - Sum("refunded"))["total"]
    return found or Decimal("0.00")


def acceptance_queue() -> Any:
    """Acceptances that wait for an operator, the longest waiting first (§11(1)3)."""
    return (
        Order.objects.filter(settle_asked_at__isnull=False, state=OrderState.IN_SERVICE)
        .select_related("buyer", "provider")
        .order_by("settle_asked_at", "pk")
    )


def claims_waiting() -> Any:
    """Warranty claims that the two could not settle, the longest waiting first (§11(3)3)."""
    return (
        WarrantyClaim.objects.filter(state="escalated").select_related("order__provider").order_by("escalated_at", "pk")
    )


def queues() -> dict[str, int]:
    """How much waits for an operator: acceptances, claims, held reviews, the platform's own invoices."""
    return {
        "acceptances": acceptance_queue().count(),
        "claims": claims_waiting().count(),
        "reviews": Review.objects.filter(state=ReviewState.HELD).count(),
        "invoices": Invoice.objects.filter(issuer="platform", state="requested").count(),
    }
