"""Whom the page of an award names: what a person holds is theirs to show, by the document, to all, or to nobody."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from jurande.demo.papers import pdf
from jurande.registers.awards.facts.addresses import key_of
from jurande.registers.awards.facts.parchments import parchment_content
from jurande.registers.awards.models import Award
from jurande.registers.awards.states import Exposure
from tests.web import test_proofs
from tests.web.test_proofs import NOW, handed, page_of, signed

pytestmark = pytest.mark.django_db
_home, award = test_proofs._home, test_proofs.award


def page_by_number(award: Award, client: Client) -> str:
    """What whoever has the number alone sees."""
    answer = client.get(f"/p/{award.shown_number}")
    assert answer.status_code == 200
    return str(answer.content.decode())


class TestTheName:
    """What a number tells of its holder is theirs to choose; what they were given, they show by giving it."""

    def test_is_not_told_by_the_number_alone(self, award: Award, client: Client) -> None:
        page = page_by_number(award, client)
        assert "Micro-certification authentique, en cours de validité" in page
        assert "Le numéro seul ne dit pas à qui elle appartient" in page
        assert "Carvalho" not in page
        for name in ("attestation.json", "preuve.zip"):
            assert name not in page
            assert client.get(f"/p/{award.shown_number}/{name}").status_code == 404

    def test_is_told_to_whoever_has_the_document(self, award: Award, client: Client) -> None:
        page = page_of(award, client)
        assert "Inès Carvalho" in page
        address = f"/p/{award.shown_number}/{key_of(award.number)}"
        assert client.get(f"{address}/attestation.json").status_code == 200
        assert f"{address}/code.svg" in page

    def test_is_told_by_the_square_code_of_the_document(self, award: Award) -> None:
        assert parchment_content(award).url.endswith(f"/p/{award.shown_number}/{key_of(award.number)}")
        assert parchment_content(award).address.endswith(f"/p/{award.shown_number}")

    @pytest.mark.parametrize("wrong", ["A" * 22, "é" * 22, "A" * 21, "A" * 23])
    def test_is_told_by_no_other_key(self, wrong: str, award: Award, client: Client) -> None:
        assert client.get(f"/p/{award.shown_number}/{wrong}").status_code == 404

    def test_stops_whoever_tries_keys(self, award: Award, client: Client) -> None:
        for _ in range(31):
            assert client.get(f"/p/{award.shown_number}/{'A' * 22}").status_code == 404
        assert client.get(f"/p/{award.shown_number}").status_code == 429

    @pytest.mark.parametrize("said", ["Carvalho", "carvalho ", "Inès Carvalho", "CARVALHO Ines", "Ine\u0300s Carvalho"])
    def test_read_on_the_document_leads_where_the_document_does(self, said: str, award: Award, client: Client) -> None:
        answer = client.post(f"/p/{award.shown_number}/nom", {"nom": said})
        assert (answer.status_code, answer["Location"]) == (302, f"/p/{award.shown_number}/{key_of(award.number)}")

    @pytest.mark.parametrize("said", ["Carvalha", "Inès", "", "C", "Carvalho Carvalho", "<script>alert(1)</script>"])
    def test_that_is_another_says_so_and_tells_nothing(self, said: str, award: Award, client: Client) -> None:
        answer = client.post(f"/p/{award.shown_number}/nom", {"nom": said})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "Ce n’est pas le nom de la personne" in page
        assert "Inès" not in page
        assert "<script>alert" not in page

    def test_cannot_be_found_by_trying(self, award: Award, client: Client) -> None:
        for at in range(31):
            client.post(f"/p/{award.shown_number}/nom", {"nom": f"Nom{at}"}, REMOTE_ADDR=f"203.0.113.{at}")
        answer = client.post(f"/p/{award.shown_number}/nom", {"nom": "Carvalho"}, REMOTE_ADDR="203.0.113.99")
        assert answer.status_code == 429
        assert client.get(f"/p/{award.shown_number}/{key_of(award.number)}").status_code == 200

    def test_is_shown_to_everybody_when_its_holder_chose_so(self, award: Award, client: Client) -> None:
        Award.objects.filter(pk=award.pk).update(exposure=Exposure.PUBLIC)
        assert "Inès Carvalho" in page_by_number(award, client)
        assert client.get(f"/p/{award.shown_number}/attestation.json").status_code == 200

    @pytest.mark.parametrize(
        ("chosen", "said"),
        [
            ({"exposure": Exposure.HIDDEN}, "a choisi de ne pas la montrer"),
            ({"refused_at": NOW}, "ne l’a pas acceptée"),
        ],
    )
    def test_is_told_to_nobody_when_its_holder_hides_or_refuses_it(
        self, chosen: dict[str, Any], said: str, award: Award, client: Client
    ) -> None:
        Award.objects.filter(pk=award.pk).update(**chosen)
        for page in (page_of(award, client), page_by_number(award, client)):
            assert said in page
            assert "Carvalho" not in page
            assert 'name="nom"' not in page
        assert client.post(f"/p/{award.shown_number}/nom", {"nom": "Carvalho"}).status_code == 422
        assert client.get(f"/p/{award.shown_number}/{key_of(award.number)}/preuve.zip").status_code == 404

    def test_is_not_told_by_a_page_made_up_around_the_number(self, award: Award, client: Client) -> None:
        made_up = pdf("Attestation", ["Jean Petit", award.shown_number])
        page = handed(client, made_up, "faux.pdf")
        assert "Titulaire" in page
        assert "que le numéro seul ne permet pas de montrer" in page
        assert "Carvalho" not in page
        forged = signed(award) | {"id": "urn:uuid:0"}
        forged["credentialSubject"]["identifier"][0]["identityHash"] = "Jean Petit"
        page = handed(client, json.dumps(forged).encode(), "faux.json")
        assert "Jean Petit" in page
        assert "Carvalho" not in page
