"""Placing and paying: what is frozen, who is told, where the money is, and how many statements it takes."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError
from django.test.utils import CaptureQueriesContext

from catalog.models import ProductSale
from catalog.selectors import PlanNotOnSale
from core import sweeps
from core.clock import BEIJING
from core.errors import InvalidInput
from core.periods import end_of_days, end_of_months, end_of_working_days
from ledger.selectors import balance
from ledger.types import FEES
from orders import selectors, services
from orders.models import Order, OrderMilestone
from orders.services import NotNow, NotRenewable, OrderNotFound, OwnPurchase
from payments.models import PaymentIntent, StrayPayment
from payments.selectors import intent_of
from payments.services import intent_expire, payment_receive
from providers.services import restriction_place
from regulation.models import AuditRecord, DecisionRecord
from tests.orders.making import (
    APPLICATION,
    SERVICE,
    TOOL,
    books_fit,
    buy,
    deliver_product,
    free,
    in_escrow,
    make_shop,
    monthly,
    notice,
    one_off,
    pay,
    place,
    told,
    trail,
)
from tests.providers.making import leave_reason, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer(now):
    return make_person(now)


@pytest.mark.clause("11(1)", "17(1)1", "10(3)")
def test_an_order_freezes_its_terms_and_its_money_goes_to_escrow(now, buyer, deliver) -> None:
    product, owner = make_shop(now)
    order = place(buyer, product, now, quantity=2)
    intent = intent_of("order", order.number)
    assert (order.state, order.amount, order.quantity) == ("placed", Decimal("2400.00"), 2)
    assert (order.version_id, order.policy_percent, order.warranty_months) == (
        product.live_version_id,
        Decimal("50"),
        3,
    )
    assert order.terms["digest"] == product.live_version.digest
    assert (intent.amount, intent.payer_id, intent.expires_at) == (order.amount, buyer.user.pk, order.pay_due_at)
    assert order.pay_due_at == now + timedelta(minutes=30)

    pay(order, now + timedelta(minutes=5))

    paid_at = now + timedelta(minutes=5)
    assert (order.state, order.paid_at, order.rulebook) == ("paid", paid_at, "2017-03-07")
    assert order.guarantee_ends_at == end_of_days(paid_at, 5) == order.release_due_at
    assert order.start_due_at == end_of_working_days(paid_at, 2)
    assert (order.fee, order.fee_rate) == (Decimal("120.00"), Decimal("5.00"))
    assert in_escrow(order) == Decimal("2400.00")
    assert ProductSale.objects.get(order=order.number).amount == order.amount
    rules = list(DecisionRecord.objects.filter(subject=order.subject).order_by("id").values_list("rule", flat=True))
    assert rules == ["order.guarantee", "settlement.service_fee"]
    assert trail(order.subject) == ["orders.place", "orders.pay"]
    deliver(paid_at)
    assert (told(buyer.user, "order.paid"), told(owner.user, "order.paid.provider")) == (1, 1)
    books_fit()


@pytest.mark.clause("17(1)2", "11")
def test_a_service_is_laid_out_in_its_milestones_when_it_is_paid(now, buyer) -> None:
    product, _owner = make_shop(now, SERVICE)
    order = place(buyer, product, now, quantity=2)
    assert not OrderMilestone.objects.exists()
    pay(order, now)
    steps = list(order.milestones.order_by("position"))
    assert [step.amount for step in steps] == [Decimal("720.00"), Decimal("1200.00"), Decimal("480.00")]
    assert sum(step.amount for step in steps) == order.amount
    assert (order.guarantee_ends_at, order.release_due_at) == (None, None)
    assert order.in_guarantee(now + timedelta(days=300))


@pytest.mark.clause("17(1)3")
def test_a_tool_has_no_guarantee_and_is_complete_when_handed_over(now, buyer) -> None:
    product, owner = make_shop(now, TOOL)
    order, _buyer = buy(product, now, buyer=buyer)
    assert (order.guarantee_ends_at, order.in_guarantee(now)) == (None, False)
    assert order.fee == Decimal("36.00")
    deliver_product(order, owner, now)
    assert order.state == "completed"
    sweeps.run("orders.release", now)
    order.refresh_from_db()
    assert (in_escrow(order), order.released) == (Decimal("0.00"), Decimal("1200.00"))
    assert balance(FEES) == Decimal("36.00")
    books_fit()


def test_what_is_free_needs_no_payment(now, buyer, deliver) -> None:
    product, owner = make_shop(now, plans=[free()])
    order = place(buyer, product, now)
    assert (order.state, order.paid_at, order.fee) == ("paid", now, Decimal("0.00"))
    assert not PaymentIntent.objects.filter(purpose="order").exists()
    assert ProductSale.objects.filter(order=order.number).exists()
    deliver(now)
    assert (told(buyer.user, "order.taken"), told(owner.user, "order.taken.provider")) == (1, 1)


@pytest.mark.clause("15", "15(2)")
@pytest.mark.parametrize("case", ["owner", "same subject"])
def test_nobody_buys_from_themselves(case, now) -> None:
    product, owner = make_shop(now)
    n = int("".join(filter(str.isdigit, owner.name)))
    person = owner if case == "owner" else make_person(now, n=n)
    with pytest.raises(OwnPurchase) as refused:
        place(person, product, now)
    assert "15(2)" in refused.value.clauses
    assert not Order.objects.exists()
    assert not PaymentIntent.objects.filter(purpose="order").exists()


def test_nobody_orders_for_somebody_else(now, buyer) -> None:
    product, _owner = make_shop(now)
    other = make_person(now)
    with pytest.raises(OrderNotFound):
        services.order_place(buyer=buyer.user, plan_id=product.live_version.plans.get().pk, actor=other.actor, now=now)
    assert not Order.objects.exists()


@pytest.mark.parametrize("quantity", [0, -1, 100_001])
def test_a_quantity_that_is_not_sold_is_refused(quantity, now, buyer) -> None:
    product, _owner = make_shop(now)
    with pytest.raises(InvalidInput) as refused:
        place(buyer, product, now, quantity=quantity)
    assert refused.value.field == "quantity"
    assert not Order.objects.exists()


@pytest.mark.clause("20(2)")
def test_a_frozen_store_takes_no_new_orders_but_renewals(now, buyer) -> None:
    product, owner = make_shop(now, plans=[monthly()])
    order, _buyer = buy(product, now, buyer=buyer)
    restriction_place(
        provider=product.provider, kind="frozen", reference="C1", reason=leave_reason(), actor=owner.actor, now=now
    )
    with pytest.raises(PlanNotOnSale):
        place(make_person(now), product, now)
    renewal = services.order_renew(order=order, actor=buyer.actor, now=now)
    assert (renewal.renews_id, renewal.amount) == (order.pk, Decimal("99.00"))


@pytest.mark.clause("10(8)6")
def test_a_renewal_follows_the_term_without_a_gap_and_once(now, buyer) -> None:
    product, owner = make_shop(now, plans=[monthly()])
    order, _buyer = buy(product, now, buyer=buyer)
    deliver_product(order, owner, now)
    assert (order.term_starts_at, order.term_ends_at) == (now, end_of_months(now, 1))
    renewal = services.order_renew(order=order, actor=buyer.actor, now=now)
    with pytest.raises(NotRenewable):
        services.order_renew(order=order, actor=buyer.actor, now=now)
    pay(renewal, now)
    assert renewal.term_starts_at == order.term_ends_at
    assert renewal.term_ends_at.astimezone(BEIJING).isoformat() == "2026-05-03T00:00:00+08:00"
    assert (renewal.state, renewal.delivered_at) == ("in_service", now)
    assert not AuditRecord.objects.filter(subject=order.subject, act="orders.renew").exists()


def test_an_order_that_nobody_pays_closes_by_itself_at_its_instant(now, buyer) -> None:
    product, _owner = make_shop(now)
    order = place(buyer, product, now)
    intent = intent_of("order", order.number)
    assert not intent_expire(intent_id=intent.pk, now=order.pay_due_at - timedelta(seconds=1))
    order.refresh_from_db()
    assert order.state == "placed"
    assert intent_expire(intent_id=intent.pk, now=order.pay_due_at)
    order.refresh_from_db()
    assert (order.state, order.cancel_reason, told(buyer.user, "order.expired")) == ("cancelled", "expired", 1)
    assert not intent_expire(intent_id=intent.pk, now=order.pay_due_at)
    assert trail(order.subject) == ["orders.place", "orders.cancel"]


def test_a_payment_after_the_order_was_given_up_goes_back(now, buyer) -> None:
    product, _owner = make_shop(now)
    order = place(buyer, product, now)
    services.order_cancel(order=order, actor=buyer.actor, now=now)
    pay(order, now)
    assert (order.state, order.cancel_reason, in_escrow(order)) == ("cancelled", "buyer", Decimal("0.00"))
    assert StrayPayment.objects.get().state == "returning"
    assert told(buyer.user, "payments.stray.late") == 1
    books_fit()


def test_paying_twice_books_once_and_the_second_goes_back(now, buyer) -> None:
    product, _owner = make_shop(now)
    order = place(buyer, product, now)
    pay(order, now)
    pay(order, now)
    assert in_escrow(order) == order.amount
    assert StrayPayment.objects.get().reason == "twice"
    assert trail(order.subject) == ["orders.place", "orders.pay"]
    books_fit()


def test_a_paid_order_is_not_cancelled(now, buyer) -> None:
    product, _owner = make_shop(now)
    order, _buyer = buy(product, now, buyer=buyer)
    with pytest.raises(NotNow):
        services.order_cancel(order=order, actor=buyer.actor, now=now)
    assert trail(order.subject) == ["orders.place", "orders.pay"]


def test_a_buyers_key_places_one_order(now, buyer) -> None:
    product, _owner = make_shop(now)
    wanted = {"buyer": buyer.user, "plan_id": product.live_version.plans.get().pk, "actor": buyer.actor}
    order = services.order_place(**wanted, key="one", now=now)
    assert services.order_place(**wanted, key="one", now=now + timedelta(minutes=1)) == order
    with pytest.raises(services.PlacedBefore) as refused:
        services.order_place(**wanted, key="one", quantity=2, now=now)
    assert refused.value.number == order.number
    assert services.order_place(**wanted, key="two", now=now) != order
    assert Order.objects.count() == PaymentIntent.objects.filter(purpose="order").count() == 2
    other = make_person(now)
    services.order_place(**(wanted | {"buyer": other.user, "actor": other.actor}), key="one", now=now)
    assert Order.objects.count() == 3


def test_a_key_whose_order_was_refused_is_free_again(now, buyer) -> None:
    product, _owner = make_shop(now)
    plan = product.live_version.plans.get().pk
    with pytest.raises(InvalidInput):
        services.order_place(buyer=buyer.user, plan_id=plan, quantity=0, key="one", actor=buyer.actor, now=now)
    assert services.order_place(buyer=buyer.user, plan_id=plan, key="one", actor=buyer.actor, now=now).quantity == 1


def test_strangers_do_not_learn_of_an_order(now, buyer) -> None:
    product, owner = make_shop(now)
    order, _buyer = buy(product, now, buyer=buyer)
    stranger = make_person(now)
    for reader in (buyer, owner):
        assert selectors.order_for(reader.user, order.number) == order
    with pytest.raises(selectors.OrderNotFound):
        selectors.order_for(stranger.user, order.number)
    with pytest.raises(OrderNotFound):
        services.order_deliver(order=order, access="x", actor=stranger.actor, now=now)
    assert order.deliveries.count() == 0


def test_placing_and_paying_take_few_statements(now, buyer) -> None:
    product, _owner = make_shop(now)
    plan = product.live_version.plans.get().pk
    services.order_place(buyer=buyer.user, plan_id=plan, actor=buyer.actor, now=now)
    with CaptureQueriesContext(
        connection,
    ) as placing:
        order = services.order_place(buyer=buyer.user, plan_id=plan, actor=buyer.actor, now=now)
    intent = intent_of("order", order.number)
    told_by_gateway = notice(intent, now)
    with CaptureQueriesContext(connection) as paying:
        payment_receive(gateway=intent.gateway, notice=told_by_gateway, now=now)
    shown = "\n".join(query["sql"][:110] for query in [*placing.captured_queries, *paying.captured_queries])
    # Two of each are the savepoint that stands for the transaction here; rulebook versions are cached in production.
    assert len(placing) <= 8, shown
    assert len(paying) <= 16, shown


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("UPDATE orders_order SET refunded = amount + 1", IntegrityError),
        ("UPDATE orders_order SET refunded = 1, compensated = amount", IntegrityError),
        ("UPDATE orders_order SET state = 'placed'", InternalError),
        ("UPDATE orders_order SET state = 'completed'", IntegrityError),
        ("UPDATE orders_order SET state = 'closed'", InternalError),
        ("UPDATE orders_order SET amount = 1, unit_price = 1", InternalError),
        ("UPDATE orders_order SET paid_at = now()", InternalError),
        ("UPDATE orders_order SET confirmed_at = now()", IntegrityError),
        ("UPDATE orders_order SET released = 5", IntegrityError),
        ("DELETE FROM orders_order", InternalError),
    ],
)
def test_the_database_refuses_what_services_never_do(sql, error, now, buyer) -> None:
    product, _owner = make_shop(now, APPLICATION)
    buy(product, now, buyer=buyer)
    with pytest.raises(error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_second_plan_is_another_price(now, buyer) -> None:
    product, _owner = make_shop(now, plans=[one_off(), one_off("3000.00", "pro", "专业版")])
    assert place(buyer, product, now, code="pro").amount == Decimal("3000.00")
