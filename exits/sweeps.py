"""What deadlines bring about when a provider leaves."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from core.acts import SYSTEM
from core.sweeps import Sweep, register
from exits import selectors
from exits.services import exit_complete, exit_deposit_return, exit_order_settle

register(
    Sweep(
        name="exits.orders",
        title=_("Orders of leaving providers"),
        selector=selectors.exit_orders_due,
        act=lambda pk, now: exit_order_settle(row_id=int(pk), now=now),
        clause="26(1)",
        every=timedelta(minutes=10),
    )
)
register(
    Sweep(
        name="exits.complete",
        title=_("Exits whose checklist is done"),
        selector=selectors.exits_completable,
        act=lambda pk, now: exit_complete(exit_id=int(pk), actor=SYSTEM, now=now),
        clause="23",
        every=timedelta(minutes=30),
    )
)
register(
    Sweep(
        name="exits.deposit_return",
        title=_("Deposits of providers that have left"),
        selector=selectors.deposits_due,
        act=lambda pk, now: exit_deposit_return(exit_id=int(pk), now=now),
        clause="9(6)1",
        every=timedelta(hours=6),
    )
)
