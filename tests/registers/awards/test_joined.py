"""Two spaces that became one: nothing stays behind, in the second account, when the holder leaves."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from jurande.demo.papers import pdf
from jurande.registers.awards.models import Lot
from jurande.registers.awards.operations import closing, replaying, sweeping
from jurande.registers.awards.operations.claims import ClaimRefused, accept_claim
from jurande.registers.awards.operations.erasing import ErasureRefused
from jurande.registers.awards.operations.exporting import everything_about
from jurande.registers.awards.operations.shares import Shown, create_share
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.parties.models import Person
from jurande.registers.parties.operations.merging import merge_spaces
from tests import factories
from tests.registers.awards import claims
from tests.registers.awards.proved import NOW
from tests.registers.awards.test_erasure import ADDRESS, LAST, Capture, found_of, one_in_a_space, read
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


def joined(kept: Person, closed: Person) -> None:
    merge_spaces(kept=kept, closed=closed, email=closed.email, actor=factories.actor_of(kept), now=NOW)


def claimed(opening: Any, person: Person) -> Any:
    paper = (BytesIO(pdf("Attestation", [LAST])), f"{LAST}.pdf")
    return claims.submitted(opening, person, statement=f"Moi, {LAST}, je répare.", files=[paper])


class TestASpaceThatWasJoined:
    def test_keeps_nothing_of_who_asked_twice_once_they_close(
        self, settings: Any, django_capture_on_commit_callbacks: Capture
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            award, holder, actor = one_in_a_space()
            opening = claims.opened(award.certifier)
            second = factories.holder(by=award.certifier)
            asked = [claimed(opening, holder), claimed(opening, second)]
            joined(holder, second)
        assert len(everything_about(holder)["demandes_de_micro-certification"]) == 2
        with django_capture_on_commit_callbacks(execute=True):
            closing.close_space(person=holder, actor=actor, now=NOW)
        sweeping.sweep_erased(now=NOW, report=lambda done, total: None)
        assert [line for line in found_of((LAST,), settings.HOME.path) if "Message" not in line] == []
        for claim in asked:
            claim.refresh_from_db()
        assert {claim.state for claim in asked} == {"withdrawn"}

    def test_of_an_older_backup_is_closed_again_with_the_one_it_went_into(
        self, settings: Any, django_capture_on_commit_callbacks: Capture
    ) -> None:
        award, holder, actor = one_in_a_space()
        second, third = (factories.holder(by=award.certifier) for _n in range(2))
        joined(second, third)
        joined(holder, second)
        with django_capture_on_commit_callbacks(execute=True):
            closing.close_space(person=holder, actor=actor, now=NOW)
        lines = settings.HOME.erased.read_text().splitlines()
        assert {f"person {each.code}" for each in (holder, second, third)} <= set(lines)
        assert replaying.replay(settings.HOME.erased, now=NOW).spaces == 0

    def test_takes_no_link_that_was_being_made_in_the_other(self) -> None:
        award, holder, actor = one_in_a_space()
        kept = factories.holder(by=award.certifier)
        seen = read(award)
        joined(kept, holder)
        with pytest.raises(NotAllowed):
            create_share(awards=[seen], shown=Shown(), title=f"CV de {LAST}", actor=actor, now=NOW)

    def test_is_given_nothing_more(self) -> None:
        award, holder, _actor = one_in_a_space()
        opening = claims.opened(award.certifier)
        second = factories.holder(by=award.certifier)
        claimed(opening, holder)
        left = claimed(opening, second)
        joined(holder, second)
        left.refresh_from_db()
        with pytest.raises(ClaimRefused):
            accept_claim(claim=left, reasons="Vu.", actor=claims.issuer(award.certifier), now=NOW)


class TestClosingWhileALotIsInHand:
    def test_leaves_it_out_of_the_lot(self, settings: Any, django_capture_on_commit_callbacks: Capture) -> None:
        award, holder, actor = one_in_a_space()
        claim = claimed(claims.opened(award.certifier), holder)
        accept_claim(claim=claim, reasons="Vu.", actor=claims.issuer(award.certifier), now=NOW)
        with django_capture_on_commit_callbacks(execute=True):
            closing.close_space(person=holder, actor=actor, now=NOW)
        sweeping.sweep_erased(now=NOW, report=lambda done, total: None)
        found = [line for line in found_of((LAST, ADDRESS), settings.HOME.path) if "Message" not in line]
        assert found == []
        lot = claim.opening.certification.lots.latest("pk")
        assert (lot.rejected, lot.rows.get().state) == (1, "rejected")

    def test_waits_while_it_is_being_issued(self) -> None:
        award, holder, actor = one_in_a_space()
        claim = claimed(claims.opened(award.certifier), holder)
        lot = accept_claim(claim=claim, reasons="Vu.", actor=claims.issuer(award.certifier), now=NOW).lot
        assert lot is not None
        Lot.objects.filter(pk=lot.pk).update(
            state="issuing", approved_at=NOW, approved_by_code="X", started_at=NOW, started_by_code="X"
        )
        with pytest.raises(ErasureRefused):
            closing.close_space(person=holder, actor=actor, now=NOW)
