"""What sweeps find due in the catalog."""

from datetime import datetime

from django.db.models import F, Q

from catalog.models import Plan, Product, ProductSale, ProductVersion
from catalog.types import ProductState, VersionState
from core.errors import NotAllowed
from core.money import ZERO
from deposits.selectors import covers_price
from providers.selectors import may_list


def zero_sales_due(now: datetime, limit: int) -> list[int]:
    """Products whose three months without a sale seem to have passed (18(14)); each act asks the sales again."""
    return list(
        Product.objects.filter(state=ProductState.ON_SALE, zero_sales_due_at__lte=now)
        .order_by("zero_sales_due_at", "pk")
        .values_list("pk", flat=True)[:limit]
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
    """Products whose card is missing or no longer says what their store or category is called."""
    return list(
        Product.objects.filter(state=ProductState.ON_SALE)
        .filter(
            Q(card__isnull=True)
            | ~Q(card__provider_name=F("provider__store__name_zh"))
            | ~Q(card__provider_name_en=F("provider__store__name_en"))
            | ~Q(card__store_slug=F("provider__store__slug"))
            | ~Q(card__category_zh=F("live_version__category__name_zh"))
        )
        .order_by("pk")
        .values_list("pk", flat=True)[:limit]
    )


def awaiting_deposit(provider_id: int | None = None) -> list[int]:
    """Versions that are approved and wait for the deposit, the oldest first."""
    found = ProductVersion.objects.filter(state=VersionState.AWAITING_DEPOSIT)
    if provider_id is not None:
        found = found.filter(product__provider=provider_id)
    return list(found.order_by("pk").values_list("pk", flat=True))


def awaiting_covered(now: datetime, limit: int) -> list[int]:
    """Versions that wait for the deposit and whose price it covers by now (9(6)1)."""
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
