"""What the clock brings about in refunds (§17(1))."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from core.sweeps import Key, Sweep, register
from refunds import selectors, services


def _reply(key: Key, now: datetime) -> object:
    return services.refund_reply_lapse(refund_id=int(key), now=now)


def _decide(key: Key, now: datetime) -> object:
    return services.refund_negotiation_lapse(refund_id=int(key), now=now)


register(
    Sweep(
        name="refunds.reply",
        title=_("Take up refunds that the provider did not answer"),
        selector=selectors.replies_due,
        act=_reply,
        clause="17(1)",
        every=timedelta(minutes=5),
    )
)
register(
    Sweep(
        name="refunds.negotiation",
        title=_("Decide refunds on which the two did not agree"),
        selector=selectors.decisions_due,
        act=_decide,
        clause="17(1)",
        every=timedelta(minutes=5),
    )
)
