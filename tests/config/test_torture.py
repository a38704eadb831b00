from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from torture.sqlite import Ordeal, payload

from tests.config.conftest import Jurande

PRAGMAS = "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA wal_autocheckpoint=0"


@pytest.fixture
def ordeal(tmp_path: Path) -> Ordeal:
    """A database with three pairs of rows, all acknowledged, and nobody running."""
    ordeal = Ordeal(tmp_path / "jurande.sqlite3", PRAGMAS, Random(1))
    with closing(sqlite3.connect(ordeal.database)) as connection:
        for number in (1, 2, 3):
            for half in (0, 1):
                connection.execute("INSERT INTO kept VALUES (0, ?, ?, ?)", (number, half, payload(0, number)))
        connection.execute("UPDATE total SET pairs = 3")
        connection.commit()
    ordeal.note("0 3")
    return ordeal


class TestTheTortureItself:
    """A torture that could not see a loss would be worth nothing."""

    def test_accepts_a_sound_database(self, ordeal: Ordeal) -> None:
        ordeal.check()

    @pytest.mark.parametrize(
        "sql, fault",
        [
            ("DELETE FROM kept WHERE number = 3", "acknowledged"),
            ("DELETE FROM kept WHERE number = 2", "missing"),
            ("DELETE FROM kept WHERE number = 3 AND half = 1", "missing"),
            ("UPDATE kept SET payload = zeroblob(5) WHERE number = 2", "changed"),
            ("UPDATE total SET pairs = 4", "total"),
        ],
    )
    def test_sees_a_loss(self, ordeal: Ordeal, sql: str, fault: str) -> None:
        with closing(sqlite3.connect(ordeal.database)) as connection:
            connection.execute(sql)
            connection.commit()
        with pytest.raises(AssertionError, match=fault):
            ordeal.check()

    def test_sees_half_a_transaction(self, ordeal: Ordeal) -> None:
        ordeal.note("torn")
        with pytest.raises(AssertionError, match="half"):
            ordeal.check()

    def test_fails_when_it_had_no_time_to_do_anything(self, jurande: Jurande) -> None:
        done = jurande("torture", "sqlite", "--seconds", "0.01")
        assert done.returncode == 1
        assert "Rien n’a été éprouvé" in done.stderr

    @pytest.mark.slow
    def test_finds_nothing_to_say_of_the_settings(self, jurande: Jurande) -> None:
        done = jurande("torture", "sqlite", "--seconds", "8")
        assert done.returncode == 0, done.stdout + done.stderr
