"""Decisions and the audit trail: what is kept, that nothing changes it, and that a flipped byte is found."""

# ruff: noqa: E501 -- a case a line

import io
import threading
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from core.acts import SYSTEM, Actor, OutsideTransaction
from core.errors import Conflict
from regulation import selectors, services
from regulation.models import AuditRecord, AuditSeal, DecisionRecord
from regulation.services import AuditEntry, DecisionEntry, trail
from regulation.services.verification import Checked, misfits
from regulation.types import Decision
from tests.regulation.making import revised_rulebook, some_decision, some_facts

OPERATOR = Actor("operator", 7, "周敏")


def keep(subject: str, now: datetime, made: Decision | None = None) -> tuple[DecisionRecord, AuditRecord]:
    decision = services.decision_record(
        decision=made or some_decision(now), facts=some_facts(now), subject=subject, now=now
    )
    record = services.audit_record(
        act="deposit_demand_open",
        actor=OPERATOR,
        subject=subject,
        before={"state": "sufficient", "balance": Decimal("5000.00")},
        after={"state": "short", "balance": Decimal("4200.00"), "due_at": now, "说明": "不足"},
        now=now,
        decision=decision,
    )
    return decision, record


@pytest.mark.django_db
def test_a_decision_is_kept_with_its_facts_and_the_act_with_its_decision(
    now: datetime, django_assert_num_queries: Any
) -> None:
    made = some_decision(now)
    with django_assert_num_queries(2):
        decision, record = keep("provider:P1", now, made)
    stored = DecisionRecord.objects.get(pk=decision.pk)
    assert stored.as_json() == some_decision(now).as_json()
    assert stored.facts == {"shortfall_at": now.isoformat()}
    assert stored.decided_at == now
    row = AuditRecord.objects.get(pk=record.pk)
    assert (row.chain, row.position, row.act) == ("provider:P1", 1, "deposit_demand_open")
    assert (row.actor_kind, row.actor_id, row.actor_name) == ("operator", 7, "周敏")
    assert row.before == {"state": "sufficient", "balance": "5000.00"}
    assert row.after["due_at"] == now.isoformat()
    assert bytes(row.decision_hash) == bytes(stored.hash)
    assert list(misfits(Checked())) == []


@pytest.mark.django_db
def test_many_are_kept_in_one_statement_each(now: datetime, django_assert_num_queries: Any) -> None:
    made = some_decision(now)
    entries = [DecisionEntry(made, some_facts(now), f"product:{n}") for n in range(300)]
    with django_assert_num_queries(2):
        decisions = services.decisions_record_many(entries=entries, now=now)
        rows = services.audit_record_many(
            entries=[
                AuditEntry("product_delist", SYSTEM, one.subject, {"state": "on_sale"}, {"state": "delisted"}, one)
                for one in decisions
            ],
            now=now,
        )
    assert [one.subject for one in decisions] == [f"product:{n}" for n in range(300)]
    assert [row.decision_id for row in rows] == [one.pk for one in decisions]
    assert AuditRecord.objects.get(subject="product:299").decision.subject == "product:299"
    assert list(misfits(Checked())) == []
    assert services.decisions_record_many(entries=[], now=now) == []
    assert services.audit_record_many(entries=[], now=now) == []


@pytest.mark.django_db
def test_a_batch_that_comes_back_to_a_subject_keeps_the_order(now: datetime) -> None:
    entries = [AuditEntry("act", SYSTEM, subject, {}, {"n": n}) for n, subject in enumerate("abacaba")]
    rows = services.audit_record_many(entries=entries, now=now)
    assert [(row.chain, row.position) for row in rows] == [
        ("a", 1), ("b", 1), ("a", 2), ("c", 1), ("a", 3), ("b", 2), ("a", 4),
    ]  # fmt: skip
    assert [row.after["n"] for row in selectors.trail_of("a")] == [6, 4, 2, 0]
    assert list(misfits(Checked())) == []


