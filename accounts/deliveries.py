"""What accounts leave to the outbox: mail that could not be handed over, and questions to the register."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage

from accounts import sms
from accounts.selectors import identity_pending
from accounts.services import identity_check


def mail_deliver(payload: dict[str, Any], now: datetime) -> None:
    """Send a mail that was left here."""
    EmailMessage(payload["title"], payload["text"], settings.DEFAULT_FROM_EMAIL, [payload["recipient"]]).send()


def sms_deliver(payload: dict[str, Any], now: datetime) -> None:
    """Send a text message that was left here."""
    sms.sender().send(phone=payload["phone"], text=payload["text"])


def identity_ask(payload: dict[str, Any], now: datetime) -> None:
    """Ask the register about a verification that is still pending."""
    if identity_pending(payload["verification"]):
        identity_check(verification_id=payload["verification"], now=now)
