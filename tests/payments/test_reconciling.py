"""The gateway's statement of a day against the books."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from core import sweeps
from core.acts import Actor
from core.errors import InvalidInput, NotAllowed
from core.periods import beijing_date
from ledger.types import escrow
from payments import selectors, services
from payments.gateways import GatewayUnreachable, gateway
from payments.models import Difference, Reconciliation
from payments.sandbox.models import SandboxCapture
from payments.types import StatementDay
from regulation.models import AuditRecord

pytestmark = pytest.mark.django_db


@pytest.fixture
def day(ask, till, deliver_all, now, clock):
    """A day with a payment, a pay-back of part of it, a second payment, and one that came twice."""
    first, second = ask("1"), ask("2", "50.00")
    till(first)
    till(second, "twice")
    deliver_all(now)
    first.refresh_from_db()
    with transaction.atomic():
        services.payback_open(
            intent=first, amount=Decimal("200.00"), source=escrow("1"), reference="R1", key="r", now=now
        )
    deliver_all(now)
    return beijing_date(now)


def compare(day, now, clock):
    clock.move_to(now)
    return services.reconcile(statement=gateway("sandbox").statement(day, now), now=now)


def next_morning(now):
    return now + timedelta(hours=16)


def test_a_day_that_fits_has_no_differences(day, now, clock):
    run = compare(day, next_morning(now), clock)
    assert (run.lines, run.matched) == (5, 5)
    assert (run.came_in, run.went_out) == (Decimal("1300.00"), Decimal("250.00"))
    assert not Difference.objects.exists()
    assert AuditRecord.objects.filter(act="payments.reconcile").count() == 1


def test_what_does_not_fit_is_listed_both_ways(day, now, clock):
    trades = list(SandboxCapture.objects.order_by("id"))
    # One amount changed, one line gone, one that we never heard of.
    SandboxCapture.objects.filter(pk=trades[0].pk).update(amount=Decimal("1200.01"))
    SandboxCapture.objects.filter(pk=trades[1].pk).update(paid_at=now - timedelta(days=2))
    SandboxCapture.objects.create(trade=trades[0].trade, trade_no="unheard", amount=Decimal("7.00"), paid_at=now)
    compare(day, next_morning(now), clock)
    found = {
        (difference.kind, difference.trade, difference.theirs, difference.ours)
        for difference in Difference.objects.all()
    }
    assert found == {
        ("amount", trades[0].trade_no, Decimal("1200.01"), Decimal("1200.00")),
        ("missing_there", trades[1].trade_no, None, Decimal("50.00")),
        ("missing_here", "unheard", Decimal("7.00"), None),
    }


def test_what_fits_when_compared_again_is_settled_by_itself(day, now, clock):
    trade = SandboxCapture.objects.order_by("id").first()
    SandboxCapture.objects.filter(pk=trade.pk).update(amount=Decimal("1.00"), refunded=0)
    compare(day, next_morning(now), clock)
    SandboxCapture.objects.filter(pk=trade.pk).update(amount=trade.amount)
    run = compare(day, next_morning(now), clock)
    difference = Difference.objects.get()
    assert difference.settled_at == next_morning(now)
    assert (run.lines, run.matched, Reconciliation.objects.count()) == (5, 5, 1)


def test_an_operator_settles_a_difference_once_and_with_a_word(day, now, clock, cashier: Actor):
    trade = SandboxCapture.objects.order_by("id").first()
    SandboxCapture.objects.filter(pk=trade.pk).update(amount=Decimal("1.00"), refunded=0)
    compare(day, next_morning(now), clock)
    difference = Difference.objects.get()
    services.difference_settle(difference_id=difference.pk, note="渠道已更正", actor=cashier, now=now)
    with pytest.raises(NotAllowed):
        services.difference_settle(difference_id=difference.pk, note="再次", actor=cashier, now=now)
    difference.refresh_from_db()
    assert difference.note == "渠道已更正"


def test_a_day_is_compared_once_it_has_ended(day, now):
    with pytest.raises(InvalidInput):
        services.reconcile(statement=StatementDay("sandbox", day, ()), now=now)
    assert not Reconciliation.objects.exists()


def test_the_gateway_gives_no_statement_of_a_day_that_has_not_ended(day, now):
    with pytest.raises(GatewayUnreachable):
        gateway("sandbox").statement(day, now)


def test_the_sweep_compares_each_day_once_from_two_in_the_morning(day, now, clock):
    midnight = now.replace(hour=0) + timedelta(days=1)
    assert selectors.days_to_compare("sandbox", midnight + timedelta(hours=2) - timedelta(seconds=1)) == []
    later = midnight + timedelta(hours=2)
    assert selectors.days_to_compare("sandbox", later) == [day.isoformat()]
    clock.move_to(later)
    assert sweeps.run("payments.reconcile", later).done == 1
    assert sweeps.run("payments.reconcile", later).done == 0
    assert Reconciliation.objects.get().day == day
