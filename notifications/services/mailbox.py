"""What a development machine keeps instead of sending."""

from collections.abc import Iterable

from core.acts import act
from notifications.models import CaughtMail


@act
def mail_catch(*, sender: str, recipients: Iterable[str], title: str, text: str, html: str) -> None:
    """Keep a mail, one row for each recipient."""
    CaughtMail.objects.bulk_create(
        [
            CaughtMail(way=CaughtMail.Way.MAIL, sender=sender, recipient=to, title=title[:400], text=text, html=html)
            for to in recipients
        ]
    )


@act
def sms_catch(*, phone: str, text: str) -> None:
    """Keep a text message."""
    CaughtMail.objects.create(way=CaughtMail.Way.SMS, recipient=phone, text=text)
