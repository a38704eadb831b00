"""Pages in two languages: those of holders alone, and for one request at a time."""

from __future__ import annotations

import re
from ast import Call, Constant, Name, literal_eval, parse, walk
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import get_language
from django.utils.translation.template import templatize

import jurande
from jurande.registers.correspondence.models import Message
from jurande.registers.correspondence.operations import send
from jurande.registers.parties import operations
from jurande.registers.parties.models import Person
from jurande.registers.parties.states import Role
from tests import factories
from tests.registers.correspondence.conftest import NOW, letter

SOURCE = Path(jurande.__file__).parent
# All that a holder can read on a page, or be refused.
READ = (
    "web/holder/*.py",
    "web/holder/templates/**/*.html",
    "web/account/me.py",
    "web/account/templates/account_pages/[!d]*.html",
    "web/sign_in.py",
    "web/errors.py",
    "web/guest/claims.py",
    "web/guest/receiving.py",
    "web/guest/templates/guest/receiving/*.html",
    "web/guest/templates/guest/claims/*.html",
    "web/guest/templates/guest/[acl]*link*.html",
    "web/ui/sessions.py",
    "web/ui/templates/base.html",
    "web/ui/templates/account/**/*.html",
    "web/ui/templates/mfa/**/*.html",
    "web/ui/templates/errors/*.html",
    "web/ui/templates/shells/[!p]*.html",
    "registers/parties/operations/spaces.py",
    "registers/parties/operations/merging.py",
    "registers/awards/operations/keeping.py",
    "registers/awards/operations/receiving.py",
    "registers/awards/operations/shares.py",
)
GETTEXT = ("_", "lazy", "gettext", "ngettext")
MARKED = re.compile(r"\b(?:gettext|ngettext|_)\(u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")")
SAME = {"LinkedIn", "Messages", "Sessions", "Active", "Secret", "Menu"}
FRENCH = re.compile(r"\b(vous|votre|vos|mon|ma|mes|une|les|des|pour|est|pas)\b", re.IGNORECASE)


@pytest.fixture
def client(db: None, client: Client) -> Client:
    factories.enter(client, factories.holder())
    return client


@pytest.fixture
def hers(db: None) -> Person:
    """A holder who reads English."""
    person = factories.holder()
    operations.speak(person=person, language="en")
    return person


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

    def test_survives_the_session(self, client: Client, hers: Person) -> None:
        client.logout()
        assert '<html lang="en">' in factories.enter(client, hers).get("/titulaire/").content.decode()

    def test_is_that_of_the_letters_too(self, client: Client, hers: Person) -> None:
        factories.enter(client, hers).post("/titulaire/langue/", {"langue": "fr"})
        client.post("/titulaire/moi/", {"email": "une.autre@exemple.fr"})
        client.post("/titulaire/langue/", {"langue": "en"})
        client.post("/titulaire/moi/", {"email": "encore.une@exemple.fr"})
        written = [
            Message.objects.addressed_to(one).get().language
            for one in ("une.autre@exemple.fr", "encore.une@exemple.fr")
        ]
        assert written == ["fr", "en"]

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


class TestTheLanguageOfAnAccount:
    @pytest.mark.parametrize(
        "name",
        [
            *("account:home", "account:sessions", "account:mailbox", "account:places", "account_logout"),
            *("account_set_password", "account_reset_password", "account_reset_password_done"),
            *("mfa_list_webauthn", "mfa_add_webauthn", "mfa_activate_totp"),
        ],
    )
    def test_is_that_of_a_holder(self, client: Client, hers: Person, name: str) -> None:
        answer = factories.enter(client, hers).get(reverse(name))
        page = answer.content.decode()
        assert answer.status_code == 200
        assert '<html lang="en">' in page
        assert FRENCH.findall(strip_tags(re.sub(r"(?s)<(script|style).*?</\1>", "", page))) == []

    def test_is_that_of_the_mail_kept_there(self, client: Client, hers: Person) -> None:
        message = _written_to(hers)
        page = factories.enter(client, hers).get(f"/compte/messages/{message.code}/").content.decode()
        assert "Mark as read" in page
        assert " at 10:00, Paris time" in page

    def test_is_french_for_those_who_work_here(self, client: Client) -> None:
        worker = factories.member(Role.READER)
        operations.speak(person=worker, language="en")
        page = factories.enter(client, worker).get("/compte/?langue=en").content.decode()
        assert '<html lang="fr">' in page
        assert "Qui suis-je ici" in page

    def test_is_asked_for_at_the_door_and_keeps_where_one_was_going(self, db: None) -> None:
        client = Client()
        assert "langue=en" in client.get(reverse("account_login") + "?next=/titulaire/").content.decode()
        page = client.get(reverse("account_login") + "?next=/titulaire/&langue=en").content.decode()
        assert '<html lang="en">' in page
        assert 'value="/titulaire/"' in page
        assert "Sign in." in page


