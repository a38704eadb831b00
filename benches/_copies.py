"""Rows like one that the registers made, written in bulk: they weigh on tables and indexes as true ones would."""

from __future__ import annotations

from django.db import connection, models


def copy_rows(like: models.Model, first: int, last: int, /, *, step: int = 1, **changed: str) -> None:
    """Insert rows like one; ``changed``: SQL of a column, where ``n`` goes from first to last and is the key."""
    columns = [field.column for field in like._meta.concrete_fields]
    table = connection.ops.quote_name(like._meta.db_table)
    changed = {"id": "n", **changed}
    told = ", ".join(changed.get(column, f'o."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE s(n) AS (SELECT %s UNION ALL SELECT n + {step} FROM s WHERE n + {step} <= %s) "
            f"INSERT INTO {table} ({names}) SELECT {told} FROM s, (SELECT * FROM {table} WHERE id = %s) o",
            [first, last, like.pk],
        )
