"""Milestones, delivery, acceptance and its silence, and the release of the money."""

from datetime import timedelta
from decimal import Decimal

import pytest

from core import sweeps
from core.acts import Actor
from core.errors import InvalidInput, NotAllowed, NotPermitted
from core.periods import end_of_days, end_of_months
from ledger.selectors import balance
from ledger.types import FEES
from orders import selectors, services
from orders.models import MilestoneSubmission, OrderFile
from orders.services import NotNow, OrderNotFound
from orders.types import OrderAct
from regulation.models import AuditRecord, DecisionRecord
from settlements.models import SettlementHold, SettlementItem
from tests.orders.making import (
    SERVICE,
    books_fit,
    buy,
    complete_service,
    deliver_product,
    evidence,
    hand_in_all,
    in_escrow,
    make_shop,
    owed,
    told,
    trail,
)
from tests.providers.making import make_operator, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(now):
    """A paid service, its buyer, and its provider's owner."""
    product, owner = make_shop(now, SERVICE)
    order, buyer = buy(product, now)
    return order, buyer, owner


def step(order, position=0):
    return order.milestones.order_by("position")[position]


def keys(order, user, now) -> list[str]:
    return [str(one.act) for one in selectors.available_acts(order, user, now)]


@pytest.mark.clause("11", "11(1)3", "17(1)2", "11(3)1", "11(1)1")
def test_a_service_from_the_first_milestone_to_the_money(now, service) -> None:
    order, buyer, owner = service
    first = step(order)
    services.milestone_start(milestone=first, actor=owner.actor, now=now)
    first.refresh_from_db()
    order.refresh_from_db()
    assert (order.state, first.state, first.due_at) == ("in_service", "started", end_of_days(now, 3))
    services.milestone_submit(
        milestone=first, statement="调研报告已提交", files=[evidence()], actor=owner.actor, now=now
    )
    assert told(buyer.user, "milestone.submitted") == 1
    services.milestone_return(milestone=first, reason="缺少网络拓扑", actor=buyer.actor, now=now)
    first.refresh_from_db()
    assert (first.state, first.rounds) == ("returned", 1)
    services.milestone_submit(milestone=first, statement="已补充", files=[evidence()], actor=owner.actor, now=now)
    services.milestone_accept(milestone=first, actor=buyer.actor, now=now)
    assert list(first.submissions.values_list("round", "answer", "answer_reason")) == [
        (1, "returned", "缺少网络拓扑"), (2, "accepted", ""),
    ]  # fmt: skip
    assert in_escrow(order) == Decimal("1200.00")
    for position in (1, 2):
        later = step(order, position)
        services.milestone_start(milestone=later, actor=owner.actor, now=now)
        later.refresh_from_db()
        services.milestone_submit(milestone=later, statement="完成", files=[evidence()], actor=owner.actor, now=now)

    done = now + timedelta(days=10)
    services.order_confirm(order=order, actor=buyer.actor, now=done)

    order.refresh_from_db()
    assert (order.state, order.confirmed_at, order.guarantee_ends_at) == ("completed", done, done)
    assert order.warranty_ends_at == end_of_months(done, 3)
    assert set(order.milestones.values_list("state", flat=True)) == {"accepted"}
    assert (in_escrow(order), owed(order), balance(FEES)) == (Decimal("0.00"), Decimal("1140.00"), Decimal("60.00"))
    assert (order.released, order.released_at) == (Decimal("1200.00"), done)
    items = dict(SettlementItem.objects.filter(reference=order.number).values_list("kind", "amount"))
    assert items == {"sale": Decimal("1200.00"), "fee": Decimal("60.00")}
    assert DecisionRecord.objects.filter(subject=order.subject, rule="order.guarantee", outcome="ended").count() == 1
    assert (told(owner.user, "order.confirmed"), told(owner.user, "order.released")) == (1, 1)
    books_fit()


