from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from jurande.core.proof.trust import parse_trust
from jurande.core.proof.verification import verify
from jurande.registers.awards.models import Endorsement
from jurande.registers.awards.operations import endorsements as operations
from jurande.registers.awards.operations.endorsements import EndorsementRefused
from jurande.registers.awards.queries import endorsements as queries
from jurande.registers.awards.states import EndorsementState
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.seal.operations import projection
from jurande.registers.seal.operations.standing import public_folder
from jurande.registers.seal.states import Standing
from tests import factories
from tests.factories import NOW
from tests.registers.awards import claims, mandates, proved
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db
ADDRESS = "direction@ressourcerie.exemple.fr"


@pytest.fixture(autouse=True)
def _own(settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


def asked(**changed: Any) -> Endorsement:
    given: dict[str, Any] = {"body_name": "Ressourcerie du Ried", "email": ADDRESS, "now": NOW} | changed
    if "certification" not in given:
        given["certification"] = proved.designed(mandates.house()).certification
    given.setdefault("actor", claims.issuer(given["certification"].certifier))
    return operations.ask_endorsement(**given)


def given() -> Endorsement:
    row = asked()
    return (
        operations.give_endorsement(
            token=factories.token_sent_to(ADDRESS),
            signer_name="Odile Kuntz",
            signer_quality="gérante",
            text="Nous embauchons\nsur cette base.",
            now=NOW,
        )
        or row
    )


class TestGiving:
    def test_is_sealed_as_written_and_names_its_author(self) -> None:
        row = given()
        projection.settle(now=NOW)
        row.credential.refresh_from_db()  # type: ignore[union-attr]  # given: it has one
        signed = row.credential.signed or ""  # type: ignore[union-attr]
        document = json.loads(signed)
        folder = public_folder()
        report = verify(
            signed,
            trust=parse_trust((folder / "c" / row.certifier.code / "confiance.json").read_bytes()),
            status_lists={
                url: (folder / "statuts" / url.partition("/statuts/")[2]).read_bytes()
                for url in (one["statusListCredential"] for one in document["credentialStatus"])
            },
            now=NOW + timedelta(minutes=1),
        )
        subject: Any = report.credential["credentialSubject"]
        assert subject["endorsementComment"] == "Nous embauchons sur cette base."
        assert "Odile Kuntz, gérante, pour Ressourcerie du Ried" in str(report.credential["description"])

    def test_happens_once_within_thirty_days(self) -> None:
        asked()
        token = factories.token_sent_to(ADDRESS)
        answer = {"token": token, "signer_name": "Odile Kuntz", "signer_quality": "", "text": "Oui."}
        with pytest.raises(EndorsementRefused, match="plus valable"):
            operations.give_endorsement(**answer, now=NOW + timedelta(days=31))
        operations.give_endorsement(**answer, now=NOW)
        with pytest.raises(EndorsementRefused, match="plus valable"):
            operations.give_endorsement(**answer, now=NOW)

    def test_may_be_declined(self) -> None:
        asked()
        row = operations.decline_endorsement(token=factories.token_sent_to(ADDRESS), now=NOW)
        assert row.state == EndorsementState.DECLINED

    @pytest.mark.parametrize(("field", "value"), [("signer_name", " "), ("text", ""), ("text", "a" * 1001)])
    def test_wants_somebody_who_says_something(self, field: str, value: str) -> None:
        asked()
        answer = {"signer_name": "Odile Kuntz", "signer_quality": "", "text": "Oui."} | {field: value}
        with pytest.raises(EndorsementRefused) as refusal:
            operations.give_endorsement(token=factories.token_sent_to(ADDRESS), **answer, now=NOW)
        assert refusal.value.field == field


class TestAsking:
    def test_is_for_the_house_and_a_body_that_may_exist(self) -> None:
        row = asked()
        with pytest.raises(NotAllowed):
            asked(certification=row.certification, actor=claims.issuer(factories.certifier()))
        with pytest.raises(EndorsementRefused, match="SIRET"):
            asked(certification=row.certification, body_siret="12345678901234")
        assert not queries.endorsements(claims.issuer(factories.certifier())).exists()


class TestWithdrawing:
    def test_revokes_what_was_sealed(self) -> None:
        row = given()
        by = claims.issuer(row.certifier)
        operations.withdraw_endorsement(endorsement=row, actor=by, now=NOW)
        row.credential.refresh_from_db()  # type: ignore[union-attr]  # given: it has one
        assert row.credential.standing == Standing.REVOKED  # type: ignore[union-attr]
        with pytest.raises(EndorsementRefused):
            operations.withdraw_endorsement(endorsement=row, actor=by, now=NOW)
