from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from jurande.config.exits import Exit
from tests.config.conftest import Jurande, Served, environment, free_port

Serve = Callable[..., Served]


def prepare(home: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "jurande.config.supervised", str(os.getpid()), "prepare"]
    return subprocess.run(command, env=environment(home), capture_output=True, text=True, timeout=60)


@contextmanager
def database(home: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(home / "jurande.sqlite3", isolation_level=None)) as connection:
        yield connection


def forget_row_migration(home: Path) -> None:
    """Bring the database back to what it was before `tiny.0001_row`, keeping rows elsewhere to be found again."""
    with database(home) as connection:
        connection.execute("DROP TABLE tiny_row")
        connection.execute("DELETE FROM django_migrations WHERE app = 'tiny'")
        connection.execute("CREATE TABLE witness (text TEXT)")
        connection.execute("INSERT INTO witness VALUES ('was here before')")


class TestPrepare:
    def test_makes_a_database_that_only_its_owner_reads(self, tmp_path: Path) -> None:
        home = tmp_path / "home"
        assert prepare(home).returncode == 0
        assert (home / "keys").stat().st_mode & 0o077 == 0
        for key in ("django.key", "fields.key"):
            assert (home / "keys" / key).stat().st_mode & 0o077 == 0

    def test_copies_the_database_before_changing_it(self, home: Path) -> None:
        forget_row_migration(home)
        done = prepare(home)
        assert done.returncode == 0, done.stderr
        (copy,) = (home / "backups").iterdir()
        assert re.fullmatch(r"before-tiny\.0001_row-\d{8}T\d{6}Z\.sqlite3", copy.name)
        assert str(copy) in done.stdout
        assert copy.stat().st_mode & 0o077 == 0
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("SELECT text FROM witness").fetchall() == [("was here before",)]
            assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'tiny_row'").fetchone() == (0,)
        with database(home) as connection:
            assert connection.execute("SELECT count(*) FROM tiny_row").fetchone() == (0,)

    def test_copies_nothing_when_nothing_changes(self, home: Path) -> None:
        done = prepare(home)
        assert (done.returncode, done.stdout) == (0, "")
        assert not (home / "backups").exists()

    def test_refuses_a_database_from_a_later_version(self, home: Path) -> None:
        with database(home) as connection:
            connection.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('tiny', '0002_later', '2026-01-01')"
            )
        done = prepare(home)
        assert done.returncode == Exit.REFUSED
        assert "tiny.0002_later" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.slow
class TestServe:
    def test_makes_everything_at_the_first_start_only(self, serve: Serve, tmp_path: Path) -> None:
        served = serve(tmp_path / "home")
        said = served.output.read_text()
        assert "http://localhost/lien-unique" in said
        assert f"SQLite {sqlite3.sqlite_version}" in said
        assert f"http://127.0.0.1:{served.port}" in said
        served.stop()
        again = serve(tmp_path / "home")
        assert "lien-unique" not in again.output.read_text()

    def test_upgrades_a_database_that_is_behind(self, serve: Serve, home: Path) -> None:
        forget_row_migration(home)
        served = serve(home)
        assert served.get()["rows"] == 0
        assert len(list((home / "backups").iterdir())) == 1

    def test_refuses_to_start_afresh_when_its_database_is_gone(self, jurande: Jurande, home: Path) -> None:
        (home / "jurande.sqlite3").unlink()
        done = jurande("serve", "--port", str(free_port()), home=home)
        assert done.returncode == Exit.ENVIRONMENT
        assert "a disparu" in done.stderr
        assert not (home / "jurande.sqlite3").exists()

    def test_refuses_to_start_without_its_keys(self, jurande: Jurande, home: Path) -> None:
        (home / "keys/fields.key").unlink()
        done = jurande("serve", "--port", str(free_port()), home=home)
        assert done.returncode == Exit.ENVIRONMENT
        assert "fields.key a disparu" in done.stderr
        assert done.stderr.count("\n") == 1
        assert not (home / "keys/fields.key").exists()

    def test_seals_the_keys_when_a_passphrase_is_given(self, jurande: Jurande, serve: Serve, home: Path) -> None:
        assert "kdf" in (home / "keys/fields.key").read_text()
        served = serve(home, passphrase="une phrase que personne ne devine")
        served.stop()
        done = jurande("serve", "--port", str(free_port()), home=home)
        assert done.returncode == Exit.ENVIRONMENT
        assert "JURANDE_KEY_PASSPHRASE" in done.stderr

    def test_refuses_to_start_without_a_public_address(self, jurande: Jurande, tmp_path: Path) -> None:
        done = jurande("serve", "--port", str(free_port()), home=tmp_path / "home")
        assert done.returncode == Exit.USAGE
        assert "JURANDE_PUBLIC_URL" in done.stderr
        assert not (tmp_path / "home/jurande.sqlite3").exists()

    def test_refuses_to_start_with_a_mail_server_that_no_letter_could_leave_by(
        self, jurande: Jurande, home: Path
    ) -> None:
        done = jurande("serve", "--port", str(free_port()), home=home, JURANDE_SMTP_URL="http://smtp.example.fr")
        assert done.returncode == Exit.ENVIRONMENT
        assert "JURANDE_SMTP_URL" in done.stderr
        assert done.stderr.count("\n") == 1

    def test_refuses_another_public_address(self, jurande: Jurande, home: Path) -> None:
        done = jurande("serve", "--port", str(free_port()), home=home, JURANDE_PUBLIC_URL="https://autre.example.fr")
        assert done.returncode == Exit.REFUSED
        assert "http://localhost:9" in done.stderr
