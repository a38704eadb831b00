from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jurande.registers.catalogue.models import FicheVersion, SearchEntry
from jurande.registers.catalogue.operations import indexing
from jurande.registers.catalogue.queries.search import NO_LEVEL, Choice, search
from tests import factories
from tests.registers.catalogue.fiches import fiche, partner, training_body

pytestmark = pytest.mark.django_db


@pytest.fixture
def registers() -> None:
    fiche("RS7423", "Intégrer l’intelligence artificielle (IA) dans les pratiques en Ressources Humaines")
    fiche(
        "RNCP36612", "Assistant en ressources humaines", level=5, rome=[["M1501", "Assistanat en ressources humaines"]]
    )
    fiche(
        "RNCP37674",
        "Développeur web et web mobile",
        level=5,
        abbreviation="DWWM",
        jobs="Intégrateur ; développeur front-end",
        blocs=[("RNCP37674BC01", "Développer la partie front-end d’une application")],
        formacodes=[["31090", "Langages de programmation"]],
    )
    fiche("RNCP35959", "Développeur web", level=6, active=False)
    fiche("RNCP40344", "Auxiliaire spécialisé vétérinaire", level=4, certifier=("", "SNVEL"))
    fiche("RNCP31114", "Soudeur à l’arc électrique", level=3, nsf=[["254s", "Soudage"]])


def found(text: str, **choice: object) -> list[str]:
    return [version.fiche.number for version in search(text, Choice(**choice)).versions]


@pytest.mark.usefixtures("registers")
class TestSearch:
    @pytest.mark.parametrize(
        ("typed", "first"),
        [
            ("intelligence artificielle ressources humaines", "RS7423"),
            ("ia rh", "RS7423"),
            ("IA RH", "RS7423"),
            ("intelligences artificielles", "RS7423"),
            ("RNCP37674", "RNCP37674"),
            ("rncp 37674", "RNCP37674"),
            ("37674", "RNCP37674"),
            ("RS7423", "RS7423"),
            ("RNCP37674BC01", "RNCP37674"),
            ("M1501", "RNCP36612"),
            ("254s", "RNCP31114"),
            ("31090", "RNCP37674"),
            ("veterinaire", "RNCP40344"),
            ("VÉTÉRINAIRE", "RNCP40344"),
            ("snvel", "RNCP40344"),
            ("dwwm", "RNCP37674"),
            ("soudeurs arc", "RNCP31114"),
            ("vétér", "RNCP40344"),
            ("front end", "RNCP37674"),
        ],
    )
    def test_finds(self, typed: str, first: str) -> None:
        assert found(typed)[:1] == [first]

    def test_finds_nothing_that_lacks_a_word(self) -> None:
        assert found("soudeur vétérinaire") == []

    @pytest.mark.parametrize("slip", ["inteligence artificielle", "soudeut", "vetreinaire", "developpeuur"])
    def test_forgives_one_slip_and_says_what_it_read(self, slip: str) -> None:
        answer = search(slip, Choice())
        assert answer.total
        assert answer.read_as

    def test_corrects_nothing_that_is_found(self) -> None:
        assert not search("soudeur", Choice()).read_as

    def test_puts_those_in_force_first_and_titles_before_the_rest(self) -> None:
        fiche("RNCP38000", "Concepteur d’applications", jobs="Développeur web")
        assert found("développeur web") == ["RNCP37674", "RNCP38000", "RNCP35959"]

    def test_puts_the_code_asked_for_first_even_when_it_is_no_longer_in_force(self) -> None:
        fiche("RNCP38001", "Autre chose", abbreviation="35959")
        assert found("35959")[0] == "RNCP35959"

    def test_counts_each_choice_as_if_only_it_changed(self) -> None:
        facets = search("", Choice(register="rncp", level=5)).facets
        assert facets.levels == {3: 1, 4: 1, 5: 2, 6: 1}
        assert facets.registers == {"rncp": 2}
        assert search("", Choice()).facets.registers == {"rncp": 5, "rs": 1}
        assert search("", Choice(level=NO_LEVEL)).total == 1
        assert search("", Choice(active=False)).total == 1

    def test_keeps_those_that_a_departement_offers(self) -> None:
        siret = factories.siret()
        training_body(siret, departement="974")
        partner(SearchEntry.objects.get(number_value=37674).fiche, siret=siret)
        assert found("développeur", departement="974") == ["RNCP37674"]
        assert found("développeur", departement="75") == []

    def test_takes_few_queries_whatever_the_text(self) -> None:
        with CaptureQueriesContext(
            connection,
        ) as made:
            search("inteligence artificiel developeur soud zzzz compt vete 37674", Choice(departement="13"))
        assert len(made) <= 9

    @pytest.mark.parametrize(
        "hostile",
        [
            "a" * 10_000,
            "mot " * 3000,
            '"',
            "' OR 1=1 --",
            "NEAR(a b)",
            "web* OR title:web",
            "-web",
            "(",
            "\u202eزبدة",
            "^",
            "{x}",
            ":*|&!<->",
            "\x00web",
        ],
    )
    def test_takes_any_text_as_words(self, hostile: str) -> None:
        assert search(hostile, Choice()).page == 1

    def test_gives_the_last_page_for_one_too_far(self) -> None:
        assert search("", Choice(), page=10**9).page == 1


@given(st.text(max_size=60))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_breaks_the_search(db: None, text: str) -> None:
    search(text, Choice())


class TestIndex:
    def test_replaces_what_a_fiche_said_before(self) -> None:
        row = fiche("RS1", "Cuisine végétale")
        version = FicheVersion.objects.get(fiche=row)
        version.title = "Poterie"
        version.save()
        indexing.index([version.pk])
        indexing.index([version.pk])
        assert found("poterie") == ["RS1"]
        assert found("cuisine") == []

    def test_rebuilds_from_nothing(self) -> None:
        fiche("RS1", "Cuisine végétale", indexed=False)
        assert found("cuisine") == []
        assert indexing.rebuild() == 1
        assert found("cuisine") == ["RS1"]

    def test_keeps_a_fiche_that_left_its_register_but_not_in_force(self) -> None:
        indexing.retire([fiche("RS1", "Cuisine végétale").pk])
        assert found("cuisine", active=False) == ["RS1"]
        assert found("cuisine", active=True) == []

    def test_is_made_again_by_a_command(self, capsys: pytest.CaptureFixture[str]) -> None:
        fiche("RS1", "Cuisine végétale", indexed=False)
        call_command("rebuild-search")
        assert "1 fiches" in capsys.readouterr().out
        assert found("cuisine") == ["RS1"]
