"""The documents of a lot in one ZIP: each once, nothing left behind by a stop, forgotten after two days."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.utils import timezone
from pypdf import PdfReader

from jurande.core.proof.carriers.detection import read_carrier
from jurande.registers.awards.models import Lot
from jurande.registers.awards.operations import packing
from jurande.registers.awards.operations.packing import NothingToPack
from jurande.registers.common.jobs import Cancelled
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.seal.operations import projection
from tests import factories
from tests.factories import NOW
from tests.registers.awards import designs, lots, proved
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db


@pytest.fixture
def lot(settings: Any, tmp_path: Path) -> Lot:
    """Three people to whom a lot was issued, sealed."""
    own_home(settings, tmp_path / "home")
    held = lots.issued(designs.published(designs.offered(proved.house())), 3)
    projection.settle(now=NOW)
    return held


def packed(lot: Lot, report: Any = lambda done, failed, total: None) -> Path:
    return packing.pack(lot=lot, job_code="TRAVAIL001", report=report)


class TestAPack:
    def test_holds_the_document_of_each_with_its_proof(self, lot):
        seen: list[tuple[int, int, int]] = []
        path = packed(lot, lambda *counts: seen.append(counts))
        with ZipFile(path) as archive:
            names = archive.namelist()
            contents = [archive.read(name) for name in names]
        assert len(set(names)) == 3
        assert all(name.lower().startswith("ines-haddad-") for name in names)
        assert seen[-1] == (3, 0, 3)
        for content in contents:
            assert read_carrier(content).text.startswith("{")
            assert len(PdfReader(io.BytesIO(content)).pages) == 1

    def test_goes_on_after_a_name_that_no_face_of_ours_can_write(self, lot):
        first = lot.awards.order_by("pk")[0]
        first.last_name = "李"
        first.save()
        told = []
        packed(lot, lambda done, failed, total: told.append((done, failed, total)))
        assert told[-1] == (told[-1][2] - 1, 1, told[-1][2])

    def test_leaves_nothing_when_it_is_stopped(self, lot):
        def stop(done: int, failed: int, total: int) -> None:
            raise Cancelled

        with pytest.raises(Cancelled):
            packed(lot, stop)
        assert list(packing.pack_file("any").parent.glob("*")) == []

    def test_is_for_nobody_else_on_the_machine(self, lot):
        assert packed(lot).stat().st_mode & 0o077 == 0

    def test_is_forgotten_after_two_days(self, lot):
        path = packed(lot)
        assert packing.forget_packs(now=timezone.now() + timedelta(days=1)) == 0
        assert packing.forget_packs(now=timezone.now() + timedelta(days=3)) == 1
        assert not path.exists()


class TestAsking:
    def test_twice_gives_the_same_job_as_long_as_it_runs(self, lot):
        actor = designs.designer(lot.certifier)
        first = packing.request_pack(lot=lot, actor=actor, now=NOW)
        assert packing.request_pack(lot=lot, actor=actor, now=NOW) == first

    def test_is_refused_before_anything_is_issued(self, lot):
        assert lot.certifier is not None
        waiting = lots.prepared(lot.design, lots.person(77))
        with pytest.raises(NothingToPack):
            packing.request_pack(lot=waiting, actor=designs.designer(lot.certifier), now=NOW)

    def test_is_for_its_own_house_alone(self, lot):
        with pytest.raises(NotAllowed):
            packing.request_pack(lot=lot, actor=designs.designer(factories.certifier()), now=NOW)
