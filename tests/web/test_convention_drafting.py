"""The screens where clauses and conventions are written: what each shows, and what comes of each act."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from jurande.demo.papers import pdf
from jurande.registers.conventions.models import Clause, ClauseSet, Convention, RenewalRun
from jurande.registers.conventions.operations import renewing
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.states import Role, Rule
from tests import factories
from tests.factories import NOW
from tests.registers.conventions import conventions as build

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Certifier:
    made = factories.certifier()
    factories.relaxed(made, Rule.SECOND_FACTOR)
    return made


@pytest.fixture
def manager(house: Certifier, client: Client) -> Client:
    return factories.enter(client, factories.member(Role.NETWORK_MANAGER, of=house))


def address(name: str, house: Certifier, *codes: Any) -> str:
    return reverse(f"certifier:conventions{name}", args=[house.code, *codes])


def page(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


class TestClauses:
    def test_are_begun_written_and_published_by_another_person(self, house: Certifier, manager: Client) -> None:
        assert "Commencez par les clauses" in page(manager, address("", house))
        assert "Un jeu de clauses vous attend" in page(manager, address("-clauses", house))
        manager.post(address("-clauses-start", house))
        draft = ClauseSet.objects.get()
        clause = draft.clauses.get(key="qualite")
        where = address("-clauses-write", house, draft.code, clause.code)
        given = {"revision": 1, "title": "Qualité", "body": "Selon {procedure}.", "mention": 0}
        assert "Champ inconnu" in manager.post(where, given).content.decode()
        manager.post(where, {**given, "body": "Comme le veut {certificateur}."})
        assert Clause.objects.get(pk=clause.pk).body == "Comme le veut {certificateur}."
        assert "une autre personne peut le publier" in page(manager, address("-clauses-one", house, draft.code))
        other = factories.enter(Client(), build.signatory(house))
        other.post(address("-clauses-publish", house, draft.code))
        draft.refresh_from_db()
        assert draft.state == "published"

    def test_written_by_two_people_lose_nothing(self, house: Certifier, manager: Client) -> None:
        manager.post(address("-clauses-start", house))
        clause = ClauseSet.objects.get().clauses.get(key="qualite")
        where = address("-clauses-write", house, clause.clause_set.code, clause.code)
        given = {"revision": 1, "title": "Qualité", "mention": 0}
        manager.post(where, {**given, "body": "Le texte de la première."})
        second = manager.post(where, {**given, "body": "Le texte de la seconde."}).content.decode()
        assert "Le texte de la première." in second
        assert "Le texte de la seconde." in second

    def test_are_compared_word_by_word(self, house: Certifier, manager: Client) -> None:
        build.published_clauses(house)
        manager.post(address("-clauses-start", house))
        draft = ClauseSet.objects.get(state="draft")
        clause = draft.clauses.get(key="controle")
        manager.post(
            address("-clauses-write", house, draft.code, clause.code),
            {"revision": 1, "title": clause.title, "body": clause.body.replace("quinze", "vingt"), "mention": 0},
        )
        shown = page(manager, address("-clauses-compare", house))
        assert "<del>quinze</del>" in shown
        assert "<ins>vingt</ins>" in shown


class TestDrafting:
    def test_says_what_is_missing_with_its_article_and_does_not_send(self, house: Certifier, manager: Client) -> None:
        build.published_clauses(house)
        partner = factories.partnership(house)
        manager.post(address("-new", house), {"partnership": partner.code, "origin": "jurande"})
        held = Convention.objects.get()
        shown = page(manager, address("-one", house, held.code))
        assert "7 mentions obligatoires ne sont pas remplies" in shown
        assert "C. trav. R. 6113-16-2, 6°" in shown
        assert "Aucune certification" in shown
        refused = manager.post(address("-send", house, held.code), {"revision": held.revision}).content.decode()
        assert "Elle ne peut pas partir" in refused
        held.refresh_from_db()
        assert held.is_draft

    def test_keeps_what_was_typed_when_somebody_else_wrote(self, house: Certifier, manager: Client) -> None:
        held = build.draft(factories.partnership(house))
        given = {"revision": 1, "purpose": "former", "technical_means": "Un camion équipé."}
        shown = manager.post(address("-mentions", house, held.code), given).content.decode()
        assert "pendant que vous écriviez" in shown
        assert "Un camion équipé." in shown

    def test_covers_what_is_chosen(self, house: Certifier, manager: Client) -> None:
        held = build.draft(factories.partnership(house))
        certified = build.certification(house)
        url = address("-scopes", house, held.code)
        assert "13, 84" in page(manager, url)
        manager.post(url, {f"role-{certified.code}": "former", f"ou-{certified.code}": "67 2a"})
        assert list(held.scopes.values_list("kind", "territory")) == [("former", ["67", "2A"])]

    def test_shows_its_own_clauses_beside_the_standard(self, house: Certifier, manager: Client) -> None:
        held = build.draft(factories.partnership(house))
        clause = held.clause_set.clauses.get(key="controle")
        where = address("-own-write", house, held.code) + f"?clause={clause.code}"
        manager.post(where, {"title": clause.title, "body": clause.body.replace("quinze", "vingt")})
        assert "<ins>vingt</ins>" in page(manager, address("-own", house, held.code))
        own = held.free_clauses.get()
        manager.post(address("-own-restore", house, held.code, own.code))
        assert not held.free_clauses.exists()

    def test_joins_a_file_and_takes_it_away(self, house: Certifier, manager: Client) -> None:
        held = build.draft(factories.partnership(house))
        file = SimpleUploadedFile("charte.txt", b"Le logo garde ses marges.")
        manager.post(
            address("-annex-add", house, held.code), {"kind": "brand_kit", "title": "Charte du logo", "file": file}
        )
        annex = held.annexes.get()
        response = manager.get(address("-annex", house, held.code, annex.code))
        assert "charte.txt" in response["Content-Disposition"]
        response.close()
        manager.post(address("-annex-remove", house, held.code, annex.code))
        assert not held.annexes.exists()

    def test_shows_the_pages_and_the_pdf_of_the_draft(self, house: Certifier, manager: Client) -> None:
        held = build.draft(factories.partnership(house))
        assert "Page 1 sur" in page(manager, address("-look", house, held.code))
        picture = manager.get(address("-page", house, held.code, 1))
        assert picture["Content-Type"] == "image/svg+xml"
        assert manager.get(address("-page", house, held.code, 99)).status_code == 404
        assert manager.get(address("-pdf", house, held.code)).content.startswith(b"%PDF")

    def test_too_long_to_be_set_says_so(self, house: Certifier, manager: Client, monkeypatch: Any) -> None:
        held = build.draft(factories.partnership(house))
        monkeypatch.setattr("jurande.integrations.typesetting.MOST_BYTES", 1_000)
        shown = manager.get(address("-look", house, held.code), follow=True).content.decode()
        assert "Raccourcissez les clauses" in shown
        sent = manager.post(address("-send", house, held.code), {"revision": held.revision}).content.decode()
        assert "Raccourcissez les clauses" in sent


class TestSending:
    def test_freezes_and_may_be_taken_back(self, house: Certifier, manager: Client) -> None:
        held = build.draft(factories.partnership(house))
        assert "Voici ce qui va se passer" in page(manager, address("-send", house, held.code))
        manager.post(address("-send", house, held.code), {"revision": held.revision})
        shown = page(manager, address("-one", house, held.code))
        assert "Elle attend les signatures" in shown
        assert "Texte figé" in shown
        manager.post(address("-take-back", house, held.code))
        held.refresh_from_db()
        assert held.is_draft

    def test_of_another_house_is_not_found(self, house: Certifier, manager: Client) -> None:
        other = build.draft()
        assert manager.get(address("-one", house, other.code)).status_code == 404
        assert manager.get(address("-pdf", house, other.code)).status_code == 404


class TestElsewhere:
    def test_is_recorded_with_its_pdf_and_flagged_when_it_is_old(self, house: Certifier, manager: Client) -> None:
        partner = factories.partnership(house)
        manager.post(address("-new", house), {"partnership": partner.code, "origin": "elsewhere"})
        held = Convention.objects.get()
        manager.post(
            address("-mentions", house, held.code),
            {"revision": 1, "valid_from": "2025-02-01", "valid_until": "2034-12-31"},
        )
        paper = SimpleUploadedFile("signée.pdf", pdf("Convention", ["Entre les parties."]))
        recorded = {"concluded_on": "2026-01-15", "file": paper}
        refused = manager.post(address("-record", house, held.code), recorded).content.decode()
        assert "des mentions obligatoires ne sont pas remplies" in refused
        paper.seek(0)
        manager.post(address("-record", house, held.code), {**recorded, "concluded_on": "2025-01-15"})
        held.refresh_from_db()
        assert held.state == "in_force"
        assert "À mettre à niveau" in page(manager, address("-one", house, held.code))
        assert "À mettre à niveau" in page(manager, address("", house) + "?alerte=a_mettre_a_niveau")


class TestRenewals:
    def test_are_prepared_row_by_row_with_their_outcome(self, house: Certifier, manager: Client) -> None:
        alive = build.in_force(factories.partnership(house))
        draft = build.draft(factories.partnership(house))
        chosen = {"choix": [alive.code, draft.code]}
        assert "2 conventions sont renouvelées" in manager.post(address("-renew", house), chosen).content.decode()
        manager.post(
            address("-renew", house), {**chosen, "valid_from": "2029-04-01", "valid_until": "2032-03-31", "sends": "on"}
        )
        run = RenewalRun.objects.get()
        renewing.run_renewals(run, report=lambda *_counts: None, now=NOW)
        shown = page(manager, address("-renewal", house, run.code))
        assert "Préparée et envoyée" in shown
        assert "pas encore en vigueur" in shown
