"""Sales and figures: appended by orders, folded now and then, so that buyers of one product never wait for each
other.
"""

from datetime import datetime
from decimal import Decimal

from django.db.models import Case, F, IntegerField, Value, When
from django.db.models.functions import Greatest

from catalog.freshness import storefront_changed
from catalog.models import ListingCard, ProductSale
from catalog.services.locking import product_locked
from catalog.services.zero_sales import schedule
from catalog.types import ProductState
from core.acts import act, require_transaction
from core.rows import row_insert_once

FOLDED_AT_ONCE = 5000


def sale_record(*, product_id: int, order: str, units: int, amount: Decimal, sold_at: datetime) -> None:
    """Note a paid order, free ones included (§18(14)): one statement, once for the order's number. `amount` in yuan.

    Part of the order's act. Writes nothing that other orders of the product write.
    """
    require_transaction()
    row_insert_once(ProductSale(product_id=product_id, order=order, units=units, amount=amount, sold_at=sold_at))


def sale_cancel(*, order: str, now: datetime) -> None:
    """Note that an order was refunded in full: it is no sale any more (§18(14)). Once; unknown ones are left alone."""
    require_transaction()
    ProductSale.objects.filter(order=order, cancelled_at__isnull=True).update(cancelled_at=now, stale=True)


@act
def sales_fold(*, product_id: int, now: datetime) -> int:
    """Bring a product's figures up to date with its sales: units sold, the last sale, and when it would be delisted.

    Returns how many sales were folded. Running it twice, or in two workers, counts nothing twice.
    """
    product = product_locked(product_id)
    stale = list(
        ProductSale.objects.select_for_update(skip_locked=True)
        .filter(product=product_id, stale=True)
        .order_by("pk")
        .values_list("pk", "units", "counted", "cancelled_at")[:FOLDED_AT_ONCE]
    )
    if not stale:
        return 0
    change = sum(
        (units if not cancelled and not counted else 0) - (units if cancelled and counted else 0)
        for _pk, units, counted, cancelled in stale
    )
    for cancelled in (True, False):
        ProductSale.objects.filter(pk__in=[row[0] for row in stale if (row[3] is not None) is cancelled]).update(
            stale=False, counted=not cancelled
        )
    if change:
        ListingCard.objects.filter(product=product_id).update(
            sold=Greatest(F("sold") + change, 0),
            popularity=Case(
                When(demoted=True, then=Value(0)),
                default=Greatest(F("sold") + change, 0),
                output_field=IntegerField(),
            ),
            changed_at=now,
        )
        storefront_changed()
    if product.state == ProductState.ON_SALE:
        schedule(product, now)
    return len(stale)


@act
def listing_figures_record(*, product_id: int, score: Decimal, reviews: int, now: datetime) -> None:
    """Show a product's score (0 to 5) and how many reviews it rests on; called by the reviews' acts."""
    ListingCard.objects.filter(product=product_id).update(score=score, reviews=reviews, changed_at=now)
    storefront_changed()
