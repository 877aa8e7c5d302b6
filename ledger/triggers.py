"""What the database itself holds about the books, whoever writes to it.

Entries move balances, and nothing else does. The statements run inside triggers, so that an entry made by raw SQL is
applied, checked and refused just like one made by the services.
"""

import pgtrigger

from ledger.types import CARRYING

_CARRYING = ", ".join(f"'{kind}'" for kind in CARRYING)

REFUSE = """
    RAISE EXCEPTION '% on % is refused: the books are only added to', TG_OP, TG_TABLE_NAME USING ERRCODE = '23514';
"""


def append_only(name: str, *operations: pgtrigger.Operation) -> list[pgtrigger.Trigger]:
    """Refuse the row operations, and TRUNCATE, on the table."""
    combined = operations[0]
    for operation in operations[1:]:
        combined = combined | operation
    return [
        pgtrigger.Trigger(name=f"{name}_keep", when=pgtrigger.Before, operation=combined, func=REFUSE),
        pgtrigger.Trigger(
            name=f"{name}_no_truncate",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func=REFUSE,
        ),
    ]


def entries_apply() -> pgtrigger.Trigger:
    """Move the balances of a statement's entries, once an account, in the order of the paths.

    A transaction's entries come in one statement and fit the hash in its header: nothing can be added to it later.
    """
    return pgtrigger.Trigger(
        name="ledger_entry_apply",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="new_entries"),
        declare=[
            ("misfit", "TEXT"),
            ("paths", "TEXT[]"),
            ("deltas", "NUMERIC[]"),
            ("moved", "INTEGER"),
        ],
        func=f"""
            WITH moves AS (
                SELECT destination AS path, amount AS delta FROM new_entries
                UNION ALL
                SELECT source, -amount FROM new_entries
            ), sums AS (
                SELECT m.path, sum(m.delta) AS delta FROM moves m
                WHERE split_part(m.path, ':', 1) IN ({_CARRYING})
                GROUP BY m.path
            ), hashed AS (
                SELECT transaction_id, string_agg(
                    source || '>' || destination || '=' || amount::text, E'\\n' ORDER BY position
                ) AS lines
                FROM new_entries GROUP BY transaction_id
            )
            SELECT array_agg(s.path ORDER BY s.path COLLATE "C"), array_agg(s.delta ORDER BY s.path COLLATE "C"), (
                SELECT t.key FROM hashed h JOIN ledger_transaction t ON t.id = h.transaction_id
                WHERE t.input_hash <> encode(sha256(convert_to(t.subject || E'\\n' || h.lines, 'UTF8')), 'hex')
                LIMIT 1
            )
            INTO paths, deltas, misfit
            FROM sums s;
            IF misfit IS NOT NULL THEN
                RAISE EXCEPTION 'the entries are not those of transaction %', misfit
                    USING ERRCODE = '23514', CONSTRAINT = 'ledger_entry_fits_hash';
            END IF;
            IF paths IS NULL THEN
                RETURN NULL;
            END IF;

            -- Accounts that begin with this money; those that exist are passed over without a lock.
            WITH fresh AS (
                INSERT INTO ledger_balance (path, balance, held)
                SELECT d.path, d.delta, 0 FROM unnest(paths, deltas) AS d (path, delta) WHERE d.delta >= 0
                ON CONFLICT (path) DO NOTHING RETURNING path
            )
            SELECT array_agg(d.path ORDER BY d.path COLLATE "C"), array_agg(d.delta ORDER BY d.path COLLATE "C")
            INTO paths, deltas
            FROM unnest(paths, deltas) AS d (path, delta) LEFT JOIN fresh ON fresh.path = d.path
            WHERE fresh.path IS NULL;
            IF paths IS NULL THEN
                RETURN NULL;
            END IF;

            -- The others are locked in one order everywhere, so that two postings never wait for each other.
            IF cardinality(paths) > 1 THEN
                PERFORM 1 FROM ledger_balance b WHERE b.path = ANY (paths)
                ORDER BY b.path COLLATE "C" FOR NO KEY UPDATE;
            END IF;
            UPDATE ledger_balance b SET balance = b.balance + d.delta
            FROM unnest(paths, deltas) AS d (path, delta) WHERE b.path = d.path;
            GET DIAGNOSTICS moved = ROW_COUNT;
            IF moved <> cardinality(paths) THEN
                RAISE EXCEPTION 'money leaves an account that never held any'
                    USING ERRCODE = '23514', CONSTRAINT = 'ledger_balance_not_negative';
            END IF;
            RETURN NULL;
        """,  # noqa: S608
    )


def balance_guards() -> list[pgtrigger.Trigger]:
    """Balances follow entries and holds (triggers), and are never written directly; an empty account may be
    opened.
    """
    direct = "pg_trigger_depth() = 0"
    return [
        pgtrigger.Trigger(
            name="ledger_balance_open",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert,
            condition=pgtrigger.Condition(f"{direct} AND (NEW.balance <> 0 OR NEW.held <> 0)"),
            func=REFUSE,
        ),
        pgtrigger.Trigger(
            name="ledger_balance_follow",
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            condition=pgtrigger.Condition(f"{direct} OR NEW.path <> OLD.path"),
            func=REFUSE,
        ),
        *append_only("ledger_balance", pgtrigger.Delete),
    ]


def holds_apply() -> list[pgtrigger.Trigger]:
    """A hold reserves part of a balance while it is open; it is closed once and otherwise never changed."""
    return [
        pgtrigger.Trigger(
            name="ledger_hold_guard",
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            condition=pgtrigger.Condition(
                "OLD.released_at IS NOT NULL OR NEW.released_at IS NULL OR (OLD.id, OLD.key, OLD.path, OLD.amount, "
                "OLD.subject, OLD.placed_at) IS DISTINCT FROM (NEW.id, NEW.key, NEW.path, NEW.amount, NEW.subject, "
                "NEW.placed_at)"
            ),
            func=REFUSE,
        ),
        pgtrigger.Trigger(
            name="ledger_hold_apply",
            when=pgtrigger.After,
            operation=pgtrigger.Insert | pgtrigger.Update,
            func="""
                UPDATE ledger_balance SET held = held + CASE
                    WHEN TG_OP = 'UPDATE' THEN -NEW.amount WHEN NEW.released_at IS NULL THEN NEW.amount ELSE 0 END
                WHERE path = NEW.path;
                IF NOT FOUND THEN
                    RAISE EXCEPTION 'nothing to hold on %', NEW.path
                        USING ERRCODE = '23514', CONSTRAINT = 'ledger_balance_covers_holds';
                END IF;
                RETURN NULL;
            """,
        ),
        *append_only("ledger_hold", pgtrigger.Delete),
    ]


def reversal_guard() -> pgtrigger.Trigger:
    """What undoes a transaction is itself never undone: it is posted anew."""
    return pgtrigger.Trigger(
        name="ledger_reversal_guard",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        condition=pgtrigger.Condition("NEW.reverses_id IS NOT NULL"),
        func="""
            IF EXISTS (
                SELECT 1 FROM ledger_transaction t WHERE t.id = NEW.reverses_id AND t.reverses_id IS NOT NULL
            ) THEN
                RAISE EXCEPTION 'a reversal is not reversed'
                    USING ERRCODE = '23514', CONSTRAINT = 'ledger_reversal_once';
            END IF;
            RETURN NEW;
        """,
    )
