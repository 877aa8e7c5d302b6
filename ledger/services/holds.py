"""Reserving part of a balance."""

from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext_lazy as _

from core.acts import require_transaction
from core.errors import NotFound
from ledger.models import Hold
from ledger.services.posting import KeyReused, refusals

_PLACE = """
    INSERT INTO ledger_hold (key, path, amount, subject, placed_at) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (key) DO NOTHING RETURNING id
"""


def hold_place(*, key: str, path: str, amount: Decimal, subject: str, now: datetime) -> Hold:
    """Reserve `amount` yuan of an account's balance until it is released: it cannot leave the account meanwhile.

    The same key with the same input returns the first hold. Raises InsufficientFunds where that much is not available,
    KeyReused when the key stands for other input.
    """
    require_transaction()
    with refusals(), connection.cursor() as cursor:
        cursor.execute(_PLACE, [key, path, amount, subject, now])
        made = cursor.fetchone()
    if made:
        return Hold(pk=made[0], key=key, path=path, amount=amount, subject=subject, placed_at=now)
    found = Hold.objects.get(key=key)
    if (found.path, found.amount, found.subject) != (path, amount, subject):
        raise KeyReused(_("This was held before with another amount."))
    return found


def hold_release(*, key: str, now: datetime) -> Hold:
    """End a hold; one that has ended stays as it was. Raises NotFound where there is none."""
    require_transaction()
    Hold.objects.filter(key=key, released_at__isnull=True).update(released_at=now)
    found = Hold.objects.filter(key=key).first()
    if found is None:
        raise NotFound(_("There is no such hold."))
    return found
