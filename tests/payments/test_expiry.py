"""A payment that nobody makes closes at its moment; one that was made in time and not heard of is booked."""

from datetime import timedelta

import pytest
from django.db import transaction

from core import sweeps
from ledger.models import Entry
from payments import selectors, services
from payments.gateways import GatewayUnreachable
from payments.models import GatewayMessage
from payments.sandbox.models import SandboxTrade
from payments.services.asking import intent_settle
from payments.services.intents import AlreadyAskedFor
from tests.payments.conftest import PURPOSE, books_fit, held

pytestmark = pytest.mark.django_db
LIMIT = timedelta(minutes=30)


def test_nothing_is_due_a_second_before(shop, intent, world, clock, now):
    assert selectors.intents_due(now + LIMIT - timedelta(seconds=1), 10) == []
    assert selectors.intents_due(now + LIMIT, 10) == [intent.pk]
    assert intent_settle(intent_id=intent.pk, now=now + LIMIT - timedelta(seconds=1)) is False
    intent.refresh_from_db()
    assert intent.state == "open"


def test_it_closes_at_its_moment_and_the_gateway_is_told(shop, intent, world, clock, now, deliver_all, till):
    browser_trade = till(intent, "fail")
    clock.move_to(now + LIMIT)
    outcome = sweeps.run("payments.unpaid", now + LIMIT)
    assert (outcome.done, outcome.failed) == (1, 0)
    deliver_all(now + LIMIT)
    intent.refresh_from_db()
    browser_trade.refresh_from_db()
    assert (intent.state, intent.close_reason, shop.closed) == ("closed", "expired", ["1"])
    assert browser_trade.status == SandboxTrade.Status.CLOSED
    assert sweeps.run("payments.unpaid", now + LIMIT).done == 0
    assert shop.closed == ["1"]
    assert not Entry.objects.exists()


def test_what_was_paid_in_time_and_never_told_is_booked_when_its_time_is_up(shop, intent, till, clock, now):
    till(intent, "tell_late")
    clock.move_to(now + LIMIT)
    assert intent_settle(intent_id=intent.pk, now=now + LIMIT) is True
    intent.refresh_from_db()
    assert (intent.state, intent.paid_at, shop.paid, shop.closed) == ("paid", now, ["1"], [])
    assert held() == intent.amount
    books_fit()


def test_and_the_message_that_comes_after_all_is_a_duplicate(shop, intent, till, clock, now, deliver_all):
    till(intent, "tell_late")
    clock.move_to(now + LIMIT)
    intent_settle(intent_id=intent.pk, now=now + LIMIT)
    deliver_all(now + LIMIT)
    assert list(GatewayMessage.objects.order_by("id").values_list("state", flat=True)) == ["handled", "duplicate"]
    assert held() == intent.amount
    books_fit()


def test_a_gateway_that_is_away_keeps_it_open_for_ten_minutes(shop, intent, world, clock, now):
    world.down = True
    with pytest.raises(GatewayUnreachable):
        intent_settle(intent_id=intent.pk, now=now + LIMIT + timedelta(minutes=10) - timedelta(seconds=1))
    assert shop.closed == []
    assert intent_settle(intent_id=intent.pk, now=now + LIMIT + timedelta(minutes=10)) is True
    assert shop.closed == ["1"]


def test_asking_again_for_the_same_thing_is_the_same_payment(shop, ask, intent):
    assert ask().pk == intent.pk


def test_asking_for_the_same_thing_with_another_amount_is_refused(shop, ask, intent):
    with pytest.raises(AlreadyAskedFor):
        ask(amount="1.00")


def test_after_it_closed_the_same_thing_can_be_asked_for_again(shop, ask, intent, now):
    services.intent_close(purpose=PURPOSE, reference="1", reason="order_cancelled", now=now)
    again = ask()
    assert again.pk != intent.pk
    assert selectors.intent_of(PURPOSE, "1") == again
    # Who closed it knows: it is not told.
    assert shop.closed == []


def test_what_is_not_open_is_not_closed(shop, intent, now):
    with transaction.atomic():
        assert services.intent_close(purpose=PURPOSE, reference="9", reason="x", now=now) is None
