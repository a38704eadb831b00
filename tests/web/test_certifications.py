"""The screens of certifications: what each shows, and what comes of each act."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from jurande.registers.catalogue.models import Certification, Competency
from jurande.registers.catalogue.operations import certifications, lines
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.states import Role, Rule
from tests import factories
from tests.factories import NOW
from tests.registers.catalogue import certifications as build

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Certifier:
    made = factories.certifier()
    factories.relaxed(made, Rule.SECOND_FACTOR)
    return made


@pytest.fixture
def manager(house: Certifier, client: Client) -> Client:
    return factories.enter(client, factories.member(Role.NETWORK_MANAGER, of=house))


def address(name: str, house: Certifier, *codes: str) -> str:
    return reverse(f"certifier:certifications{name}", args=[house.code, *codes])


def written(house: Certifier) -> tuple[Certification, Any]:
    held = build.registered(house)
    return held, build.draft_of(held)


class TestList:
    def test_teaches_when_it_is_empty_and_offers_the_fiches(self, house: Certifier, manager: Client) -> None:
        assert "Aucune certification" in manager.get(address("", house)).content.decode()
        build.fiche(house)
        page = manager.get(address("-new", house)).content.decode()
        assert "RNCP49021" in page
        response = manager.post(address("-new", house), {"number": "RNCP49021"}, follow=True)
        assert "Le brouillon n’est pas publiable" in response.content.decode()

    def test_keeps_what_was_typed_when_the_fiche_is_unknown(self, house: Certifier, manager: Client) -> None:
        page = manager.post(address("-new", house), {"number": "RNCP1"}).content.decode()
        assert "n’est pas dans les répertoires" in page
        assert 'value="RNCP1"' in page

    def test_is_exported(self, house: Certifier, manager: Client) -> None:
        build.registered(house)
        sheet = manager.get(address("", house) + "?export=csv").content.decode("utf-8-sig")
        assert "RNCP49021" in sheet


class TestEditor:
    def test_saves_a_line_quietly(self, house: Certifier, manager: Client) -> None:
        held, draft = written(house)
        line = build.competencies(draft.blocs.get(position=1))[0]
        asked = {"do": "save", "kind": "competency", "line": line.code, "revision": 1, "text": "Écouter le client"}
        answer = manager.post(address("-write", house, held.code, draft.code), asked, headers={"HX-Request": "true"})
        assert (answer.status_code, answer["X-Jurande-Revision"]) == (204, "2")
        assert Competency.objects.get(pk=line.pk).text == "Écouter le client"

    def test_shows_both_texts_to_who_comes_second(self, house: Certifier, manager: Client) -> None:
        held, draft = written(house)
        line = build.competencies(draft.blocs.get(position=1))[0]
        lines.reword_line(line=line, text="Le sien", revision=1, actor=build.writer(house), now=NOW)
        asked = {"do": "save", "kind": "competency", "line": line.code, "revision": 1, "text": "Le mien"}
        where = address("-write", house, held.code, draft.code)
        for headers in ({"HX-Request": "true"}, {}):
            answer = manager.post(where, asked, headers=headers)
            assert answer.status_code == 409
            assert "Le sien" in answer.content.decode()
            assert "Le mien" in answer.content.decode()
        assert Competency.objects.get(pk=line.pk).text == "Le sien"
        manager.post(where, asked | {"revision": 2})
        assert Competency.objects.get(pk=line.pk).text == "Le mien"

    def test_splits_moves_and_removes_without_a_script(self, house: Certifier, manager: Client) -> None:
        held, draft = written(house)
        where = address("-write", house, held.code, draft.code)
        bloc = draft.blocs.get(position=1)
        first = build.competencies(bloc)[0]
        asked = {"kind": "competency", "line": first.code, "text": "Un deux"}
        assert manager.post(where, asked | {"do": "split", "at": 2, "revision": 1}).status_code == 302
        assert [one.text for one in build.competencies(bloc)][:2] == ["Un", "deux"]
        manager.post(where, asked | {"do": "down", "revision": 2})
        assert [one.text for one in build.competencies(bloc)][:2] == ["deux", "Un"]
        first.refresh_from_db()
        manager.post(where, asked | {"do": "remove", "revision": first.revision})
        assert "Un" not in [one.text for one in build.competencies(bloc)]
        manager.post(where, {"do": "add", "kind": "criterion", "parent": build.competencies(bloc)[0].code})
        manager.post(
            where,
            {
                "do": "tags",
                "kind": "competency",
                "line": build.competencies(bloc)[0].code,
                "revision": 1,
                "tags": "safety",
            },
        )
        assert build.competencies(bloc)[0].tags == ["safety"]

    def test_sends_a_line_past_the_end_of_its_bloc_to_the_next(self, house: Certifier, manager: Client) -> None:
        held, draft = written(house)
        last = build.competencies(draft.blocs.get(position=1))[-1]
        asked = {"do": "down", "kind": "competency", "line": last.code, "revision": 1}
        manager.post(address("-write", house, held.code, draft.code), asked)
        assert build.competencies(draft.blocs.get(position=2))[0].code == last.code

    def test_proposes_before_it_pastes(self, house: Certifier, manager: Client) -> None:
        held, draft = written(house)
        bloc = draft.blocs.get(position=2)
        where = address("-paste", house, held.code, draft.code, bloc.code)
        pasted = "• Remplacer une pompe\n• Souder un cir-\ncuit imprimé"
        page = manager.post(where, {"text": pasted}).content.decode()
        assert "Souder un circuit imprimé" in page
        assert len(build.competencies(bloc)) == 2
        manager.post(where, {"text": pasted, "do": "add"})
        assert [one.text for one in build.competencies(bloc)][2:] == [
            "Remplacer une pompe",
            "Souder un circuit imprimé",
        ]

    def test_is_closed_once_published(self, house: Certifier, manager: Client) -> None:
        held, draft = written(house)
        build.framed(draft, build.writer(house))
        build.published(held, build.publisher(house))
        assert manager.get(address("-write", house, held.code, draft.code)).status_code == 403

    def test_describes_a_bloc(self, house: Certifier, manager: Client) -> None:
        held, draft = written(house)
        bloc = draft.blocs.get(position=1)
        where = address("-bloc", house, held.code, draft.code, bloc.code)
        given = {"assessment": "Deux heures en atelier", "number": "RNCP49021BC01", "revision": 1, "is_optional": "on"}
        assert manager.post(where, given).status_code == 302
        bloc.refresh_from_db()
        assert (bloc.assessment, bloc.is_optional) == ("Deux heures en atelier", True)


class TestPublish:
    def test_lists_what_is_missing_with_a_link_to_each(self, house: Certifier, manager: Client) -> None:
        held, draft = written(house)
        page = manager.get(address("-publish", house, held.code, draft.code)).content.decode()
        assert "La date d’effet manque" in page
        assert address("-frame", house, held.code, draft.code) + "#id_valid_from" in page
        assert "Publier pour toujours" not in page

    def test_is_done_by_somebody_else_after_seeing_it(self, house: Certifier, manager: Client) -> None:
        held, draft = written(house)
        build.framed(draft, build.writer(house))
        where = address("-publish", house, held.code, draft.code)
        page = manager.get(where)
        assert "ne changera plus jamais" in page.content.decode()
        done = manager.post(where, {"seen": page.context["seen"]}, follow=True).content.decode()
        assert "Version 1, en vigueur" in done
        assert manager.get(where).status_code == 404

    def test_compares_and_starts_the_next_version(self, house: Certifier, manager: Client) -> None:
        held, draft = written(house)
        author = build.writer(house)
        build.framed(draft, author)
        build.published(held, build.publisher(house))
        manager.post(address("-version", house, held.code))
        new = build.draft_of(held)
        line = build.competencies(new.blocs.get(position=1))[2]
        lines.reword_line(line=line, text="Mesurer et interpréter les écarts", revision=1, actor=author, now=NOW)
        page = manager.get(address("-compare", house, held.code) + "?de=1&a=2").content.decode()
        assert "<ins>" in page
        assert "interpréter" in page
        manager.post(address("-discard", house, held.code, new.code))
        assert held.versions.count() == 1


class TestFrame:
    def test_sets_hours_and_juries(self, house: Certifier, manager: Client) -> None:
        held, draft = written(house)
        where = address("-frame", house, held.code, draft.code)
        shown = manager.get(where)
        given = {name: value for name, value in shown.context["form"].initial.items() if value is not None}
        given |= {"valid_from": "2026-09-01", "minimum_hours": 490, "jury_FC_members": 3}
        assert manager.post(where, given).status_code == 302
        draft.refresh_from_db()
        assert (draft.minimum_hours, draft.juries.get(route="FC").min_members) == (490, 3)

    def test_says_beside_the_field_what_cannot_be(self, house: Certifier, manager: Client) -> None:
        held, draft = written(house)
        where = address("-frame", house, held.code, draft.code)
        given = {"title": "T", "revision": 1, "internship_min_hours": 9, "internship_max_hours": 2}
        assert "dépasse le stage maximal" in manager.post(where, given).content.decode()


class TestMicro:
    def test_is_refused_until_it_is_whole(self, house: Certifier, manager: Client) -> None:
        manager.post(address("-micro", house), {"title": "Obtenir le titre de réparateur"})
        held = Certification.objects.get()
        draft = build.draft_of(held)
        page = manager.get(address("-sheet", house, held.code, draft.code)).content.decode()
        assert "n’est enregistrée ni au RNCP" in page
        assert "Charge de travail" in page
        preview = manager.get(address("-publish", house, held.code, draft.code)).content.decode()
        assert "est réservé" in preview
        assert "#id_protocol" in preview

    def test_saves_an_unfinished_form(self, house: Certifier, manager: Client) -> None:
        held = build.micro(house)
        draft = build.draft_of(held)
        where = address("-sheet", house, held.code, draft.code)
        given = {"title": "Souder", "protocol": "Une heure à l’établi", "revision": 1, "frame_revision": 1}
        assert manager.post(where, given).status_code == 302
        draft.refresh_from_db()
        assert (draft.title, draft.elements.protocol) == ("Souder", "Une heure à l’établi")

    def test_keeps_a_wrong_tie_in_its_form(self, house: Certifier, manager: Client) -> None:
        held = build.micro(house)
        draft = build.draft_of(held)
        where = address("-align", house, held.code, draft.code)
        page = manager.post(where, {"framework": "rome", "entry": "XX", "label": "Réparer"}).content.decode()
        assert "n’a pas la forme attendue" in page
        manager.post(where, {"framework": "rome", "entry": "i1402", "label": "Réparer"})
        assert draft.alignments.get().entry == "I1402"

    def test_is_published_whole(self, house: Certifier, manager: Client) -> None:
        held = build.micro(house, whole=True)
        build.published(held, build.publisher(house))
        page = manager.get(address("-one", house, held.code)).content.decode()
        assert "en vigueur depuis" in page
        read = manager.get(address("-read", house, held.code, held.versions.get().code))
        assert "Intacte" in read.content.decode()


class TestRead:
    def test_is_exported_line_by_line(self, house: Certifier, manager: Client) -> None:
        held, draft = written(house)
        where = address("-read", house, held.code, draft.code)
        sheet = manager.get(where + "?export=csv").content.decode("utf-8-sig").splitlines()
        assert len(sheet) == 1 + 1 + 2 + 5
        assert manager.get(where + "?export=xlsx").status_code == 200
        assert manager.get(where).status_code == 200

    def test_is_nobody_elses(self, house: Certifier, manager: Client) -> None:
        other = build.registered(factories.certifier(name="Autre"), number="RNCP40001")
        assert manager.get(address("-one", house, other.code)).status_code == 404


class TestChoicesAndRetirement:
    def test_are_kept(self, house: Certifier, manager: Client) -> None:
        held = build.registered(house)
        manager.post(address("-choices", house), {"dossier_months": 24, "demanded": ["grade"]})
        assert "24" in manager.get(address("-one", house, held.code)).content.decode()
        manager.post(address("-retire", house, held.code), {"reason": "unused"})
        assert "Plus demandée" in manager.get(address("-one", house, held.code)).content.decode()


class TestHome:
    def test_shows_the_dossier_to_prepare_among_what_waits(self, house: Certifier, manager: Client) -> None:
        held = build.registered(house)
        # The fiche ends in the years after the tests' own clock: its dossier is begun five years before.
        chosen = {"certifier": house, "dossier_months": 60, "demanded": [], "tolerated": []}
        certifications.set_choices(**chosen, actor=build.writer(house), now=NOW)
        page = manager.get(reverse("certifier:home", args=[house.code])).content.decode()
        assert "Préparer la nouvelle demande d’enregistrement de RNCP49021" in page
        assert address("-one", house, held.code) in page


class TestJournal:
    def test_names_the_certification_by_its_reference(self, house: Certifier, manager: Client) -> None:
        build.registered(house)
        page = manager.get(reverse("certifier:journal", args=[house.code])).content.decode()
        assert "a ouvert le dossier de RNCP49021" in page
