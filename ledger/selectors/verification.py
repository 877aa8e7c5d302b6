"""Proving the books: every check is one statement over the whole journal, run on one snapshot."""

from django.db import connection, transaction

from ledger.types import CARRYING, Misfit

_KINDS = ", ".join(f"'{kind}'" for kind in CARRYING)

# Each names at most one row, the first that does not fit, as (where, detail).
_CHECKS: dict[str, str] = {
    "a transaction without entries": """
        SELECT t.key, 'no entries' FROM ledger_transaction t
        WHERE NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.transaction_id = t.id)
        ORDER BY t.id LIMIT 1
    """,
    "an entry that moves nothing": """
        SELECT t.key, e.source || ' > ' || e.destination || ' ' || e.amount
        FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id
        WHERE e.amount <= 0 OR e.source = e.destination ORDER BY e.id LIMIT 1
    """,
    "entries that are not those of their key": r"""
        SELECT t.key, 'the hash of its entries is another'
        FROM ledger_transaction t JOIN (
            SELECT transaction_id,
                   string_agg(source || '>' || destination || '=' || amount::text, E'\n' ORDER BY position) AS lines
            FROM ledger_entry GROUP BY transaction_id
        ) e ON e.transaction_id = t.id
        WHERE t.input_hash <> encode(sha256(convert_to(t.subject || E'\n' || e.lines, 'UTF8')), 'hex')
        ORDER BY t.id LIMIT 1
    """,
    "a reversal that does not mirror": """
        SELECT r.key, 'reverses ' || t.key
        FROM ledger_transaction r JOIN ledger_transaction t ON t.id = r.reverses_id
        WHERE t.reverses_id IS NOT NULL OR r.id <= t.id OR EXISTS (
            SELECT 1
            FROM (SELECT *, row_number() OVER (ORDER BY position) AS place
                  FROM ledger_entry WHERE transaction_id = r.id) back
            FULL JOIN (SELECT *, row_number() OVER (ORDER BY position DESC) AS place
                       FROM ledger_entry WHERE transaction_id = t.id) forth ON back.place = forth.place
            WHERE (back.source, back.destination, back.amount)
                  IS DISTINCT FROM (forth.destination, forth.source, forth.amount)
        )
        ORDER BY r.id LIMIT 1
    """,
    "a balance that is not its entries": f"""
        SELECT coalesce(b.path, n.path), 'stored ' || coalesce(b.balance::text, 'none') || ', entries '
               || coalesce(n.net, 0)
        FROM ledger_balance b FULL JOIN (
            SELECT path, sum(delta) AS net FROM (
                SELECT destination AS path, amount AS delta FROM ledger_entry
                UNION ALL SELECT source, -amount FROM ledger_entry
            ) m WHERE split_part(path, ':', 1) IN ({_KINDS}) GROUP BY path
        ) n ON n.path = b.path
        WHERE b.path IS NULL OR b.balance <> coalesce(n.net, 0)
        ORDER BY 1 LIMIT 1
    """,  # noqa: S608
    "a balance below zero or below its holds": """
        SELECT path, 'balance ' || balance || ', held ' || held FROM ledger_balance
        WHERE balance < 0 OR held < 0 OR balance < held ORDER BY path LIMIT 1
    """,
    "holds that are not what is held": """
        SELECT coalesce(b.path, h.path), 'held ' || coalesce(b.held::text, 'none') || ', open holds '
               || coalesce(h.total, 0)
        FROM ledger_balance b FULL JOIN (
            SELECT path, sum(amount) AS total FROM ledger_hold WHERE released_at IS NULL GROUP BY path
        ) h ON h.path = b.path
        WHERE b.path IS NULL OR b.held <> coalesce(h.total, 0)
        ORDER BY 1 LIMIT 1
    """,
    "what came in is not what went out and what is held": f"""
        SELECT 'gateways', 'in ' || came || ', out ' || went || ', held ' || stored || ', the platform''s ' || own
        FROM (
            SELECT coalesce(sum(amount) FILTER (WHERE source LIKE 'gateway:%'), 0) AS came,
                   coalesce(sum(amount) FILTER (WHERE destination LIKE 'gateway:%'), 0) AS went,
                   coalesce(sum(amount) FILTER (
                       WHERE split_part(destination, ':', 1) NOT IN ({_KINDS}, 'gateway')), 0)
                   - coalesce(sum(amount) FILTER (
                       WHERE split_part(source, ':', 1) NOT IN ({_KINDS}, 'gateway')), 0) AS own
            FROM ledger_entry
        ) e, (SELECT coalesce(sum(balance), 0) AS stored FROM ledger_balance) b
        WHERE came <> went + stored + own
    """,  # noqa: S608
}


def verify() -> list[Misfit]:
    """The first misfit of each check over the whole of the books; nothing at all when they are right.

    All checks see one snapshot, so that it may run beside paying customers.
    """
    found = []
    with transaction.atomic(), connection.cursor() as cursor:
        if not connection.savepoint_ids:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for check, statement in _CHECKS.items():
            cursor.execute(statement)
            found += [Misfit(check, where, detail) for where, detail in cursor.fetchall()]
    return found


def counts() -> tuple[int, int]:
    """How many transactions and entries there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM ledger_transaction), (SELECT count(*) FROM ledger_entry)")
        transactions, entries = cursor.fetchone()
    return transactions, entries
