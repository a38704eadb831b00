"""Several threads on the same rows: what two people, or two workers, do at the same instant."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, connections

_database: Path | None = None


@contextmanager
def sqlite_in_a_file(path: Path) -> Iterator[None]:
    """Work in a copy of the test database that is a file, as in production: in memory, threads would lock each other out."""
    global _database
    import sqlite3

    connection.ensure_connection()
    with sqlite3.connect(path) as target:
        connection.connection.backup(target)
    target.close()
    before, _database = connections["default"], path
    _open()
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"], _database = before, None


def _open() -> None:
    if _database is not None:
        own = connections["default"].copy()
        own.settings_dict["NAME"] = _database
        connections["default"] = own


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do each act in a thread of its own, all let go together; what one of them raises is raised here."""
    barrier = threading.Barrier(len(acts))
    results: list[Any] = []
    errors: list[BaseException] = []

    def run(act: Callable[[], Any]) -> None:
        _open()
        try:
            barrier.wait(10)
            results.append(act())
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if errors:
        raise errors[0]
    return results


PAUSE_SECONDS = 0.012


def slowly[Result](act: Callable[[], Result]) -> Callable[[], Result]:
    """Do it with a short rest, drawn anew, before each statement that locks or writes: what may cross then does."""

    def rest(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if "FOR NO KEY UPDATE" in sql or sql.startswith(("UPDATE", "INSERT", "DELETE")):
            time.sleep(random.random() * PAUSE_SECONDS)
        return execute(sql, params, many, context)

    def run() -> Result:
        with connection.execute_wrapper(rest):
            return act()

    # One at a time on SQLite, whatever they do: nothing to wait for.
    return run if connection.vendor == "postgresql" else act
