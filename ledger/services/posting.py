"""Moving money: each transaction in one statement, its entries, its balances and its locks included."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection
from django.utils.translation import gettext_lazy as _

from core.acts import require_transaction
from core.errors import Conflict, NotAllowed
from ledger.models import Balance, Entry, Transaction
from ledger.types import Draft, Funds, Posting, carries_balance, input_hash


class InsufficientFunds(NotAllowed):
    """An account does not hold what should leave it. The database refused, so the surrounding transaction is lost."""

    code = "insufficient_funds"


class KeyReused(Conflict):
    """The key names a transaction or hold with other input."""

    code = "key_reused"


class AlreadyReversed(NotAllowed):
    """The transaction was undone before, or is itself a reversal."""

    code = "already_reversed"


# One round trip and a plan that the session keeps: the function is in ledger/migrations/0002_posting.py.
_POST = "SELECT draft_key, made_id FROM ledger_post(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::numeric[])"


@contextmanager
def refusals() -> Iterator[None]:
    """What the database refuses, in the domain's words."""
    try:
        yield
    except IntegrityError as error:
        diagnosis: Any = getattr(error.__cause__, "diag", None)
        constraint = getattr(diagnosis, "constraint_name", None) or ""
        if constraint in {"ledger_balance_not_negative", "ledger_balance_covers_holds"}:
            raise InsufficientFunds(_("The account does not hold that much.")) from error
        if constraint == "ledger_reversal_once" or "reverses_id" in constraint:
            raise AlreadyReversed(_("This was undone before.")) from error
        raise


def _insert(drafts: Sequence[Draft], now: datetime, reverses: int | None = None) -> dict[str, int]:
    """Write the drafts whose key is new, all in one statement; their ids by key."""
    lines = [
        (draft.key, position, posting.source, posting.destination, posting.amount)
        for draft in drafts
        for position, posting in enumerate(draft.postings)
    ]
    columns: list[list[Any]] = [list(column) for column in zip(*lines, strict=True)]
    with refusals(), connection.cursor() as cursor:
        cursor.execute(
            _POST,
            [
                [draft.key for draft in drafts],
                [input_hash(draft.subject, draft.postings) for draft in drafts],
                [draft.subject for draft in drafts],
                reverses,
                now,
                *columns,
            ],
        )
        return dict(cursor.fetchall())


def post_many(*, drafts: Sequence[Draft], now: datetime) -> list[Transaction]:
    """Post several transactions in one statement, in the order given; a key used before returns its transaction.

    Idempotent as `post` is. Raises KeyReused when a key stands for other input, InsufficientFunds when the whole
    set would take an account below zero or below what is held of it. ValueError for a draft without postings or a
    key twice.
    """
    require_transaction()
    if not drafts:
        return []
    if any(not draft.postings for draft in drafts) or len({draft.key for draft in drafts}) != len(drafts):
        raise ValueError("each draft has postings and a key of its own")
    made = _insert(drafts, now)
    known: dict[str, Transaction] = {}
    if len(made) < len(drafts):
        missing = [draft.key for draft in drafts if draft.key not in made]
        known = {found.key: found for found in Transaction.objects.filter(key__in=missing)}
    return [_settled(draft, made, known, now) for draft in drafts]


def _settled(
    draft: Draft, made: dict[str, int], known: dict[str, Transaction], now: datetime, reverses: int | None = None
) -> Transaction:
    digest = input_hash(draft.subject, draft.postings)
    if draft.key in made:
        return Transaction(
            pk=made[draft.key],
            key=draft.key,
            input_hash=digest,
            subject=draft.subject,
            reverses_id=reverses,
            posted_at=now,
        )
    found = known[draft.key]
    if found.input_hash != digest or found.reverses_id != reverses:
        raise KeyReused(_("This was done before with other amounts."))
    return found


def post(*, key: str, postings: Sequence[Posting], subject: str, now: datetime) -> Transaction:
    """Move money between accounts (yuan): all of the postings, once for the key, in one statement.

    `subject` is what it is for, such as `order:O260302-7K3QF9-8`. The same key with the same input returns the
    first transaction and moves nothing. Must be called inside an act. Raises InsufficientFunds when an account
    would fall below zero or below what is held of it (the act's transaction is then lost; lock and look first
    with `accounts_lock` where less would do), KeyReused when the key stands for other input.
    """
    return post_many(drafts=[Draft(key, subject, tuple(postings))], now=now)[0]


def reverse(*, transaction: Transaction, key: str, now: datetime) -> Transaction:
    """Undo a transaction by a new one that moves the same amounts back, in the opposite order.

    Raises AlreadyReversed where it was undone before or is itself a reversal, InsufficientFunds where the money
    has moved on.
    """
    require_transaction()
    entries = Entry.objects.filter(transaction=transaction).order_by("-position")
    postings = tuple(Posting(entry.destination, entry.source, entry.amount) for entry in entries)
    draft = Draft(key, transaction.subject, postings)
    made = _insert([draft], now, reverses=transaction.pk)
    known = {} if made else {key: Transaction.objects.get(key=key)}
    return _settled(draft, made, known, now, reverses=transaction.pk)


def accounts_lock(*, paths: Iterable[str]) -> dict[str, Funds]:
    """Lock accounts until the act ends, in one order everywhere, and say what they hold; empty ones are opened first.

    For acts that must know before they post: a waterfall, a refund of what is left. ValueError for an account of
    the platform: those are sums and cannot be locked.
    """
    require_transaction()
    wanted = sorted(set(paths))
    for path in wanted:
        if not carries_balance(path):
            raise ValueError(f"{path} carries no balance")
    Balance.objects.bulk_create([Balance(path=path, balance=0, held=0) for path in wanted], ignore_conflicts=True)
    rows = Balance.objects.select_for_update(no_key=True).filter(path__in=wanted).order_by("path")
    return {row.path: Funds(row.balance, row.held) for row in rows}
