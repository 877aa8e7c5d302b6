"""What an appeal takes back beyond its own finding, and who cannot slip away from a clearance (19 to 26)."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from core import sweeps
from core.errors import NotAllowed
from deposits.models import DeductionReversal
from deposits.selectors import deposit_balance
from exits.models import Exit, ExitOrder
from exits.selectors import open_exit_of
from exits.services import clearance_confirm, exit_order_choose, exit_request, exit_withdraw
from exits.types import Choice, ExitState
from orders.models import Order
from providers.models import Provider
from providers.selectors import bar_of, is_displayed
from providers.types import ExitKind
from refunds.models import RefundRequest
from tests.orders.making import books_fit, deliver_product, gateway_pays_back, make_shop, monthly, told
from tests.orders.making import buy as buy_it
from tests.violations.conftest import Scene
from tests.violations.test_path import find
from violations.models import PointsEntry
from violations.selectors import points_of_year
from violations.services import appeal_allow, appeal_file

pytestmark = pytest.mark.django_db


def fresh(scene: Scene) -> Provider:
    return Provider.objects.get(pk=scene.provider.pk)


def overturn(scene: Scene, finding, now: datetime) -> None:
    appeal = appeal_file(finding=finding, statement="不属实", actor=scene.person.actor, now=now)
    appeal_allow(appeal=appeal, reason="查清", actor=scene.other, now=now)


@pytest.mark.clause("19", "20(4)", "24(4)")
def test_a_clearance_falls_when_any_of_the_findings_it_rests_on_does(scene: Scene, now: datetime) -> None:
    first = find(scene, now, "V1602", "one")
    find(scene, now, "V1403", "two")
    exit_ = open_exit_of(scene.provider)
    assert exit_ is not None
    assert not is_displayed(fresh(scene), now)

    overturn(scene, first, now)

    exit_.refresh_from_db()
    assert (exit_.state, points_of_year(scene.provider.pk, 2026)) == (ExitState.WITHDRAWN, 12)
    # The freeze of the finding that stands goes on for its own time.
    assert not is_displayed(fresh(scene), now)
    sweeps.run("violations.measure_end", now + timedelta(days=16))
    assert is_displayed(fresh(scene), now + timedelta(days=16))


@pytest.mark.clause("19", "20(4)")
def test_a_clearance_stands_where_the_points_that_are_left_reach_it(scene: Scene, now: datetime) -> None:
    minor = find(scene, now, "V1816", "one")
    find(scene, now, "V1401", "two")

    overturn(scene, minor, now)

    exit_ = open_exit_of(scene.provider)
    assert exit_ is not None
    assert exit_.state == ExitState.PROPOSED


@pytest.mark.clause("19", "20(4)")
def test_nothing_final_happens_while_an_appeal_waits(scene: Scene, now: datetime) -> None:
    finding = find(scene, now, "V1401", "one")
    exit_ = open_exit_of(scene.provider)
    appeal = appeal_file(finding=finding, statement="不属实", actor=scene.person.actor, now=now)

    with pytest.raises(NotAllowed):
        clearance_confirm(exit_=exit_, reason="确认", actor=scene.other, now=now)
    exit_.refresh_from_db()
    assert (exit_.state, fresh(scene).state) == (ExitState.PROPOSED, "active")
    assert not ExitOrder.objects.exists()
    assert told(scene.person.user, "exit.cleared_out") == 0

    appeal_allow(appeal=appeal, reason="查清", actor=scene.other, now=now)
    assert is_displayed(fresh(scene), now)


@pytest.mark.clause("19", "20(3)", "25")
@pytest.mark.parametrize("carried_out", [False, True])
def test_an_appeal_after_the_clearance_brings_the_provider_back_and_leaves_buyers_their_money(
    scene: Scene, now: datetime, carried_out: bool
) -> None:
    before = deposit_balance(scene.provider.pk)
    first, second = find(scene, now, "V1602", "one"), find(scene, now, "V1403", "two")
    exit_ = open_exit_of(scene.provider)
    clearance_confirm(exit_=exit_, reason="确认", actor=scene.other, now=now)
    sweeps.run("exits.orders", now)
    if carried_out:
        gateway_pays_back(RefundRequest.objects.get(order=scene.order).number, now)
        assert sweeps.run("exits.complete", now).done == 1
        assert deposit_balance(scene.provider.pk) == 0

    overturn(scene, second, now)

    exit_.refresh_from_db()
    assert (exit_.state, exit_.decision_reason) == (ExitState.OVERTURNED, "确认")
    assert (fresh(scene).state, bar_of([scene.provider.subject_index], now)) == ("active", None)
    assert deposit_balance(scene.provider.pk) == before
    assert DeductionReversal.objects.count() == 1 + carried_out
    assert Order.objects.get(pk=scene.order.pk).refunded == scene.order.amount
    assert sweeps.run("exits.complete", now + timedelta(days=1)).done == 0
    assert list(PointsEntry.objects.order_by("pk").values_list("points", flat=True)) == [12, 12, -12]
    assert first.measures.filter(kind="freeze", step=None).get().state == "in_force"
    books_fit()


@pytest.mark.clause("19", "20(5)")
def test_a_step_of_the_ladder_falls_with_the_points_below_it(scene: Scene, now: datetime) -> None:
    first = find(scene, now, "V1602", "one")
    later = find(scene, now, "V1204", "two")
    assert points_of_year(scene.provider.pk, 2026) == 18
    reached = later.measures.filter(step=18)
    assert reached.exists()

    overturn(scene, first, now)

    assert points_of_year(scene.provider.pk, 2026) == 6
    assert set(reached.values_list("state", flat=True)) == {"reversed"}
    assert later.measures.get(kind="freeze", step=None).state == "in_force"


@pytest.mark.clause("20(4)", "23", "24(4)")
def test_nobody_leaves_with_the_deposit_by_asking_first(scene: Scene, now: datetime) -> None:
    own = exit_request(
        provider=scene.provider, kind=ExitKind.VOLUNTARY, reason="退出", actor=scene.person.actor, now=now
    )
    finding = find(scene, now, "V1401", "one")

    own.refresh_from_db()
    clearance = open_exit_of(scene.provider)
    assert own.state == ExitState.WITHDRAWN
    assert (clearance.kind, clearance.state) == (ExitKind.CLEARED_OUT, ExitState.PROPOSED)
    assert sweeps.run("exits.complete", now).done == 0
    assert Exit.objects.filter(state=ExitState.LEFT).count() == 0

    overturn(scene, finding, now)
    assert fresh(scene).state == "active"
    assert open_exit_of(scene.provider) is None


@pytest.mark.clause("23", "26(1)")
def test_who_stays_after_all_gives_nothing_back(now: datetime) -> None:
    product, person = make_shop(now, plans=[monthly("300.00")])
    order, buyer = buy_it(product, now)
    deliver_product(order, person, now)
    after = order.paid_at + timedelta(days=6)
    exit_ = exit_request(provider=product.provider, kind=ExitKind.VOLUNTARY, reason="", actor=person.actor, now=after)
    ExitOrder(exit=exit_, order=order, begun_at=now, choice_due_at=after + timedelta(days=8)).save()

    exit_withdraw(exit_=exit_, reason="继续经营", actor=person.actor, now=after)

    row = ExitOrder.objects.get()
    assert sweeps.run("exits.orders", after + timedelta(days=9)).done == 0
    with pytest.raises(NotAllowed):
        exit_order_choose(row=row, choice=Choice.REFUND, actor=buyer.actor, now=after)
    row.refresh_from_db()
    assert (row.outcome, row.choice, Order.objects.get(pk=order.pk).refunded) == ("waiting", "", Decimal("0.00"))
