"""An installation of the test's own, with real processes on a real database: SQLite, or PostgreSQL where it is given."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.conftest import ROOT
from tests.registers.common.declared import NOTEBOOK


class Installation:
    """A home, its database, and the processes started on it."""

    def __init__(self, home: Path, database_url: str) -> None:
        self.home, self.database_url = home, database_url
        self.notebook = home / "notebook"
        self.environment = {
            **os.environ,
            "JURANDE_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "tests.registers.common.standalone",
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            NOTEBOOK: str(self.notebook),
        }
        if database_url:
            self.environment["DATABASE_URL"] = database_url
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return self.popen("-m", "django", *arguments)

    def popen(self, *arguments: str) -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        command = [sys.executable, *arguments]
        process = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=pipe, stderr=pipe)
        self.processes.append(process)
        return process

    def manage(self, *arguments: str) -> None:
        self.run("-m", "django", *arguments)

    def python(self, code: str) -> str:
        return self.run("-c", f"import django; django.setup()\n{code}")

    def run(self, *arguments: str) -> str:
        command = [sys.executable, *arguments]
        done = subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def lines(self) -> list[str]:
        return self.notebook.read_text().splitlines() if self.notebook.exists() else []

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.communicate(timeout=10)


def wait_for(condition: Callable[[], object], *, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An empty installation, whose database is copied for each test: migrating takes longer than most tests."""
    with _database(template="template1") as url:
        made = Installation(tmp_path_factory.mktemp("migrated"), url)
        made.manage("migrate", "--verbosity", "0")
        yield made


@pytest.fixture
def installation(migrated: Installation, tmp_path: Path) -> Iterator[Installation]:
    with _database(template=migrated.database_url.rpartition("/")[2]) as url:
        if not url:
            shutil.copy(migrated.home / "jurande.sqlite3", tmp_path)
        made = Installation(tmp_path, url)
        yield made
        made.close()


@contextmanager
def _database(*, template: str) -> Iterator[str]:
    """The address of a new PostgreSQL database, copied from this one; nothing where the suite runs on SQLite."""
    server, name = os.environ.get("DATABASE_URL", ""), f"jurande_{uuid.uuid4().hex}"
    if not server:
        yield ""
        return
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
