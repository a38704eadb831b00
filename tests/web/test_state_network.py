"""The network as the State sees it: claiming, the boxes and the rows behind them, what changed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jurande.registers.catalogue.models import Claim
from jurande.registers.catalogue.states import Habilitation, HabilitationState, Source
from jurande.registers.journal.models import Entry
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.states import Role, Rule
from tests import factories
from tests.registers.catalogue.fiches import fiche, partner, snapshot, training_body

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Certifier:
    built = factories.certifier()
    factories.relaxed(built, Rule.SECOND_FACTOR)
    return built


@pytest.fixture
def manager(client: Client, house: Certifier) -> Client:
    return factories.enter(client, factories.member(Role.NETWORK_MANAGER, of=house))


def own(house: Certifier) -> tuple[str, str]:
    siren = house.organisation.siren
    return house.organisation.sites.get().siret if siren else "", house.organisation.legal_name


def address(house: Certifier, tail: str = "") -> str:
    return f"/c/{house.code}/etat/{tail}"


def text(client: Client, path: str, **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200
    return answer.content.decode()


class TestStart:
    def test_says_calmly_that_nothing_was_read(self, manager: Client, house: Certifier) -> None:
        assert "n’ont pas encore été lus" in text(manager, address(house))

    def test_teaches_and_has_the_one_button(self, manager: Client, house: Certifier) -> None:
        snapshot()
        fiche("RS7423", "Intégrer l’IA", certifier=own(house))
        page = text(manager, address(house))
        assert "Une certification nationale porte votre nom" in page
        assert page.count("btn-primary") == 1

    def test_tells_a_reader_who_can(self, client: Client, house: Certifier) -> None:
        snapshot()
        reader = factories.enter(client, factories.member(Role.READER, of=house))
        assert "Un responsable du réseau peut rattacher" in text(reader, address(house))


class TestClaim:
    def test_attaches_what_names_us_and_writes_it_in_the_journal(self, manager: Client, house: Certifier) -> None:
        snapshot()
        fiche("RS7423", "Intégrer l’IA", certifier=own(house))
        assert "RS7423" in text(manager, address(house, "rattacher/"))
        answer = manager.post(address(house, "rattacher/"), {"fiches": ["RS7423"], "number": ""}, follow=True)
        assert "1 certification est rattachée" in answer.content.decode().replace("\u00a0", " ")
        assert Claim.objects.get().basis == "siren"
        assert Entry.objects.get(action="catalogue.claim.made").subject_code == "RS7423"

    def test_takes_our_name_where_the_siret_is_missing_and_says_so(self, manager: Client, house: Certifier) -> None:
        snapshot()
        fiche("RS8", "Autre", certifier=("", house.organisation.legal_name.upper()))
        manager.post(address(house, "rattacher/"), {"number": "rs 8"})
        assert "À confirmer" in text(manager, address(house), vue="certifications")
        assert "Certifications à confirmer" in text(manager, address(house))

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("RS9", "n’est pas à vous selon le répertoire"),
            ("RS10", "n’est pas dans les répertoires"),
            ("12", "pas un numéro de fiche"),
            ("", "Aucune certification n’est choisie"),
        ],
    )
    def test_refuses_the_rest_and_says_what_to_do(
        self, manager: Client, house: Certifier, typed: str, said: str
    ) -> None:
        snapshot()
        fiche("RS9", "D’un autre", certifier=(factories.siret(), "Un autre"))
        answer = manager.post(address(house, "rattacher/"), {"number": typed})
        assert said in answer.content.decode()
        assert not Claim.objects.exists()

    def test_attaches_all_or_nothing(self, manager: Client, house: Certifier) -> None:
        snapshot()
        fiche("RS7423", "Intégrer l’IA", certifier=own(house))
        fiche("RS9", "D’un autre", certifier=(factories.siret(), "Un autre"))
        manager.post(address(house, "rattacher/"), {"fiches": ["RS7423"], "number": "RS9"})
        assert not Claim.objects.exists()

    def test_twice_makes_one(self, manager: Client, house: Certifier) -> None:
        fiche("RS7423", "Intégrer l’IA", certifier=own(house))
        for _ in range(2):
            manager.post(address(house, "rattacher/"), {"number": "RS7423"})
        assert Claim.objects.count() == 1

    def test_lets_go_and_may_come_back(self, manager: Client, house: Certifier) -> None:
        fiche("RS7423", "Intégrer l’IA", certifier=own(house))
        manager.post(address(house, "rattacher/"), {"number": "RS7423"})
        claim = Claim.objects.get()
        assert "Voici ce qui va se passer" in text(manager, address(house, f"{claim.code}/detacher/"))
        manager.post(address(house, f"{claim.code}/detacher/"))
        claim.refresh_from_db()
        assert claim.released_at
        assert manager.post(address(house, f"{claim.code}/detacher/")).status_code == 404
        manager.post(address(house, "rattacher/"), {"number": "RS7423"})
        assert Claim.objects.held().count() == 1


@pytest.fixture
def network(manager: Client, house: Certifier) -> dict[str, Any]:
    """RS7423 with a partner placed, one moved, one twice, one ended, one nobody knows."""
    snapshot(Source.RS, date(2026, 3, 1))
    row = fiche("RS7423", "Intégrer l’IA", certifier=own(house))
    manager.post(address(house, "rattacher/"), {"number": "RS7423"})
    placed = partner(row, name="BIEN PLACE", active_on=date(2020, 1, 1))
    training_body(placed.siret)
    moved = partner(row, name="A DEMENAGE")
    training_body(factories.siret(moved.siren), departement="75")
    twice = partner(row, name="EN DOUBLE", habilitation=Habilitation.FORMER)
    partner(row, name="EN DOUBLE", siret=twice.siret, habilitation=Habilitation.ORGANISER)
    training_body(twice.siret, departement="974")
    partner(row, name="EST PARTI", state=HabilitationState.WITHDRAWN)
    partner(row, name="DE NULLE PART", active_on=None)
    return {"fiche": row}


@pytest.mark.usefixtures("network")
class TestNetwork:
    @pytest.mark.parametrize(
        ("point", "names"),
        [
            ("autre-siret", {"A DEMENAGE"}),
            ("double", {"EN DOUBLE"}),
            ("termine", {"EST PARTI"}),
            ("lieu-inconnu", {"A DEMENAGE", "DE NULLE PART"}),
        ],
    )
    def test_each_box_opens_its_rows(self, manager: Client, house: Certifier, point: str, names: set[str]) -> None:
        assert f"?point={point}" in text(manager, address(house))
        page = text(manager, address(house), point=point)
        shown = {
            name for name in ("BIEN PLACE", "A DEMENAGE", "EN DOUBLE", "EST PARTI", "DE NULLE PART") if name in page
        }
        assert shown == names

    def test_tells_a_certifier_that_is_not_in_its_own_list(
        self, manager: Client, house: Certifier, network: dict[str, Any]
    ) -> None:
        assert "Vous n’êtes pas dans votre propre liste" in text(manager, address(house))
        partner(network["fiche"], siret=own(house)[0], name="NOUS")
        assert "Vous n’êtes pas dans votre propre liste" not in text(manager, address(house))

    def test_draws_the_map_with_what_has_no_place_in_a_box(self, manager: Client, house: Certifier) -> None:
        page = text(manager, address(house), vue="carte")
        assert "La Réunion (974)" in page
        assert "Paris (75)\u00a0: 0" in page
        assert "departement=inconnu" in page

    def test_counts_ages(self, manager: Client, house: Certifier) -> None:
        page = text(manager, address(house))
        assert "cinq ans et plus" in page
        assert "date inconnue de l’État" in page

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_exports_exactly_what_is_shown(self, manager: Client, house: Certifier, kind: str) -> None:
        sheet = manager.get(address(house), {"point": "double", "export": kind})
        assert sheet["Content-Disposition"] == f'attachment; filename="reseau-vu-par-l-etat.{kind}"'
        if kind == "csv":
            assert sheet.content.decode("utf-8-sig").count("EN DOUBLE") == 2

    def test_shows_what_changed_since_the_previous_publication(
        self, manager: Client, house: Certifier, network: dict[str, Any]
    ) -> None:
        assert "Une seule publication a été lue" in text(manager, address(house), vue="changements")
        snapshot(Source.RS, date(2026, 3, 2))
        partner(network["fiche"], name="TOUT NEUF", seen=date(2026, 3, 2))
        page = text(manager, address(house), vue="changements")
        assert "TOUT NEUF" in page
        assert "BIEN PLACE" not in page

    @pytest.mark.parametrize(
        "query", [{"q": "é'\"%_"}, {"point": "inconnu"}, {"vue": "zz"}, {"departement": "zz", "fiche": "RS1"}]
    )
    def test_takes_any_address(self, manager: Client, house: Certifier, query: dict[str, str]) -> None:
        text(manager, address(house), **query)

    def test_takes_at_most_twenty_five_queries_whatever_the_number(
        self, manager: Client, house: Certifier, network: dict[str, Any]
    ) -> None:
        def taken() -> int:
            with CaptureQueriesContext(connection) as queries:
                text(manager, address(house))
            return len(queries)

        before = taken()
        for _ in range(20):
            partner(network["fiche"])
        assert taken() == before
