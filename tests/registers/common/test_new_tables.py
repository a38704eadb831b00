"""Rendering new models alone makes the tables, the indexes and the triggers that Django would have made."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from jurande.registers.common import new_tables

# Tables that point to one another and to accounts, changed after they are made, and closed by triggers.
UNTIL = [("parties", "0002_documents")]


def tables_made(path: Path) -> list[tuple[Any, ...]]:
    options = {"ENGINE": "django.db.backends.sqlite3", "NAME": path, "OPTIONS": {}}
    with closing(DatabaseWrapper({**connections["default"].settings_dict, **options}, "empty")) as connection:
        connections["empty"] = connection
        MigrationExecutor(connection).migrate(UNTIL)
        with connection.cursor() as cursor:
            cursor.execute("SELECT type, name, sql FROM sqlite_master WHERE name <> 'django_migrations' ORDER BY 1, 2")
            made = list(cursor.fetchall())
    del connections["empty"]
    return made


def test_makes_what_django_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        ours = tables_made(tmp_path / "ours.sqlite3")
        assert ProjectState.add_model is new_tables._add_new_model
        monkeypatch.setattr(ProjectState, "add_model", new_tables._add_model)
        assert ours == tables_made(tmp_path / "theirs.sqlite3")
    assert len(ours) > 50
