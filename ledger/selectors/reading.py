"""What accounts hold and what moved."""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from core.money import ZERO
from ledger.models import Balance, Entry, Hold, Transaction
from ledger.types import Funds, carries_balance


def funds(path: str) -> Funds:
    """What an account holds and how much of it is reserved (yuan); nothing for one that was never used."""
    if not carries_balance(path):
        return Funds(_summed(path), ZERO)
    row = Balance.objects.filter(path=path).values_list("balance", "held").first()
    return Funds(*row) if row else Funds(ZERO, ZERO)


def balance(path: str) -> Decimal:
    """What an account holds (yuan): stored where it carries a balance, the sum of its entries otherwise.

    A gateway's is below zero by what has come in through it and not gone out again.
    """
    return funds(path).balance


def _summed(path: str) -> Decimal:
    received = Entry.objects.filter(destination=path).aggregate(total=Sum("amount"))["total"] or ZERO
    spent = Entry.objects.filter(source=path).aggregate(total=Sum("amount"))["total"] or ZERO
    return received - spent


def balances(paths: Iterable[str]) -> dict[str, Decimal]:
    """What several accounts hold, in one query for those that carry a balance."""
    wanted = list(paths)
    stored = dict(
        Balance.objects.filter(path__in=[path for path in wanted if carries_balance(path)]).values_list(
            "path", "balance"
        )
    )
    return {path: stored.get(path, ZERO) if carries_balance(path) else _summed(path) for path in wanted}


def total_of_kind(kind: str) -> Decimal:
    """What all accounts of a kind (`escrow`, `deposit`, …) that carry balances hold together (yuan)."""
    return Balance.objects.filter(path__startswith=f"{kind}:").aggregate(total=Sum("balance"))["total"] or ZERO


def entries_for(subject: str) -> "QuerySet[Entry]":
    """Every movement for a subject, in the order it happened, with its transaction."""
    return (
        Entry.objects.filter(transaction__subject=subject)
        .select_related("transaction")
        .order_by("transaction_id", "position")
    )


def entries_of(path: str) -> "QuerySet[Entry]":
    """Every movement into or out of an account, newest first, with its transaction."""
    return Entry.objects.filter(Q(source=path) | Q(destination=path)).select_related("transaction").order_by("-id")


def transaction_by_key(key: str) -> Transaction | None:
    """The transaction of a key, if it was ever posted."""
    return Transaction.objects.filter(key=key).first()


def holds_open(path: str) -> "QuerySet[Hold]":
    """What is reserved of an account now, oldest first."""
    return Hold.objects.filter(path=path, released_at__isnull=True).order_by("id")


def movements_by_key(path: str, keys: Iterable[str]) -> dict[str, Decimal]:
    """What the transactions of these keys moved into the account (yuan, below zero for out of it)."""
    found: dict[str, Decimal] = {}
    rows = Entry.objects.filter(Q(source=path) | Q(destination=path), transaction__key__in=list(keys)).values_list(
        "transaction__key", "source", "amount"
    )
    for key, source, amount in rows:
        found[key] = found.get(key, ZERO) + (-amount if source == path else amount)
    return found
