"""What SQLite frees is overwritten, and its log keeps nothing once it was copied and started again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from jurande.config.checkpoints import checkpoint
from jurande.registers.awards.operations import overwriting

NAME = "Quatremere-Vaucluse"


def opened(path: Path) -> sqlite3.Connection:
    """A connection as every process opens them."""
    made = sqlite3.connect(path, isolation_level=None)
    made.executescript(settings.DATABASES["default"]["OPTIONS"]["init_command"])
    return made


def said(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


class Shown:
    """A connection of Django's, as far as what overwrites uses it."""

    vendor, in_atomic_block = "sqlite", False

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw

    def cursor(self) -> Any:
        return closing(self.raw.cursor())


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL frees what is erased by its own VACUUM")
class TestErasedBytes:
    def test_are_in_no_page_and_not_in_the_log(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "jurande.sqlite3"
        with closing(opened(path)) as writer:
            monkeypatch.setattr(overwriting, "connection", Shown(writer))
            writer.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT)")
            writer.execute("CREATE INDEX people_by_name ON people (name)")
            writer.execute("BEGIN")
            writer.executemany("INSERT INTO people (name) VALUES (?)", [(f"{NAME} {n}" * 9,) for n in range(3_000)])
            writer.execute("COMMIT")
            assert checkpoint(path)
            writer.execute("UPDATE people SET name = '' WHERE id % 2")
            writer.execute("DELETE FROM people WHERE id % 2 = 0")
            assert not overwriting.overwrite_freed(most_bytes=1000)
            assert overwriting.overwrite_freed(most_bytes=overwriting.AT_ONCE_BYTES)
            assert NAME.encode() in said(path), "the log still has it"
            assert checkpoint(path)
            writer.execute("INSERT INTO people (name) VALUES ('the next commit starts the log again')")
            assert NAME.encode() not in said(path)
