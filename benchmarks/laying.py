"""Rows by the hundred thousand: a sample made by the acts, copied by single statements. Always taken back again."""

import random
from collections.abc import Mapping
from itertools import count as counting
from typing import Any


def description() -> str:
    """A description like no other, so that no listing of an earlier run looks copied (10(5))."""
    return "".join(chr(random.randrange(0x4E00, 0x9000)) for _n in range(600))


def people_anew() -> None:
    """Let the sample people be others than those whom an earlier run left in the database."""
    from django.db.models import Max

    from accounts.models import User
    from tests.catalog import making as products
    from tests.orders import making as orders
    from tests.providers import making as providers

    start = (User.objects.aggregate(highest=Max("pk"))["highest"] or 0) + 1
    # Ten numbers for every account there is, as accounts are not all that counts on.
    providers.serial, products.serial = counting(start * 10), counting(start * 10)
    orders.serial = counting(start * 1_000_000)


def columns(cursor: Any, table: str) -> list[str]:
    """The columns of a table that a copy keeps; its identity is given anew."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND table_schema = 'public'"
        " AND identity_generation IS NULL ORDER BY ordinal_position",
        [table],
    )
    return [name for (name,) in cursor.fetchall()]


def copies(cursor: Any, table: str, *, of: str, count: int, changes: Mapping[str, str]) -> str:
    """The statement that adds `count` copies of the row `of` (a condition); `changes` are SQL over `n`, from 1 up."""
    names = columns(cursor, table)
    unknown = set(changes) - set(names) - {"id"}
    if unknown:
        raise ValueError(f"{table} has no {sorted(unknown)}")
    names += [name for name in changes if name not in names]
    chosen = ", ".join(f"({changes[name]})" if name in changes else f's."{name}"' for name in names)
    into = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table} ({into}) SELECT {chosen} FROM {table} s CROSS JOIN generate_series(1, {count}) n WHERE {of}"


PROVIDER = {
    "number": "'BP' || n",
    "subject_index": "'bench-' || n",
    "owner_id": "-n",
    "public_name": "'云端' || n || '号有限公司'",
}
