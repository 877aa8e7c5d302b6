"""The statement that posts: a function, so that each session plans it once.

It is a convenience and not a privilege: whatever writes entries meets the same triggers.
"""

from django.db import migrations

POST = """
CREATE FUNCTION ledger_post(
    keys text[], hashes text[], subjects text[], undone bigint, moment timestamptz,
    line_keys text[], positions integer[], sources text[], destinations text[], amounts numeric[]
) RETURNS TABLE (draft_key text, made_id bigint) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
    WITH header AS (
        INSERT INTO ledger_transaction (key, input_hash, subject, reverses_id, posted_at)
        SELECT h.key, h.input_hash, h.subject, undone, moment
        FROM unnest(keys, hashes, subjects) WITH ORDINALITY AS h (key, input_hash, subject, place)
        ORDER BY h.place
        ON CONFLICT (key) DO NOTHING
        RETURNING ledger_transaction.id, ledger_transaction.key
    ), written AS (
        INSERT INTO ledger_entry (transaction_id, position, source, destination, amount, posted_at)
        SELECT header.id, l.position, l.source, l.destination, l.amount, moment
        FROM unnest(line_keys, positions, sources, destinations, amounts)
                AS l (key, position, source, destination, amount)
        JOIN header ON header.key = l.key
        ORDER BY header.id, l.position
    )
    SELECT header.key::text, header.id FROM header;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunSQL(
            POST,
            "DROP FUNCTION ledger_post(text[], text[], text[], bigint, timestamptz, text[], integer[], text[], text[], "
            "numeric[])",
        )
    ]
