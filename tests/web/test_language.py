"""Pages in two languages: those of holders alone, and for one request at a time."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils.translation import get_language

from jurande.registers.parties.states import Role
from tests import factories


@pytest.fixture
def client(db: None, client: Client) -> Client:
    factories.enter(client, factories.holder())
    return client


class TestTheLanguageOfASpace:
    def test_is_french_until_asked(self, client: Client) -> None:
        assert '<html lang="fr">' in client.get("/titulaire/").content.decode()

    def test_is_the_one_of_the_address_and_nothing_keeps_it(self, client: Client) -> None:
        assert '<html lang="en">' in client.get("/titulaire/?langue=en").content.decode()
        assert '<html lang="fr">' in client.get("/titulaire/").content.decode()

    def test_is_kept_once_chosen_and_leads_back(self, client: Client) -> None:
        answer = client.post("/titulaire/langue/", {"langue": "en", "next": "/titulaire/moi/"})
        assert answer["Location"] == "/titulaire/moi/"
        assert '<html lang="en">' in client.get("/titulaire/").content.decode()

    @pytest.mark.parametrize("asked", ["de", "", "en\0", "<script>", "../en"])
    def test_is_one_of_two(self, client: Client, asked: str) -> None:
        client.post("/titulaire/langue/", {"langue": asked})
        assert '<html lang="fr">' in client.get("/titulaire/").content.decode()

    @pytest.mark.parametrize("back", ["https://ailleurs.example/", "//ailleurs.example", "javascript:alert(1)"])
    def test_leads_nowhere_else(self, client: Client, back: str) -> None:
        assert client.post("/titulaire/langue/", {"langue": "en", "next": back})["Location"] == "/titulaire/"

    def test_stays_in_its_request(self, client: Client) -> None:
        client.get("/titulaire/?langue=en")
        assert get_language() == "fr"

    def test_is_not_offered_to_those_who_work_here(self, db: None, client: Client) -> None:
        house = factories.certifier()
        factories.enter(client, factories.member(Role.READER, of=house))
        assert '<html lang="fr"' in client.get(f"/c/{house.code}/?langue=en").content.decode()
