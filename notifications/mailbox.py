"""The mailbox of a development machine: mail and text messages are kept in the database and read at /mailbox/."""

from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from notifications.services.mailbox import mail_catch, sms_catch


class MailboxBackend(BaseEmailBackend):
    """Keeps what would be sent, one row for each recipient."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            alternatives: list[Any] = getattr(message, "alternatives", [])
            html = next((str(part[0]) for part in alternatives if part[1] == "text/html"), "")
            if message.content_subtype == "html":
                html = str(message.body)
            mail_catch(
                sender=message.from_email,
                recipients=message.recipients(),
                title=str(message.subject),
                text="" if message.content_subtype == "html" else str(message.body),
                html=html,
            )
        return len(email_messages)


class MailboxSms:
    """Keeps text messages beside the mail."""

    def send(self, *, phone: str, text: str) -> None:
        sms_catch(phone=phone, text=text)