@pytest.mark.clause("15(1)", "11(1)3")
def test_nobody_confirms_before_everything_was_handed_in(now, service) -> None:
    order, buyer, owner = service
    with pytest.raises(NotNow):
        services.order_confirm(order=order, actor=buyer.actor, now=now)
    first = step(order)
    services.milestone_start(milestone=first, actor=owner.actor, now=now)
    first.refresh_from_db()
    services.milestone_submit(milestone=first, statement="完成", files=[evidence()], actor=owner.actor, now=now)
    with pytest.raises(NotNow) as refused:
        services.order_confirm(order=order, actor=buyer.actor, now=now)
    assert "11(1)3" in refused.value.clauses
    assert in_escrow(order) == order.amount
    assert "orders.confirm" not in trail(order.subject)
    assert "confirm" not in keys(order, buyer.user, now)


def test_only_the_buyer_accepts_and_only_the_provider_works(now, service) -> None:
    order, buyer, owner = service
    first = step(order)
    with pytest.raises(OrderNotFound):
        services.milestone_start(milestone=first, actor=buyer.actor, now=now)
    services.milestone_start(milestone=first, actor=owner.actor, now=now)
    first.refresh_from_db()
    services.milestone_submit(milestone=first, statement="完成", files=[evidence()], actor=owner.actor, now=now)
    for stranger in (owner, make_person(now)):
        with pytest.raises(OrderNotFound):
            services.milestone_accept(milestone=first, actor=stranger.actor, now=now)
        with pytest.raises(OrderNotFound):
            services.order_confirm(order=order, actor=stranger.actor, now=now)
    first.refresh_from_db()
    assert first.state == "submitted"


def test_handing_in_needs_words_and_a_file(now, service) -> None:
    order, _buyer, owner = service
    first = step(order)
    services.milestone_start(milestone=first, actor=owner.actor, now=now)
    first.refresh_from_db()
    for statement, files, field in (("", [evidence()], "statement"), ("完成", [], "files")):
        with pytest.raises(InvalidInput) as refused:
            services.milestone_submit(milestone=first, statement=statement, files=files, actor=owner.actor, now=now)
        assert refused.value.field == field
    assert not MilestoneSubmission.objects.exists()
    assert not OrderFile.objects.exists()


def test_milestones_go_in_turn(now, service) -> None:
    order, _buyer, owner = service
    with pytest.raises(NotNow):
        services.milestone_start(milestone=step(order, 1), actor=owner.actor, now=now)
    assert trail(order.subject) == ["orders.place", "orders.pay"]


@pytest.mark.clause("17(1)1", "11(1)1")
def test_an_application_is_released_when_its_five_days_are_over(now) -> None:
    product, owner = make_shop(now)
    order, _buyer = buy(product, now)
    deliver_product(order, owner, now)
    ends = order.guarantee_ends_at
    for name in ("orders.guarantee", "orders.release"):
        sweeps.run(name, ends - timedelta(seconds=1))
    order.refresh_from_db()
    assert (order.state, in_escrow(order), order.in_guarantee(ends - timedelta(seconds=1))) == (
        "in_service", order.amount, True,
    )  # fmt: skip
    sweeps.run("orders.guarantee", ends)
    for _twice in range(2):
        sweeps.run("orders.release", ends)
    order.refresh_from_db()
    assert (order.state, order.completed_at, in_escrow(order)) == ("completed", ends, Decimal("0.00"))
    assert (owed(order), balance(FEES)) == (Decimal("1140.00"), Decimal("60.00"))
    assert SettlementItem.objects.count() == 2
    assert trail(order.subject).count("orders.release") == 1
    books_fit()


@pytest.mark.clause("11(1)3")
def test_what_was_never_delivered_is_not_released(now) -> None:
    product, _owner = make_shop(now)
    order, _buyer = buy(product, now)
    later = now + timedelta(days=40)
    assert sweeps.run("orders.release", later).failed == 0
    sweeps.run("orders.guarantee", later)
    order.refresh_from_db()
    assert (order.state, in_escrow(order)) == ("paid", order.amount)


@pytest.mark.clause("11(1)2", "18(16)")
def test_a_hold_keeps_the_money_in_escrow_until_it_is_lifted(now) -> None:
    product, owner = make_shop(now)
    order, _buyer = buy(product, now)
    deliver_product(order, owner, now)
    operator = Actor.of(make_operator(now))
    for cause in ("K1", "K1", "K2"):
        services.order_hold(order=order, reason="complaint", cause=cause, actor=operator, now=now)
    later = now + timedelta(days=9)
    sweeps.run("orders.guarantee", later)
    sweeps.run("orders.release", later)
    assert in_escrow(order) == order.amount
    services.order_unhold(order=order, reason="complaint", cause="K1", actor=operator, now=later)
    sweeps.run("orders.release", later)
    assert in_escrow(order) == order.amount
    services.order_unhold(order=order, reason="complaint", cause="K2", actor=operator, now=later)
    sweeps.run("orders.release", later)
    assert in_escrow(order) == Decimal("0.00")
    assert not SettlementHold.objects.filter(lifted_at__isnull=True).exists()
    books_fit()


