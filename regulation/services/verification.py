"""Checking the trail: every row against its own hash, its neighbours, what it cites, and its seal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from regulation.hashing import (
    START,
    audit_hash,
    audit_payload,
    content_hash,
    decision_hash,
    decision_payload,
    seal_hash,
)
from regulation.models import AuditRecord, AuditSeal, DecisionRecord, RulebookVersion
from regulation.services.seals import range_digest
from regulation.types import plain

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Misfit:
    """A row that does not fit: where it is, whom it is about, and what is wrong with it."""

    table: str
    id: int
    subject: str
    what: str

    def __str__(self) -> str:
        return f"{self.table} {self.id} ({self.subject}): {self.what}"


@dataclass(slots=True)
class Checked:
    """How far a check came: rows of each kind, and the last seal, which vouches for what came before it."""

    decisions: int = 0
    audit: int = 0
    seals: int = 0
    rulebooks: int = 0
    head: str = ""


def misfits(checked: Checked, *, anchor: tuple[int, str] | None = None) -> Iterator[Misfit]:
    """Every row that does not fit, in the order found; the first is what a check names. Constant memory.

    `anchor` is the number and hash (hex) of a seal kept elsewhere: it must still be there.
    """
    yield from _decisions(checked)
    yield from _audit(checked)
    yield from _chains()
    yield from _seals(checked, anchor)
    yield from _rulebooks(checked)


def _decisions(checked: Checked) -> Iterator[Misfit]:
    names = (
        "id",
        "rule",
        "rulebook",
        "subject",
        "outcome",
        "values",
        "clauses",
        "explanation",
        "facts",
        "terms",
        "decided_at",
        "hash",
    )
    for row in DecisionRecord.objects.order_by("id").values(*names).iterator(chunk_size=CHUNK):
        checked.decisions += 1
        number, stored = row.pop("id"), bytes(row.pop("hash"))
        if decision_hash(number, decision_payload(**row)) != stored:
            yield Misfit("regulation_decisionrecord", number, row["subject"], "its content does not match its hash")


def _audit(checked: Checked) -> Iterator[Misfit]:
    """Each row by itself, in the order written: its own content, and the decision that it cites."""
    names = (
        "id",
        "chain",
        "position",
        "act",
        "actor_kind",
        "actor_id",
        "actor_name",
        "subject",
        "before",
        "after",
        "decision_id",
        "decision_hash",
        "at",
        "previous",
        "hash",
        "decision__hash",
    )
    for row in AuditRecord.objects.order_by("id").values(*names).iterator(chunk_size=CHUNK):
        checked.audit += 1
        number, subject = row["id"], row["subject"]
        problem = _audit_problem(**row)
        if problem:
            yield Misfit("regulation_auditrecord", number, subject, problem)


def _audit_problem(
    id: int, position: int, previous: bytes, hash: bytes, decision__hash: bytes | None, **content: Any
) -> str:
    if audit_hash(bytes(previous), id, position, audit_payload(**content)) != bytes(hash):
        return "its content does not match its hash"
    cited = content["decision_id"]
    if cited is not None:
        if decision__hash is None:
            return f"the decision {cited} that it cites is missing"
        if bytes(decision__hash) != bytes(content["decision_hash"] or b""):
            return f"the decision {cited} is not the one that it cites"
    return ""


def _chains() -> Iterator[Misfit]:
    """Each row after the one before it. Rows that fit by themselves may still lack a neighbour."""
    names = ("id", "chain", "position", "subject", "previous", "hash")
    chain, position, last = "", 0, START
    for row in AuditRecord.objects.order_by("chain", "position").values(*names).iterator(chunk_size=CHUNK):
        if row["chain"] != chain:
            chain, position, last = row["chain"], 0, START
        what = ""
        if row["position"] != position + 1:
            what = f"position {row['position']} follows {position} in chain {chain}: rows are missing before it"
        elif bytes(row["previous"]) != last:
            what = "it does not follow the row before it in its chain"
        if what:
            yield Misfit("regulation_auditrecord", row["id"], row["subject"], what)
        position, last = row["position"], bytes(row["hash"])


def _seals(checked: Checked, anchor: tuple[int, str] | None) -> Iterator[Misfit]:
    reached = {"audit": 0, "decision": 0}
    number, previous = 0, START
    anchored = anchor is None
    for seal in AuditSeal.objects.order_by("number").iterator(chunk_size=CHUNK):
        checked.seals += 1
        what = _seal_problem(seal, number, previous, reached)
        if what:
            yield Misfit("regulation_auditseal", seal.number, seal.kind, what)
        number, previous = seal.number, bytes(seal.hash)
        reached[seal.kind] = seal.last_id
        checked.head = f"{number}:{previous.hex()}"
        anchored = anchored or (number, previous.hex()) == anchor
    if not anchored and anchor is not None:
        yield Misfit("regulation_auditseal", anchor[0], "seal", "the seal that was kept elsewhere is not there")


def _seal_problem(seal: AuditSeal, number: int, previous: bytes, reached: dict[str, int]) -> str:
    expected = seal_hash(
        previous=bytes(seal.previous),
        number=seal.number,
        kind=seal.kind,
        after_id=seal.after_id,
        last_id=seal.last_id,
        rows=seal.rows,
        digest=bytes(seal.digest),
        sealed_at=seal.sealed_at,
    )
    if expected != bytes(seal.hash):
        return "its content does not match its hash"
    if seal.number != number + 1 or bytes(seal.previous) != previous:
        return "it does not follow the seal before it"
    if seal.after_id != reached[seal.kind]:
        return "it does not begin where the last seal of its kind ended"
    rows, _, digest = range_digest(seal.kind, seal.after_id, seal.last_id)
    if rows != seal.rows:
        return f"rows {seal.after_id + 1} to {seal.last_id} were {seal.rows} when sealed and are {rows} now"
    if digest != bytes(seal.digest):
        return f"rows {seal.after_id + 1} to {seal.last_id} are not the ones that were sealed"
    return ""


def _rulebooks(checked: Checked) -> Iterator[Misfit]:
    for row in RulebookVersion.objects.filter(state="published").order_by("id").iterator(chunk_size=10):
        checked.rulebooks += 1
        if content_hash(row.content) != row.content_hash:
            yield Misfit("regulation_rulebookversion", row.pk, row.version, "its content does not match its hash")
            continue
        said = (
            AuditRecord.objects.filter(subject=f"rulebook:{row.pk}", act__in=["rulebook_publish", "rulebook_load"])
            .order_by("-id")
            .values_list("after", flat=True)
            .first()
        )
        stands = {"version": row.version, "effective_at": plain(row.effective_at), "content_hash": row.content_hash}
        if said is None or any(said.get(name) != value for name, value in stands.items()):
            yield Misfit(
                "regulation_rulebookversion", row.pk, row.version, "it is not what the trail says was published"
            )
