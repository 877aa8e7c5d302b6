"""What the clock brings about in the catalog."""

import logging
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from catalog import services
from catalog.selectors import due
from catalog.selectors.due import awaiting_covered
from core.acts import act
from core.sweeps import Key, Sweep, register

logger = logging.getLogger(__name__)


def _delist(key: Key, now: datetime) -> object:
    first, dash, last = str(key).partition("-")
    if not dash:
        return services.zero_sales_delist(product_id=int(key), now=now)
    ids = due.zero_sales_due_between(int(first), int(last), now)
    try:
        return services.zero_sales_delist_many(product_ids=ids, now=now)
    except Exception:
        # One bad row must not keep the others: each alone, and the failure names the first that failed.
        logger.exception("delisting %s products at once failed; one by one", len(ids))
        return _delist_each(ids, now)


def _delist_each(ids: list[int], now: datetime) -> int:
    done = 0
    failure: Exception | None = None
    for pk in ids:
        try:
            done += services.zero_sales_delist(product_id=pk, now=now)
        except Exception as error:
            logger.exception("product %s could not be delisted", pk)
            failure = failure or RuntimeError(f"product {pk}: {error}")
    if failure is not None:
        raise failure
    return done


def _warn(key: Key, now: datetime) -> object:
    return services.zero_sales_warn(product_id=int(key), now=now)


def _fold(key: Key, now: datetime) -> object:
    done = 0
    while folded := services.sales_fold(product_id=int(key), now=now):
        done += folded
    return done


def _release(key: Key, now: datetime) -> object:
    return services.awaiting_release(version_id=int(key), now=now)


@act
def _refresh_one(*, product_id: int, now: datetime) -> int:
    return services.cards_refresh(product_ids=[product_id], now=now)


def _refresh(key: Key, now: datetime) -> object:
    return _refresh_one(product_id=int(key), now=now)


register(
    Sweep(
        name="catalog.zero_sales",
        title=_("Delist products without a sale in three months"),
        selector=due.zero_sales_work,
        act=_delist,
        clause="18(14)",
        every=timedelta(minutes=15),
    )
)
register(
    Sweep(
        name="catalog.zero_sales_warnings",
        title=_("Warn providers of delisting 30 and 7 days ahead"),
        selector=due.zero_sales_to_warn,
        act=_warn,
        clause="18(14)",
        every=timedelta(minutes=15),
    )
)
register(
    Sweep(
        name="catalog.sales",
        title=_("Bring the figures of products up to date with their sales"),
        selector=due.sales_to_fold,
        act=_fold,
        clause="18(14)",
        every=timedelta(minutes=5),
    )
)
register(
    Sweep(
        name="catalog.awaiting_deposit",
        title=_("Put approved products on sale once the deposit covers them"),
        selector=awaiting_covered,
        act=_release,
        clause="9(6)1",
        every=timedelta(minutes=10),
    )
)
register(
    Sweep(
        name=due.CARDS,
        title=_("Draw storefront cards anew where a name has changed"),
        selector=due.cards_to_refresh,
        act=_refresh,
        clause="10(5)",
        every=timedelta(minutes=10),
    )
)
register(
    Sweep(
        name="catalog.stale_reminders",
        title=_("Remind providers of versions neither updated nor attested"),
        selector=due.stale_to_remind,
        act=lambda pk, now: services.stale_remind(product_id=int(pk), now=now),
        clause="18(13)",
        every=timedelta(hours=6),
    )
)
register(
    Sweep(
        name="catalog.stale",
        title=_("Hand on products that stayed stale after the reminder"),
        selector=due.stale_to_hand_on,
        act=lambda pk, now: services.stale_hand_on(notice_id=int(pk), now=now),
        clause="18(12)",
        every=timedelta(hours=6),
    )
)
