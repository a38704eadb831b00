"""The order of a termination, kept by the database itself: R. 6113-16-6 leaves no other.

What a check constraint cannot see stands here as triggers: where a life begins and which moves it has, what was once
said and is never said again differently, and that a convention is suspended or terminated only by a decision that
exists. On SQLite, Django rebuilds a table to alter it and its triggers go: a later migration that alters one of these
tables must end with ``KeepOrder()`` again.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

MESSAGE = "out of order"
CONVENTION = "conventions_convention"
# Each life: where it begins (several places for what is born settled), and its moves.
LIVES = {
    "conventions_signatory": (
        ("invited",),
        (
            "invited>opened",
            "invited>replaced",
            "opened>read",
            "opened>declined",
            "opened>replaced",
            "read>signed",
            "read>declined",
            "read>replaced",
            "declined>replaced",
        ),
    ),
    "conventions_termination": (
        ("griefs_notified",),
        (
            "griefs_notified>received",
            "griefs_notified>closed_without_action",
            "received>observed",
            "received>decided_terminated",
            "received>closed_without_action",
            "observed>decided_terminated",
            "observed>closed_without_action",
        ),
    ),
    "conventions_ending": (("proposed", "notified"), ("proposed>agreed", "proposed>refused")),
}
# Columns that are written together once, and stay: the first says whether they were.
SAID = {
    "conventions_signatory": (("signed_at", "text_sha256", "method", "name", "email", "quality", "text_id"),),
    "conventions_termination": (
        ("notified_at", "convention_id", "griefs", "delay_days", "notified_on", "notified_by_code"),
        ("received_at", "received_on", "receipt", "received_by_code", "observations_until"),
        ("observed_at", "observations", "observed_by_code", "observations_document_id"),
        ("decided_at", "decision", "learners", "decided_on", "decided_by_code", "separation_relaxed", "effective_on"),
    ),
    "conventions_ending": (
        ("decided_at", "convention_id", "kind", "reasons", "learners", "effective_on", "decided_by_code"),
        ("answered_at", "answer", "answered_by_code"),
    ),
    "conventions_suspension": (
        ("decided_at", "convention_id", "reasons", "effective_on", "decided_by_code"),
        ("lifted_at", "lift_reasons", "lifted_by_code"),
    ),
    "conventions_actletter": (
        ("sent_at", "convention_id", "kind", "document_id", "commitment_id", "sent_by_code"),
        ("opened_at", "opened_by_code"),
        ("postal_received_on", "postal_reference", "postal_document_id", "postal_by_code"),
    ),
    "conventions_sealedpdf": (
        ("sealed_at", "convention_id", "document_id", "sha256", "key_fingerprint", "timestamped", "commitment_id"),
    ),
    "conventions_prooffile": (("made_at", "convention_id", "document_id", "sha256"),),
}


def _terminated() -> str:
    return (
        "NEW.end_reason = 'terminated' AND NOT EXISTS (SELECT 1 FROM conventions_termination WHERE convention_id = "
        "NEW.id AND state = 'decided_terminated' AND effective_on <= NEW.ended_on)"
    )


def _agreed() -> str:
    return (
        "NEW.end_reason = 'agreed' AND NOT EXISTS (SELECT 1 FROM conventions_ending WHERE convention_id = NEW.id "
        "AND state = 'agreed' AND effective_on <= NEW.ended_on)"
    )


def _suspended() -> str:
    standing = "EXISTS (SELECT 1 FROM conventions_suspension WHERE convention_id = NEW.id AND lifted_at IS NULL)"
    return f"(NEW.state = 'suspended' AND NOT {standing}) OR (NEW.state = 'in_force' AND {standing})"


def _conditions() -> list[tuple[str, str, str, str]]:
    """(table, trigger, events, condition under which the change is refused), for both databases."""
    conditions = []
    for table, (births, moves) in LIVES.items():
        born = ", ".join(f"'{state}'" for state in births)
        allowed = ", ".join(f"'{move}'" for move in moves)
        moved = f"OLD.state <> NEW.state AND (OLD.state || '>' || NEW.state) NOT IN ({allowed})"
        conditions += [(table, "begins", "INSERT", f"NEW.state NOT IN ({born})"), (table, "moves", "UPDATE", moved)]
    for table, groups in SAID.items():
        changed = " OR ".join(
            f"(OLD.{group[0]} IS NOT NULL AND ({' OR '.join(f'OLD.{c} IS DISTINCT FROM NEW.{c}' for c in group)}))"
            for group in groups
        )
        conditions += [(table, "said", "UPDATE", changed), (table, "stays", "DELETE", "OLD.id IS NOT NULL")]
    refused = f"({_terminated()}) OR ({_agreed()}) OR {_suspended()}"
    conditions += [(CONVENTION, f"decided_{event.lower()}", event, refused) for event in ("INSERT", "UPDATE")]
    return conditions


class KeepOrder(Operation):
    """Put the triggers in place, anew where they stood already; undoing it lets rows change freely again."""

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
        self._remove(schema_editor.connection)
        with schema_editor.connection.cursor() as cursor:
            for table, name, event, condition in _conditions():
                for statement in _creation(
                    schema_editor.connection.vendor, table, _trigger(table, name), event, condition
                ):
                    cursor.execute(statement)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Take the triggers away."""
        self._remove(schema_editor.connection)

    def describe(self) -> str:
        """Say what the operation does."""
        return "Let a convention end only in the order of R. 6113-16-6"

    def _remove(self, connection: BaseDatabaseWrapper) -> None:
        with connection.cursor() as cursor:
            for table, name, _event, _condition in _conditions():
                suffix = "" if connection.vendor == "sqlite" else f' ON "{table}"'
                cursor.execute(f'DROP TRIGGER IF EXISTS "{_trigger(table, name)}"{suffix}')


def _trigger(table: str, name: str) -> str:
    return f"{table}_frozen_{name}"


def _creation(vendor: str, table: str, trigger: str, event: str, condition: str) -> list[str]:
    if vendor == "sqlite":
        condition = condition.replace("IS DISTINCT FROM", "IS NOT")
        return [
            f'CREATE TRIGGER "{trigger}" BEFORE {event} ON "{table}" WHEN {condition} '
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}: {table}'); END"
        ]
    row = "OLD" if event == "DELETE" else "NEW"
    return [
        f"CREATE OR REPLACE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF {condition} THEN RAISE EXCEPTION '{MESSAGE}: {table}' "
        f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {row}; END $$",
        f'CREATE TRIGGER "{trigger}" BEFORE {event} ON "{table}" FOR EACH ROW EXECUTE FUNCTION {trigger}()',
        f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER "{trigger}"',
    ]
