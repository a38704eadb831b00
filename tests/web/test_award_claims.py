from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from jurande.registers.awards.models import AwardClaim, Endorsement
from jurande.registers.awards.states import ClaimState, EndorsementState
from jurande.registers.parties.states import Role
from tests import factories
from tests.registers.awards import claims, mandates, proved
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own(settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


def paper(name: str = "compte-rendu.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, claims.evidence().read())


class TestClaimant:
    def test_comes_by_a_link_and_asks_with_evidence(self, client: Client) -> None:
        opening = claims.opened()
        page = reverse("guest:claim", args=[opening.code])
        assert opening.guidance in client.get(page).content.decode()
        given = {"email": "ines@exemple.fr", "first_name": "Inès", "last_name": "Haddad"}
        assert "ines@exemple.fr" in client.post(page, given).content.decode()
        entered = client.post(f"/lien/{factories.token_sent_to('ines@exemple.fr')}/")
        assert entered["Location"] == page
        assert client.post(page, {"statement": "Voici."}).status_code == 200
        assert not AwardClaim.objects.exists()
        client.post(page, {"statement": "Douze vélos réparés.", "first_file": paper(), "second_file": paper("b.pdf")})
        claim = AwardClaim.objects.get()
        assert (claim.person.full_name, claim.evidence.count()) == ("Inès Haddad", 2)
        assert "a été déposée le" in client.get(page).content.decode()
        client.post(page, {"withdraw": "1"})
        claim.refresh_from_db()
        assert claim.state == ClaimState.WITHDRAWN

    def test_writes_nothing_that_is_read_as_markup(self, client: Client) -> None:
        claim = claims.submitted(statement="<script>alert(1)</script>")
        house = claim.opening.certifier
        factories.enter(client, factories.member(Role.ISSUER, of=house))
        page = client.get(reverse("certifier:awards-claims-one", args=[house.code, claim.code])).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


class TestCertifier:
    def test_opens_reads_and_answers(self, client: Client) -> None:
        claim = claims.submitted()
        house = claim.opening.certifier
        factories.enter(client, factories.member(Role.ISSUER, of=house))
        listing = reverse("certifier:awards-claims", args=[house.code])
        one = reverse("certifier:awards-claims-one", args=[house.code, claim.code])
        assert one in client.get(listing).content.decode()
        piece = reverse("certifier:awards-claims-evidence", args=[house.code, claim.code, claim.evidence.get().code])
        assert b"".join(client.get(piece)).startswith(b"%PDF")
        client.post(one, {"take": "1"})
        assert client.post(one, {"reasons": "", "accept": "1"}).status_code == 200
        client.post(one, {"reasons": "Tout y est.", "accept": "1"})
        claim.refresh_from_db()
        assert claim.state == ClaimState.ACCEPTED
        assert claim.lot is not None
        assert claim.lot.reference in client.get(one).content.decode()
        client.post(reverse("certifier:awards-claims-close", args=[house.code, claim.opening.code]))
        assert "ne se demande plus" in Client().get(reverse("guest:claim", args=[claim.opening.code])).content.decode()
        start = reverse("certifier:awards-claims-start", args=[house.code])
        choice = client.get(start).context["form"].fields["certification"].choices[0][0]
        assert client.post(start, {"certification": choice, "guidance": "Un film."})["Location"] == listing


class TestEndorsing:
    def test_goes_from_the_question_to_the_signed_answer(self, client: Client) -> None:
        house = mandates.house()
        proved.designed(house)
        factories.enter(client, factories.member(Role.ISSUER, of=house))
        ask = reverse("certifier:awards-endorsements-ask", args=[house.code])
        choice = client.get(ask).context["form"].fields["certification"].choices[0][0]
        address = "direction@ressourcerie.exemple.fr"
        given = {"certification": choice, "body_name": "Ressourcerie du Ried", "email": address}
        listing = reverse("certifier:awards-endorsements", args=[house.code])
        assert client.post(ask, given)["Location"] == listing
        page = reverse("guest:endorse", args=[factories.token_sent_to(address)])
        visitor = Client()
        assert "Ressourcerie du Ried" in visitor.get(page).content.decode()
        assert visitor.post(page, {"text": "", "signer_name": "Odile Kuntz"}).status_code == 200
        answer = visitor.post(page, {"text": "Nous embauchons sur cette base.", "signer_name": "Odile Kuntz"})
        assert "votre avis est signé" in answer.content.decode()
        assert visitor.get(page).status_code == 410
        assert "Nous embauchons" in client.get(listing).content.decode()
        row = Endorsement.objects.get()
        client.post(reverse("certifier:awards-endorsements-withdraw", args=[house.code, row.code]))
        row.refresh_from_db()
        assert row.state == EndorsementState.WITHDRAWN
