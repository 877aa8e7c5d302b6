"""Sealing the trail: now and then, one hash over every row written since the last time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256

from django.db import OperationalError, connection, transaction

from core.acts import act
from regulation.hashing import START, seal_hash
from regulation.models import AuditSeal

TABLES = {"audit": "regulation_auditrecord", "decision": "regulation_decisionrecord"}
ROWS_A_SEAL = 50_000
WAIT = "100ms"


@act
def audit_seal(*, kind: str, now: datetime) -> AuditSeal | None:
    """Seal the rows of one table (`audit` or `decision`) that no seal covers yet, at most 50,000 at a time.

    None where there is nothing to seal, or where writers were too busy to find a moment between them: the next run
    does.
    """
    last_id = _settled(TABLES[kind])
    if last_id is None:
        return None
    with connection.cursor() as cursor:
        # Seals follow one another; two workers sealing at once take turns.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('regulation.audit_seal'))")
    before = AuditSeal.objects.order_by("-number").first()
    of_kind = AuditSeal.objects.filter(kind=kind).order_by("-number").first()
    after_id = of_kind.last_id if of_kind else 0
    rows, reached, digest = range_digest(kind, after_id, last_id, limit=ROWS_A_SEAL)
    if not rows:
        return None
    number = before.number + 1 if before else 1
    previous = bytes(before.hash) if before else START
    seal = AuditSeal(
        number=number,
        kind=kind,
        after_id=after_id,
        last_id=reached,
        rows=rows,
        digest=digest,
        sealed_at=now,
        previous=previous,
        hash=seal_hash(
            previous=previous,
            number=number,
            kind=kind,
            after_id=after_id,
            last_id=reached,
            rows=rows,
            digest=digest,
            sealed_at=now,
        ),
    )
    seal.save(force_insert=True)
    return seal


def range_digest(kind: str, after_id: int, last_id: int, *, limit: int | None = None) -> tuple[int, int, bytes]:
    """How many rows a range of ids holds, the last of them, and one hash over their hashes in order."""
    digest = sha256()
    rows, reached = 0, after_id
    for number, row_hash in _hashes(kind, after_id, last_id, limit):
        digest.update(number.to_bytes(8, "big") + bytes(row_hash))
        rows, reached = rows + 1, number
    return rows, reached, digest.digest()


def _hashes(kind: str, after_id: int, last_id: int, limit: int | None) -> Iterator[tuple[int, bytes]]:
    statement = f"SELECT id, hash FROM {TABLES[kind]} WHERE id > %s AND id <= %s ORDER BY id LIMIT %s"  # noqa: S608
    with connection.cursor() as cursor:
        while True:
            size = 5000 if limit is None else min(5000, limit)
            cursor.execute(statement, [after_id, last_id, size])
            found = cursor.fetchall()
            yield from found
            if limit is not None:
                limit -= len(found)
            if len(found) < size or limit == 0:
                return
            after_id = found[-1][0]


def _settled(table: str) -> int | None:
    """The highest id below which no row can still appear.

    An instant without any writer is enough: whoever is numbered later gets a higher id. Writers are never kept waiting
    for longer than a moment; where none is found, the sealing waits instead.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [WAIT])
            cursor.execute(f"LOCK TABLE {table} IN SHARE MODE")
            cursor.execute(f"SELECT max(id) FROM {table}")  # noqa: S608
            (last_id,) = cursor.fetchone()
            # Undone, so that the lock goes at once and not with the act's transaction.
            transaction.set_rollback(True)
    except OperationalError:
        return None
    return last_id
