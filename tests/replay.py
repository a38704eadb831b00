"""What a factory wrote is written again, rather than worked out again, in the tests that begin in the same way.

A world takes tenths of a second to make through the operations, and hundreds of tests begin with the same. The first
call of a factory in a given state of the database is watched: the statements that write, the files of the home, the
result. The same call in the same state does the same again. The state is known as long as everything since the
beginning of the test went through such factories; one other write, a rollback, a patch of the test, and they are run
for real. SQLite only, within the transaction of a test: PostgreSQL gives other keys each time.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import mail
from django.db import connection
from django.db.models import Model

from jurande.integrations.guard_files import machine_fingerprint

_READS = ("SELECT", "SAVEPOINT", "RELEASE", "EXPLAIN", "PRAGMA", "WITH")
_PLAIN = (type(None), bool, int, float, str, bytes, date, datetime, timedelta, Decimal, Path, type)
# Where a test keeps its files differs from test to test; what is in them is part of the state.
_PLACES = {"HOME"}


class _NotTheSame(Exception):
    """This call cannot be known again."""


class Count:
    """Numbers that no other thing of the test has."""

    def __init__(self) -> None:
        """Begin at one."""
        self.last = 0

    def __next__(self) -> int:
        """Give one more."""
        self.last += 1
        return self.last


# What factories count with.
counted = Count()


@dataclass(eq=False)
class _State:
    """What a database, and a home, hold after this path of calls."""

    after: dict[Any, _Told] = field(default_factory=dict)


@dataclass(frozen=True)
class _Told:
    """One call that was watched."""

    written: list[tuple[str, Any, bool]]
    changes: int
    files: dict[str, tuple[bytes, int]]
    committed: list[tuple[Callable[[], object], bool]]
    arguments: bytes
    result: bytes
    counted: int
    # What the seal knows its home by, written in its files.
    place: bytes
    state: _State


_beginnings: dict[Any, _State] = {}


class Replay:
    """What one test did so far."""

    def __init__(self, is_patched: Callable[[], bool]) -> None:
        """Begin where the database of tests begins."""
        self.is_patched = is_patched
        self.written: list[tuple[str, Any, bool]] = []
        counted.last = 0
        self.is_known = True
        self.is_making = False
        self.files: dict[str, tuple[int, int]] | None = None
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, seq FROM sqlite_sequence ORDER BY name")
            self.state = _beginnings.setdefault(tuple(cursor.fetchall()), _State())
        self.changes = _changes()

    def watch(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Note what writes. A transaction that goes back leaves a state that nothing describes."""
        word = sql.split(None, 1)[0].upper()
        if word == "ROLLBACK":
            self.is_known = False
        elif self.is_known and word not in _READS:
            self.written.append((sql, list(params) if many else params, many))
        return execute(sql, params, many, context)

    def call(self, make: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Make it, or write again what making it wrote."""
        if self.is_making:
            return make(*args, **kwargs)
        if not self._still_knows():
            self.is_known = False
            return make(*args, **kwargs)
        try:
            key = (make.__module__, make.__qualname__, _key(args), _key(kwargs), counted.last, _surroundings())
        except _NotTheSame:
            return make(*args, **kwargs)
        told = self.state.after.get(key)
        if told is not None:
            return self._again(told, (args, kwargs))
        result, told = self._watched(make, args, kwargs)
        if told is not None:
            self.state.after[key] = told
            self.state = told.state
        return result

    def _still_knows(self) -> bool:
        """Whether nothing but factories wrote since the beginning, in the database and in a home of the test's own."""
        same = self.files is None or settings.HOME is _session_home or self.files == _files()
        return self.is_known and self.changes == _changes() and same and not self.is_patched()

    def _watched(self, make: Callable[..., Any], args: Any, kwargs: Any) -> tuple[Any, _Told | None]:
        """Make it, and say how to make it again; None when that cannot be said."""
        before, since, changes = _files(), len(self.written), _changes()
        waiting, letters = len(connection.run_on_commit), len(mail.outbox)
        self.is_making = True
        try:
            result = make(*args, **kwargs)
        finally:
            self.is_making = False
        if len(self.written) == since:
            return result, None
        self.changes, self.files = _changes(), _files()
        is_replaced = any(self.files.get(name) != was for name, was in before.items())
        if len(mail.outbox) != letters or (is_replaced and settings.HOME is _session_home):
            self.is_known = False
        if not self.is_known or before.keys() - self.files.keys():
            self.is_known = False
            return result, None
        objects = _objects((args, kwargs))
        try:
            arguments, given = pickle.dumps([one.__dict__ for one in objects]), _dumped(result, objects)
        except (pickle.PicklingError, AttributeError, TypeError):
            self.is_known = False
            return result, None
        return result, _Told(
            written=self.written[since:],
            changes=self.changes - changes,
            files={name: _read(name) for name, was in self.files.items() if before.get(name) != was},
            committed=[(function, robust) for _sids, function, robust in connection.run_on_commit[waiting:]],
            arguments=arguments,
            result=given,
            counted=counted.last,
            place=_place(),
            state=_State(),
        )

    def _again(self, told: _Told, given: Any) -> Any:
        with connection.cursor() as cursor:
            for sql, params, many in told.written:
                if many:
                    cursor.cursor.executemany(sql, params)
                else:
                    cursor.cursor.execute(sql, params)
                    cursor.cursor.fetchall()  # what returns something writes as it is read
        assert _changes() - self.changes == told.changes, "the same statements changed something else"
        for name, (content, mode) in told.files.items():
            path = settings.HOME.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            path.write_bytes(content.replace(told.place, _place()))
            path.chmod(mode)
        for function, robust in told.committed:
            connection.on_commit(function, robust=robust)
        self.changes, self.files = _changes(), _files()
        self.state, counted.last = told.state, told.counted
        objects = _objects(given)
        for one, became in zip(objects, pickle.loads(told.arguments), strict=True):
            one.__dict__.clear()
            one.__dict__.update(became)
        return _Known(told.result, objects).load()


_current: Replay | None = None
_session_home = settings.HOME


def replayed[**P, R](make: Callable[P, R]) -> Callable[P, R]:
    """Let this factory be told again. What it makes must depend on its arguments, the database and the home only."""

    @wraps(make)
    def again(*args: P.args, **kwargs: P.kwargs) -> R:
        return make(*args, **kwargs) if _current is None else _current.call(make, args, kwargs)

    return again


@contextmanager
def replaying(is_patched: Callable[[], bool]) -> Iterator[None]:
    """Let factories be told again in this block, a test in a transaction of its own on SQLite."""
    global _current
    _current = Replay(is_patched)
    try:
        with connection.execute_wrapper(_current.watch):
            yield
    finally:
        _current = None


# --- what a call is known by --------------------------------------------------------------------


def _key(value: Any) -> Any:
    if isinstance(value, Model):
        names = [one.attname for one in value._meta.concrete_fields]
        return (type(value), repr([value.__dict__.get(name) for name in names]))
    if isinstance(value, _PLAIN):
        return (type(value), value)
    if isinstance(value, dict):
        return ("{}", tuple((_key(name), _key(one)) for name, one in value.items()))
    if isinstance(value, list | tuple):
        return (type(value), tuple(_key(one) for one in value))
    if isinstance(value, set | frozenset):
        return (type(value), frozenset(_key(one) for one in value))
    if is_dataclass(value):
        return (type(value), tuple(_key(getattr(value, one.name)) for one in fields(value)))
    raise _NotTheSame


def _surroundings() -> Any:
    """The settings that the test chose."""
    chosen: dict[str, Any] = {}
    layer = settings._wrapped
    while hasattr(layer, "default_settings"):
        for name, value in layer.__dict__.items():
            if name.isupper() and name not in _PLACES:
                chosen.setdefault(name, _key(value))
        layer = layer.default_settings
    return (settings.HOME is _session_home, frozenset(chosen.items()))


def _changes() -> int:
    connection.ensure_connection()
    return int(connection.connection.total_changes)


# --- files, and rows in hand --------------------------------------------------------------------


def _files() -> dict[str, tuple[int, int]]:
    root = settings.HOME.path
    found = {}
    for path in root.rglob("*"):
        if path.is_file():
            seen = path.stat()
            found[str(path.relative_to(root))] = (seen.st_mtime_ns, seen.st_size)
    return found


def _place() -> bytes:
    return machine_fingerprint(settings.HOME.path).encode()


def _read(name: str) -> tuple[bytes, int]:
    path = settings.HOME.path / name
    return path.read_bytes(), path.stat().st_mode & 0o777


def _objects(value: Any) -> list[Model]:
    """The rows given to a call, which it may have changed."""
    if isinstance(value, Model):
        return [value]
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list | tuple | set | frozenset):
        return []
    return [row for one in value for row in _objects(one)]


class _Knowing(pickle.Pickler):
    def __init__(self, into: io.BytesIO, given: list[Model]) -> None:
        super().__init__(into)
        self.places = {id(one): place for place, one in enumerate(given)}

    def persistent_id(self, one: Any) -> int | None:
        return self.places.get(id(one))


class _Known(pickle.Unpickler):
    def __init__(self, content: bytes, given: list[Model]) -> None:
        super().__init__(io.BytesIO(content))
        self.given = given

    def persistent_load(self, place: Any) -> Model:
        return self.given[place]


def _dumped(result: Any, given: list[Model]) -> bytes:
    into = io.BytesIO()
    _Knowing(into, given).dump(result)
    return into.getvalue()
