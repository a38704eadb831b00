"""How the database would answer a question, where tables of a test are too small for it to choose as with a million."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import QuerySet


def plan(rows: QuerySet[Any]) -> str:
    """Return the plan of a question, in the words of the database; PostgreSQL is forbidden to read a table whole."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    return rows.explain()


def reads_a_table_whole(planned: str) -> bool:
    """Tell whether it goes through all rows of a table."""
    return any("Seq Scan" in line or line.lstrip("0123456789 ").startswith("SCAN ") for line in planned.splitlines())
