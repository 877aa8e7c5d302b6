"""Finding by words, always through the index.

How much it costs to take a long text vector apart is not in the planner's sums, so for a common word it would rather read
the whole table, at many times the price.
"""

from django.db import migrations

CREATE = """
    CREATE FUNCTION catalog_found(words tsquery) RETURNS SETOF bigint
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 2000 SET enable_seqscan = off
    AS $$ SELECT product_id FROM catalog_listingcard WHERE search @@ words AND on_sale $$
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION catalog_found(tsquery)")]
