"""The service fee: fixed with an order's payment, given back in proportion when it is refunded in its guarantee."""

from datetime import datetime
from decimal import Decimal

from django.db import connection

from core.acts import act, require_transaction
from core.money import ZERO, yuan
from core.periods import year_of
from core.rows import row_insert_once
from providers.selectors import provider_by_pk, rulebook_of_provider
from regulation import registry
from regulation.types import Rulebook
from settlements.models import FeeEntry
from settlements.rules import ServiceFeeFacts
from settlements.selectors.fees import sold_in_year
from settlements.types import FeeFixed, ProductClass

RULE = "settlement.service_fee"

_FOLD = """
    WITH taken AS (
        UPDATE settlements_feeentry SET folded = true
        WHERE id IN (
            SELECT id FROM settlements_feeentry WHERE provider_id = %s AND year = %s AND NOT folded
            ORDER BY id FOR UPDATE SKIP LOCKED
        )
        RETURNING base
    )
    INSERT INTO settlements_feeyear (provider_id, year, base)
    SELECT %s, %s, sum(base) FROM taken HAVING count(*) > 0
    ON CONFLICT (provider_id, year) DO UPDATE SET base = settlements_feeyear.base + excluded.base
"""


def service_fee_fix(
    *,
    provider_id: int,
    order: str,
    product_class: str,
    amount: Decimal,
    now: datetime,
    rulebook: Rulebook | None = None,
) -> FeeFixed:
    """Fix the service fee of an order with its payment: one read, one write, and nothing that other orders wait for.

    `amount` is what the buyer paid (yuan). Part of the order's act; once for the order's number, asked again the
    first fee is returned. Orders paid in the same instant see the same sales of the year before them.
    """
    require_transaction()
    rules = rulebook or rulebook_of_provider(provider_by_pk(provider_id), now)
    year = year_of(now)
    sold = sold_in_year(provider_id, year, except_order=order)
    facts = ServiceFeeFacts(ProductClass(product_class), amount, max(sold, ZERO))
    decision = registry.decide(RULE, facts, rules)
    fee = decision.values["fee"]
    counted = ZERO if product_class == ProductClass.TOOL else amount
    entry = FeeEntry(
        provider_id=provider_id,
        key=f"{order}:paid",
        order=order,
        product_class=product_class,
        year=year,
        amount=amount,
        base=counted,
        fee=fee,
        at=now,
    )
    if not row_insert_once(entry):
        fee = FeeEntry.objects.values_list("fee", flat=True).get(key=entry.key)
    return FeeFixed(fee, decision, facts)


def service_fee_return(*, order: str, refund: str, amount: Decimal, now: datetime) -> Decimal:
    """The part of an order's fee that is given back for a refund in its guarantee (yuan), in proportion to what was
    paid.

    `refund` is the refund's number: asked again, the same is returned and nothing more is written. The parts of
    several refunds never come to more than the fee. The caller leaves that part out of what it posts to the
    platform. Part of the refund's act.
    """
    require_transaction()
    entries = list(FeeEntry.objects.select_for_update().filter(order=order).order_by("pk"))
    known = next((entry for entry in entries if entry.key == f"{order}:{refund}"), None)
    if known is not None:
        return -known.fee
    paid = next((entry for entry in entries if entry.key == f"{order}:paid"), None)
    if paid is None or paid.fee == 0:
        return ZERO
    before = [entry for entry in entries if entry.pk != paid.pk]
    given = -sum((entry.fee for entry in before), ZERO)
    refunded = sum((entry.refunded for entry in before), ZERO) + amount
    returned = min(yuan(paid.fee * refunded / paid.amount), paid.fee) - given
    FeeEntry.objects.create(
        provider_id=paid.provider_id,
        key=f"{order}:{refund}",
        order=order,
        product_class=paid.product_class,
        year=paid.year,
        base=-min(amount, paid.base),
        amount=ZERO,
        refunded=amount,
        fee=-returned,
        at=now,
    )
    return returned


@act
def fees_fold(*, provider_id: int, year: int, now: datetime) -> None:
    """Add a provider's new sales of a year to its sum, in one statement; running it twice adds nothing twice."""
    with connection.cursor() as cursor:
        cursor.execute(_FOLD, [provider_id, year, provider_id, year])