@pytest.mark.clause("11(1)3")
def test_silence_brings_reminders_and_in_the_end_an_operator(now, service) -> None:
    order, buyer, owner = service
    hand_in_all(order, owner, now)
    operator = make_operator(now, "marketplace_operations")
    for days, reminders in ((3, 1), (7, 2), (15, 3), (30, 4)):
        due = end_of_days(now, days)
        sweeps.run("orders.acceptance_reminders", due - timedelta(seconds=1))
        assert told(buyer.user, "order.acceptance_reminder") == reminders - 1
        for _twice in range(2):
            sweeps.run("orders.acceptance_reminders", due)
        assert told(buyer.user, "order.acceptance_reminder") == reminders
    due = end_of_days(now, 90)
    sweeps.run("orders.acceptance_silence", due - timedelta(seconds=1))
    order.refresh_from_db()
    assert order.settle_asked_at is None
    for _twice in range(2):
        sweeps.run("orders.acceptance_silence", due)
    order.refresh_from_db()
    assert (order.state, order.settle_asked_at, in_escrow(order)) == ("in_service", due, order.amount)
    assert told(operator, "order.acceptance_to_settle") == 1
    assert keys(order, operator, due) == [OrderAct.SETTLE_ACCEPTANCE]

    with pytest.raises(NotPermitted):
        services.acceptance_settle_complete(order=order, statement="是", actor=owner.actor, now=due)
    services.acceptance_settle_complete(
        order=order, statement="证据显示系统已上线", files=[evidence()], actor=Actor.of(operator), now=due
    )
    order.refresh_from_db()
    assert (order.state, order.confirmed_at, in_escrow(order)) == ("completed", due, Decimal("0.00"))
    assert told(buyer.user, "order.acceptance_settled_complete") == 1
    books_fit()


@pytest.mark.clause("11(1)3")
def test_a_late_sweep_reminds_once_and_an_incomplete_service_goes_back(now, service) -> None:
    order, buyer, owner = service
    hand_in_all(order, owner, now)
    late = now + timedelta(days=100)
    sweeps.run("orders.acceptance_reminders", late)
    sweeps.run("orders.acceptance_silence", late)
    order.refresh_from_db()
    assert (told(buyer.user, "order.acceptance_reminder"), order.remind_due_at, order.reminders) == (1, None, 4)
    operator = Actor.of(make_operator(now, "arbitration"))
    services.acceptance_settle_incomplete(order=order, statement="手册缺失", actor=operator, now=late)
    order.refresh_from_db()
    assert (order.state, order.awaiting_since, in_escrow(order)) == ("in_service", None, order.amount)
    assert set(order.milestones.values_list("state", flat=True)) == {"returned"}
    assert selectors.waiting_for(order, late).who == "provider"
    said = {reader: selectors.waiting_for(order, late, reader).sentence for reader in ("", "buyer", "provider")}
    assert said[""] == said["buyer"]
    assert said["buyer"].zh.startswith("等待服务商")
    assert said["provider"].zh.startswith("等待您")
    assert said["provider"].en.startswith("Waiting for you")


@pytest.mark.clause("15(1)")
def test_an_induced_confirmation_is_undone_and_the_guarantee_restored(now, service) -> None:
    order, buyer, owner = service
    complete_service(order, owner, buyer, now)
    operator = Actor.of(make_operator(now, "arbitration"))
    services.order_reopen(order=order, reason="诱导提前确认", actor=operator, now=now)
    order.refresh_from_db()
    assert (order.state, order.confirmed_at, order.warranty_ends_at) == ("in_service", None, None)
    assert order.in_guarantee(now + timedelta(days=50))
    services.order_confirm(order=order, actor=buyer.actor, now=now + timedelta(days=1))
    order.refresh_from_db()
    assert (order.state, owed(order)) == ("completed", Decimal("1140.00"))
    books_fit()