@pytest.mark.django_db
def test_a_chain_may_be_named_apart_from_its_subject(now: datetime) -> None:
    services.audit_record(act="x", actor=SYSTEM, subject="refund:R1", before={}, after={}, now=now, chain="order:O1")
    row = services.audit_record(act="y", actor=SYSTEM, subject="order:O1", before={}, after={}, now=now)
    assert row.position == 2


@pytest.mark.django_db(transaction=True)
def test_nothing_is_recorded_outside_a_transaction(now: datetime) -> None:
    with pytest.raises(OutsideTransaction):
        services.audit_record(act="x", actor=SYSTEM, subject="s", before={}, after={}, now=now)
    with pytest.raises(OutsideTransaction):
        services.decision_record(decision=some_decision(now), facts=some_facts(now), subject="s", now=now)
    assert not AuditRecord.objects.exists()
    assert not DecisionRecord.objects.exists()


@pytest.mark.django_db
def test_floats_are_not_recorded(now: datetime) -> None:
    with pytest.raises(TypeError):
        services.audit_record(act="x", actor=SYSTEM, subject="s", before={}, after={"rate": 0.1}, now=now)


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["auditrecord", "decisionrecord", "auditseal"])
@pytest.mark.parametrize("verb", ["update", "delete", "truncate"])
def test_the_database_itself_refuses_to_change_what_stands(now: datetime, table: str, verb: str) -> None:
    keep("provider:P1", now)
    services.audit_seal(kind="audit", now=now)
    column = {"auditrecord": "act", "decisionrecord": "outcome", "auditseal": "kind"}[table]
    statement = {
        "update": f"UPDATE regulation_{table} SET {column} = {column}",
        "delete": f"DELETE FROM regulation_{table}",
        "truncate": f"SET LOCAL marketplace.keep = 'on'; TRUNCATE regulation_{table} CASCADE",
    }[verb]
    connection.check_constraints()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def verify(*args: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("audit_verify", *args, stdout=out, stderr=err)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def tamper(statement: str, parameters: list[Any] | None = None) -> None:
    """As the database's owner: with the triggers out of the way."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, parameters)
        cursor.execute("SET session_replication_role = origin")


AUDIT_FLIPS = {
    "id": "id + 1000",
    "chain": "chain || 'x'",
    "position": "position + 7",
    "act": "overlay(act placing 'X' from 1)",
    "actor_kind": "'system'",
    "actor_id": "actor_id + 1",
    "actor_name": "actor_name || ' '",
    "subject": "'provider:P2'",
    "before": "jsonb_set(before, '{balance}', '\"5000.01\"')",
    "after": "jsonb_set(after, '{说明}', '\"不足 \"')",
    "decision_id": "decision_id + 1",
    "decision_hash": "set_byte(decision_hash, 0, get_byte(decision_hash, 0) # 1)",
    "at": "at + interval '1 microsecond'",
    "previous": "set_byte(previous, 31, get_byte(previous, 31) # 1)",
    "hash": "set_byte(hash, 31, get_byte(hash, 31) # 1)",
}
DECISION_FLIPS = {
    "id": "id + 1000",
    "rule": "rule || 's'",
    "rulebook": "'2017-03-08'",
    "subject": "subject || '1'",
    "outcome": "upper(outcome)",
    '"values"': "jsonb_set(\"values\", '{deadline}', 'null')",
    "clauses": "clauses || '\"3\"'",
    "explanation": "jsonb_set(explanation, '{en}', '\"Because.\"')",
    "facts": "facts - 'shortfall_at'",
    "terms": "'{\"deposit.top_up_working_days\": 5}'",
    "decided_at": "decided_at - interval '1 microsecond'",
    "hash": "set_byte(hash, 0, get_byte(hash, 0) # 128)",
}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("table", "column", "value"),
    [("auditrecord", *flip) for flip in AUDIT_FLIPS.items()]
    + [("decisionrecord", *flip) for flip in DECISION_FLIPS.items()],
)
def test_whatever_is_flipped_is_named(now: datetime, table: str, column: str, value: str) -> None:
    for subject in ("provider:P1", "provider:P3", "provider:P5"):
        decision, record = keep(subject, now)
        keep(subject, now + timedelta(minutes=1))
    number = record.pk if table == "auditrecord" else decision.pk
    assert verify()[0] == 0
    tamper(f"UPDATE regulation_{table} SET {column} = {value} WHERE id = %s", [number])
    status, out, err = verify()
    assert (status, out) == (1, "")
    assert err.count("\n") == 1
    assert f"regulation_{table}" in err
    assert f" {number + 1000 if column == 'id' else number} (" in err


def test_every_column_is_flipped_above() -> None:
    for model, flips in ((AuditRecord, AUDIT_FLIPS), (DecisionRecord, DECISION_FLIPS)):
        assert {name.strip('"') for name in flips} == {field.column for field in model._meta.fields}


@pytest.mark.django_db
def test_a_row_taken_from_the_middle_is_missed_by_the_next(now: datetime) -> None:
    rows = [keep("provider:P1", now)[1] for _ in range(3)]
    tamper("DELETE FROM regulation_auditrecord WHERE id = %s", [rows[1].pk])
    status, _, err = verify()
    assert status == 1
    assert f"regulation_auditrecord {rows[2].pk} (provider:P1)" in err
    assert "missing" in err


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["audit", "decision"])
def test_a_row_taken_from_the_end_is_missed_by_its_seal(now: datetime, kind: str) -> None:
    decision, record = keep("provider:P1", now)
    services.audit_seal(kind=kind, now=now)
    assert verify()[0] == 0
    tamper("DELETE FROM regulation_auditrecord WHERE id = %s", [record.pk])
    if kind == "decision":
        tamper("DELETE FROM regulation_decisionrecord WHERE id = %s", [decision.pk])
    status, _, err = verify()
    assert status == 1
    assert "regulation_auditseal 1" in err
    assert "were 1 when sealed and are 0 now" in err


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    ["rows = rows + 1", "last_id = last_id + 1", "sealed_at = sealed_at + interval '1 second'", "kind = 'decision'",
     "number = number + 1", "digest = set_byte(digest, 0, get_byte(digest, 0) # 1)",
     "hash = set_byte(hash, 0, get_byte(hash, 0) # 1)", "previous = set_byte(previous, 0, 7)", "after_id = after_id + 1"],
)  # fmt: skip
def test_a_seal_is_checked_too(now: datetime, change: str) -> None:
    keep("provider:P1", now)
    keep("provider:P1", now)
    services.audit_seal(kind="audit", now=now)
    tamper(f"UPDATE regulation_auditseal SET {change} WHERE number = 1")
    status, _, err = verify()
    assert status == 1
    assert "regulation_auditseal" in err


@pytest.mark.django_db
def test_seals_follow_each_other_and_an_anchor_vouches_for_them(now: datetime) -> None:
    keep("provider:P1", now)
    assert services.audit_seal(kind="audit", now=now).rows == 1
    assert services.audit_seal(kind="audit", now=now) is None
    keep("provider:P1", now)
    second = services.audit_seal(kind="audit", now=now)
    assert (second.number, second.rows) == (2, 1)
    anchor = f"2:{bytes(second.hash).hex()}"
    status, out, _ = verify("--anchor", anchor)
    assert status == 0
    assert anchor in out
    # The end of the trail and its seal taken together leave no trace but the anchor.
    tamper("DELETE FROM regulation_auditseal WHERE number = 2")
    tamper("DELETE FROM regulation_auditrecord WHERE position = 2")
    assert verify()[0] == 0
    status, _, err = verify("--anchor", anchor)
    assert status == 1
    assert "kept elsewhere" in err


@pytest.mark.django_db
def test_all_misfits_can_be_listed(now: datetime) -> None:
    for subject in ("a", "b", "c"):
        keep(subject, now)
    tamper("UPDATE regulation_auditrecord SET act = 'x' WHERE subject IN ('a', 'c')")
    status, _, err = verify("--all")
    assert (status, err.count("\n")) == (1, 2)
    assert verify()[2].count("\n") == 1


@pytest.mark.django_db
def test_a_published_rulebook_is_checked_against_the_trail(now: datetime) -> None:
    row = revised_rulebook({"guarantee.application_days": 7}, now=now)
    assert verify()[0] == 0
    tamper(
        "UPDATE regulation_rulebookversion SET content = jsonb_set(content, "
        "'{parameters,guarantee.application_days,value}', '9') WHERE id = %s",
        [row.pk],
    )
    status, _, err = verify()
    assert status == 1
    assert f"regulation_rulebookversion {row.pk} (2026-07-01)" in err


@pytest.mark.django_db
def test_a_moved_effective_moment_is_found(now: datetime) -> None:
    row = revised_rulebook({"guarantee.application_days": 7}, now=now)
    tamper(
        "UPDATE regulation_rulebookversion SET effective_at = effective_at - interval '1 day' WHERE id = %s", [row.pk]
    )
    assert "not what the trail says" in verify()[2]


@pytest.mark.django_db(transaction=True)
def test_two_writers_on_one_chain_follow_each_other(now: datetime) -> None:
    """Without any lock of the subject's: the second waits for the first and takes the next place."""
    started, failures = threading.Barrier(4), []

    def write(n: int) -> None:
        try:
            started.wait(timeout=10)
            for turn in range(5):
                with transaction.atomic():
                    services.audit_record(
                        act="x", actor=SYSTEM, subject="order:O1", before={}, after={"writer": n, "turn": turn}, now=now
                    )
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    assert sorted(AuditRecord.objects.values_list("position", flat=True)) == list(range(1, 21))
    assert list(misfits(Checked())) == []


@pytest.mark.django_db
def test_a_chain_that_never_comes_free_is_a_conflict(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "_append", lambda records, now: True)
    with pytest.raises(Conflict):
        services.audit_record(act="x", actor=SYSTEM, subject="s", before={}, after={}, now=now)


@pytest.mark.django_db(transaction=True)
def test_sealing_waits_for_writers_and_never_holds_them_up(now: datetime) -> None:
    """While a writer has not finished, nothing is sealed; once it has, its row is."""
    written, finish = threading.Event(), threading.Event()

    def write() -> None:
        try:
            with transaction.atomic():
                services.audit_record(act="x", actor=SYSTEM, subject="slow", before={}, after={}, now=now)
                written.set()
                finish.wait(timeout=20)
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    assert written.wait(timeout=10)
    with transaction.atomic():
        services.audit_record(act="x", actor=SYSTEM, subject="quick", before={}, after={}, now=now)
    assert services.audit_seal(kind="audit", now=now) is None
    finish.set()
    writer.join(timeout=20)
    assert services.audit_seal(kind="audit", now=now).rows == 2
    assert AuditSeal.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_seal_lets_go_of_the_table_before_it_reads_it(now: datetime) -> None:
    with transaction.atomic():
        services.audit_record(act="x", actor=SYSTEM, subject="s", before={}, after={}, now=now)
    with transaction.atomic():
        services.audit_seal(kind="audit", now=now)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE mode = 'ShareLock' AND relation = 'regulation_auditrecord'::regclass"
            )
            assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_the_sweep_seals_both_tables(now: datetime) -> None:
    from core import sweeps

    assert sweeps.run("audit.seal", now, dry_run=True).due == []
    keep("provider:P1", now)
    assert sweeps.run("audit.seal", now, dry_run=True).due == ["audit", "decision"]
    assert sweeps.run("audit.seal", now).done == 2
    assert sweeps.run("audit.seal", now).done == 0
    assert {seal.kind for seal in AuditSeal.objects.all()} == {"audit", "decision"}
    assert verify()[0] == 0
