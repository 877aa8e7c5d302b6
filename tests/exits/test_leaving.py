"""Leaving the market: the checklist to the return of the deposit, the bar, orders one by one (22 to 26)."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from core import sweeps
from core.acts import Actor
from core.clock import BEIJING
from core.errors import NotAllowed
from deposits.models import Deduction
from deposits.selectors import deposit_balance
from exits.models import Exit, ExitOrder
from exits.selectors import checklist
from exits.services import (
    clearance_confirm,
    clearance_decline,
    clearance_open,
    exit_order_choose,
    exit_request,
    exit_withdraw,
)
from exits.types import Choice, ExitState, OrderOutcome
from orders.models import Order
from providers.models import Provider
from providers.selectors import bar_of, is_displayed
from providers.types import ExitKind
from refunds.models import RefundRequest
from settlements.services import payout_account_set
from tests.orders.making import (
    SERVICE,
    books_fit,
    buy,
    complete_service,
    deliver_product,
    gateway_pays_back,
    make_shop,
    monthly,
    told,
)
from tests.providers.making import make_operator

pytestmark = pytest.mark.django_db


def request_exit(provider: Provider, person, now: datetime) -> Exit:
    return exit_request(provider=provider, kind=ExitKind.VOLUNTARY, reason="业务调整", actor=person.actor, now=now)


@pytest.mark.clause("23", "26(1)")
def test_no_new_sales_from_the_request_on_and_a_second_request_is_the_first(now: datetime) -> None:
    product, person = make_shop(now)

    exit_ = request_exit(product.provider, person, now)

    assert request_exit(product.provider, person, now).pk == exit_.pk
    assert not is_displayed(Provider.objects.get(pk=product.provider_id), now)
    assert told(person.user, "exit.requested") == 1


@pytest.mark.clause("23")
def test_a_withdrawn_exit_shows_the_store_again(now: datetime) -> None:
    product, person = make_shop(now)
    exit_ = request_exit(product.provider, person, now)

    exit_withdraw(exit_=exit_, reason="继续经营", actor=person.actor, now=now)

    assert is_displayed(Provider.objects.get(pk=product.provider_id), now)
    with pytest.raises(NotAllowed):
        exit_withdraw(exit_=exit_, reason="", actor=person.actor, now=now)


@pytest.mark.clause("9(6)1", "22", "23", "25")
def test_the_whole_way_from_the_request_to_the_returned_deposit(now: datetime) -> None:
    product, person = make_shop(now)
    provider = product.provider
    payout_account_set(
        provider=provider,
        holder=provider.legal_name,
        bank="示例银行",
        account="6222020200112233",
        actor=person.actor,
        now=now,
    )
    held = deposit_balance(provider.pk)
    assert held > 0
    exit_ = request_exit(provider, person, now)
    assert all(item.done for item in checklist(exit_, now))

    assert sweeps.run("exits.complete", now).done == 1
    exit_.refresh_from_db()
    assert exit_.state == ExitState.LEFT
    assert Provider.objects.get(pk=provider.pk).state == "left"
    bar = bar_of([Provider.objects.get(pk=provider.pk).subject_index], now)
    assert bar is not None
    assert bar.allowed_from == datetime(2027, 3, 3, tzinfo=BEIJING)

    assert sweeps.run("exits.deposit_return", now).done == 1
    assert sweeps.run("exits.deposit_return", now + timedelta(days=30)).done == 0
    assert deposit_balance(provider.pk) == 0
    exit_.refresh_from_db()
    assert exit_.state == ExitState.SETTLED
    books_fit()


@pytest.mark.clause("22", "23")
def test_unfinished_work_keeps_a_provider_until_it_is_done(now: datetime) -> None:
    product, person = make_shop(now, SERVICE)
    order, buyer = buy(product, now)
    exit_ = request_exit(order.provider, person, now)

    assert next(item.key for item in checklist(exit_, now) if not item.done) == "work"
    assert sweeps.run("exits.complete", now).done == 0
    complete_service(order, person, buyer, now)
    assert "work" not in [item.key for item in checklist(exit_, now) if not item.done]


@pytest.mark.clause("24(6)", "20(4)", "25", "26(1)", "26(3)")
def test_a_clearance_needs_two_operators_refunds_the_unfinished_and_keeps_the_deposit(now: datetime) -> None:
    product, _person = make_shop(now, SERVICE)
    order, buyer = buy(product, now)
    first, second = (
        Actor.of(make_operator(now, "marketplace_operations")),
        Actor.of(make_operator(now, "marketplace_operations")),
    )
    deposit = deposit_balance(order.provider_id)
    exit_ = clearance_open(
        provider=order.provider,
        grounds=["24(6)"],
        reason="情节严重",
        reference="manual",
        decision=None,
        actor=first,
        now=now,
    )
    assert is_displayed(Provider.objects.get(pk=order.provider_id), now)

    clearance_confirm(exit_=exit_, reason="确认清退", actor=second, now=now)
    sweeps.run("exits.orders", now)
    assert sweeps.run("exits.complete", now).done == 0, "the money is not back yet"
    gateway_pays_back(RefundRequest.objects.get(order=order).number, now)
    assert sweeps.run("exits.complete", now).done == 1
    assert sweeps.run("exits.complete", now).done == 0

    row = ExitOrder.objects.get()
    assert (row.outcome, row.amount) == (OrderOutcome.REFUNDED, order.amount)
    assert Order.objects.get(pk=order.pk).refunded == order.amount
    assert deposit > 0
    assert deposit_balance(order.provider_id) == 0
    assert Deduction.objects.get(reference=exit_.number).amount == deposit
    bar = bar_of([Provider.objects.get(pk=order.provider_id).subject_index], now + timedelta(days=4000))
    assert bar is not None
    assert bar.never
    assert told(buyer.user, "exit.after_sales") == 0
    books_fit()


@pytest.mark.clause("24")
def test_a_declined_clearance_leaves_no_trace_on_the_store(now: datetime) -> None:
    product, _person = make_shop(now)
    first, second = (
        Actor.of(make_operator(now, "marketplace_operations")),
        Actor.of(make_operator(now, "marketplace_operations")),
    )
    exit_ = clearance_open(
        provider=product.provider,
        grounds=["24(3)"],
        reason="黑名单",
        reference="list",
        decision=None,
        actor=first,
        now=now,
    )
    assert not is_displayed(Provider.objects.get(pk=product.provider_id), now)

    clearance_decline(exit_=exit_, reason="名单有误", actor=second, now=now)

    assert is_displayed(Provider.objects.get(pk=product.provider_id), now)


@pytest.mark.clause("24", "26(1)")
@pytest.mark.parametrize(
    ("choice", "outcome", "decided"),
    [
        (Choice.KEEP, "after_sales", "use_to_term_end"),
        (Choice.REFUND, "refunded", "unused_part_refund"),
        (None, "refunded", "unused_part_refund"),
    ],
)
def test_the_buyer_of_a_running_subscription_chooses_and_silence_is_a_refund(
    now: datetime, choice: Choice | None, outcome: str, decided: str
) -> None:
    product, person = make_shop(now, plans=[monthly("300.00")])
    order, buyer = buy(product, now)
    deliver_product(order, person, now)
    later = now + timedelta(days=9)
    first, second = (
        Actor.of(make_operator(now, "marketplace_operations")),
        Actor.of(make_operator(now, "marketplace_operations")),
    )
    exit_ = clearance_open(
        provider=order.provider, grounds=["24(1)"], reason="清退", reference="r", decision=None, actor=first, now=later
    )
    clearance_confirm(exit_=exit_, reason="确认", actor=second, now=later)
    row = ExitOrder.objects.get()
    assert told(buyer.user, "exit.choose") == 1
    due = row.choice_due_at
    assert sweeps.run("exits.orders", due - timedelta(seconds=1)).done == 0

    if choice is not None:
        exit_order_choose(row=row, choice=choice, actor=buyer.actor, now=later)
    sweeps.run("exits.orders", due)

    row.refresh_from_db()
    order.refresh_from_db()
    # Nine of the 32 days are over, and the day of leaving counts as used.
    amount = Decimal("206.25") if outcome == "refunded" else Decimal("0.00")
    assert (row.outcome, row.amount, order.refunded) == (outcome, amount, amount)
    assert (row.decision.outcome, row.decision.values["amount"]) == (decided, str(amount))
    assert [refund.final for refund in order.refunds.all()] == ([row.decision] if amount else [])
    with pytest.raises(NotAllowed):
        exit_order_choose(row=row, choice=Choice.KEEP, actor=buyer.actor, now=due)
    books_fit()
