from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jurande.config.backups import back_up, copy_sqlite, put_back
from jurande.config.exits import Exit, Stopped
from jurande.config.home import Home
from tests.config.conftest import Jurande, Served

NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
WRITER = """
import os, sqlite3, sys
database, acknowledged = sys.argv[1:]
told = os.open(acknowledged, os.O_WRONLY | os.O_CREAT)
connection = sqlite3.connect(database, isolation_level=None, timeout=20)
connection.execute("PRAGMA synchronous=FULL")
connection.execute("PRAGMA wal_autocheckpoint=0")
number = 0
while True:
    number += 1
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO tiny_row (text) VALUES (?)", (f"{number}" + "x" * 100,))
    connection.execute("INSERT INTO tiny_row (text) VALUES (?)", (f"{number}" + "y" * 100,))
    connection.execute("COMMIT")
    os.pwrite(told, b"%012d" % number, 0)
"""


@pytest.fixture
def inhabited(home: Path) -> Home:
    """A prepared home with rows, documents, keys and something published."""
    inhabited = Home(home)
    with closing(sqlite3.connect(inhabited.database)) as connection:
        connection.executemany("INSERT INTO tiny_row (text) VALUES (?)", [(f"ligne {n}",) for n in range(100)])
        connection.commit()
    for number in range(3):
        path = inhabited.documents / f"{number:02x}" / f"{number:064x}"
        path.parent.mkdir()
        path.write_bytes(b"document %d" % number)
    (inhabited.public / "checkpoint").write_text("jurande.example.fr\n")
    (inhabited.cache / "page").write_text("never copied")
    return inhabited


@pytest.fixture
def backup(inhabited: Home, tmp_path: Path) -> Path:
    back_up(inhabited, tmp_path / "backup", environment={}, now=NOW)
    return tmp_path / "backup"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Home:
    home = Home(tmp_path / "elsewhere")
    home.make()
    return home


def rows(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return int(connection.execute("SELECT count(*) FROM tiny_row").fetchone()[0])


class TestBackUp:
    def test_is_restored_elsewhere_byte_for_byte(self, inhabited: Home, backup: Path, elsewhere: Home) -> None:
        put_back(elsewhere, backup, environment={})
        assert rows(elsewhere.database) == 100
        for folder in ("documents", "keys", "public"):
            originals = [path for path in (inhabited.path / folder).rglob("*") if path.is_file()]
            assert originals
            for original in originals:
                copy = elsewhere.path / original.relative_to(inhabited.path)
                assert copy.read_bytes() == original.read_bytes()
        assert elsewhere.settings.read_bytes() == inhabited.settings.read_bytes()
        assert not (elsewhere.cache / "page").exists()

    def test_is_closed_to_others(self, backup: Path, elsewhere: Home) -> None:
        put_back(elsewhere, backup, environment={})
        for root in (backup, elsewhere.path):
            for path in root.rglob("*"):
                if path.is_file():
                    assert path.stat().st_mode & 0o077 == 0, path

    def test_says_what_it_holds(self, backup: Path) -> None:
        manifest = json.loads((backup / "manifest.json").read_text())
        assert manifest["made_at"] == NOW.isoformat()
        assert manifest["database"] == "sqlite"
        on_disk = {str(path.relative_to(backup)) for path in backup.rglob("*") if path.is_file()}
        assert manifest["files"].keys() == on_disk - {"manifest.json"}
        assert not {name for name in on_disk if name.endswith(("-wal", "-shm"))}

    def test_refuses_a_folder_that_is_not_empty(self, inhabited: Home, backup: Path) -> None:
        with pytest.raises(Stopped, match="pas vide"):
            back_up(inhabited, backup, environment={}, now=NOW)

    def test_refuses_to_live_inside_what_it_protects(self, inhabited: Home) -> None:
        with pytest.raises(Stopped, match="ailleurs"):
            back_up(inhabited, inhabited.path / "copies", environment={}, now=NOW)

    def test_refuses_when_there_is_nothing(self, elsewhere: Home, tmp_path: Path) -> None:
        with pytest.raises(Stopped, match="rien à sauvegarder"):
            back_up(elsewhere, tmp_path / "backup", environment={}, now=NOW)

    def test_understands_the_constraints_that_django_writes(self, tmp_path: Path) -> None:
        source = tmp_path / "source.sqlite3"
        with closing(sqlite3.connect(source)) as connection:
            connection.create_function("REGEXP", 2, lambda pattern, text: True)
            connection.execute("CREATE TABLE named (name text CHECK (name REGEXP '^[a-z]+$'))")
            connection.execute("INSERT INTO named VALUES ('tout')")
            connection.commit()
        copy_sqlite(source, tmp_path / "copy.sqlite3")
        with closing(sqlite3.connect(source)) as connection:
            connection.create_function("REGEXP", 2, lambda pattern, text: True)
            connection.execute("INSERT INTO named VALUES ('2')")
            connection.commit()
        with pytest.raises(Stopped):
            copy_sqlite(source, tmp_path / "other.sqlite3")

    def test_refuses_a_database_that_is_already_damaged(self, inhabited: Home, tmp_path: Path) -> None:
        content = bytearray(inhabited.database.read_bytes())
        content[4096:8192] = b"\xff" * 4096
        inhabited.database.write_bytes(content)
        with pytest.raises(Stopped, match="abîmée"):
            back_up(inhabited, tmp_path / "backup", environment={}, now=NOW)
        assert not (tmp_path / "backup/manifest.json").exists()

    @pytest.mark.slow
    def test_holds_every_row_acknowledged_before_it_began(self, home: Path, elsewhere: Home, tmp_path: Path) -> None:
        """A writer never stops; each copy holds whole transactions, and at least those known to be committed."""
        inhabited, acknowledged = Home(home), tmp_path / "acknowledged"
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(inhabited.database), str(acknowledged)])
        try:
            while not acknowledged.exists() or int(acknowledged.read_text() or 0) < 50:
                time.sleep(0.01)
            for number in range(5):
                known = int(acknowledged.read_text() or 0)
                folder = tmp_path / f"backup-{number}"
                back_up(inhabited, folder, environment={}, now=NOW)
                found = rows(folder / "database.sqlite3")
                assert found % 2 == 0
                assert found >= 2 * known
            assert writer.poll() is None
        finally:
            writer.kill()
            writer.wait()
        put_back(elsewhere, folder, environment={})
        assert rows(elsewhere.database) == found
        assert int(acknowledged.read_text()) * 2 > found


