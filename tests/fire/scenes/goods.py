"""Products, and what their providers owe the market for them."""

from datetime import datetime
from decimal import Decimal

from core.clock import BEIJING
from core.periods import end_of_days
from tests.catalog.making import approve, make_submitted
from tests.fire.market import DAY, HOUR, Market, Moments, scene
from tests.orders import making as orders
from tests.providers import making as providers


@scene
def trail(market: Market) -> Moments:
    return {"audit.seal": market.now + HOUR}


@scene
def products(market: Market) -> Moments:
    """Two products that were sold, two that nobody buys, and a store with another name since."""
    from providers.services import store_edit

    for plain in (market.application[0], market.service[0]):
        orders.buy(plain, market.now, buyer=market.buyer)
    provider, person = providers.make_provider(market.now)
    for _ in range(2):
        orders.make_shop(market.now, provider=provider, person=person, plans=[orders.one_off("900.00")])
    store = provider.store
    store_edit(
        provider=provider, name_zh="云端新名店", name_en="Renamed Store", introduction_zh=store.introduction_zh,
        introduction_en=store.introduction_en, after_sales_zh="", after_sales_en="", actor=person.actor,
        now=market.now + HOUR,
    )  # fmt: skip
    unsold = datetime(2026, 6, 3, tzinfo=BEIJING)
    return {
        "catalog.sales": market.now + HOUR,
        "catalog.zero_sales_warnings": unsold - 30 * DAY,
        "catalog.zero_sales": unsold,
        "catalog.cards": market.now + 2 * HOUR,
    }


@scene
def approved_before_the_deposit_was_paid(market: Market) -> Moments:
    provider, person = providers.make_provider(market.now)
    reviewer = providers.make_operator(market.now, "marketplace_operations")
    for _ in range(2):
        approve(make_submitted(provider, person, market.now, plans=[orders.one_off("1000.01")]), reviewer, market.now)
    providers.pay_in(provider, person, Decimal("3000.00"), market.now)
    return {"catalog.awaiting_deposit": market.now + HOUR}


@scene
def left_alone(market: Market) -> Moments:
    """Two products that were reminded of and stayed as they were; the others nobody has attended to either."""
    from catalog.models import StaleNotice
    from catalog.services import stale_remind

    due = end_of_days(market.now, 180)
    for _ in range(2):
        product, _person = orders.make_shop(market.now)
        stale_remind(product_id=product.pk, now=due)
    return {
        "catalog.stale_reminders": due,
        "catalog.stale": max(StaleNotice.objects.values_list("due_at", flat=True)),
    }
