"""Real commits in the tests of payments."""

from collections.abc import Iterator

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations


@pytest.fixture(autouse=True, scope="package")
def flush_past_triggers() -> Iterator[None]:
    """Between tests with real commits the tables are emptied, which the append-only ones refuse to everybody else."""
    original = DatabaseOperations.execute_sql_flush

    def flush(self: DatabaseOperations, statements: list[str]) -> None:
        off, on = "SET session_replication_role = replica", "SET session_replication_role = origin"
        return original(self, [off, *statements, on])

    DatabaseOperations.execute_sql_flush = flush
    yield
    DatabaseOperations.execute_sql_flush = original
