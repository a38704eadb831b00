"""What tests of the registers need beyond the house's own strictness."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection
from django.test import TransactionTestCase

from jurande.registers.common.immutability import is_append_only, seal, unseal


@pytest.fixture(autouse=True)
def _append_only_tables_are_emptied_between_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test with real transactions empties every table at its end, which append-only tables refuse."""
    flush = TransactionTestCase._fixture_teardown

    def unsealed(self: TransactionTestCase) -> None:
        tables = [
            model._meta.db_table for model in apps.get_models() if is_append_only(connection, model._meta.db_table)
        ]
        for table in tables:
            unseal(connection, table)
        flush(self)
        for table in tables:
            seal(connection, table)

    monkeypatch.setattr(TransactionTestCase, "_fixture_teardown", unsealed)
