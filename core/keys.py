"""The same write asked for twice is done once: a key with a hash of its input, kept with what came of it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.acts import require_transaction
from core.models import IdempotencyKey
from core.rows import row_insert_once


def input_digest(given: Mapping[str, Any]) -> str:
    """What tells the input of one write from another's."""
    return hashlib.sha256(json.dumps(given, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of the write that a key was sent with before: its answer and status, and the digest of its input."""

    digest: str
    answer: Any
    status: int


def key_take(*, owner: str, key: str, digest: str, now: datetime) -> Answered | None:
    """Take a key for a write that is about to be done. None where it is free: then the caller does the write and says
    with `key_answer` what came of it, in the same act. Otherwise what came of it before, whatever its input was.
    Whoever comes while the first is still at it waits for its end.
    """
    require_transaction()
    if row_insert_once(IdempotencyKey(owner=owner, key=key, input_hash=digest, status=0, created_at=now)):
        return None
    kept = IdempotencyKey.objects.get(owner=owner, key=key)
    return Answered(kept.input_hash, kept.body, kept.status)


def key_answer(*, owner: str, key: str, answer: Any, status: int = 200) -> None:
    """Keep what came of the write whose key was taken. Part of the same act."""
    require_transaction()
    IdempotencyKey.objects.filter(owner=owner, key=key).update(status=status, body=answer)
