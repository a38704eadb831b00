"""The applicants of the fiction hold on any référentiel, and lack nothing."""

from __future__ import annotations

import pytest

from jurande.demo.applicants import CANDIDATES, begin, submitted
from jurande.registers.network.queries import completeness
from jurande.registers.network.queries.programmes import sheet_of
from tests.factories import NOW, TODAY
from tests.registers.network import applications

pytestmark = pytest.mark.django_db


def test_every_candidate_is_somebody_else() -> None:
    assert len({one.siret for one in CANDIDATES.values()} | {one.email for one in CANDIDATES.values()}) == 2 * len(
        CANDIDATES
    )


def test_a_whole_file_is_submitted_and_reaches_its_limits() -> None:
    call = applications.open_call(minimum_hours=490, in_person_percent=70)
    held = submitted(call, CANDIDATES["fabrique"], now=NOW)
    assert held.reference == "CAND-2026-0001"
    sheet = sheet_of(applications.target_of(held))
    assert not sheet.shortfalls
    assert {aim.key for aim in sheet.coverage.holes} == set(sheet.notes)
    assert len(sheet.notes) == CANDIDATES["fabrique"].holes


def test_a_file_just_begun_says_what_it_lacks() -> None:
    held = begin(applications.open_call(), CANDIDATES["vosges"], now=NOW)
    done = [step.key for step in completeness.steps_of(held, TODAY) if step.done]
    assert "organisme" in done
    assert "personnes" not in done
