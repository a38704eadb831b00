"""Rows that change while they are drafts and never after: triggers on SQLite and on PostgreSQL.

A parent row has a state. As long as it is the open one, the row and its parts are written freely; from then on the
database refuses any change but that of a few columns of the parent (its later states, and their days).

On SQLite, Django rebuilds a table to alter it, and the triggers go with the old one: a later migration that alters one
of these tables must end with the same operation again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

MESSAGE = "frozen row"
EVENTS = ("insert", "update", "delete")
PART_FUNCTION = f"""
CREATE OR REPLACE FUNCTION jurande_frozen_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held text; one jsonb;
BEGIN
  FOREACH one IN ARRAY ARRAY[to_jsonb(OLD), to_jsonb(NEW)] LOOP
    CONTINUE WHEN one IS NULL;
    -- FOR SHARE: waits for whoever is closing the parent at this moment.
    EXECUTE format('SELECT state FROM %I WHERE id = $1 FOR SHARE', TG_ARGV[0])
      INTO held USING (one ->> TG_ARGV[1])::bigint;
    IF held <> TG_ARGV[2] THEN
      RAISE EXCEPTION '{MESSAGE}: %', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END LOOP;
  RETURN COALESCE(NEW, OLD);
END $$
"""  # noqa: S608  our own words
PARENT_FUNCTION = f"""
CREATE OR REPLACE FUNCTION jurande_frozen_parent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE later text[] := string_to_array(TG_ARGV[1], ',');
BEGIN
  IF OLD.state <> TG_ARGV[0] AND (TG_OP = 'DELETE' OR NEW.state = TG_ARGV[0]
     OR (to_jsonb(OLD) - later) IS DISTINCT FROM (to_jsonb(NEW) - later)) THEN
    RAISE EXCEPTION '{MESSAGE}: %', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $$
"""


def _trigger(table: str, event: str) -> str:
    return f"{table}_frozen_{event}"


class _Freezing(Operation):
    reversible = True
    atomic = True
    table: str

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave the models as they are: triggers are not part of them."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Put the triggers in place, anew where they stood already."""
        connection = schema_editor.connection
        self._execute(connection, self._removals(connection.vendor) + self._creations(connection))

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Take the triggers away."""
        self._execute(schema_editor.connection, self._removals(schema_editor.connection.vendor))

    def describe(self) -> str:
        """Say what the operation does."""
        return f"Refuse changes of {self.table} once it is no longer a draft"

    def _execute(self, connection: BaseDatabaseWrapper, statements: Sequence[str]) -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def _removals(self, vendor: str) -> list[str]:
        suffix = "" if vendor == "sqlite" else f' ON "{self.table}"'
        return [f'DROP TRIGGER IF EXISTS "{_trigger(self.table, event)}"{suffix}' for event in EVENTS]

    def _creations(self, connection: BaseDatabaseWrapper) -> list[str]:
        raise NotImplementedError


class FreezePart(_Freezing):
    """Refuse to add, change or remove a row of ``table`` whose parent (by ``column``) is no longer ``opened``."""

    def __init__(self, table: str, parent: str, column: str, opened: str) -> None:
        """Name tables and columns as the database does; the parent's state is in its column «state»."""
        self.table, self.parent, self.column, self.opened = table, parent, column, opened

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Say how to write this operation in a migration."""
        return type(self).__name__, [self.table, self.parent, self.column, self.opened], {}

    def _creations(self, connection: BaseDatabaseWrapper) -> list[str]:
        if connection.vendor == "sqlite":
            return [
                f'CREATE TRIGGER "{_trigger(self.table, event)}" BEFORE {event.upper()} ON "{self.table}" '  # noqa: S608  our tables
                f"WHEN EXISTS (SELECT 1 FROM \"{self.parent}\" WHERE id IN ({sides}) AND state <> '{self.opened}') "
                f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}: {self.table}'); END"
                for event, sides in (
                    ("insert", f"NEW.{self.column}"),
                    ("update", f"OLD.{self.column}, NEW.{self.column}"),
                    ("delete", f"OLD.{self.column}"),
                )
            ]
        arguments = f"'{self.parent}', '{self.column}', '{self.opened}'"
        return [PART_FUNCTION] + [
            statement
            for event in EVENTS
            for statement in (
                f'CREATE TRIGGER "{_trigger(self.table, event)}" BEFORE {event.upper()} ON "{self.table}" '
                f"FOR EACH ROW EXECUTE FUNCTION jurande_frozen_part({arguments})",
                f'ALTER TABLE "{self.table}" ENABLE ALWAYS TRIGGER "{_trigger(self.table, event)}"',
            )
        ]


class FreezeParent(_Freezing):
    """Refuse to remove a row of ``table`` that left ``opened``, or to change anything of it but ``later`` columns."""

    def __init__(self, table: str, opened: str, later: Sequence[str]) -> None:
        """``later``: the columns that may still change, its state among them; it never goes back to ``opened``."""
        self.table, self.opened, self.later = table, opened, tuple(later)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Say how to write this operation in a migration."""
        return type(self).__name__, [self.table, self.opened, self.later], {}

    def _creations(self, connection: BaseDatabaseWrapper) -> list[str]:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                columns = [one.name for one in connection.introspection.get_table_description(cursor, self.table)]
            changed = " OR ".join(f'OLD."{name}" IS NOT NEW."{name}"' for name in columns if name not in self.later)
            closed = f"OLD.state <> '{self.opened}'"
            refuse = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}: {self.table}'); END"
            return [
                f'CREATE TRIGGER "{_trigger(self.table, "update")}" BEFORE UPDATE ON "{self.table}" '
                f"WHEN {closed} AND (NEW.state = '{self.opened}' OR {changed}) {refuse}",
                f'CREATE TRIGGER "{_trigger(self.table, "delete")}" BEFORE DELETE ON "{self.table}" '
                f"WHEN {closed} {refuse}",
            ]
        return [PARENT_FUNCTION] + [
            statement
            for event in ("update", "delete")
            for statement in (
                f'CREATE TRIGGER "{_trigger(self.table, event)}" BEFORE {event.upper()} ON "{self.table}" '
                f"FOR EACH ROW EXECUTE FUNCTION jurande_frozen_parent('{self.opened}', '{','.join(self.later)}')",
                f'ALTER TABLE "{self.table}" ENABLE ALWAYS TRIGGER "{_trigger(self.table, event)}"',
            )
        ]