class TestARefusal:
    @pytest.mark.parametrize("address", ["/titulaire/reussites/AUCUNE/", "/nulle/part/"])
    def test_of_what_is_not_there_speaks_the_language_of_a_holder(
        self, client: Client, hers: Person, address: str
    ) -> None:
        answer = factories.enter(client, hers).get(address)
        assert answer.status_code == 404
        assert '<html lang="en">' in answer.content.decode()
        assert "There is nothing at this address." in answer.content.decode()

    def test_of_what_is_not_there_speaks_that_of_the_page_one_comes_from(self, db: None) -> None:
        answer = Client().get("/nulle/part/", headers={"referer": "http://testserver/verifier/?langue=en"})
        assert "There is nothing at this address." in answer.content.decode()

    def test_is_french_for_those_who_work_here(self, client: Client) -> None:
        worker = factories.member(Role.READER)
        operations.speak(person=worker, language="en")
        answer = factories.enter(client, worker).get("/nulle/part/?langue=en")
        assert "Il n’y a rien à cette adresse." in answer.content.decode()

    def test_of_a_form_speaks_it(self, client: Client, hers: Person) -> None:
        page = factories.enter(client, hers).post("/titulaire/moi/", {"email": hers.email}).content.decode()
        assert "This address already opens your space." in page

    def test_of_a_form_gone_stale_speaks_it(self, hers: Person) -> None:
        client = factories.enter(Client(enforce_csrf_checks=True), hers)
        answer = client.post("/titulaire/moi/", {"email": "autre@exemple.fr"})
        assert answer.status_code == 403
        assert "This page was open for too long" in answer.content.decode()

    def test_of_too_many_demands_speaks_it(self, client: Client, hers: Person) -> None:
        factories.enter(client, hers)
        for at in range(7):
            asked = {"email": f"autre{at}@exemple.fr"}
            answer = client.post("/titulaire/moi/", asked, follow=True, REMOTE_ADDR="203.0.113.77")
        assert "Too many requests" in answer.content.decode()

    def test_of_a_dead_link_speaks_it(self, db: None) -> None:
        answer = Client().post("/lien/INCONNU/?langue=en")
        assert answer.status_code == 410
        assert FRENCH.findall(strip_tags(answer.content.decode())) == []


class TestEnglish:
    @pytest.mark.parametrize("pattern", READ)
    def test_leaves_no_sentence_in_french(self, pattern: str) -> None:
        """docs: src/jurande/locale/en; what has no English would be read in French."""
        with (SOURCE / "locale/en/LC_MESSAGES/django.mo").open("rb") as compiled:
            catalog = GNUTranslations(compiled)
        files = list(SOURCE.glob(pattern))
        assert files
        said = {sentence for file in files for sentence in _sentences(file)}
        assert {one for one in said if catalog.gettext(one) == one and catalog.ngettext(one, one, 1) == one} <= SAME


def _written_to(person: Person) -> Message:
    return send(letter(to_email=person.email, to_code=person.code, language="en"), now=NOW)


def _sentences(file: Path) -> Iterator[str]:
    if file.suffix == ".html":
        yield from (literal_eval(found[1]) for found in MARKED.finditer(templatize(file.read_text())))
        return
    for node in walk(parse(file.read_text())):
        if isinstance(node, Call) and isinstance(node.func, Name) and node.func.id in GETTEXT:
            yield from (one.value for one in node.args[:1] if isinstance(one, Constant) and isinstance(one.value, str))
