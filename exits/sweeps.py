"""What deadlines bring about when a provider leaves."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from core.acts import SYSTEM
from core.sweeps import Key, Sweep, register
from exits import selectors
from exits.services import blacklist_clear_out, cloud_share_judge, exit_complete, exit_deposit_return, exit_order_settle


def _judge_share(key: Key, now: datetime) -> bool:
    provider, _sign, year = str(key).partition(":")
    return cloud_share_judge(provider_id=int(provider), year=int(year), now=now)


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
register(
    Sweep(
        name="exits.blacklisted",
        title=_("Providers whose account was blacklisted"),
        selector=selectors.blacklisted,
        act=lambda pk, now: blacklist_clear_out(block_id=int(pk), now=now),
        clause="24(3)",
        every=timedelta(minutes=30),
    )
)
register(
    Sweep(
        name="exits.cloud_share",
        title=_("Cloud share of the year that has ended"),
        selector=selectors.cloud_shares_low,
        act=_judge_share,
        clause="24(5)",
        every=timedelta(hours=24),
    )
)
