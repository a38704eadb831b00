"""The screens of registration dossiers and of a certification's life."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse

from jurande.demo.papers import pdf
from jurande.registers.declarations import operations
from jurande.registers.declarations.models import RegistrationDossier
from jurande.registers.parties.states import Role, Rule
from tests import factories
from tests.factories import NOW
from tests.registers.awards.test_cohorts import elsewhere
from tests.registers.catalogue import certifications
from tests.registers.declarations import dossiers
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own(settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


@pytest.fixture
def held() -> RegistrationDossier:
    return dossiers.started()


@pytest.fixture
def manager(client: Client, held: RegistrationDossier) -> Client:
    factories.relaxed(held.certifier, Rule.SECOND_FACTOR)
    return factories.enter(client, factories.member(Role.NETWORK_MANAGER, of=held.certifier))


def address(held: RegistrationDossier, name: str, *more: str) -> str:
    return reverse(f"certifier:dossiers-{name}", args=[held.certifier.code, held.code, *more])


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


class TestTheList:
    def test_offers_what_may_be_asked_for_and_teaches_when_empty(self, client: Client) -> None:
        certification = dossiers.published()
        factories.relaxed(certification.certifier, Rule.SECOND_FACTOR)
        factories.enter(client, factories.member(Role.NETWORK_MANAGER, of=certification.certifier))
        page = text(client, reverse("certifier:dossiers", args=[certification.certifier.code]))
        assert "Pas encore de dossier" in page
        start = reverse("certifier:dossiers-start", args=[certification.certifier.code, certification.code])
        assert start in page
        answer = client.post(start)
        made = RegistrationDossier.objects.get()
        assert answer["Location"] == address(made, "one")
        assert start not in text(client, reverse("certifier:dossiers", args=[certification.certifier.code]))


class TestADossier:
    def test_says_what_is_missing_and_how_to_get_it(self, manager: Client, held: RegistrationDossier) -> None:
        page = text(manager, address(held, "one"))
        assert "critères montrés sur 10" in page
        assert "R. 6113-11, I, 1°" in page
        assert "Réunissez offres d’emploi" in page
        # What it prepares is not said to be done.
        assert "n’est enregistrée ni au RNCP ni au Répertoire" in page

    def test_is_reached_from_the_certification(self, manager: Client, held: RegistrationDossier) -> None:
        page = text(
            manager, reverse("certifier:certifications-one", args=[held.certifier.code, held.certification.code])
        )
        assert address(held, "one") in page

    def test_shows_what_was_frozen_once_closed(self, manager: Client, held: RegistrationDossier) -> None:
        elsewhere(held.certification)
        actor = certifications.publisher(held.certifier)
        closed = operations.close_dossier(dossier=held, actor=actor, now=NOW)
        elsewhere(held.certification, holder_digest="b" * 64)
        page = text(manager, address(held, "one"))
        assert "il ne change plus" in page
        assert closed.content_sha256 in page
        assert "\ufeffAnnée;Organisme" in text(manager, address(held, "promotions"))
        assert text(manager, address(held, "promotions")).rstrip().endswith(";1")


class TestACriterion:
    def test_keeps_an_answer(self, manager: Client, held: RegistrationDossier) -> None:
        path = address(held, "criterion", "1ter")
        assert manager.post(path, {"text": "<script>alert(1)</script>", "revision": "0"}).status_code == 302
        page = text(manager, path)
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page

    def test_loses_nothing_when_somebody_else_wrote(self, manager: Client, held: RegistrationDossier) -> None:
        path = address(held, "criterion", "4")
        manager.post(path, {"text": "La première.", "revision": "0"})
        page = manager.post(path, {"text": "La seconde.", "revision": "0"}).content.decode()
        assert "entre-temps" in page
        assert "La première." in page
        assert "La seconde." in page
        # What one saves now was written knowingly.
        assert 'name="revision" value="1"' in page
        assert manager.post(path, {"text": "La seconde.", "revision": "1"}).status_code == 302

    def test_offers_without_object_only_where_the_article_does(
        self, manager: Client, held: RegistrationDossier
    ) -> None:
        assert 'name="is_moot"' in text(manager, address(held, "criterion", "6"))
        assert 'name="is_moot"' not in text(manager, address(held, "criterion", "2"))
        assert manager.get(address(held, "criterion", "7")).status_code == 404

    def test_takes_a_file_that_is_served_to_be_saved(
        self, manager: Client, held: RegistrationDossier, tmp_path: Path
    ) -> None:
        study = tmp_path / "étude.pdf"
        study.write_bytes(pdf("Étude", ["Quarante offres."]))
        with study.open("rb") as content:
            asked = {"piece": "needs_study", "title": "Étude", "file": content}
            assert manager.post(address(held, "join", "1"), asked).status_code == 302
        annex = held.annexes.get()
        answer = manager.get(address(held, "annex", annex.code))
        assert answer["Content-Disposition"].startswith("attachment")
        b"".join(answer.streaming_content)
        manager.post(address(held, "annex-remove", annex.code))
        assert not held.annexes.exists()

    def test_refuses_a_file_that_is_none_beside_its_field(
        self, manager: Client, held: RegistrationDossier, tmp_path: Path
    ) -> None:
        bad = tmp_path / "étude.pdf"
        bad.write_bytes(b"MZ\x90\x00 not a document")
        with bad.open("rb") as content:
            page = manager.post(
                address(held, "join", "1"), {"piece": "other", "title": "Étude", "file": content}
            ).content.decode()
        assert 'aria-describedby="id_file' in page or "id_file_error" in page
        assert not held.annexes.exists()


class TestTakingAway:
    def test_gives_a_draft_and_everything_at_once(self, manager: Client, held: RegistrationDossier) -> None:
        dossiers.joined(held)
        document = manager.get(address(held, "pdf"))
        assert document.content.startswith(b"%PDF")
        answer = manager.get(address(held, "archive"))
        with ZipFile(BytesIO(b"".join(answer.streaming_content))) as archive:
            assert {"sommaire.txt", "promotions.csv", "organismes-habilites.csv"} < set(archive.namelist())


class TestTheLife:
    def test_says_that_nothing_was_issued(self, manager: Client, held: RegistrationDossier) -> None:
        place = [held.certifier.code, held.certification.code]
        page = text(manager, reverse("certifier:micro-life", args=place))
        assert "Rien n’est encore délivré" in page

    def test_says_what_became_of_them(self, manager: Client, held: RegistrationDossier) -> None:
        elsewhere(held.certification)
        place = [held.certifier.code, held.certification.code]
        page = text(manager, reverse("certifier:micro-life", args=place))
        assert "Une délivrance reprise d’ailleurs" in page
        assert "En vigueur" in page
        assert text(manager, reverse("certifier:micro-life-months", args=place)).startswith("\ufeffMois;Obtenues")


class TestActs:
    def test_close_says_what_lacks_before_and_leads_back(self, manager: Client, held: RegistrationDossier) -> None:
        assert "ne sont pas entièrement montrés" in text(manager, address(held, "close"))
        assert manager.post(address(held, "close"))["Location"] == address(held, "one")
        assert manager.get(address(held, "close")).status_code == 403

    def test_discard_leads_to_the_list(self, manager: Client, held: RegistrationDossier) -> None:
        assert "Voici ce qui va se passer" in text(manager, address(held, "discard"))
        answer = manager.post(address(held, "discard"), follow=True)
        assert "Le dossier est abandonné." in answer.content.decode()
