"""Writers, a reader and the checkpointer on one SQLite database, killed at random: nothing acknowledged may be lost.

    ./jurande torture sqlite [--seconds 20] [--seed N]

Every process opens the database with the settings' own pragmas. A row counts as acknowledged once its writer has said
so through a pipe, after COMMIT returned. Time after time one process is killed, or all at once, as when a machine
stops; then the database must pass SQLite's own checks, hold every acknowledged row unaltered, and no half of a
transaction. A run that killed nothing, acknowledged nothing or checkpointed nothing fails: it proved nothing.

Why the settings are what they are: docs/adr/0002-sqlite-durability.md
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from jurande.config.checkpoints import checkpoint
from jurande.config.cli.arguments import parser

WRITERS = 2
PAUSE_SECONDS = (0.03, 0.3)
STOP_ALL_SHARE = 0.15


# --- what each process does, for ever -----------------------------------------------------------


def open_database(database: Path, pragmas: str) -> sqlite3.Connection:
    connection = sqlite3.connect(database, timeout=20, isolation_level=None)
    for pragma in pragmas.split(";"):
        connection.execute(pragma)
    return connection


def payload(writer: int, number: int) -> bytes:
    """A content that only this writer and this number give, from 32 bytes to three pages."""
    seed = hashlib.sha256(f"{writer}/{number}".encode()).digest()
    return seed * (1 + int.from_bytes(seed[:2]) % 400)


def write(database: Path, pragmas: str, writer: int, first: int) -> None:
    """Commit two rows and a running total at a time, and say each time that it is done."""
    number = first
    with closing(open_database(database, pragmas)) as connection:
        while True:
            connection.execute("BEGIN IMMEDIATE")
            for half in (0, 1):
                row = (writer, number, half, payload(writer, number))
                connection.execute("INSERT INTO kept (writer, number, half, payload) VALUES (?, ?, ?, ?)", row)
            connection.execute("UPDATE total SET pairs = pairs + 1")
            connection.execute("COMMIT")
            os.write(1, b"%d %d\n" % (writer, number))
            number += 1


def read(database: Path, pragmas: str) -> None:
    """Compare the total with the rows, in one snapshot kept open for a while."""
    with closing(open_database(database, pragmas)) as connection:
        while True:
            connection.execute("BEGIN DEFERRED")
            (total,) = connection.execute("SELECT pairs FROM total").fetchone()
            time.sleep(random.random() * 0.02)
            (pairs,) = connection.execute("SELECT count(*) FROM kept WHERE half = 0").fetchone()
            connection.execute("COMMIT")
            if pairs != total:
                os.write(1, b"torn\n")


def copy(database: Path, _pragmas: str) -> None:
    while True:
        checkpoint(database)
        os.write(1, b"checkpoint\n")


ROLES: dict[str, Callable[..., None]] = {
    "write": write,
    "read": read,
    "checkpoint": copy,
}


# --- what is done to them -----------------------------------------------------------------------


@dataclass
class Ordeal:
    """The processes, what they said, and what was done to them."""

    database: Path
    pragmas: str
    chance: random.Random
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    acknowledged: dict[int, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: {"kills": 0, "stops": 0, "checkpoint": 0, "torn": 0})
    unfinished_line: bytes = b""

    def __post_init__(self) -> None:
        self.reading, self.writing = os.pipe()
        os.set_blocking(self.reading, False)
        with closing(open_database(self.database, self.pragmas)) as connection:
            connection.executescript(
                "CREATE TABLE kept (writer INTEGER, number INTEGER, half INTEGER, payload BLOB,"
                " PRIMARY KEY (writer, number, half));"
                "CREATE INDEX kept_payload ON kept (substr(payload, 1, 16));"
                "CREATE TABLE total (pairs INTEGER); INSERT INTO total VALUES (0);"
            )

    def start_missing(self) -> None:
        """Start every process that is not running; a writer goes on after its last row, acknowledged or not."""
        self.start("reader", "read")
        self.start("checkpointer", "checkpoint")
        for writer in range(WRITERS):
            if self.is_missing(f"writer {writer}"):
                with closing(open_database(self.database, self.pragmas)) as connection:
                    query = "SELECT coalesce(max(number), 0) + 1 FROM kept WHERE writer = ?"
                    (first,) = connection.execute(query, (writer,)).fetchone()
                self.start(f"writer {writer}", "write", str(writer), str(first))

    def is_missing(self, name: str) -> bool:
        return name not in self.processes or self.processes[name].poll() is not None

    def start(self, name: str, role: str, *arguments: str) -> None:
        if self.is_missing(name):
            command = [sys.executable, __file__, role, str(self.database), self.pragmas, *arguments]
            self.processes[name] = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.writing)

    def listen(self) -> None:
        """Note what the processes have said since the last time."""
        with suppress(BlockingIOError):
            while heard := os.read(self.reading, 1 << 20):
                *lines, self.unfinished_line = (self.unfinished_line + heard).split(b"\n")
                for line in lines:
                    self.note(line.decode())

    def note(self, line: str) -> None:
        if line in self.counts:
            self.counts[line] += 1
        else:
            writer, number = map(int, line.split())
            self.acknowledged[writer] = number

    def strike(self) -> None:
        """Kill one process, or all of them at once and then check everything."""
        if self.chance.random() < STOP_ALL_SHARE:
            self.stop_all()
            self.check()
        else:
            victim = self.chance.choice(sorted(self.processes))
            self.processes[victim].kill()
            self.processes[victim].wait()
            self.counts["kills"] += 1

    def stop_all(self) -> None:
        for process in self.processes.values():
            process.send_signal(signal.SIGKILL)
        for process in self.processes.values():
            process.wait()
        self.counts["stops"] += 1
        self.listen()

    def check(self) -> None:
        """Look at the whole database. :raises AssertionError: a row is lost, altered or halved, or a page is wrong."""
        assert not self.counts["torn"], "a reader saw half of a transaction"
        with closing(open_database(self.database, self.pragmas)) as connection:
            (fault,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            assert fault == "ok", fault
            pairs = 0
            for writer in range(WRITERS):
                rows = connection.execute(
                    "SELECT number, half, payload FROM kept WHERE writer = ? ORDER BY number, half", (writer,)
                ).fetchall()
                numbers = [number for number, _, _ in rows]
                last = max(numbers, default=0)
                assert numbers == [number for number in range(1, last + 1) for _ in (0, 1)], "a row is missing"
                assert last >= self.acknowledged.get(writer, 0), "an acknowledged row is lost"
                assert all(content == payload(writer, number) for number, _, content in rows), "a row has changed"
                pairs += last
            assert connection.execute("SELECT pairs FROM total").fetchall() == [(pairs,)], "the total is wrong"


def torment(database: Path, *, seconds: float, seed: int) -> Ordeal:
    """Run the whole ordeal on a new database for about `seconds`. :raises AssertionError: the database gave way."""
    os.environ["JURANDE_HOME"] = str(database.parent)
    os.environ.pop("DATABASE_URL", None)
    from jurande.config.settings import DATABASES  # it reads JURANDE_HOME when imported

    pragmas = DATABASES["default"]["OPTIONS"]["init_command"].strip(";")
    ordeal = Ordeal(database, pragmas, random.Random(seed))
    deadline = time.monotonic() + seconds
    try:
        while time.monotonic() < deadline:
            ordeal.start_missing()
            time.sleep(ordeal.chance.uniform(*PAUSE_SECONDS))
            ordeal.listen()
            ordeal.strike()
    finally:
        ordeal.stop_all()
    ordeal.check()
    return ordeal


def main(argv: Sequence[str]) -> int:
    options = parser(
        "torture sqlite", "Tue sans cesse ceux qui écrivent dans une base SQLite, et vérifie qu’elle tient."
    )
    options.add_argument("--seconds", type=float, default=20, help="durée (20)")
    options.add_argument("--seed", type=int, default=0, help="graine du hasard (0)")
    asked = options.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="jurande-torture-") as folder:
        try:
            ordeal = torment(Path(folder) / "jurande.sqlite3", seconds=asked.seconds, seed=asked.seed)
        except AssertionError as fault:
            print(f"SQLite {sqlite3.sqlite_version} : la base a cédé ({fault}).", file=sys.stderr)
            return 1
    acknowledged = sum(ordeal.acknowledged.values())
    print(
        f"SQLite {sqlite3.sqlite_version} : {acknowledged} écritures confirmées, aucune perdue ; "
        f"{ordeal.counts['kills']} processus tués, {ordeal.counts['stops']} arrêts complets, "
        f"{ordeal.counts['checkpoint']} recopies du journal."
    )
    if not (acknowledged and ordeal.counts["kills"] and ordeal.counts["stops"] > 1 and ordeal.counts["checkpoint"]):
        print("Rien n’a été éprouvé : le temps était trop court.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    role, database, pragmas, *rest = sys.argv[1:]
    ROLES[role](Path(database), pragmas, *map(int, rest))
