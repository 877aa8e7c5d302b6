"""Personal data where it is stored: encrypted fields, a blind index to find equals, masks to show."""

import hashlib
import hmac
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


@cache
def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])


def encrypt(text: str) -> str:
    """The text under the newest key."""
    return _cipher().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """The text back, whichever of the keys it was encrypted with. Raises ValueError where none fits."""
    try:
        return _cipher().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise ValueError("no key fits this value") from error


def blind_index(value: str) -> str:
    """A keyed digest of a normalized value: equal values meet, and nobody reads them from it.

    It is keyed by the oldest field key, so that adding a newer one leaves every index valid.
    """
    normalized = "".join(value.split()).upper()
    return hmac.new(settings.FIELD_KEYS[-1].encode(), normalized.encode(), hashlib.sha256).hexdigest()


_KEPT = {"id": (3, 4), "phone": (3, 4), "card": (0, 4), "name": (1, 0)}


def mask(value: str, kind: str) -> str:
    """The value as it may be shown; `kind` is id, phone, card, name or email."""
    if kind == "email":
        local, _, domain = value.partition("@")
        return f"{local[:1]}***@{domain}"
    head, tail = _KEPT[kind]
    if len(value) <= head + tail:
        return "*" * len(value)
    return value[:head] + "*" * (len(value) - head - tail) + (value[-tail:] if tail else "")


class EncryptedTextField(models.TextField):
    """Text that the database holds encrypted. It can be neither searched nor sorted: keep a blind index beside."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return decrypt(value) if value else value

    def get_prep_value(self, value: str | None) -> str | None:
        return encrypt(value) if value else value
