"""One's own account: letters that are one's own, sessions, name."""

from __future__ import annotations

import pytest
from django.test import Client

from jurande.registers.correspondence import queries as correspondence
from jurande.registers.parties.states import Role
from tests import factories

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def reader() -> object:
    """Somebody with a letter: a second invitation reached them once they had an account."""
    house = factories.certifier()
    person = factories.member(Role.READER, of=house)
    other = factories.certifier(name="Autre maison")
    factories.invited(
        Role.AUDITOR, factories.actor_of(factories.administrator(other), other), at=other, address=person.email
    )
    return person


class TestMailbox:
    def test_shows_my_letters_and_marks_them_by_a_post_alone(self, client: Client, reader: object) -> None:
        client.force_login(reader, BACKEND)
        letter = correspondence.mailbox(reader.code).first()
        assert letter is not None
        assert letter.subject in client.get("/compte/messages/").content.decode()
        client.get(f"/compte/messages/{letter.code}/")
        assert correspondence.unread_count(reader.code) == 1
        client.post(f"/compte/messages/{letter.code}/lu/", HTTP_HX_REQUEST="true")
        assert correspondence.unread_count(reader.code) == 0
        client.post(f"/compte/messages/{letter.code}/lu/", {"lu": "0"})
        assert correspondence.unread_count(reader.code) == 1

    def test_hides_the_letters_of_others(self, client: Client, reader: object) -> None:
        letter = correspondence.mailbox(reader.code).first()
        client.force_login(factories.member(Role.READER), BACKEND)
        assert client.get(f"/compte/messages/{letter.code}/").status_code == 404
        assert client.post(f"/compte/messages/{letter.code}/lu/").status_code == 404


class TestMe:
    def test_changes_my_name(self, client: Client, reader: object) -> None:
        client.force_login(reader, BACKEND)
        client.post("/compte/", {"first_name": "Inès", "last_name": "Carvalho", "phone": "06 12 34 56 78"})
        page = client.get("/compte/").content.decode()
        assert "Inès" in page
        assert "Carvalho" in page

    def test_sends_a_visitor_to_sign_in_and_back(self, client: Client) -> None:
        answer = client.get("/compte/messages/")
        assert answer.status_code == 302
        assert answer["Location"] == "/acces/entrer/?next=%2Fcompte%2Fmessages%2F"


class TestSigningInTooOften:
    """A guest from abroad meets it as easily as a member of the house."""

    @pytest.fixture
    def hurried(self, client: Client) -> Client:
        for turn in range(30):
            client.post("/acces/entrer/", {"login": f"{turn}@exemple.fr", "password": "faux"})
        return client

    def test_is_answered_by_a_page_of_ours_in_both_languages(self, hurried: Client) -> None:
        answer = hurried.post("/acces/entrer/", {"login": "ines@exemple.fr", "password": "faux"})
        assert answer.status_code == 429
        html = answer.content.decode()
        assert "Trop d’essais en peu de temps." in html
        assert 'lang="en">Too many attempts in a short time.' in html

    def test_is_answered_in_english_alone_when_that_was_asked_for(self, hurried: Client) -> None:
        answer = hurried.post("/acces/entrer/?langue=en", {"login": "ines@exemple.fr", "password": "faux"})
        assert (answer.status_code, "essais" in answer.content.decode()) == (429, False)
        assert "Too many attempts" in answer.content.decode()
