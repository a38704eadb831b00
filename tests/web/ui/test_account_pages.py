"""Signing in and one's own account: every page of allauth is one of ours, in French, and holds together."""

import re
from pathlib import Path

import allauth
import pytest
from django.test import Client

from tests.web.ui.test_assets import UI

pytestmark = pytest.mark.urls("tests.web.ui.urls")
THEIRS = Path(allauth.__file__).parent / "templates"
# Pages that cannot be reached: no telephone, no sign-up, and the tags of allauth's own look.
UNREACHABLE = re.compile(r"phone|signup_by_passkey|allauth/elements/|webauthn/snippets/")


class TestTemplates:
    def test_all_override_allauth_s(self):
        theirs = {
            str(path.relative_to(THEIRS))
            for folder in ("account", "mfa", "usersessions", "allauth")
            for path in (THEIRS / folder).rglob("*.html")
        }
        missing = {name for name in theirs if not (UI / "templates" / name).exists()}
        assert {name for name in missing if not UNREACHABLE.search(name)} == set()

    def test_use_none_of_allauth_s_own_tags(self):
        for folder in ("account", "mfa", "usersessions"):
            for path in (UI / "templates" / folder).rglob("*.html"):
                assert not re.search(r"{% (element|slot|setvar|load) ", path.read_text()), path.name


@pytest.mark.django_db
class TestDoor:
    @pytest.mark.parametrize(
        ("address", "said"),
        [
            ("/compte/login/", "Entrez."),
            ("/compte/signup/", "On entre ici sur invitation."),
            ("/compte/password/reset/", "Mot de passe oublié"),
            ("/compte/password/reset/done/", "Un courriel vient de partir."),
            ("/compte/password/reset/key/1-abc/", "Ce lien ne fonctionne plus."),
            ("/compte/password/reset/key/done/", "Votre mot de passe est changé."),
            ("/compte/inactive/", "Ce compte est fermé."),
        ],
    )
    def test_opens_on_a_page_of_ours(self, client: Client, address, said):
        response = client.get(address, follow=True)
        assert response.status_code == 200
        assert said in response.content.decode()
        assert "shells/account.html" in [template.name for template in response.templates]

    def test_says_what_is_wrong_without_saying_which(self, client: Client):
        html = client.post("/compte/login/", {"login": "personne@exemple.fr", "password": "faux"}).content.decode()
        assert "incorrect" in html
        assert "Un point à corriger" in html