class TestPutBack:
    @pytest.mark.parametrize("damage", ["changed", "missing", "longer", "emptied"])
    @pytest.mark.parametrize("part", ["database.sqlite3", "documents", "keys", "settings.json", "public"])
    def test_names_the_file_that_is_not_the_original(
        self, backup: Path, elsewhere: Home, part: str, damage: str
    ) -> None:
        victim = backup / part
        if victim.is_dir():
            victim = max(path for path in victim.rglob("*") if path.is_file())
        content = victim.read_bytes()
        match damage:
            case "changed":
                victim.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
            case "longer":
                victim.write_bytes(content + b"\0")
            case "emptied":
                victim.write_bytes(b"")
            case "missing":
                victim.unlink()
        with pytest.raises(Stopped, match=str(victim.relative_to(backup))):
            put_back(elsewhere, backup, environment={})
        assert not elsewhere.database.exists()

    def test_refuses_a_file_that_nobody_copied(self, backup: Path, elsewhere: Home) -> None:
        (backup / "keys/other.key").write_text("slipped in")
        with pytest.raises(Stopped, match=r"keys/other\.key"):
            put_back(elsewhere, backup, environment={})

    @pytest.mark.parametrize("content", [None, "", "{}", "[]", '{"format": 1, "database": "sqlite", "files": []}'])
    def test_refuses_a_manifest_missing_or_damaged(self, backup: Path, elsewhere: Home, content: str | None) -> None:
        (backup / "manifest.json").unlink()
        if content is not None:
            (backup / "manifest.json").write_text(content)
        with pytest.raises(Stopped, match=r"manifest\.json"):
            put_back(elsewhere, backup, environment={})

    def test_refuses_a_manifest_that_leads_outside(self, backup: Path, elsewhere: Home, tmp_path: Path) -> None:
        manifest = json.loads((backup / "manifest.json").read_text())
        (tmp_path / "outside").write_text("x")
        manifest["files"]["../outside"] = {"size_bytes": 1, "sha256": "0" * 64}
        (backup / "manifest.json").write_text(json.dumps(manifest))
        with pytest.raises(Stopped, match="hors de la sauvegarde"):
            put_back(elsewhere, backup, environment={})

    def test_refuses_a_home_that_is_not_empty(self, backup: Path, inhabited: Home) -> None:
        with pytest.raises(Stopped, match="pas vide"):
            put_back(inhabited, backup, environment={})
        assert rows(inhabited.database) == 100

    def test_starts_again_after_an_interruption(self, backup: Path, elsewhere: Home) -> None:
        (elsewhere.path / "restoring/documents").mkdir(parents=True)
        (elsewhere.path / "restoring/documents/half").write_text("…")
        put_back(elsewhere, backup, environment={})
        assert rows(elsewhere.database) == 100
        assert not (elsewhere.path / "restoring").exists()
        assert not (elsewhere.documents / "half").exists()

    def test_refuses_another_kind_of_database(self, backup: Path, elsewhere: Home) -> None:
        with pytest.raises(Stopped, match="SQLite"):
            put_back(elsewhere, backup, environment={"DATABASE_URL": "postgresql:///jurande"})

    def test_goes_on_without_the_keys_kept_elsewhere(self, backup: Path, elsewhere: Home) -> None:
        shutil.rmtree(backup / "keys")
        copied = put_back(elsewhere, backup, environment={})
        assert not copied.has_keys
        assert rows(elsewhere.database) == 100


class TestCommands:
    def test_answer_in_json(self, jurande: Jurande, inhabited: Home, tmp_path: Path) -> None:
        done = jurande("backup", str(tmp_path / "copy"), "--json", home=inhabited.path)
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        assert (answer["files"], answer["database"], answer["keys"]) == (8, "sqlite", True)
        done = jurande("restore", str(tmp_path / "copy"), "--json", home=tmp_path / "elsewhere")
        assert json.loads(done.stdout)["files"] == 8

    def test_tell_where_to_keep_the_keys(self, jurande: Jurande, inhabited: Home, tmp_path: Path) -> None:
        done = jurande("backup", str(tmp_path / "copy"), home=inhabited.path)
        assert f"Gardez les clés ({tmp_path / 'copy' / 'keys'}) ailleurs" in done.stdout
        shutil.rmtree(tmp_path / "copy/keys")
        done = jurande("restore", str(tmp_path / "copy"), home=tmp_path / "elsewhere")
        assert "Les clés n’étaient pas avec elle" in done.stdout

    def test_restore_refuses_a_home_that_is_served(
        self, serve: Callable[..., Served], jurande: Jurande, home: Path, backup: Path
    ) -> None:
        served = serve(home)
        done = jurande("restore", str(backup), home=served.home)
        assert done.returncode == Exit.BUSY
