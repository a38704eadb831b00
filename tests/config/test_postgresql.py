"""Backup and restoration with PostgreSQL's own tools, where the suite runs on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from jurande.config.backups import back_up, put_back
from jurande.config.exits import Exit, Stopped
from jurande.config.home import Home

NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)

pytestmark = pytest.mark.skipif(
    not os.environ.get("DATABASE_URL", "").startswith("postgres"), reason="la suite ne tourne pas sur PostgreSQL"
)


@pytest.fixture
def databases() -> Iterator[list[str]]:
    """The addresses of two databases of the test's own; the first has a row in it."""
    server = os.environ["DATABASE_URL"]
    names = [f"jurande_{uuid.uuid4().hex}" for _ in range(2)]
    urls = [urlsplit(server)._replace(path=f"/{name}").geturl() for name in names]
    with psycopg.connect(server, autocommit=True) as connection:
        for name in names:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        with psycopg.connect(urls[0]) as first:
            first.execute("CREATE TABLE kept (text text)")
            first.execute("INSERT INTO kept VALUES ('Inès Carvalho')")
        yield urls
        for name in names:
            connection.execute(f'DROP DATABASE "{name}"'.encode())


@pytest.fixture
def homes(tmp_path: Path) -> list[Home]:
    homes = [Home(tmp_path / name) for name in ("first", "second")]
    for home in homes:
        home.make()
    (homes[0].documents / "one").write_text("a document")
    return homes


def test_a_backup_is_restored_elsewhere(databases: list[str], homes: list[Home], tmp_path: Path) -> None:
    back_up(homes[0], tmp_path / "backup", environment={"DATABASE_URL": databases[0]}, now=NOW)
    copied = put_back(homes[1], tmp_path / "backup", environment={"DATABASE_URL": databases[1]})
    assert copied.database == "postgresql"
    assert (homes[1].documents / "one").read_text() == "a document"
    with psycopg.connect(databases[1]) as connection:
        assert connection.execute("SELECT text FROM kept").fetchall() == [("Inès Carvalho",)]


def test_a_database_already_inhabited_is_refused(databases: list[str], homes: list[Home], tmp_path: Path) -> None:
    environment = {"DATABASE_URL": databases[0]}
    back_up(homes[0], tmp_path / "backup", environment=environment, now=NOW)
    with pytest.raises(Stopped, match="already exists"):
        put_back(homes[1], tmp_path / "backup", environment=environment)
    assert not (homes[1].documents / "one").exists()


def test_the_missing_tool_is_named(homes: list[Home], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(Stopped, match="pg_dump") as refused:
        back_up(homes[0], tmp_path / "backup", environment={"DATABASE_URL": "postgresql:///x"}, now=NOW)
    assert refused.value.code == Exit.ENVIRONMENT