@pytest.mark.clause("12(2)")
def test_a_late_start_is_told_once_to_both(now, service) -> None:
    order, buyer, owner = service
    due = order.start_due_at
    sweeps.run("orders.late_start", due - timedelta(seconds=1))
    assert told(buyer.user, "order.late_start") == 0
    for _twice in range(2):
        sweeps.run("orders.late_start", due)
    assert (told(buyer.user, "order.late_start"), told(owner.user, "order.start_late")) == (1, 1)


def test_an_order_closes_when_its_warranty_is_over(now, service) -> None:
    order, buyer, owner = service
    complete_service(order, owner, buyer, now)
    ends = order.warranty_ends_at
    sweeps.run("orders.close", ends - timedelta(seconds=1))
    order.refresh_from_db()
    assert order.state == "completed"
    sweeps.run("orders.close", ends)
    order.refresh_from_db()
    assert (order.state, order.closed_at) == ("closed", ends)


def test_access_is_kept_encrypted_and_shown_to_the_two_alone(now) -> None:
    product, owner = make_shop(now)
    order, buyer = buy(product, now)
    with pytest.raises(InvalidInput):
        services.order_deliver(order=order, access=" ", actor=owner.actor, now=now)
    deliver_product(order, owner, now)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT access FROM orders_delivery")
        stored = cursor.fetchone()[0]
    assert "授权码" not in stored
    order = selectors.order_for(buyer.user, order.number)
    assert selectors.order_detail(order, buyer.user, now).deliveries[0].access.startswith("https://app.example.cn")
    operator = make_operator(now)
    assert selectors.order_detail(order, operator, now).deliveries == []
    service, seller = make_shop(now, SERVICE)
    with pytest.raises(NotNow):
        services.order_deliver(order=buy(service, now)[0], access="x", actor=seller.actor, now=now)


@pytest.mark.clause("11(2)3")
def test_a_deduction_needs_both_signatures(now, service) -> None:
    order, buyer, owner = service
    services.milestone_start(milestone=step(order), actor=owner.actor, now=now)
    offer = services.deduction_offer(
        order=order, amount=Decimal("300.00"), statement="买家变更需求，已完成调研", actor=owner.actor, now=now
    )
    with pytest.raises(NotAllowed):
        services.deduction_sign(offer=offer, actor=owner.actor, now=now)
    order.refresh_from_db()
    assert (in_escrow(order), order.refunded, order.state) == (order.amount, Decimal("0.00"), "in_service")

    services.deduction_sign(offer=offer, actor=buyer.actor, now=now)

    order.refresh_from_db()
    offer.refresh_from_db()
    assert (offer.state, order.state, order.terminated_at) == ("agreed", "completed", now)
    assert (order.refunded, in_escrow(order)) == (Decimal("900.00"), Decimal("0.00"))
    # The fee follows what is left of the price: 5 % of 300.
    assert (owed(order), balance(FEES)) == (Decimal("285.00"), Decimal("15.00"))
    assert order.warranty_ends_at is None
    assert AuditRecord.objects.filter(act="orders.deduction_sign").count() == 1
    books_fit()


@pytest.mark.clause("11(2)3")
@pytest.mark.parametrize("amount", ["0.00", "-1.00", "1200.00", "1300.00", "0.001"])
def test_a_deduction_is_above_nothing_and_below_the_price(amount, now, service) -> None:
    order, _buyer, owner = service
    with pytest.raises(InvalidInput):
        services.deduction_offer(order=order, amount=Decimal(amount), statement="x", actor=owner.actor, now=now)
    assert not order.deduction_offers.exists()


def test_a_declined_deduction_changes_nothing(now, service) -> None:
    order, buyer, owner = service
    offer = services.deduction_offer(order=order, amount=Decimal("300.00"), statement="x", actor=owner.actor, now=now)
    services.deduction_decline(offer=offer, reason="不同意", actor=buyer.actor, now=now)
    order.refresh_from_db()
    assert (order.state, in_escrow(order)) == ("paid", order.amount)
    with pytest.raises(NotNow):
        services.deduction_sign(offer=offer, actor=buyer.actor, now=now)
