"""What the outbox delivers for notifications: mail, text messages, and the next batch of an announcement."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import override

from accounts import sms
from notifications import services
from notifications.models import Message
from notifications.selectors import message_to_deliver, platform_name_at


def mail_deliver(payload: dict[str, Any], now: datetime) -> None:
    """Mail a message in its recipient's language, once."""
    message = message_to_deliver(payload["message"])
    person = message.recipient
    if message.mailed_at or not person.email:
        return
    mail = compose(message, now)
    mail.send()
    services.mailed_mark(message_id=message.pk, now=now)


def compose(message: Message, now: datetime) -> EmailMultiAlternatives:
    """The mail of a message, as plain text and as HTML."""
    person = message.recipient
    language = person.language
    context = {
        "name": person.display_name,
        "title": message.title_in(language),
        "body": message.body_in(language),
        "link": f"{settings.SITE_URL}{message.link}" if message.link else "",
        "preferences": f"{settings.SITE_URL}/messages/preferences/",
        "site_name": platform_name_at(now)[language],
        "language": language,
    }
    with override(language):
        text = render_to_string("notifications/mail.txt", context)
        html = render_to_string("notifications/mail.html", context)
    host = settings.SITE_URL.partition("://")[2].partition(":")[0]
    mail = EmailMultiAlternatives(
        subject=f"{context['title']} · {context['site_name']}".replace("\n", " "),
        body=text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[person.email or ""],
        # The same message sent twice is one to a mail program.
        headers={"Message-ID": f"<message-{message.pk}@{host}>"},
    )
    mail.attach_alternative(html, "text/html")
    return mail


def sms_deliver(payload: dict[str, Any], now: datetime) -> None:
    """Text a message's title to whoever has no e-mail address, once."""
    message = message_to_deliver(payload["message"])
    person = message.recipient
    if message.texted_at or not person.phone:
        return
    name, title = platform_name_at(now)[person.language], message.title_in(person.language)
    sms.sender().send(
        phone=person.phone, text=f"【{name}】{title}" if person.language == "zh-hans" else f"{name}: {title}"
    )
    services.texted_mark(message_id=message.pk, now=now)


def announcement_deliver(payload: dict[str, Any], now: datetime) -> None:
    """Tell the next batch of an announcement's audience."""
    services.announcement_tell(announcement_id=payload["announcement"], after=payload["after"], now=now)
