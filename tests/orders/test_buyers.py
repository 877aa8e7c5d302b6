"""Who buys: enterprises and individuals, for money or for nothing (8, 10(2)); renewals end with an exit (26(2))."""

from datetime import datetime

import pytest

from orders.models import Order
from orders.selectors import available_acts
from orders.services import NotRenewable, order_renew
from orders.types import OrderAct
from providers.services import provider_leaving_begin, provider_leaving_withdraw
from tests.orders.making import buy, deliver_product, free, make_person, make_shop, monthly, one_off

pytestmark = pytest.mark.django_db


@pytest.mark.clause("8", "10(2)")
@pytest.mark.parametrize("kind", ["enterprise", "individual"])
@pytest.mark.parametrize("plan", [one_off, free])
def test_enterprises_and_individuals_buy_and_obtain(now: datetime, kind: str, plan) -> None:
    product, _person = make_shop(now, plans=[plan()])

    order, buyer = buy(product, now, buyer=make_person(now, kind))

    assert order.buyer == buyer.user
    assert order.is_paid
    assert order.is_free is (plan is free)


@pytest.mark.clause("26(2)")
def test_once_a_provider_leaves_the_market_renews_nothing_of_it(now: datetime) -> None:
    product, person = make_shop(now, plans=[monthly()])
    order, buyer = buy(product, now)
    deliver_product(order, person, now)
    order.refresh_from_db()
    assert OrderAct.RENEW in acts(order, buyer, now)
    provider_leaving_begin(provider=product.provider, actor=person.actor, now=now)
    order = Order.objects.get(pk=order.pk)

    with pytest.raises(NotRenewable) as refused:
        order_renew(order=order, actor=buyer.actor, now=now)

    assert refused.value.clauses == ("26(2)",)
    assert OrderAct.RENEW not in acts(order, buyer, now)
    assert Order.objects.count() == 1

    provider_leaving_withdraw(provider=product.provider, actor=person.actor, now=now)
    assert order_renew(order=Order.objects.get(pk=order.pk), actor=buyer.actor, now=now).renews_id == order.pk


def acts(order: Order, buyer, now: datetime) -> set[OrderAct]:
    return {one.act for one in available_acts(order, buyer.user, now)}
