"""The installation that is maltreated: its home, its database, its processes, and what a restart finds there."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from benches._open_badge import sample
from torture.seal import driver
from torture.seal.outside import Ledger, Published, Recovered, Row, judge
from torture.seal.stage import Child, Role, start

from jurande.core.log.notes import parse_vkey
from jurande.core.proof.shape import full_path
from jurande.core.proof.status.draw import secret_order


class Broken(Exception):
    """The installation gave way; the message says how."""


@dataclass
class House:
    """`home` never moves; what is in it may be taken away and put back. ``ledger`` is what was heard since then."""

    home: Path
    aside: Path
    database_url: str
    ledger: Ledger = field(default_factory=Ledger)
    published: Published = field(init=False)
    standings: dict[str, str] = field(default_factory=dict)
    heard: int = 0

    def __post_init__(self) -> None:
        self.aside.mkdir()

    @property
    def log(self) -> Path:
        return self.aside / "children.log"

    # --- processes ------------------------------------------------------------------------------

    def start(self, role: Role, *, crash_at: str = "", let_go: bool = True) -> Child:
        environment = {"JURANDE_CRASH_AT": crash_at} if crash_at else {}
        return start(role, log=self.log, environment=environment, let_go=let_go)

    def hear(self, *children: Child) -> None:
        """Note what these said since the last time."""
        for child in children:
            for line in child.listen():
                self.ledger.note(line)

    def wait_for_word(self, children: list[Child], *, seconds: float = 2) -> None:
        """Wait until one more thing has been acknowledged, so that work is under way."""
        before, deadline = self.ledger.acknowledged, time.monotonic() + seconds
        while self.ledger.acknowledged == before and time.monotonic() < deadline:
            time.sleep(0.005)
            self.hear(*children)

    def run(self, role: Role, *, crash_at: str = "") -> Child:
        """Play `role` to its end, noting all it says."""
        child = self.start(role, crash_at=crash_at)
        for line in child.finish():
            self.ledger.note(line)
        return child

    def ask(self, role: Role) -> list[dict[str, Any]]:
        """Play `role` to its end and return what it says, which is none of the ledger's. :raises Broken: it failed."""
        child = self.start(role)
        lines = child.finish(600)
        if child.status != 0:
            raise Broken(f"a process failed: {self.last_words()}")
        return lines

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""

    def try_to_resume(self, published_size: int) -> tuple[str | None, bool]:
        """Return what stops the signing here, and whether an operator who gives this size may resume."""
        *_, answer = self.ask(driver.resume(published_size))
        return answer["stop"], answer["resumed"]

    @property
    def published_size(self) -> int:
        shown = self.published.checkpoint()
        return shown.size if shown else 0

    # --- what is in the home: the folder itself stays, since the seal knows it ---------------------

    def empty_into(self, folder: Path) -> None:
        for path in list(self.home.iterdir()):
            path.rename(folder / path.name)

    def fill_from(self, folder: Path) -> None:
        for path in list(folder.iterdir()):
            path.rename(self.home / path.name)
        folder.rmdir()

    def clear(self) -> None:
        for path in list(self.home.iterdir()):
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def keep_copy(self, name: str, *, with_guard: bool = False) -> None:
        """Copy the home and the database; without the guard, as backups do."""
        folder = self.aside / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.home, folder, ignore=None if with_guard else shutil.ignore_patterns("guard"))
        self.copy_database(self.database, f"{self.database}_{name}")

    def put_copy(self, name: str) -> None:
        self.clear()
        shutil.copytree(self.aside / name, self.home, dirs_exist_ok=True)
        self.copy_database(f"{self.database}_{name}", self.database)

    @property
    def database(self) -> str:
        return urlsplit(self.database_url).path.lstrip("/")

    def copy_database(self, source: str, target: str) -> None:
        """On PostgreSQL, replace a database by a copy of another; a SQLite one is in the home."""
        if self.database_url:
            server = urlsplit(self.database_url)._replace(path="/postgres").geturl()
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
                connection.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')

    # --- judgement ------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Make a new installation with a certifier, its key and a first credential."""
        *_, ready = self.ask(driver.prepare)
        # What takes a new process a quarter of a second, and depends on nothing that is written.
        secret_order(bytes.fromhex(ready["places"]))
        full_path(sample().to_json())
        self.published = Published(self.home / "public", parse_vkey(str(ready["vkey"])))
        self.recover("a new installation")
        self.keep_copy("new", with_guard=True)

    def begin_again(self) -> None:
        """Put the new installation back, and forget what was heard."""
        self.put_copy("new")
        self.heard += self.ledger.acknowledged
        self.ledger = Ledger()

    def recover(self, after: str, now: datetime | None = None, *, repair: bool = False) -> Recovered:
        """Start again, settle, check, and compare with what was heard. :raises Broken: anything is wrong."""
        found = recovered(self.ask(driver.recover(now, repair=repair)))
        faults = judge(self.ledger, found, self.published)
        self.standings = {row.code: row.standing for row in found.rows}
        if faults:
            shown = "\n  ".join(faults[:10])
            raise Broken(f"after {after}:\n  {shown}\n{self.last_words()}")
        return found


def recovered(lines: list[dict[str, Any]]) -> Recovered:
    rows = tuple(Row(**{**row, "moves": tuple(row["moves"])}) for line in lines for row in line.get("rows", ()))
    return Recovered(rows, lines[-1]["bad"], tuple(lines[-1]["faults"]))
