"""Placing and paying are what everybody waits for: their rows are written by statements that are put together once.

The ORM builds each statement anew from the model, which takes longer than the database needs to run it.
"""

from functools import cache
from typing import Any

from django.db import connection

from orders.models import Order


@cache
def _insert() -> tuple[str, tuple[Any, ...]]:
    fields = tuple(field for field in Order._meta.concrete_fields if not field.primary_key)
    names = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO orders_order ({names}) VALUES ({places}) RETURNING id", fields  # noqa: S608


@cache
def _update(names: tuple[str, ...]) -> tuple[str, tuple[Any, ...]]:
    known = {field.name: field for field in Order._meta.concrete_fields}
    fields = tuple(known[name] for name in names)
    changes = ", ".join(f'"{field.column}" = %s' for field in fields)
    return f"UPDATE orders_order SET {changes} WHERE id = %s", fields  # noqa: S608


def _values(order: Order, fields: tuple[Any, ...]) -> list[Any]:
    return [field.get_db_prep_save(getattr(order, field.attname), connection) for field in fields]


def order_insert(order: Order) -> None:
    """Write a new order's row in one statement. Part of an act."""
    sql, fields = _insert()
    with connection.cursor() as cursor:
        cursor.execute(sql, _values(order, fields))
        order.pk = cursor.fetchone()[0]
    order._state.adding, order._state.db = False, connection.alias


def order_update(order: Order, names: tuple[str, ...]) -> None:
    """Write these fields of a locked order in one statement. Part of an act."""
    sql, fields = _update(names)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*_values(order, fields), order.pk])


def order_locked_by_number(number: str) -> Order:
    """An order's row by its number, locked until the act ends. Raises DoesNotExist."""
    found: Order
    for found in Order.objects.raw("SELECT * FROM orders_order WHERE number = %s FOR NO KEY UPDATE", [number]):
        return found
    raise Order.DoesNotExist(number)
