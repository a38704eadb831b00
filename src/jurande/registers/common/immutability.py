"""Tables that only grow: triggers that refuse to change or remove a row, on SQLite and on PostgreSQL.

On SQLite, Django rebuilds a table to alter it, and the triggers go with the old one: every later migration that alters
an append-only table must end with ``*append_only(table)`` again. ``is_append_only`` tells whether they stand.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

MESSAGE = "append-only table"
FUNCTION = f"""
CREATE OR REPLACE FUNCTION jurande_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{MESSAGE}: %', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
SQLITE_EVENTS = ("update", "delete")
POSTGRESQL_EVENTS = (*SQLITE_EVENTS, "truncate")


def _trigger(table: str, event: str) -> str:
    return f"{table}_no_{event}"


def _creations(table: str, vendor: str) -> list[str]:
    if vendor == "sqlite":
        # SQLite has no TRUNCATE: a DELETE without condition fires the trigger of each row.
        return [
            f'CREATE TRIGGER "{_trigger(table, event)}" BEFORE {event.upper()} ON "{table}" '
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}: {table}'); END"
            for event in SQLITE_EVENTS
        ]
    if vendor == "postgresql":
        # ALWAYS: the triggers also fire in a session that says it is a replica.
        return [FUNCTION] + [
            statement
            for event in POSTGRESQL_EVENTS
            for statement in (
                f'CREATE TRIGGER "{_trigger(table, event)}" BEFORE {event.upper()} ON "{table}" '
                "FOR EACH STATEMENT EXECUTE FUNCTION jurande_append_only()",
                f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER "{_trigger(table, event)}"',
            )
        ]
    raise NotImplementedError(f"append-only tables are not written for {vendor}")


def _removals(table: str, vendor: str) -> list[str]:
    suffix = "" if vendor == "sqlite" else f' ON "{table}"'
    return [f'DROP TRIGGER IF EXISTS "{_trigger(table, event)}"{suffix}' for event in POSTGRESQL_EVENTS]


class AppendOnly(Operation):
    """The migration operation behind ``append_only``; undoing it lets rows change again."""

    reversible = True
    atomic = True

    def __init__(self, table: str) -> None:
        """Name the table as the database does."""
        self.table = table

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Say how to write this operation in a migration."""
        return type(self).__name__, [self.table], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave the models as they are: triggers are not part of them."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Put the triggers in place, anew where they stood already."""
        seal(schema_editor.connection, self.table)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Take the triggers away."""
        unseal(schema_editor.connection, self.table)

    def describe(self) -> str:
        """Say what the operation does."""
        return f"Refuse UPDATE, DELETE and TRUNCATE on {self.table}"


def append_only(table: str) -> list[Operation]:
    """Give what to write in a migration, ``*append_only("t")``, for ``t`` to refuse UPDATE, DELETE and TRUNCATE."""
    return [AppendOnly(table)]


def seal(connection: BaseDatabaseWrapper, table: str) -> None:
    """Put the triggers of ``table`` in place, anew where they stood already."""
    unseal(connection, table)
    with connection.cursor() as cursor:
        for statement in _creations(table, connection.vendor):
            cursor.execute(statement)


def unseal(connection: BaseDatabaseWrapper, table: str) -> None:
    """Take the triggers of ``table`` away: for a migration, or for a test that plays the forger."""
    with connection.cursor() as cursor:
        for statement in _removals(table, connection.vendor):
            cursor.execute(statement)


def is_append_only(connection: BaseDatabaseWrapper, table: str) -> bool:
    """Tell whether all the triggers of ``table`` stand and are enabled."""
    if connection.vendor == "sqlite":
        sql = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
        events: tuple[str, ...] = SQLITE_EVENTS
    else:
        sql = (
            "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE c.relname = %s AND pg_table_is_visible(c.oid) AND t.tgenabled = 'A'"
        )
        events = POSTGRESQL_EVENTS
    with connection.cursor() as cursor:
        cursor.execute(sql, [table])
        present = {name for (name,) in cursor.fetchall()}
    return present >= {_trigger(table, event) for event in events}
