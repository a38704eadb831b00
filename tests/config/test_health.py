from __future__ import annotations

import json
from collections import namedtuple
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.test import RequestFactory

from jurande.config import health
from jurande.registers.common.models import Worker

NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
EVERYTHING = {"database": True, "migrations": True, "worker": True, "seal": True, "disk": True}
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def worker(db: None) -> Worker:
    """A worker that has just given a sign of life."""
    return Worker.objects.create(code="W1", host="here", pid=1, started_at=NOW, seen_at=NOW)


@pytest.fixture(autouse=True)
def _plenty_of_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.shutil, "disk_usage", lambda path: Usage(10**12, 0, 10**12))


class TestCheck:
    @pytest.mark.usefixtures("worker")
    def test_passes_when_everything_works(self, tmp_path: Path) -> None:
        assert health.check(tmp_path, now=NOW) == EVERYTHING

    @pytest.mark.usefixtures("worker")
    def test_notices_a_silent_worker(self, tmp_path: Path) -> None:
        later = NOW + health.WORKER_SILENCE + timedelta(seconds=1)
        assert health.check(tmp_path, now=later) == {**EVERYTHING, "worker": False}

    @pytest.mark.django_db
    def test_notices_that_there_is_no_worker(self, tmp_path: Path) -> None:
        assert health.check(tmp_path, now=NOW) == {**EVERYTHING, "worker": False}

    @pytest.mark.usefixtures("worker")
    def test_notices_a_full_disk(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        free = health.FREE_SPACE_BYTES - 1
        monkeypatch.setattr(health.shutil, "disk_usage", lambda path: Usage(10**12, 10**12 - free, free))
        assert health.check(tmp_path, now=NOW) == {**EVERYTHING, "disk": False}

    @pytest.mark.usefixtures("worker")
    def test_notices_a_database_that_is_behind(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(health, "_up_to_date", False)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = 'common'")
        assert health.check(tmp_path, now=NOW) == {**EVERYTHING, "migrations": False, "seal": False}

    @pytest.mark.usefixtures("worker")
    def test_notices_a_database_that_does_not_answer(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object) -> None:
            raise OperationalError("the server is gone")

        with monkeypatch.context() as silent:
            silent.setattr(connection, "cursor", refuse)
            checks = health.check(tmp_path, now=NOW)
        assert checks == {"database": False, "migrations": False, "worker": False, "seal": False, "disk": True}


@pytest.mark.django_db
class TestSante:
    def test_answers_503_and_names_what_fails(self) -> None:
        answer = health.sante(RequestFactory().get("/sante"))
        assert answer.status_code == 503
        assert json.loads(answer.content) == {"healthy": False, "checks": {**EVERYTHING, "worker": False}}
        assert "no-cache" in answer["Cache-Control"]

    def test_answers_200_when_all_is_well(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(health, "check", lambda home, now: EVERYTHING)
        assert health.sante(RequestFactory().get("/sante")).status_code == 200

    def test_is_only_read(self) -> None:
        assert health.sante(RequestFactory().post("/sante")).status_code == 405
