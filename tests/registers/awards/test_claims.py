from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from jurande.registers.awards.models import Award
from jurande.registers.awards.operations import approving, issuing
from jurande.registers.awards.operations import claims as operations
from jurande.registers.awards.operations.claims import ClaimRefused
from jurande.registers.awards.queries import claims as queries
from jurande.registers.awards.states import ClaimState, LotSource
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.correspondence.models import Message
from jurande.registers.documents.models import Document
from jurande.registers.documents.operations import DocumentRefused
from jurande.registers.parties.models import MagicLink, Person
from tests import factories
from tests.factories import NOW
from tests.registers.awards import claims, lots
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own(settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


class TestOpening:
    def test_is_for_a_micro_certification_with_a_design_once(self) -> None:
        opening = claims.opened()
        by = claims.issuer(opening.certifier)
        with pytest.raises(ClaimRefused, match="déjà ouverte"):
            operations.open_claims(certification=opening.certification, guidance="Ceci.", actor=by, now=NOW)
        operations.close_claims(opening=opening, actor=by, now=NOW)
        operations.open_claims(certification=opening.certification, guidance="Ceci.", actor=by, now=NOW)

    def test_is_refused_to_another_house_and_without_a_word(self) -> None:
        opening = claims.opened()
        operations.close_claims(opening=opening, actor=claims.issuer(opening.certifier), now=NOW)
        with pytest.raises(NotAllowed):
            operations.open_claims(
                certification=opening.certification,
                guidance="Ceci.",
                actor=claims.issuer(factories.certifier()),
                now=NOW,
            )
        with pytest.raises(ClaimRefused):
            operations.open_claims(
                certification=opening.certification, guidance=" ", actor=claims.issuer(opening.certifier), now=NOW
            )


class TestClaiming:
    def test_begins_with_a_link_to_the_address_given(self) -> None:
        opening = claims.opened()
        operations.invite_claimant(
            opening=opening, email="Ines@Exemple.fr", first_name="Inès", last_name="Haddad", now=NOW
        )
        person = Person.objects.get(email="ines@exemple.fr")
        assert MagicLink.objects.get(person=person).subject_code == opening.code
        with pytest.raises(ClaimRefused, match="lettres"):
            operations.invite_claimant(
                opening=opening, email="a@exemple.fr", first_name="http://spam", last_name="B", now=NOW
            )

    def test_keeps_what_was_said_and_shown_and_waits_once(self) -> None:
        claim = claims.submitted()
        assert claim.evidence.count() == 1
        with pytest.raises(ClaimRefused, match="déjà déposée"):
            claims.submitted(claim.opening, claim.person)

    def test_is_told_which_file_is_refused_and_keeps_none(self) -> None:
        files = [(claims.evidence(), "un.pdf"), (io.BytesIO(b"MZ\x90\x00"), "passe\u202egpj.exe")]
        with pytest.raises(DocumentRefused, match="«\u00a0passegpj.exe\u00a0»"):
            claims.submitted(files=files)
        assert not Document.objects.exists()

    @pytest.mark.parametrize("count", [0, 6])
    def test_wants_some_evidence_and_not_too_much(self, count: int) -> None:
        files = [(claims.evidence(), f"{at}.pdf") for at in range(count)]
        with pytest.raises(ClaimRefused, match="preuves"):
            claims.submitted(files=files)

    def test_is_closed_once_the_opening_is(self) -> None:
        opening = claims.opened()
        operations.close_claims(opening=opening, actor=claims.issuer(opening.certifier), now=NOW)
        opening.refresh_from_db()
        with pytest.raises(ClaimRefused, match="ne se demande plus"):
            claims.submitted(opening)

    def test_may_be_taken_back_by_who_made_it(self) -> None:
        claim = claims.submitted()
        with pytest.raises(ClaimRefused):
            operations.withdraw_claim(claim=claim, person=factories.holder(by=claim.opening.certifier), now=NOW)
        document = claim.evidence.get().document
        assert operations.withdraw_claim(claim=claim, person=claim.person, now=NOW).state == ClaimState.WITHDRAWN
        assert not claim.evidence.exists()
        assert not Document.objects.filter(pk=document.pk).exists()
        claims.submitted(claim.opening, claim.person)


class TestJudging:
    def test_accepted_becomes_a_lot_that_somebody_else_approves(self) -> None:
        claim = claims.submitted()
        by = claims.issuer(claim.opening.certifier)
        made = operations.accept_claim(claim=claim, reasons="Tout y est.", actor=by, now=NOW)
        assert made.lot is not None
        assert (made.state, made.lot.source) == (ClaimState.ACCEPTED, LotSource.APPLICATION)
        assert json.loads(made.lot.rows.get().values)["email"] == claim.person.email
        assert Message.objects.filter(kind="awards.claim_accepted", to_code=claim.person.code).count() == 1
        with pytest.raises(NotAllowed):
            approving.approve_lot(held=made.lot, actor=by, now=NOW)
        approving.approve_lot(held=made.lot, actor=lots.signatory(claim.opening.certifier), now=NOW)
        issuing.issue_lot(held=made.lot, actor=by, now=NOW)
        lots.run(made.lot)
        assert Award.objects.get(lot=made.lot).last_name == claim.person.last_name

    def test_refused_says_why(self) -> None:
        claim = claims.submitted()
        by = claims.issuer(claim.opening.certifier)
        with pytest.raises(ClaimRefused):
            operations.refuse_claim(claim=claim, reasons="", actor=by, now=NOW)
        made = operations.refuse_claim(claim=claim, reasons="Les photos manquent.", actor=by, now=NOW)
        assert made.state == ClaimState.REFUSED
        assert Message.objects.filter(kind="awards.claim_refused").count() == 1
        with pytest.raises(ClaimRefused, match="déjà reçu"):
            operations.accept_claim(claim=claim, reasons="Si.", actor=by, now=NOW)

    def test_is_left_to_whom_it_was_entrusted_and_never_to_oneself(self) -> None:
        claim = claims.submitted()
        house = claim.opening.certifier
        first, second = claims.issuer(house), claims.issuer(house)
        operations.take_claim(claim=claim, reviewer=Person.objects.get(code=first.code), actor=first, now=NOW)
        claim.refresh_from_db()
        with pytest.raises(NotAllowed, match="quelqu’un d’autre"):
            operations.refuse_claim(claim=claim, reasons="Non.", actor=second, now=NOW)
        own = claims.submitted(claim.opening, Person.objects.get(code=second.code))
        with pytest.raises(NotAllowed, match="propre demande"):
            operations.accept_claim(claim=own, reasons="Oui.", actor=second, now=NOW)

    def test_is_not_seen_by_another_house(self) -> None:
        claim = claims.submitted()
        assert queries.claim_of(claims.issuer(claim.opening.certifier), claim.code) is not None
        assert queries.claim_of(claims.issuer(factories.certifier()), claim.code) is None
