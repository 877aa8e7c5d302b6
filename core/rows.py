"""Rows that the busiest acts write, by statements that are put together once for each model.

The ORM builds each statement anew from the model, which takes longer than the database needs to run it. Only acts
write; these are their pens, as `Model.save` is elsewhere. Column and table names come from the models alone.
"""

from functools import cache
from typing import Any

from django.db import connection, models


@cache
def _insert(model: type[models.Model], end: str) -> tuple[str, tuple["models.Field[Any, Any]", ...]]:
    fields = tuple(field for field in model._meta.concrete_fields if not field.primary_key)
    names = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    return f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({places}) {end}', fields  # noqa: S608


@cache
def _update(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, tuple["models.Field[Any, Any]", ...]]:
    known = {field.name: field for field in model._meta.concrete_fields}
    fields = tuple(known[name] for name in names)
    changes = ", ".join(f'"{field.column}" = %s' for field in fields)
    return f'UPDATE "{model._meta.db_table}" SET {changes} WHERE id = %s', fields  # noqa: S608


def _values(row: models.Model, fields: tuple["models.Field[Any, Any]", ...]) -> list[Any]:
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]


def _write(row: models.Model, end: str) -> bool:
    sql, fields = _insert(type(row), end)
    with connection.cursor() as cursor:
        cursor.execute(sql, _values(row, fields))
        written = cursor.fetchone()
    if written is None:
        return False
    row.pk = written[0]
    row._state.adding, row._state.db = False, connection.alias
    return True


def row_insert(row: models.Model) -> None:
    """Write a new row, which then knows its key. Part of an act."""
    _write(row, "RETURNING id")


def row_insert_once(row: models.Model) -> bool:
    """Write a new row unless one with the same unique key stands already; says whether it was written. Part of an
    act.
    """
    return _write(row, "ON CONFLICT DO NOTHING RETURNING id")


def row_update(row: models.Model, names: tuple[str, ...]) -> None:
    """Write these fields of a locked row. Part of an act."""
    sql, fields = _update(type(row), names)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*_values(row, fields), row.pk])
