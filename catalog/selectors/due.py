"""What sweeps find due in the catalog."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Exists, F, Max, OuterRef, Q

from catalog.models import Plan, Product, ProductSale, ProductVersion, StaleNotice, VersionAttestation
from catalog.types import ProductState, VersionState
from core.errors import NotAllowed
from core.models import SweepRun
from core.money import ZERO
from core.periods import beijing_date, start_of_day
from deposits.selectors import covers_price
from providers.selectors import may_list
from regulation.selectors import rulebook_at

CARDS = "catalog.cards"
# A change that was being committed while the last run looked is looked at once more.
AGAIN = timedelta(days=1)


def zero_sales_due(now: datetime, limit: int) -> list[int]:
    """Products whose three months without a sale seem to have passed (§18(14)); each act asks the sales again."""
    return list(
        Product.objects.filter(state=ProductState.ON_SALE, zero_sales_due_at__lte=now)
        .order_by("zero_sales_due_at", "pk")
        .values_list("pk", flat=True)[:limit]
    )


MANY = 200
BATCH = 2000

_RANGES = """
    SELECT min(id), max(id) FROM (
        SELECT id, (row_number() OVER (ORDER BY id) - 1) / %s AS batch
        FROM catalog_product WHERE state = 'on_sale' AND zero_sales_due_at <= %s
    ) AS due GROUP BY batch ORDER BY min(id) LIMIT %s
"""


def zero_sales_work(now: datetime, limit: int) -> list[int | str]:
    """What the sweep works: products one by one while they are few, ranges (`first-last`) once they are many."""
    few: list[int | str] = [*zero_sales_due(now, MANY)]
    if len(few) < MANY:
        return few
    with connection.cursor() as cursor:
        cursor.execute(_RANGES, [BATCH, now, limit])
        return [f"{first}-{last}" for first, last in cursor.fetchall()]


def zero_sales_due_between(first: int, last: int, now: datetime) -> list[int]:
    """The products of a range whose three months seem to have passed."""
    return list(
        Product.objects.filter(pk__gte=first, pk__lte=last, state=ProductState.ON_SALE, zero_sales_due_at__lte=now)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def zero_sales_to_warn(now: datetime, limit: int) -> list[int]:
    """Products whose provider is to be told that they will be delisted for want of a sale."""
    return list(
        Product.objects.filter(state=ProductState.ON_SALE, zero_sales_warn_at__lte=now, zero_sales_due_at__gt=now)
        .order_by("zero_sales_warn_at", "pk")
        .values_list("pk", flat=True)[:limit]
    )


def sales_to_fold(now: datetime, limit: int) -> list[int]:
    """Products with sales that are not in their figures yet."""
    return list(
        ProductSale.objects.filter(stale=True)
        .order_by("product_id")
        .values_list("product_id", flat=True)
        .distinct()[:limit]
    )


def cards_to_refresh(now: datetime, limit: int) -> list[int]:
    """Products whose card no longer says what their store is called, among the stores that changed since the sweep
    last ended well: however late it runs, none is passed over.
    """
    ended_well = SweepRun.objects.filter(sweep=CARDS, moment__lte=now, failed=0, finished_at__isnull=False)
    last = ended_well.aggregate(moment=Max("moment"))["moment"]
    renamed = (
        ~Q(card__provider_name=F("provider__store__name_zh"))
        | ~Q(card__provider_name_en=F("provider__store__name_en"))
        | ~Q(card__store_slug=F("provider__store__slug"))
    )
    found = Product.objects.filter(renamed, state=ProductState.ON_SALE)
    if last is not None:
        found = found.filter(provider__store__changed_at__gte=last - AGAIN)
    return list(found.order_by("pk").values_list("pk", flat=True)[:limit])


def awaiting_deposit(provider_id: int | None = None) -> list[int]:
    """Versions that are approved and wait for the deposit, the oldest first."""
    found = ProductVersion.objects.filter(state=VersionState.AWAITING_DEPOSIT)
    if provider_id is not None:
        found = found.filter(product__provider=provider_id)
    return list(found.order_by("pk").values_list("pk", flat=True))


def awaiting_covered(now: datetime, limit: int) -> list[int]:
    """Versions that wait for the deposit and whose price it covers by now (§9(6)1)."""
    found = []
    waiting = ProductVersion.objects.filter(state=VersionState.AWAITING_DEPOSIT).select_related("product__provider")
    for version in waiting.order_by("pk"):
        provider = version.product.provider
        price = max(Plan.objects.filter(version=version).values_list("price", flat=True), default=ZERO)
        try:
            covered = covers_price(provider=provider, price=price, now=now).covered
        except NotAllowed:
            continue
        if covered and may_list(provider, now):
            found.append(version.pk)
        if len(found) == limit:
            break
    return found


def _fresh_before(now: datetime) -> datetime:
    """What was updated or attested last before this instant is stale now: its days have ended (§18(13))."""
    days = rulebook_at(now).parameter("listing.attestation_days")
    return start_of_day(beijing_date(now) - timedelta(days=days))


def stale_since(product: Product, now: datetime) -> datetime | None:
    """When a product on sale was last updated or attested, where that is too long ago; None otherwise (§18(13))."""
    if product.state != ProductState.ON_SALE or product.live_version is None:
        return None
    attested = VersionAttestation.objects.filter(product=product).aggregate(last=Max("attested_at"))["last"]
    last = max(at for at in (product.live_version.released_at, attested) if at is not None)
    return last if last < _fresh_before(now) else None


def stale_to_remind(now: datetime, limit: int) -> list[int]:
    """Products on sale that were neither updated nor attested in their period, without a reminder (§18(13))."""
    before = _fresh_before(now)
    return list(
        Product.objects.filter(state=ProductState.ON_SALE, live_version__released_at__lt=before)
        .exclude(Exists(VersionAttestation.objects.filter(product=OuterRef("pk"), attested_at__gte=before)))
        .exclude(Exists(StaleNotice.objects.filter(product=OuterRef("pk"), ended_at__isnull=True)))
        .order_by("pk")
        .values_list("pk", flat=True)[:limit]
    )


def stale_to_hand_on(now: datetime, limit: int) -> list[int]:
    """Reminders whose grace is over (§18(12))."""
    rows = StaleNotice.objects.filter(ended_at__isnull=True, handed_on_at__isnull=True, due_at__lte=now)
    return list(rows.order_by("due_at", "pk").values_list("pk", flat=True)[:limit])
