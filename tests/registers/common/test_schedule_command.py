from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from jurande.registers.common.schedule import Daily, Every
from jurande.registers.common.scheduler import tick

pytestmark = pytest.mark.django_db


class TestSchedule:
    def test_prints_what_runs_and_when(self, settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
        settings.JURANDE_SCHEDULE = [Daily("common.purge", at="03:15"), Every("journal.verify", minutes=30)]
        tick(settings.JURANDE_SCHEDULE[:1], now=timezone.now())
        call_command("schedule")
        header, daily, every = capsys.readouterr().out.splitlines()
        assert header.split("  ")[0] == "Travail"
        assert "chaque jour à 03\u00a0h\u00a015" in daily
        assert daily.count(" 03:15") == 2
        assert "En attente" in daily
        assert "toutes les 30\u00a0min" in every
        assert every.count("—") == 2


class TestTheSchedule:
    def test_names_jobs_that_exist_once_each(self) -> None:
        names = [planned.name for planned in settings.JURANDE_SCHEDULE]
        assert len(names) == len(set(names))
        assert set(names) <= set(settings.JURANDE_JOBS)
