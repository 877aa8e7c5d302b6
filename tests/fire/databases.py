"""A database of its own for trials with real commits: compared row by row, and put back to what it was."""

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

import psycopg2
from django.conf import settings
from psycopg2 import sql

# The market that copies are made of.
MARKET = "fire_market"
# Every row made after a market was laid out has a number from here on, so that it is known wherever it is named.
FIRST_NEW = 1_000_000_000
NEW = re.compile(r"(?<!\d)10000\d{5}(?!\d)")
# What is drawn by lot, told as such: numbers that people quote, tokens and digests, encrypted values, trade numbers,
# signatures; and the second in which the mailbox was handed something.
DRAWN = re.compile(
    r"[A-Z]\d{6}-[0-9A-Z]{6}-[0-9A-Z]|(?<![0-9a-f])[0-9a-f]{32,}(?![0-9a-f])|gAAAA[\w=-]+|(?<!\d)\d{24}(?!\d)"
    r"|(?<=sign=)[\w%]+|(?<=\"caught_at\":)\"[^\"]+"
)
# When the platform looked, not what it did.
NOT_COMPARED = ("core_sweeprun", "django_session", "django_migrations")
# The columns that are written, not worked out by the database itself.
WRITTEN = """
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND is_generated = 'NEVER' ORDER BY table_name, ordinal_position
"""
TIMES = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+([+-]\d\d:\d\d)?)?")


def template() -> str:
    """A migrated, empty database to copy."""
    test = settings.DATABASES["default"].get("TEST") or {}
    return str(test.get("TEMPLATE") or settings.DATABASES["default"]["NAME"])


def connect(name: str) -> Any:
    """A line of its own to a database, each statement committed alone."""
    found = settings.DATABASES["default"]
    line = psycopg2.connect(
        dbname=name, user=found["USER"], password=found["PASSWORD"] or None, host=found["HOST"], port=found["PORT"]
    )
    line.autocommit = True
    return line


def ask(name: str, statement: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
    """What one statement answers, over a line of its own."""
    line = connect(name)
    try:
        with line.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []
    finally:
        line.close()


def copy(source: str, name: str) -> str:
    """Make `name` a copy of `source`, which nobody is connected to."""
    drop(name)
    _run("CREATE DATABASE {} TEMPLATE {}", name, source)
    return name


def drop(name: str) -> None:
    """Throw a database away, whoever is still connected."""
    _run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _run(statement: str, *names: str) -> None:
    line = connect("postgres")
    try:
        with line.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
    finally:
        line.close()


def mark_what_comes(name: str) -> None:
    """Let every row that is made from now on have a number by which it is known as new."""
    ask(
        name,
        "SELECT setval(format('%%I.%%I', schemaname, sequencename), %s) FROM pg_sequences WHERE max_value > %s",
        (FIRST_NEW, FIRST_NEW),
    )


def tables_of(name: str) -> list[str]:
    """Every table, by name."""
    return [table for (table,) in ask(name, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]


Row = tuple[str, str]


def rows(name: str) -> Counter[Row]:
    """Every row of every table, as its table and its columns in JSON."""
    tables = [table for table in tables_of(name) if table not in NOT_COMPARED]
    every = " UNION ALL ".join(f"SELECT '{table}', row_to_json(t)::text FROM \"{table}\" t" for table in tables)
    return Counter(ask(name, every))  # type: ignore[arg-type]


@dataclass
class Before:
    """A database as it was, to tell what happened since."""

    kept: Counter[Row]
    drawn: set[str]
    columns: dict[str, list[str]]

    @classmethod
    def of(cls, name: str) -> "Before":
        """Remember a database, and keep every row beside it so that `undo` has it again."""
        copies = [f'CREATE TABLE kept."{table}" AS TABLE public."{table}"' for table in tables_of(name)]
        ask(name, ";".join(["CREATE SCHEMA kept", *copies]))
        columns: dict[str, list[str]] = defaultdict(list)
        for table, column in ask(name, WRITTEN):
            columns[table].append(column)
        kept = rows(name)
        return cls(kept, {found for _table, text in kept for found in DRAWN.findall(text)}, columns)

    def undo(self, name: str) -> None:
        """Put the database back to what it was, whatever was done to it: much sooner made than another copy."""
        after = rows(name)
        changed = {table for table, _text in (*(after - self.kept), *(self.kept - after))}
        back = ["SET session_replication_role = replica"]
        for table in sorted(changed.union(NOT_COMPARED)):
            columns = ", ".join(f'"{column}"' for column in self.columns[table])
            back.append(f'DELETE FROM "{table}"')
            back.append(f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM kept."{table}"')
        ask(name, ";".join(back))
        mark_what_comes(name)

    def since(self, name: str) -> Counter[Row]:
        """What is no longer there, and what is there now: rows without the numbers and names that lots gave them."""
        after = rows(name)
        gone = Counter({("- " + table, text): times for (table, text), times in (self.kept - after).items()})
        came = Counter[Row]()
        for (table, text), times in (after - self.kept).items():
            came["+ " + table, self._without_lots(text)] += times
        return gone + came

    def _without_lots(self, text: str) -> str:
        text = NEW.sub(str(FIRST_NEW), text)
        return DRAWN.sub(lambda found: found[0] if found[0] in self.drawn else "drawn", text)


def outline(since: Counter[Row]) -> Counter[tuple[str, ...]]:
    """What a change comes to whenever it happens: entries, decisions, records, messages, orders to others, states."""
    told = Counter[tuple[str, ...]]()
    for (table, text), times in since.items():
        if not table.startswith("+ "):
            continue
        row = json.loads(text)
        for name, columns in _OUTLINED.items():
            if table == f"+ {name}":
                told[name, *(TIMES.sub("*", str(row[column])) for column in columns)] += times
        if "state" in row and table != "+ core_outboxmessage":
            told[table, str(row.get("id")), str(row["state"])] += times
    return told


_OUTLINED: dict[str, tuple[str, ...]] = {
    "ledger_entry": ("source", "destination", "amount"),
    "regulation_auditrecord": ("act", "actor_kind", "actor_id", "subject"),
    "regulation_decisionrecord": ("rule", "outcome", "subject"),
    "notifications_message": ("kind", "recipient_id", "subject"),
    "core_outboxmessage": ("topic",),
}


def said_of(unlike: Counter[Any]) -> str:
    """A difference as somebody reads it."""
    return "\n".join(f"{times} x {' '.join(one)}" for one, times in sorted(unlike.items())[:20])


def assert_same(found: Counter[Any], wanted: Counter[Any], what: str) -> None:
    """Fail with the rows that are too many and those that are missing."""
    more, less = found - wanted, wanted - found
    unlike = more + less
    assert not unlike, f"{what}:\nonly there:\n{said_of(more)}\nmissing:\n{said_of(less)}"
