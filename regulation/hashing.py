"""How a row's hash is made, in one place for those who write it and those who check it. Pure."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from core.periods import utc_iso
from regulation.types import plain

START = bytes(32)


def canonical(value: Any) -> str:
    """A JSON value as one fixed text: sorted names, no spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def content_hash(content: Mapping[str, Any]) -> str:
    """The fingerprint of a rulebook's content."""
    return sha256(canonical(content).encode()).hexdigest()


def decision_payload(
    *,
    rule: str,
    rulebook: str,
    subject: str,
    outcome: str,
    values: Any,
    clauses: Any,
    explanation: Any,
    facts: Any,
    terms: Any,
    decided_at: datetime,
) -> str:
    """Everything a decision's hash covers except its number."""
    return canonical(
        [rule, rulebook, subject, outcome, values, clauses, explanation, facts, terms, utc_iso(decided_at)]
    )


def decision_hash(number: int, payload: str) -> bytes:
    """The hash of a decision row; the database computes the same when it writes one."""
    return sha256(struct.pack(">q", number) + payload.encode()).digest()


def audit_payload(
    *,
    chain: str,
    act: str,
    actor_kind: str,
    actor_id: int | None,
    actor_name: str,
    subject: str,
    before: Any,
    after: Any,
    decision_id: int | None,
    decision_hash: bytes | None,
    at: datetime,
) -> str:
    """Everything an audit row's hash covers except its number, its position and the row before it."""
    cited = bytes(decision_hash).hex() if decision_hash is not None else None
    return canonical(
        [chain, act, actor_kind, actor_id, actor_name, subject, before, after, decision_id, cited, utc_iso(at)]
    )


def audit_hash(previous: bytes, number: int, position: int, payload: str) -> bytes:
    """The hash of an audit row, linked to the row before it in its chain."""
    return sha256(previous + struct.pack(">qq", number, position) + payload.encode()).digest()


def seal_hash(
    *,
    previous: bytes,
    number: int,
    kind: str,
    after_id: int,
    last_id: int,
    rows: int,
    digest: bytes,
    sealed_at: datetime,
) -> bytes:
    """The hash of a seal, linked to the seal before it."""
    payload = canonical([number, kind, after_id, last_id, rows, digest.hex(), utc_iso(sealed_at)])
    return sha256(previous + payload.encode()).digest()


def as_stored(value: Any) -> Any:
    """What an act says about before and after, as JSON holds it: amounts as text, instants in +08:00, no floats."""
    return plain(value)
