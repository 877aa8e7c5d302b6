"""What holds whoever writes: states move along their machine, facts stay, amounts are sane."""

import pytest
from django.db import Error, connection, transaction
from django_fsm import TransitionNotAllowed

from payments import services
from payments.models import GatewayMessage, Payback, PaymentIntent, Payout, StrayPayment
from tests.payments.conftest import PURPOSE, notice

pytestmark = pytest.mark.django_db


def sql(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def paid(shop, intent, now):
    with transaction.atomic():
        services.payment_receive(gateway="sandbox", notice=notice(intent, now), now=now)
    return intent


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payments_paymentintent SET state = 'open', paid_at = NULL, gateway_trade = ''",
        "UPDATE payments_paymentintent SET state = 'closed', closed_at = now(), paid_at = NULL",
        "UPDATE payments_paymentintent SET state = 'gone'",
        "UPDATE payments_paymentintent SET amount = 1",
        "UPDATE payments_paymentintent SET destination = 'escrow:order:2'",
        "UPDATE payments_paymentintent SET paid_back = amount + 0.01",
        "UPDATE payments_paymentintent SET paid_back = -0.01",
        "UPDATE payments_paymentintent SET paid_at = NULL",
        "DELETE FROM payments_paymentintent",
    ],
)
def test_a_paid_payment_stays_what_it_is(paid, statement):
    with pytest.raises(Error):
        sql(statement)


def test_a_thing_is_asked_for_once(paid, payer, now):
    with pytest.raises(Error, match="payments_intent_once"), transaction.atomic():
        PaymentIntent.objects.create(
            number="P1",
            purpose=PURPOSE,
            reference="1",
            title="t",
            amount=1,
            payer=payer,
            destination="escrow:order:1",
            gateway="sandbox",
            opened_at=now,
        )


def test_a_closed_payment_is_never_paid(shop, intent, now):
    services.intent_close(purpose=PURPOSE, reference="1", reason="x", now=now)
    with pytest.raises(Error, match="Invalid transition"):
        sql("UPDATE payments_paymentintent SET state = 'paid', paid_at = now(), closed_at = NULL, gateway_trade = 't'")


def test_messages_are_kept_as_they_came(shop, intent, now):
    services.message_store(gateway="sandbox", body="as it came", notice=notice(intent, now), now=now)
    for statement in (
        "UPDATE payments_gatewaymessage SET body = 'other'",
        "UPDATE payments_gatewaymessage SET notice = '{}'",
        "UPDATE payments_gatewaymessage SET state = 'forged'",
        "UPDATE payments_gatewaymessage SET state = 'handled'",
        "DELETE FROM payments_gatewaymessage",
    ):
        with pytest.raises(Error):
            sql(statement)
    assert GatewayMessage.objects.get().body == "as it came"


# Every state and what may happen in it, written out by hand; everything else is refused.
MACHINES = {
    PaymentIntent: {"open": {"pay", "close"}, "paid": set(), "closed": set()},
    StrayPayment: {
        "held": {"send_back", "returned", "apply"},
        "returning": {"returned"},
        "returned": set(),
        "applied": set(),
    },
    Payback: {
        "waiting": {"send", "finish", "fail"},
        "sent": {"finish", "fail"},
        "failed": {"finish", "retry"},
        "done": set(),
        "returned": set(),
    },
    Payout: {
        "waiting": {"send", "finish", "fail"},
        "sent": {"finish", "fail"},
        "failed": {"finish", "retry", "give_up"},
        "done": set(),
        "returned": set(),
    },
}
ARGUMENTS = {
    "pay": {"trade": "t", "at": None},
    "close": {"reason": "r", "at": None},
    "returned": {"at": None},
    "apply": {"at": None},
    "send": {"at": None},
    "finish": {"trade": "t", "at": None},
    "fail": {"reason": "r"},
}


@pytest.mark.parametrize(
    ("model", "state", "name"),
    [
        (model, state, name)
        for model, machine in MACHINES.items()
        for state in machine
        for name in sorted({name for allowed in machine.values() for name in allowed})
    ],
)
def test_each_state_permits_what_is_written_and_nothing_else(model, state, name):
    row = model(state=state)
    if name in MACHINES[model][state]:
        getattr(row, name)(**ARGUMENTS.get(name, {}))
        assert row.state != state
    else:
        with pytest.raises(TransitionNotAllowed):
            getattr(row, name)(**ARGUMENTS.get(name, {}))
