"""What deadlines bring about in after-sales."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from core.sweeps import Sweep, register
from support import selectors
from support.services import chat_response_lapse

register(
    Sweep(
        name="support.chat_response",
        title=_("Chat questions not answered in 30 seconds"),
        selector=selectors.clocks_lapsed,
        act=lambda pk, now: chat_response_lapse(clock_id=int(pk), now=now),
        clause="12(1)3",
        every=timedelta(minutes=1),
    )
)
