from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from jurande.config import checkpoints
from jurande.config.checkpoints import Checkpointer, checkpoint, wal_size_bytes


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "jurande.sqlite3"


@pytest.fixture
def connection(database: Path) -> Iterator[sqlite3.Connection]:
    """A connection set as the settings set every connection of Jurande."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("CREATE TABLE kept (text TEXT)")
        yield connection


def fill(connection: sqlite3.Connection, size_bytes: int) -> None:
    connection.execute("INSERT INTO kept VALUES (zeroblob(?))", (size_bytes,))


class TestCheckpoint:
    def test_copies_everything(self, database: Path, connection: sqlite3.Connection) -> None:
        fill(connection, 3_000_000)
        assert database.stat().st_size < 100_000
        assert checkpoint(database)
        assert database.stat().st_size > 3_000_000

    def test_lets_the_log_be_reused(self, database: Path, connection: sqlite3.Connection) -> None:
        fill(connection, 3_000_000)
        size = wal_size_bytes(database)
        for _ in range(3):
            assert checkpoint(database)
            fill(connection, 2_000_000)
        assert wal_size_bytes(database) == size

    def test_gives_way_to_a_writer(self, database: Path, connection: sqlite3.Connection) -> None:
        fill(connection, 1000)
        connection.execute("BEGIN IMMEDIATE")
        assert not checkpoint(database, wait_seconds=0.05)
        connection.execute("COMMIT")
        assert checkpoint(database)

    def test_keeps_what_a_reader_still_reads(self, database: Path, connection: sqlite3.Connection) -> None:
        with closing(sqlite3.connect(database, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            assert reader.execute("SELECT count(*) FROM kept").fetchone() == (0,)
            fill(connection, 1000)
            assert not checkpoint(database)
            assert reader.execute("SELECT count(*) FROM kept").fetchone() == (0,)
        assert checkpoint(database)

    def test_happens_while_no_other_connection_can_write(
        self, database: Path, connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The guard against the WAL-reset bug: at the very moment of the checkpoint, a commit is impossible."""
        fill(connection, 1000)
        connection.execute("PRAGMA busy_timeout=0")
        attempts: list[str] = []

        class Spied(sqlite3.Connection):
            def execute(self, sql: str, *arguments: object) -> sqlite3.Cursor:
                if "wal_checkpoint" in sql:
                    with pytest.raises(sqlite3.OperationalError, match="locked"):
                        connection.execute("INSERT INTO kept VALUES ('during')")
                    attempts.append(sql)
                return super().execute(sql, *arguments)  # type: ignore[arg-type]

        connect = sqlite3.connect
        monkeypatch.setattr(
            checkpoints.sqlite3, "connect", lambda path, **options: connect(path, factory=Spied, **options)
        )
        assert checkpoint(database)
        assert attempts == ["PRAGMA wal_checkpoint(PASSIVE)"]


class TestCheckpointer:
    def test_acts_when_the_log_has_grown(self, database: Path, connection: sqlite3.Connection) -> None:
        checkpointer = Checkpointer(database)
        fill(connection, 100_000)
        checkpointer.check()
        assert database.stat().st_size < 100_000
        fill(connection, checkpoints.WAL_SIZE_BYTES)
        checkpointer.check()
        assert database.stat().st_size > checkpoints.WAL_SIZE_BYTES

    def test_acts_after_a_quiet_while(self, database: Path, connection: sqlite3.Connection) -> None:
        checkpointer = Checkpointer(database)
        fill(connection, 100_000)
        for _ in range(checkpoints.QUIET_CHECKS):
            checkpointer.check()
        assert database.stat().st_size > 100_000

    def test_runs_and_stops(
        self, database: Path, connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(checkpoints, "CHECK_SECONDS", 0.01)
        fill(connection, checkpoints.WAL_SIZE_BYTES)
        checkpointer = Checkpointer(database)
        checkpointer.start()
        while database.stat().st_size < checkpoints.WAL_SIZE_BYTES:
            assert checkpointer.is_alive()
        checkpointer.stop()
        checkpointer.join(timeout=5)
        assert not checkpointer.is_alive()

    def test_does_nothing_where_there_is_no_database(self, database: Path) -> None:
        Checkpointer(database).check()
        assert not database.exists()
