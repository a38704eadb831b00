from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.test import TransactionTestCase

from jurande.registers.common.immutability import is_append_only, seal, unseal
from tests.threads import sqlite_in_a_file


@pytest.fixture
def shared_rows(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """Rows that are really committed, for several threads to see them; none is left after the test."""
    if connection.vendor == "sqlite":
        with sqlite_in_a_file(tmp_path / "rows.sqlite3"):
            yield
    else:
        yield


def _frozen_triggers() -> dict[str, str]:
    """Those of published versions, on SQLite; PostgreSQL empties by TRUNCATE, which fires none of them."""
    if connection.vendor != "sqlite":
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%%_frozen_%%'", [])
        return dict(cursor.fetchall())


@pytest.fixture(scope="session", autouse=True)
def _append_only_tables_are_emptied_between_tests() -> Iterator[None]:
    """A test with real transactions empties every table at its end, which append-only tables refuse.

    For the whole session, as a test's own patches are undone before its rows are cleared.
    """
    flush = TransactionTestCase._fixture_teardown

    def unsealed(self: TransactionTestCase) -> None:
        every = {model._meta.db_table for model in apps.get_models()}
        tables = sorted(table for table in every if is_append_only(connection, table))
        for table in tables:
            unseal(connection, table)
        frozen = _frozen_triggers()
        with connection.cursor() as cursor:
            for name in frozen:
                cursor.execute(f'DROP TRIGGER "{name}"')
        flush(self)
        for table in tables:
            seal(connection, table)
        with connection.cursor() as cursor:
            for statement in frozen.values():
                cursor.execute(statement)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", unsealed)
        yield
