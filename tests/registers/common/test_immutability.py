from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.state import ProjectState

from jurande.registers.common.immutability import append_only, is_append_only

pytestmark = pytest.mark.django_db
TABLE = "kept_for_ever"


def run(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def rows() -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, word FROM {TABLE} ORDER BY id")
        return list(cursor.fetchall())


class _Editor:
    """What a migration gives to an operation: here, only its connection is used."""

    connection = connection


@pytest.fixture
def table() -> Iterator[str]:
    run(f"CREATE TABLE {TABLE} (id integer PRIMARY KEY, word text)")
    (operation,) = append_only(TABLE)
    operation.database_forwards("common", _Editor(), ProjectState(), ProjectState())
    run(f"INSERT INTO {TABLE} VALUES (1, 'un'), (2, 'deux')")
    yield TABLE
    run(f"DROP TABLE {TABLE}")


class TestAppendOnly:
    @pytest.mark.parametrize(
        "sql",
        [
            f"UPDATE {TABLE} SET word = 'trois' WHERE id = 2",
            f"UPDATE {TABLE} SET word = word",
            f"DELETE FROM {TABLE} WHERE id = 2",
            f"DELETE FROM {TABLE}",
            f"INSERT INTO {TABLE} VALUES (2, 'trois') ON CONFLICT (id) DO UPDATE SET word = 'trois'",
        ],
    )
    def test_refuses_to_change_or_remove(self, table: str, sql: str) -> None:
        with pytest.raises(IntegrityError, match="append-only table"):
            run(sql)
        assert rows() == [(1, "un"), (2, "deux")]

    def test_refuses_truncate_and_replicas_on_postgresql(self, table: str) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("TRUNCATE n’existe que sur PostgreSQL")
        for sql in (f"TRUNCATE {table}", f"SET session_replication_role = replica; DELETE FROM {table}"):
            with pytest.raises(IntegrityError, match="append-only table"):
                run(sql)
        assert len(rows()) == 2

    def test_lets_rows_be_added(self, table: str) -> None:
        run(f"INSERT INTO {table} VALUES (3, 'trois')")
        assert len(rows()) == 3

    def test_can_be_applied_twice_then_undone(self, table: str) -> None:
        (operation,) = append_only(table)
        operation.database_forwards("common", _Editor(), ProjectState(), ProjectState())
        assert is_append_only(connection, table)
        operation.database_backwards("common", _Editor(), ProjectState(), ProjectState())
        assert not is_append_only(connection, table)
        run(f"DELETE FROM {table}")
        assert rows() == []


class TestIsAppendOnly:
    def test_sees_that_one_trigger_is_missing(self, table: str) -> None:
        assert is_append_only(connection, table)
        suffix = f" ON {table}" if connection.vendor == "postgresql" else ""
        run(f"DROP TRIGGER {table}_no_delete{suffix}")
        assert not is_append_only(connection, table)

    def test_sees_that_a_trigger_is_disabled_on_postgresql(self, table: str) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("SQLite ne sait pas désactiver un déclencheur")
        run(f"ALTER TABLE {table} DISABLE TRIGGER {table}_no_update")
        assert not is_append_only(connection, table)
