"""Text messages leave through an adapter that the settings name (`SMS_SENDER`)."""

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class SmsSender(Protocol):
    """What an adapter does. It raises OSError where the message could not be handed over."""

    def send(self, *, phone: str, text: str) -> None:
        """Send the text to the number (E.164)."""


def sender() -> SmsSender:
    """The adapter of this installation."""
    adapter: SmsSender = import_string(settings.SMS_SENDER)()
    return adapter
