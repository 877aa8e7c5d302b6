"""The one act that the demo has of its own."""

from datetime import datetime

from django.db.models import F

from core.acts import act
from core.models import OutboxMessage
from notifications.models import Message
from payments.models import Payback, Payout
from payments.types import TransferState


@act
def past_post_settle(*, before: datetime) -> int:
    """What was queued in the demo's past counts as delivered in its past, so that nobody is mailed a year of it now.

    What is younger than `before` is left to the dispatcher. Returns how many messages that were.
    """
    old = OutboxMessage.objects.filter(state=OutboxMessage.State.WAITING)
    mails = old.filter(topic__in=["notifications.mail", "notifications.sms"], created_at__lt=before)
    # Everything else was carried out by the story itself when it happened, save for money that is still on its way:
    # that the dispatcher sends, once there is a gateway to send it to.
    moving = [
        number
        for transfers in (Payback.objects, Payout.objects)
        for number in transfers.filter(state=TransferState.WAITING).values_list("number", flat=True)
    ]
    done = old.exclude(topic__in=["notifications.mail", "notifications.sms"]).exclude(
        topic__in=["payments.payback", "payments.payout"], payload__number__in=moving
    )
    delivered = {"state": OutboxMessage.State.DELIVERED, "delivered_at": F("created_at"), "attempts": 1}
    Message.objects.filter(created_at__lt=before, mailed_at__isnull=True).update(mailed_at=F("created_at"))
    return mails.update(**delivered) + done.update(**delivered)
