"""Recording what was decided and what was done: one statement each, a batch in one statement.

The database numbers and hashes the rows as it writes them, so that no lock and no second round trip is needed. No
row is shared between subjects: only acts on the same subject, which hold its lock anyway, follow one another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from core.acts import Actor, require_transaction
from core.errors import Conflict
from regulation import registry
from regulation.hashing import as_stored, audit_payload, canonical, decision_payload
from regulation.models import AuditRecord, DecisionRecord
from regulation.types import Decision

ATTEMPTS = 20

_DECISIONS = """
INSERT INTO regulation_decisionrecord
    (id, rule, rulebook, subject, outcome, "values", clauses, explanation, facts, terms, decided_at, hash)
SELECT id, rule, rulebook, subject, outcome, "values"::jsonb, clauses::jsonb, explanation::jsonb, facts::jsonb,
       terms::jsonb, %s, sha256(int8send(id) || convert_to(payload, 'UTF8'))
FROM (
    SELECT nextval('regulation_decisionrecord_id_seq') AS id, given.*
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                %s::text[], %s::text[]) WITH ORDINALITY
         AS given(rule, rulebook, subject, outcome, "values", clauses, explanation, facts, terms, payload, place)
    ORDER BY place
) AS numbered
RETURNING id, hash
"""

_AUDIT = """
INSERT INTO regulation_auditrecord
    (id, chain, position, act, actor_kind, actor_id, actor_name, subject, before, after, decision_id, decision_hash,
     at, previous, hash)
SELECT id, chain, position, act, actor_kind, actor_id, actor_name, subject, before::jsonb, after::jsonb, decision_id,
       decision_hash, %s, previous,
       sha256(previous || int8send(id) || int8send(position) || convert_to(payload, 'UTF8'))
FROM (
    SELECT nextval('regulation_auditrecord_id_seq') AS id, coalesce(last.position, 0) + 1 AS position,
           coalesce(last.hash, decode(repeat('00', 32), 'hex')) AS previous, given.*
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[],
                %s::bigint[], %s::bytea[], %s::text[]) WITH ORDINALITY
         AS given(chain, act, actor_kind, actor_id, actor_name, subject, before, after, decision_id, decision_hash,
                payload, place)
    LEFT JOIN LATERAL (
        SELECT known.position, known.hash FROM regulation_auditrecord AS known
        WHERE known.chain = given.chain ORDER BY known.position DESC LIMIT 1
    ) AS last ON true
    ORDER BY place
) AS placed
ON CONFLICT (chain, position) DO NOTHING
RETURNING id, chain, position, previous, hash
"""


@dataclass(frozen=True, slots=True)
class DecisionEntry:
    """A decision to record: with the facts it used (a facts class or JSON) and the agreement terms in force."""

    decision: Decision
    facts: Any
    subject: str
    terms: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An act to record. `decision` is the recorded decision that it carried out."""

    act: str
    actor: Actor
    subject: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    decision: DecisionRecord | None = None
    chain: str | None = None


def decision_record(
    *, decision: Decision, facts: Any, subject: str, now: datetime, terms: Mapping[str, Any] | None = None
) -> DecisionRecord:
    """Keep a decision with the facts it used, in the caller's transaction (one statement).

    `facts` is the facts class the rule was asked with, or a JSON-ready mapping. `terms` are the agreement's terms that
    overrode parameters, as given to `rulebook_for`. Raises OutsideTransaction without a transaction.
    """
    return decisions_record_many(entries=[DecisionEntry(decision, facts, subject, terms or {})], now=now)[0]


def decisions_record_many(*, entries: Iterable[DecisionEntry], now: datetime) -> list[DecisionRecord]:
    """Keep many decisions in one statement; the records come back in the order of the entries."""
    require_transaction()
    records = [_decision(entry, now) for entry in entries]
    if not records:
        return []
    columns: list[list[Any]] = [[] for _ in range(10)]
    for record in records:
        payload = decision_payload(
            rule=record.rule,
            rulebook=record.rulebook,
            subject=record.subject,
            outcome=record.outcome,
            values=record.values,
            clauses=record.clauses,
            explanation=record.explanation,
            facts=record.facts,
            terms=record.terms,
            decided_at=record.decided_at,
        )
        texts = (
            record.rule,
            record.rulebook,
            record.subject,
            record.outcome,
            canonical(record.values),
            canonical(record.clauses),
            canonical(record.explanation),
            canonical(record.facts),
            canonical(record.terms),
            payload,
        )
        for column, text in zip(columns, texts, strict=True):
            column.append(text)
    with connection.cursor() as cursor:
        cursor.execute(_DECISIONS, [now, *columns])
        written = sorted(cursor.fetchall())
    for record, (number, digest) in zip(records, written, strict=True):
        record.id = number
        record.hash = bytes(digest)
        record._state.adding = False
    return records


