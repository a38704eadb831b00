"""The public pages over the national registers: search, a certification, the directory and its map."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jurande.registers.catalogue.states import Habilitation, HabilitationState, Source
from tests import factories
from tests.registers.awards import showcases
from tests.registers.catalogue import certifications
from tests.registers.catalogue.fiches import fiche, partner, snapshot, training_body

pytestmark = pytest.mark.django_db
SEARCH = "/certifications/"
DIRECTORY = "/annuaire/"


@pytest.fixture
def registers() -> dict[str, Any]:
    snapshot(Source.RNCP, date(2026, 8, 16))
    snapshot(Source.RS, date(2026, 8, 16))
    snapshot(Source.TRAINING_BODIES, date(2026, 7, 1))
    web = fiche(
        "RNCP37674",
        "Développeur web et web mobile",
        level=5,
        blocs=[("RNCP37674BC01", "Développer la partie front-end")],
        capacities=["Maquetter une application"],
        activities=["Développer"],
        routes=[["FC", True, "Deux personnes du métier"], ["FI", False, ""]],
        promotions=[[2023, 1900, 12, 62, 48, 70], [2024, 2100, None, None, None, None]],
        rome=[["M1805", "Études et développement informatique"]],
        replaced=["RNCP31114"],
        link="https://exemple.fr/dwwm",
    )
    fiche("RS7423", "Intégrer l’intelligence artificielle (IA) dans les pratiques en Ressources Humaines")
    fiche("RNCP35959", "Développeur web", active=False)
    here = partner(web, name="ATELIERS MISTRAL FORMATION")
    training_body(here.siret, departement="13")
    there = partner(web, name="OCEAN REPARATION", habilitation=Habilitation.FORMER)
    training_body(there.siret, departement="974", qualiopi=False)
    lost = partner(web, name="CAP NORD")
    partner(web, name="ANCIEN", state=HabilitationState.WITHDRAWN)
    return {"web": web, "here": here, "there": there, "lost": lost}


def text(client: Client, path: str, **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.usefixtures("registers")
class TestSearchPage:
    @pytest.mark.parametrize("typed", ["ia rh", "intelligence artificielle ressources humaines"])
    def test_finds_by_words_and_by_initials(self, client: Client, typed: str) -> None:
        assert "/certifications/RS7423/" in text(client, SEARCH, q=typed)

    def test_says_its_source_and_date(self, client: Client) -> None:
        page = text(client, SEARCH)
        assert "RNCP au 16\u00a0août 2026 (France compétences, Licence Ouverte 2.0)" in page

    def test_keeps_its_filters_in_the_address(self, client: Client) -> None:
        page = text(client, SEARCH, q="développeur", etat="inactive", registre="rncp", niveau="nul", departement="zz")
        assert "RNCP35959" in page
        assert "RNCP37674" not in page

    def test_says_how_a_mistyped_word_was_read(self, client: Client) -> None:
        assert "«\u00a0inteligence\u00a0» a été lu comme intelligence" in text(client, SEARCH, q="inteligence")

    def test_teaches_when_nothing_answers(self, client: Client) -> None:
        assert "Aucune certification ne répond à tous ces mots" in text(client, SEARCH, q="xyzxyz")

    @pytest.mark.parametrize(
        "typed", ["a" * 10_000, "<script>alert(1)</script>", '" OR 1', "NEAR(", "\u202eعربي", "'; DROP TABLE", "🙂"]
    )
    def test_takes_hostile_text_as_text(self, client: Client, typed: str) -> None:
        assert "<script>alert" not in text(client, SEARCH, q=typed, page="-1")

    def test_refuses_a_nul_in_one_sentence(self, client: Client) -> None:
        assert client.get(SEARCH + "?q=%00").status_code == 400

    def test_sets_no_cookie_and_may_be_kept(self, client: Client) -> None:
        answer = client.get(SEARCH, {"q": "web"})
        assert not answer.cookies
        assert "public" in answer["Cache-Control"]

    def test_takes_few_queries(self, client: Client) -> None:
        with CaptureQueriesContext(connection) as made:
            client.get(SEARCH, {"q": "inteligence web", "departement": "13"})
        assert len(made) <= 12


@pytest.mark.usefixtures("registers")
class TestCertificationPage:
    def test_shows_what_the_register_says(self, client: Client) -> None:
        page = text(client, "/certifications/RNCP37674/")
        for said in (
            "Maquetter une application",
            "Développer la partie front-end",
            "Deux personnes du métier",
            "2\u00a0100",
            "Niveau 5",
            "M1805",
            "RNCP31114",
            "https://exemple.fr/dwwm",
            "3 organismes".replace(" ", "\u00a0"),
            "lieu inconnu",
        ):
            assert said in page, said
        assert "ANCIEN" not in page

    @pytest.mark.parametrize("typed", ["rncp37674", "RNCP 37674", "RNCP037674"])
    def test_has_one_address(self, client: Client, typed: str) -> None:
        answer = client.get(f"/certifications/{typed}/")
        assert (answer.status_code, answer["Location"]) == (301, "/certifications/RNCP37674/")

    @pytest.mark.parametrize("unknown", ["RNCP1", "RS999999", "n’importe quoi", "a" * 500])
    def test_is_not_there_for_what_is_no_fiche(self, client: Client, unknown: str) -> None:
        assert client.get(f"/certifications/{unknown}/").status_code == 404


class TestDirectory:
    def test_leads_to_the_open_showcases_of_who_answers_for_it(self, client: Client, registers: dict[str, Any]) -> None:
        made = certifications.registered()
        mine, place = made.certifier, made.certifier.organisation.sites.get().siret
        assert made.fiche is not None
        partner(made.fiche, siret=place)
        body, record = f"{DIRECTORY}{place[:9]}/", f"/certifications/{made.reference}/"
        pages: dict[str, dict[str, str]] = {DIRECTORY: {"certification": made.reference}, body: {}, record: {}}
        link = f"/vitrines/{mine.code}/"
        assert not [page for page, query in pages.items() if link in text(client, page, **query)]
        showcases.opened(mine, made)
        cache.clear()
        assert [page for page, query in pages.items() if link in text(client, page, **query)] == list(pages)

    def test_lists_and_places_the_partners_of_a_certification(self, client: Client, registers: dict[str, Any]) -> None:
        page = text(client, DIRECTORY, certification="RNCP37674")
        assert "ATELIERS MISTRAL FORMATION" in page
        assert "ANCIEN" not in page
        drawn = text(client, DIRECTORY, certification="RNCP37674", vue="carte")
        assert "La Réunion (974)\u00a0: 1 organisme" in drawn
        assert "lieu inconnu" in drawn

    @pytest.mark.parametrize(
        ("filters", "kept"),
        [
            ({"departement": "974"}, {"there"}),
            ({"departement": "inconnu"}, {"lost"}),
            ({"role": "both"}, {"here", "lost"}),
            ({"qualiopi": "oui"}, {"here"}),
            ({"q": "nord"}, {"lost"}),
        ],
    )
    def test_filters(self, client: Client, registers: dict[str, Any], filters: dict[str, str], kept: set[str]) -> None:
        page = text(client, DIRECTORY, certification="RNCP37674", **filters)
        assert {key for key in ("here", "there", "lost") if registers[key].name in page} == kept

    def test_shows_the_country_until_something_narrows_it(self, client: Client, registers: dict[str, Any]) -> None:
        page = text(client, DIRECTORY)
        assert "3\u00a0établissements habilités" in page.replace("3 ", "3\u00a0")
        assert "ATELIERS" not in page
        assert "ATELIERS MISTRAL" in text(client, DIRECTORY, departement="13")
        assert "OCEAN" in text(client, DIRECTORY, q="ocean")
        assert "OCEAN" not in text(client, DIRECTORY, q="ocean", qualiopi="oui")

    def test_takes_at_most_twelve_queries_for_five_hundred_partners_and_a_map(self, client: Client) -> None:
        snapshot(Source.RS)
        row = fiche("RS1", "Cuisine")
        for _ in range(500):
            made = partner(row)
            if made.pk % 2:
                training_body(made.siret)
        with CaptureQueriesContext(connection) as queries:
            page = text(client, DIRECTORY, certification="RS1", vue="carte")
        assert "500" in page
        assert len(queries) <= 12

    def test_exports_what_it_shows(self, client: Client, registers: dict[str, Any]) -> None:
        sheet = client.get(DIRECTORY, {"certification": "RNCP37674", "departement": "13", "export": "csv"})
        assert sheet["Content-Type"].startswith("text/csv")
        assert sheet.content.decode("utf-8-sig").count("\r\n") == 2

    def test_shows_one_body(self, client: Client, registers: dict[str, Any]) -> None:
        page = text(client, f"{DIRECTORY}{registers['there'].siren}/")
        assert "RNCP37674" in page
        assert "La Réunion (974)" in page

    @pytest.mark.parametrize("unknown", ["123456789", "abc", "999999998", "0" * 300])
    def test_has_no_page_for_an_unknown_body(self, client: Client, unknown: str) -> None:
        assert client.get(f"{DIRECTORY}{unknown}/").status_code == 404


class TestWasItHabilitated:
    @pytest.mark.parametrize(
        ("who", "day", "said"),
        [
            ("here", "2026-05-01", "Oui, cet établissement était habilité"),
            ("nobody", "2026-05-01", "Non, cet établissement ne figurait pas"),
            ("here", "2026-12-01", "Inconnu\u00a0: ce jour est postérieur"),
            ("here", "2020-01-01", "Inconnu\u00a0: aucune publication"),
        ],
    )
    def test_answers_with_source_and_date(
        self, client: Client, registers: dict[str, Any], who: str, day: str, said: str
    ) -> None:
        snapshot(Source.RNCP, date(2026, 4, 1))
        place = registers[who].siret if who in registers else factories.siret()
        page = text(client, "/certifications/RNCP37674/", siret=place, jour=day)
        assert said in page
        assert "France compétences" in page

    @pytest.mark.parametrize(
        ("place", "day"), [("123", "2026-05-01"), ("x" * 5000, "2026-05-01"), ("", ""), ("1", "31/31/2026")]
    )
    def test_says_what_is_wrong_beside_the_field(
        self, client: Client, registers: dict[str, Any], place: str, day: str
    ) -> None:
        page = text(client, "/certifications/RNCP37674/", siret=place, jour=day)
        assert "à corriger" in page
        assert "était habilité ce jour-là" not in page


class TestNothingImported:
    @pytest.mark.parametrize("path", [SEARCH, DIRECTORY, "/"])
    def test_is_said_calmly(self, client: Client, path: str) -> None:
        assert client.get(path).status_code == 200
        if path != "/":
            assert "n’ont pas encore été lus ici" in text(client, path)
        else:
            assert reverse("public:certifications") in text(client, path)
