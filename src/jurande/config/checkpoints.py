"""The one checkpointer of an SQLite database, safe from the WAL-reset bug (docs/adr/0002-sqlite-durability.md).

No connection of Jurande checkpoints by itself (`wal_autocheckpoint=0` in the settings). Whoever runs processes on the
database, the supervisor or a `manage` command, checkpoints with these functions while it holds the write lock: no
commit can happen during a checkpoint, so the race that SQLite before 3.51.3 loses cannot occur.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

CHECK_SECONDS = 2.0
WAL_SIZE_BYTES = 4_000_000
QUIET_CHECKS = 15


def wal_size_bytes(database: Path) -> int:
    try:
        return database.with_name(database.name + "-wal").stat().st_size
    except FileNotFoundError:
        return 0


def checkpoint(database: Path, *, wait_seconds: float = 5.0) -> bool:
    """Copy the write-ahead log into the database; return whether all of it was copied.

    Writers wait meanwhile (a few milliseconds), readers do not. False when a writer kept the lock for `wait_seconds`,
    or when a reader still needs an older state: the next call does the rest.
    """
    options = {"timeout": wait_seconds, "isolation_level": None}
    with (
        closing(sqlite3.connect(database, **options)) as holder,  # type: ignore[call-overload]
        closing(sqlite3.connect(database, **options)) as copier,  # type: ignore[call-overload]
    ):
        for connection in (holder, copier):
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA wal_autocheckpoint=0")
        try:
            holder.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        # PASSIVE, as the write lock is already held, by the other connection: the other modes would ask for it, and
        # fall back in silence to a checkpoint without it when they cannot have it.
        _busy, frames, copied = copier.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        holder.execute("ROLLBACK")
    return bool(frames == copied)


class Checkpointer(threading.Thread):
    """Checkpoint in the background, until `stop()`: when the log has grown, and once in a quiet while."""

    def __init__(self, database: Path) -> None:
        super().__init__(name="checkpointer", daemon=True)
        self.database = database
        self._stopping = threading.Event()
        self._last_size = 0
        self._quiet_checks = 0

    def run(self) -> None:
        while not self._stopping.wait(CHECK_SECONDS):
            try:
                self.check()
            except sqlite3.Error:
                # A full disk, a file restored under our feet: nothing is lost, the log keeps the rows.
                continue

    def check(self) -> None:
        """Checkpoint if the log passed its limit, or if it holds something and time has passed."""
        size = wal_size_bytes(self.database)
        self._quiet_checks += 1
        if size >= WAL_SIZE_BYTES or (size and self._quiet_checks >= QUIET_CHECKS):
            self._quiet_checks = 0
            checkpoint(self.database)

    def stop(self) -> None:
        self._stopping.set()