def audit_record(
    *,
    act: str,
    actor: Actor,
    subject: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    now: datetime,
    decision: DecisionRecord | None = None,
    chain: str | None = None,
) -> AuditRecord:
    """Leave a record of an act, in its transaction (one statement).

    `subject` is text such as `order:O260302-7K3QF-8`; the row is linked to the last one of `chain`, which is the
    subject unless said otherwise. `before` and `after` hold JSON, Decimals, instants and dates; floats are refused.
    Raises OutsideTransaction without a transaction.
    """
    return audit_record_many(entries=[AuditEntry(act, actor, subject, before, after, decision, chain)], now=now)[0]


def audit_record_many(*, entries: Iterable[AuditEntry], now: datetime) -> list[AuditRecord]:
    """Record many acts, one statement where each is on a chain of its own; in the order of the entries.

    Entries on the same chain follow one another in the order given, a statement for each turn. Raises Conflict
    where others keep writing to the same chain without holding its subject's lock.
    """
    require_transaction()
    records = [_audit(entry, now) for entry in entries]
    waiting: list[AuditRecord] = list(records)
    attempts = 0
    while waiting:
        turn: dict[str, AuditRecord] = {}
        later = [record for record in waiting if turn.setdefault(record.chain, record) is not record]
        # In one order always, so that two batches meeting on several chains wait for each other in line.
        missed = _append([turn[chain] for chain in sorted(turn)], now)
        if missed:
            attempts += 1
            if attempts >= ATTEMPTS:
                raise Conflict("others keep writing to the same trail")
            # Keep the order of a chain: what was missed goes before what comes after it.
            later = [record for record in waiting if record.position is None]
        waiting = later
    return records


def _append(records: Sequence[AuditRecord], now: datetime) -> bool:
    columns: list[list[Any]] = [[] for _ in range(11)]
    for record in records:
        payload = audit_payload(
            chain=record.chain,
            act=record.act,
            actor_kind=record.actor_kind,
            actor_id=record.actor_id,
            actor_name=record.actor_name,
            subject=record.subject,
            before=record.before,
            after=record.after,
            decision_id=record.decision_id,
            decision_hash=None if record.decision_hash is None else bytes(record.decision_hash),
            at=record.at,
        )
        row = (
            record.chain,
            record.act,
            record.actor_kind,
            record.actor_id,
            record.actor_name,
            record.subject,
            canonical(record.before),
            canonical(record.after),
            record.decision_id,
            record.decision_hash,
            payload,
        )
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    with connection.cursor() as cursor:
        cursor.execute(_AUDIT, [now, *columns])
        written = {row[1]: row for row in cursor.fetchall()}
    for record in records:
        found = written.get(record.chain)
        if found is not None:
            record.id, _, record.position, previous, digest = found
            record.previous, record.hash = bytes(previous), bytes(digest)
            record._state.adding = False
    return len(written) < len(records)


def _decision(entry: DecisionEntry, now: datetime) -> DecisionRecord:
    shown = entry.decision.as_json()
    facts = as_stored(entry.facts) if isinstance(entry.facts, Mapping) else registry.facts_json(entry.facts)
    return DecisionRecord(subject=entry.subject, facts=facts, terms=as_stored(entry.terms), decided_at=now, **shown)


def _audit(entry: AuditEntry, now: datetime) -> AuditRecord:
    return AuditRecord(
        chain=entry.chain or entry.subject,
        act=entry.act,
        actor_kind=entry.actor.kind,
        actor_id=entry.actor.id,
        actor_name=entry.actor.name,
        subject=entry.subject,
        before=as_stored(entry.before),
        after=as_stored(entry.after),
        decision_id=entry.decision.id if entry.decision else None,
        decision_hash=entry.decision.hash if entry.decision else None,
        at=now,
    )
