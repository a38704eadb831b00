"""What every test runs under: vices that a page or a query could hide are made impossible here."""

from __future__ import annotations

import gzip
import os
import secrets
import shutil
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import hypothesis
import pytest
from django.db.models.expressions import OrderBy
from django.db.models.functions import Random
from django.db.models.sql.compiler import SQLCompiler

from tests.html import check_page
from tests.replay import replaying

# A busy machine is no fault of the code under test.
hypothesis.settings.register_profile("jurande", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("jurande")

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
# Files that keep a worker busy for minutes.
LONGEST = ("tests/journeys/", "tests/web/test_matrix.py", "tests/web/test_isolation.py", "tests/demo/")
LOOPBACK = ("127.", "::1", "localhost")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each worker whole files: one test at a time, they would wait for one another's words thousands of times."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid.partition("::")[0]

        def _assign_work_unit(self, node: Any) -> None:
            # The longest first: nothing waits for them at the end.
            if long := next((file for file in self.workqueue if file.startswith(LONGEST)), None):
                self.workqueue.move_to_end(long, last=False)
            super()._assign_work_unit(node)

    return ByFile(config, log)


LONGEST_NAME = 80


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name long values by their argument: a file or a token made anew by each process would give each its own tests."""
    return argname if isinstance(val, str | bytes) and len(val) > LONGEST_NAME else None


@pytest.fixture(autouse=True)
def _unordered_rows_come_back_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that happens to be in order today is a bug tomorrow."""
    ordered = SQLCompiler.get_order_by

    def get_order_by(self: SQLCompiler) -> list[Any]:
        result = ordered(self)
        query = self.query
        if result or query.group_by is not None or query.distinct or query.combinator or query.subquery:
            return result
        if not query.default_ordering or query.select_for_update or query.annotation_select:
            return result
        return [(OrderBy(Random()), ("RANDOM()", (), False))]

    monkeypatch.setattr(SQLCompiler, "get_order_by", get_order_by)


@pytest.fixture(autouse=True)
def _status_lists_give_their_places_in_one_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sorting 131,072 places takes a tenth of a second: with one secret, it is done once for all tests."""
    from jurande.registers.seal.operations import credentials

    same = SimpleNamespace(token_bytes=secrets.token_bytes, token_hex=lambda size: "5e" * size)
    monkeypatch.setattr(credentials, "secrets", same)


@pytest.fixture(autouse=True)
def _nothing_is_kept_from_another_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """How often one asked, and what was drawn: neither another test nor the turn of a minute changes it."""
    from django.core.cache import caches

    from jurande.web import access

    for name in ("default", "parchments"):
        caches[name].clear()
    monkeypatch.setattr(access, "window_of", lambda seconds: 0)


class _Undefined(str):
    """Stands where a template names a variable that nobody gave it."""

    __slots__ = ()

    def __contains__(self, key: object) -> bool:
        return key == "%s"

    def __mod__(self, variable: object) -> str:
        raise AssertionError(f"undefined template variable: {variable}")


@pytest.fixture(autouse=True)
def _undefined_template_variables_fail() -> Iterator[None]:
    from django.template import engines

    engine = engines["django"].engine
    former, engine.string_if_invalid = engine.string_if_invalid, _Undefined("undefined")
    yield
    engine.string_if_invalid = former


@pytest.fixture(autouse=True)
def _no_network_but_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else "127."
        assert str(host).startswith(LOOPBACK), f"a test may not reach {host}"
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _every_page_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No inline script, style or handler, one h1, labels on fields, valid nesting: on every HTML answer of a test."""
    from django.test.client import ClientHandler

    answer = ClientHandler.__call__

    def checked(self: ClientHandler, environ: dict[str, Any]) -> Any:
        response = answer(self, environ)
        page = not response.streaming and response.content and response.get("Content-Type", "").startswith("text/html")
        if page:
            is_light = response.get("Content-Encoding") == "gzip"
            content = gzip.decompress(response.content) if is_light else response.content
            check_page(content.decode(), fragment="HTTP_HX_REQUEST" in environ)
        return response

    monkeypatch.setattr(ClientHandler, "__call__", checked)


@pytest.fixture(autouse=True)
def _worlds_are_told_again(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    _unordered_rows_come_back_in_any_order: None,
    _status_lists_give_their_places_in_one_order: None,
    _no_network_but_loopback: None,
    _every_page_is_checked: None,
    _nothing_is_kept_from_another_test: None,
) -> Iterator[None]:
    """What factories make in the same way is made once by process; see tests/replay.py."""
    marker = request.node.get_closest_marker("django_db")
    is_apart = "transactional_db" in request.fixturenames or (marker is not None and marker.kwargs.get("transaction"))
    if is_apart or not (marker or "db" in request.fixturenames):
        yield
        return
    request.getfixturevalue("db")

    def patches() -> int:
        return len(monkeypatch._setattr) + len(monkeypatch._setitem)

    from django.db import connection

    if connection.vendor != "sqlite":
        yield
        return
    before = patches()
    with replaying(lambda: patches() != before):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Begin from a copy of the last migrated SQLite database, if no migration changed since: it saves many seconds."""
    from django.db.backends.sqlite3.creation import DatabaseCreation

    create = DatabaseCreation._create_test_db

    def create_filled(self: Any, *arguments: Any, **options: Any) -> str:
        name = create(self, *arguments, **options)
        if self.connection.alias == "default" and (migrated := _migrated_copy()).exists():
            self.connection.close()
            self.connection.settings_dict["NAME"] = name
            self.connection.ensure_connection()
            with closing(sqlite3.connect(migrated)) as source:
                source.backup(self.connection.connection)
        return str(name)

    DatabaseCreation._create_test_db = create_filled


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    from django.db import connection

    if connection.vendor == "sqlite":
        _keep_migrated(connection, django_db_blocker)
    yield
    if connection.vendor == "postgresql":
        # A thread that served pages may not have given its connection back yet: the database could not be dropped.
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def _keep_migrated(connection: Any, django_db_blocker: Any) -> None:
    migrated = _migrated_copy()
    if migrated.exists():
        return
    migrated.parent.mkdir(exist_ok=True)
    for former in migrated.parent.glob("migrated-*.sqlite3"):
        former.unlink(missing_ok=True)
    unfinished = migrated.with_suffix(f".{os.getpid()}")
    with django_db_blocker.unblock(), closing(sqlite3.connect(unfinished)) as target:
        connection.ensure_connection()
        connection.connection.backup(target)
    unfinished.rename(migrated)


def _migrated_copy() -> Path:
    """Where a database migrated by exactly these migrations is kept between runs."""
    seen = sha256((ROOT / "requirements" / "run.lock").read_bytes())
    for path in sorted((ROOT / "src").rglob("migrations/*.py")):
        seen.update(path.read_bytes())
    return ROOT / ".cache" / f"migrated-{seen.hexdigest()[:32]}.sqlite3"


@pytest.fixture(scope="session", autouse=True)
def _the_home_has_its_keys() -> None:
    from jurande.registers.common import crypto

    crypto.prepare()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real extracts and vectors kept beside the project."""
    if not SHARED.is_dir():
        pytest.skip("le dossier shared/ (extraits et vecteurs) n’est pas à côté du projet")
    return SHARED


CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One Chromium for everything that a process tests in a browser: Playwright can be started only once in it."""
    if not CHROMIUM:
        pytest.skip("Chromium manque\u00a0: apt-get install chromium pour parcourir l’application")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield opened
        opened.close()


@dataclass(frozen=True)
class Served:
    """Where the application answers."""

    url: str


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def served(transactional_db: None, settings: Any) -> Iterator[Served]:
    """The application on a port of its own, for this test alone: one request at a time, and no connection kept open.

    pytest-django's serves the whole session from threads that outlive it, and that then fail.
    """
    from django.core.wsgi import get_wsgi_application
    from django.db import connection, connections

    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    in_memory = connection.vendor == "sqlite" and connection.is_in_memory_db()
    main = connections["default"]
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=_Quiet)

    def serve() -> None:
        if in_memory:
            connections["default"] = main
        server.serve_forever(0.02)
        if not in_memory:
            connections.close_all()

    thread = threading.Thread(target=serve)
    main.inc_thread_sharing()
    thread.start()
    yield Served(f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()
    main.dec_thread_sharing()
