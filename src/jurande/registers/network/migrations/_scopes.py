"""No two habilitations of a place for the same thing on the same days: the database refuses, on SQLite and PostgreSQL.

A check constraint sees one row; this compares several. On PostgreSQL the partnership's row is locked first, so that two
decisions at once are compared too. On SQLite, Django rebuilds a table to alter it and its triggers go: a migration
that alters the table must end with ``NoOverlap()`` again.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

MESSAGE = "overlapping habilitation"
TABLE = "network_habilitation"
# Days: the last one of a row is the day before ``ended_on`` when it was ended, ``valid_until`` otherwise.
_SAME = """
    EXISTS (SELECT 1 FROM network_habilitation held
    WHERE held.id <> NEW.id AND held.partnership_id = NEW.partnership_id
      AND held.certification_id = NEW.certification_id AND held.state <> 'prepared'
      AND (held.kind = NEW.kind OR held.kind = 'both' OR NEW.kind = 'both')
      AND (held.ended_on IS NULL OR held.ended_on > held.valid_from)
      AND (NEW.ended_on IS NULL OR NEW.ended_on > NEW.valid_from)
      AND held.valid_from <= NEW.valid_until AND (NEW.ended_on IS NULL OR held.valid_from < NEW.ended_on)
      AND NEW.valid_from <= held.valid_until AND (held.ended_on IS NULL OR NEW.valid_from < held.ended_on)
      AND ({blocs}) AND ({territory}))
"""
_SHARED = {
    "sqlite": (
        "json_array_length(held.{0}) = 0 OR json_array_length(NEW.{0}) = 0 OR EXISTS (SELECT 1 FROM "
        "json_each(held.{0}) one JOIN json_each(NEW.{0}) other ON one.value = other.value)"
    ),
    "postgresql": (
        "jsonb_array_length(held.{0}) = 0 OR jsonb_array_length(NEW.{0}) = 0 OR "
        "held.{0} ?| ARRAY(SELECT jsonb_array_elements_text(NEW.{0}))"
    ),
}


def _same(vendor: str) -> str:
    return _SAME.format(blocs=_SHARED[vendor].format("blocs"), territory=_SHARED[vendor].format("territory"))


def _trigger(event: str) -> str:
    return f"{TABLE}_overlap_{event}"


class NoOverlap(Operation):
    """Put the triggers in place, anew where they stood already; undoing it lets scopes overlap."""

    reversible = True
    atomic = True

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Say how to write this operation in a migration."""
        return type(self).__name__, [], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave the models as they are: triggers are not part of them."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Put the triggers in place."""
        self._execute(schema_editor, _removals(schema_editor) + _creations(schema_editor.connection.vendor))

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Take the triggers away."""
        self._execute(schema_editor, _removals(schema_editor))

    def describe(self) -> str:
        """Say what the operation does."""
        return "Refuse two habilitations of a place for the same scope on the same days"

    def _execute(self, schema_editor: BaseDatabaseSchemaEditor, statements: list[str]) -> None:
        with schema_editor.connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def _removals(schema_editor: BaseDatabaseSchemaEditor) -> list[str]:
    suffix = "" if schema_editor.connection.vendor == "sqlite" else f' ON "{TABLE}"'
    return [f'DROP TRIGGER IF EXISTS "{_trigger(event)}"{suffix}' for event in ("insert", "update")]


def _creations(vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [
            f'CREATE TRIGGER "{_trigger(event)}" AFTER {event.upper()} ON "{TABLE}" '
            f"WHEN NEW.state <> 'prepared' AND {_same(vendor)} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            for event in ("insert", "update")
        ]
    function = f"""
CREATE OR REPLACE FUNCTION jurande_no_overlap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> 'prepared' THEN
    PERFORM 1 FROM parties_partnership WHERE id = NEW.partnership_id FOR NO KEY UPDATE;
    IF {_same(vendor)} THEN
      RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$
"""
    return [function] + [
        statement
        for event in ("insert", "update")
        for statement in (
            f'CREATE TRIGGER "{_trigger(event)}" AFTER {event.upper()} ON "{TABLE}" '
            "FOR EACH ROW EXECUTE FUNCTION jurande_no_overlap()",
            f'ALTER TABLE "{TABLE}" ENABLE ALWAYS TRIGGER "{_trigger(event)}"',
        )
    ]
