"""Helpers of the ledger's tests."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from ledger import services
from ledger.models import Transaction
from ledger.selectors import verify
from ledger.types import Posting, escrow, gateway

GATE = gateway("sandbox")


def yuan(text: str) -> Decimal:
    return Decimal(text)


def move(source: str, destination: str, amount: str) -> Posting:
    return Posting(source, destination, Decimal(amount))


def post(now: datetime, key: str, *postings: Posting, subject: str = "order:1") -> Transaction:
    """Post in a transaction of its own, as an act would."""
    with transaction.atomic():
        return services.post(key=key, postings=postings, subject=subject, now=now)


def fund(now: datetime, path: str, amount: str, key: str = "fund") -> Transaction:
    return post(now, f"{key}:{path}", move(GATE, path, amount))


def books_fit() -> None:
    assert [str(misfit) for misfit in verify()] == []


def sql(statement: str, *params: Any) -> None:
    """Straight to the database, in a savepoint of its own, deferred constraints included."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def tamper(statement: str, *params: Any) -> None:
    """As the database's owner with every trigger switched off: what only a proof of the books can find."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            cursor.execute(statement, params)
        finally:
            cursor.execute("SET session_replication_role = origin")


Act = Callable[..., Any]
ESCROW = escrow("1")
