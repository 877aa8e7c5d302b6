"""What a provider has sold in a natural year, for its service fee."""

from datetime import datetime
from decimal import Decimal

from django.db import connection

from core.money import ZERO
from settlements.models import FeeEntry

_SOLD = """
    SELECT coalesce((SELECT base FROM settlements_feeyear WHERE provider_id = %s AND year = %s), 0)
         + coalesce((SELECT sum(base) FROM settlements_feeentry WHERE provider_id = %s AND year = %s AND NOT folded), 0)
         - coalesce((SELECT sum(base) FROM settlements_feeentry WHERE "order" = %s AND year = %s), 0)
"""


def sold_in_year(provider_id: int, year: int, *, except_order: str = "") -> Decimal:
    """What a provider has sold in a year that counts towards its fee steps (yuan), in one query; one order may be
    left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SOLD, [provider_id, year, provider_id, year, except_order, year])
        return Decimal(cursor.fetchone()[0] or ZERO)


def fees_to_fold(now: datetime, limit: int) -> list[str]:
    """Providers and years with sales that are not in their sum yet, as `provider:year`."""
    rows = (
        FeeEntry.objects.filter(folded=False)
        .order_by("provider_id", "year")
        .values_list("provider_id", "year")
        .distinct()[:limit]
    )
    return [f"{provider}:{year}" for provider, year in rows]


def fee_of(order: str) -> Decimal:
    """The service fee of an order, less what was given back (yuan)."""
    return sum(FeeEntry.objects.filter(order=order).values_list("fee", flat=True), ZERO)
