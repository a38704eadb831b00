"""All that somebody holds in one ZIP."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from jurande.registers.awards.models import Award, Design
from jurande.registers.awards.operations import taking_away
from jurande.registers.awards.operations.taking_away import NothingHeld
from jurande.registers.awards.states.awards import AwardState
from jurande.registers.common import jobs
from jurande.registers.common.models import JobRequest
from jurande.registers.common.states import JobState
from jurande.registers.parties.models import Person
from jurande.registers.seal.operations import projection
from tests import factories
from tests.registers.awards import held as spaces
from tests.registers.awards import proved
from tests.registers.seal.homes import own_home

NOW = proved.NOW


@pytest.fixture
def design(db: None, settings: Any, tmp_path: Path) -> Design:
    own_home(settings, tmp_path / "home")
    return proved.designed(proved.house())


@pytest.fixture
def ines(design: Design) -> Person:
    return factories.holder(by=design.certifier)


def held(ines: Person, design: Design, count: int) -> list[Award]:
    made = [spaces.held(ines, design) for _each in range(count)]
    projection.settle(now=NOW, wait_seconds=5)
    return made


def folders(content: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in ZipFile(io.BytesIO(content)).namelist():
        folder, _slash, file = name.rpartition("/")
        found.setdefault(folder, []).append(file)
    return found


class TestTakingAway:
    def test_has_all_that_proves_each(self, ines: Person, design: Design) -> None:
        (award,) = held(ines, design, 1)
        proved.awarded(design, name=(ines.first_name, ines.last_name), settle=False)
        content = taking_away.bundle_of(ines, now=NOW)
        (folder, files), (_root, readme) = sorted(folders(content).items(), reverse=True)
        assert folder.endswith(award.shown_number)
        assert sorted(files) == sorted(
            ["attestation.json", f"preuve-{award.shown_number}.zip", "document.pdf", "badge.png", "badge.svg"]
        )
        assert readme == ["LISEZ-MOI.txt"]
        assert json.loads(ZipFile(io.BytesIO(content)).read(f"{folder}/attestation.json"))["proof"]

    def test_keeps_the_proof_alone_of_what_no_longer_holds(self, ines: Person, design: Design) -> None:
        (award,) = held(ines, design, 1)
        Award.objects.filter(pk=award.pk).update(state=AwardState.REVOKED, revoked_on=proved.TODAY)
        found = folders(taking_away.bundle_of(ines, now=NOW))
        found.pop("")
        assert [sorted(files) for files in found.values()] == [["attestation.json", f"preuve-{award.shown_number}.zip"]]

    def test_gathers_a_few_at_once_and_more_by_a_job(self, ines: Person, design: Design) -> None:
        held(ines, design, taking_away.FEW)
        assert taking_away.is_quick(ines)
        held(ines, design, 1)
        assert not taking_away.is_quick(ines)

    def test_of_a_name_that_cannot_be_drawn_keeps_all_that_proves_it(self, ines: Person, design: Design) -> None:
        ines.first_name, ines.last_name = "小明", "王"
        spaces.held(ines, design)
        projection.settle(now=NOW, wait_seconds=5)
        ((_folder, files),) = [one for one in folders(taking_away.bundle_of(ines, now=NOW)).items() if one[0]]
        assert "attestation.json" in files
        assert "document.pdf" not in files

    def test_of_nothing_is_refused(self, ines: Person) -> None:
        with pytest.raises(NothingHeld):
            taking_away.request_bundle(person=ines, now=NOW)


class TestTheJob:
    def test_makes_the_file_once_and_is_theirs_alone(self, ines: Person, design: Design) -> None:
        held(ines, design, 2)
        job = taking_away.request_bundle(person=ines, now=NOW)
        assert taking_away.request_bundle(person=ines, now=NOW) == job
        jobs.execute(job.code, worker_code="essai", clock=lambda: NOW)
        job.refresh_from_db()
        file = taking_away.bundle_file(job.code)
        assert (job.state, job.done_count, job.total_count) == (JobState.DONE, 2, 2)
        assert len(folders(file.read_bytes())) == 3
        assert file.stat().st_mode & 0o077 == 0
        assert taking_away.job_for(ines, job.code) == job
        assert taking_away.job_for(factories.holder(), job.code) is None

    def test_leaves_nothing_behind_when_it_is_stopped(self, ines: Person, design: Design) -> None:
        held(ines, design, 2)

        def stop(done: int, failed: int, total: int) -> None:
            raise RuntimeError

        with pytest.raises(RuntimeError):
            taking_away.gather(person=ines, job_code="ESSAI", report=stop, now=NOW)
        assert list(taking_away.bundle_file("x").parent.iterdir()) == []

    def test_its_file_stays_a_day(self, ines: Person) -> None:
        old, fresh = taking_away.bundle_file("OLD"), taking_away.bundle_file("FRESH")
        old.parent.mkdir(parents=True)
        for file, age in ((old, 25), (fresh, 23)):
            file.write_bytes(b"")
            os.utime(file, (NOW.timestamp() - age * 3600,) * 2)
        assert taking_away.forget_bundles(now=NOW) == 1
        assert (old.exists(), fresh.exists()) == (False, True)

    def test_its_file_goes_at_once_with_the_person(self, ines: Person, design: Design) -> None:
        held(ines, design, 1)
        job = taking_away.request_bundle(person=ines, now=NOW)
        jobs.execute(job.code, worker_code="essai", clock=lambda: NOW)
        taking_away.forget_bundles_of(ines.code)
        assert not taking_away.bundle_file(job.code).exists()
        assert JobRequest.objects.filter(pk=job.pk).exists()
