"""Real threads and real commits: two requests at once, a refund against a release, an agreement against a decision."""

from datetime import timedelta
from decimal import Decimal

import pytest

from core import sweeps
from core.acts import Actor
from ledger.selectors import balance
from ledger.types import FEES
from orders.models import Order
from orders.services import order_place, order_release
from payments.models import Payback, PaymentIntent, StrayPayment
from payments.services import payment_receive
from refunds import services
from refunds.models import RefundRequest
from tests.ledger.test_races import race
from tests.orders.making import (
    SERVICE,
    books_fit,
    buy,
    deliver_product,
    in_escrow,
    make_shop,
    notice,
    owed,
    place,
)
from tests.providers.making import make_operator, make_person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.serial]


def test_two_buyers_pay_for_the_same_product_at_once(now):
    product, _owner = make_shop(now)
    buyers = [make_person(now) for _n in range(4)]
    plan = product.live_version.plans.get().pk

    def whole(buyer):
        order = order_place(buyer=buyer.user, plan_id=plan, actor=buyer.actor, now=now)
        intent = PaymentIntent.objects.get(purpose="order", reference=order.number)
        payment_receive(gateway="sandbox", notice=notice(intent, now), now=now)

    race(*[lambda buyer=buyer: whole(buyer) for buyer in buyers])
    assert list(Order.objects.values_list("state", flat=True)) == ["paid"] * 4
    assert sum(in_escrow(order) for order in Order.objects.all()) == Decimal("4800.00")
    books_fit()


def test_one_form_sent_three_times_at_once_places_one_order(now):
    product, _owner = make_shop(now)
    buyer, plan = make_person(now), product.live_version.plans.get().pk
    placed = race(*[lambda: order_place(buyer=buyer.user, plan_id=plan, key="k", actor=buyer.actor, now=now)] * 3)
    order = Order.objects.get()
    assert placed == [order] * 3
    assert PaymentIntent.objects.get(purpose="order").reference == order.number


def test_one_buyer_pays_twice_at_once(now):
    product, _owner = make_shop(now)
    order = place(make_person(now), product, now)
    intent = PaymentIntent.objects.get(purpose="order", reference=order.number)
    told = [notice(intent, now), notice(intent, now)]
    race(*[lambda one=one: payment_receive(gateway="sandbox", notice=one, now=now) for one in told])
    order.refresh_from_db()
    assert (order.state, in_escrow(order)) == ("paid", order.amount)
    assert StrayPayment.objects.get().reason == "twice"
    books_fit()


def test_two_requests_at_once_pay_back_once(now):
    product, owner = make_shop(now)
    order, buyer = buy(product, now)
    deliver_product(order, owner, now)
    outcomes = race(*[lambda: services.refund_request(order=order, reason=None, actor=buyer.actor, now=now)] * 3)
    assert RefundRequest.objects.count() == 1, outcomes
    order.refresh_from_db()
    assert (order.refunded, Payback.objects.count(), in_escrow(order)) == (order.amount, 1, Decimal("0.00"))
    books_fit()


def test_a_refund_asked_for_while_the_money_is_released(now):
    product, owner = make_shop(now, policy_percent=Decimal("50"))
    order, buyer = buy(product, now)
    deliver_product(order, owner, now)
    ends = order.guarantee_ends_at
    sweeps.run("orders.guarantee", ends)
    race(
        lambda: order_release(order_id=order.pk, now=ends),
        lambda: services.refund_request(order=order, reason=None, actor=buyer.actor, now=ends),
    )
    order_release(order_id=order.pk, now=ends)
    order.refresh_from_db()
    assert order.refunded == Decimal("600.00")
    assert (in_escrow(order), owed(order) + balance(FEES)) == (Decimal("0.00"), Decimal("600.00"))
    assert Payback.objects.get().amount == Decimal("600.00")
    books_fit()


def test_the_provider_agrees_while_the_platform_decides(now):
    product, owner = make_shop(now, SERVICE)
    order, buyer = buy(product, now)
    refund = services.refund_request(order=order, reason=None, actor=buyer.actor, now=now)
    offer = services.refund_offer(refund=refund, amount=Decimal("700.00"), actor=owner.actor, now=now)
    operator = Actor.of(make_operator(now, "arbitration"))
    due = now + timedelta(days=6)
    race(
        lambda: services.refund_offer_sign(offer=offer, actor=buyer.actor, now=due),
        lambda: services.refund_decide_in_full(refund=refund, actor=operator, now=due),
        lambda: services.refund_negotiation_lapse(refund_id=refund.pk, now=due),
    )
    refund.refresh_from_db()
    order.refresh_from_db()
    assert refund.amount in {Decimal("700.00"), Decimal("1200.00")}
    assert (order.refunded, Payback.objects.get().amount) == (refund.amount, refund.amount)
    assert in_escrow(order) == order.amount - refund.amount
    books_fit()
