from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from jurande.registers.awards.models import Award, Renewal
from jurande.registers.awards.operations import approving, mending
from jurande.registers.awards.queries import cohorts
from jurande.registers.awards.queries.cohorts import Tally
from jurande.registers.awards.states import AwardState, Origin, Subject
from jurande.registers.catalogue.models import Certification
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.awards import lots, proved
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db
HEADERS = (*lots.HEADERS, "Résultat")


@pytest.fixture(autouse=True)
def _own(settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


def elsewhere(certification: Certification, **changed: Any) -> Award:
    """A holder whose award was taken over: it needs no signature of ours."""
    asked: dict[str, Any] = {
        "certifier": certification.certifier,
        "certification": certification,
        "subject": Subject.MICRO,
        "origin": Origin.ELSEWHERE,
        "first_name": "Inès",
        "last_name": "Carvalho",
        "holder_digest": "a" * 64,
        "awarded_on": TODAY,
        "issued_at": NOW,
    }
    return Award.objects.create(**asked | changed)


class TestALotThatSomeMissed:
    @pytest.fixture
    def certification(self) -> Certification:
        """Two obtained it, one failed, one row was a mistake."""
        design = proved.designed(lots.house())
        rows = [(*lots.person(n), "acquis") for n in range(2)]
        rows += [(*lots.person(2), "ajourné"), ("", *lots.person(3)[1:], "acquis")]
        actor = lots.issuer(design.certifier)
        held = lots.prepared(design, *rows, actor=actor, headers=HEADERS)
        mending.reject_faulty(held=held, actor=actor, now=NOW)
        approved = approving.approve_lot(held=held, actor=lots.signatory(design.certifier), now=NOW)
        lots.issuing.issue_lot(held=approved, actor=actor, now=NOW)
        lots.run(approved)
        return design.certification

    def test_counts_who_failed_and_not_who_was_mistyped(self, certification: Certification) -> None:
        life = cohorts.life_of(certification, TODAY)
        found = life.figures
        assert found.tally == Tally(obtained=2, missed=1)
        assert (found.in_force, found.cohorts, found.hours) == (2, 1, 2 * 21)
        assert life.months == [(TODAY.replace(day=1), Tally(2, 1))]
        [body] = life.bodies
        assert (body.partnership, body.tally, body.in_force) == (None, Tally(2, 1), 2)

    def test_is_a_cohort_with_those_who_missed_it(self, certification: Certification) -> None:
        actor = lots.issuer(certification.certifier)
        [cohort] = cohorts.cohorts(actor, certification)
        assert (cohort.issued, cohort.missed) == (2, 1)
        stranger = lots.issuer(factories.certifier())
        assert not cohorts.cohorts(stranger, certification).exists()


class TestARenewal:
    def test_is_nobody_more_who_obtained_it(self) -> None:
        design = proved.designed(proved.house())
        former = proved.awarded(design, awarded_on=TODAY, settle=False)
        again = proved.awarded(design, awarded_on=TODAY, settle=False)
        Renewal.objects.create(former=former, award=again, decided_at=NOW, decided_by_code="ANNESOPHIE")
        life = cohorts.life_of(design.certification, TODAY)
        found = life.figures
        assert (found.tally.obtained, found.renewed, found.in_force) == (1, 1, 2)
        [body] = life.bodies
        assert (body.tally.obtained, body.in_force) == (1, 2)


class TestAPromotion:
    def test_counts_each_person_once_a_year_by_body(self) -> None:
        certification = proved.designed(factories.certifier()).certification
        place = factories.partnership(certification.certifier)
        elsewhere(certification)
        elsewhere(certification)  # again, the same person
        elsewhere(certification, holder_digest="b" * 64, partnership=place)
        elsewhere(certification, holder_digest="c" * 64, awarded_on=date(2024, 5, 1))
        found = [(one.year, one.partnership, one.is_own, one.holders) for one in cohorts.promotions(certification)]
        assert sorted(found, key=str) == sorted(
            [(TODAY.year, None, True, 1), (TODAY.year, place, False, 1), (2024, None, True, 1)], key=str
        )

    def test_keeps_who_asked_to_be_erased_and_not_who_was_revoked(self) -> None:
        certification = proved.designed(factories.certifier()).certification
        blank = {"first_name": "", "last_name": "", "holder_digest": ""}
        elsewhere(certification, state=AwardState.ERASED, erased_at=NOW, **blank)
        elsewhere(certification, holder_digest="b" * 64, state=AwardState.REVOKED, revoked_on=TODAY)
        assert [one.holders for one in cohorts.promotions(certification)] == [1]


class TestWhatBecameOfThem:
    def test_tells_what_ends_soon_from_what_ended(self) -> None:
        certification = proved.designed(factories.certifier()).certification
        elsewhere(certification, valid_until=TODAY - timedelta(days=1))
        elsewhere(certification, valid_until=TODAY + timedelta(days=10))
        elsewhere(certification, valid_until=TODAY + timedelta(days=400))
        found = cohorts.life_of(certification, TODAY).figures
        assert (found.ended, found.ending, found.in_force, found.taken_over) == (1, 1, 2, 3)
        # Nobody was assessed here: there is no rate, and not one of zero.
        assert found.tally.rate is None
