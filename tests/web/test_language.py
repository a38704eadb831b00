"""Pages in two languages: those of holders alone, and for one request at a time."""

from __future__ import annotations

import re
from ast import Call, Constant, Name, parse, walk
from gettext import GNUTranslations
from pathlib import Path

import pytest
from django.test import Client
from django.utils.translation import get_language

from jurande import web
from jurande.registers.parties.states import Role
from jurande.web import ui
from tests import factories

SHELLS = ("holder", "_who", "_foot", "_demo")
SAME = {"LinkedIn"}


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


class TestTheEnglishOfASpace:
    def test_leaves_no_sentence_in_french(self) -> None:
        """docs: src/jurande/locale/en; what has no English would be read in French."""
        space = Path(web.__file__).parent / "holder"
        said = set()
        for file in space.glob("*.py"):
            for node in walk(parse(file.read_text())):
                if isinstance(node, Call) and isinstance(node.func, Name) and node.func.id in ("_", "lazy"):
                    said |= {str(one.value) for one in node.args if isinstance(one, Constant)}
        shells = Path(ui.__file__).parent / "templates/shells"
        for file in [*space.glob("templates/holder/*.html"), *(shells / f"{name}.html" for name in SHELLS)]:
            found = re.findall(r'{% translate "([^"]+)"(?:\|typo)? %}|_\("([^"]+)"\)', file.read_text())
            said |= {one or other for one, other in found}
        folder = Path(web.__file__).parents[1] / "locale/en/LC_MESSAGES"
        with (folder / "django.mo").open("rb") as compiled:
            catalog = GNUTranslations(compiled)
        assert {one for one in said if catalog.gettext(one) == one} <= SAME
