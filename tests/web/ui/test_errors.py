import re

import pytest
from django.test import Client, RequestFactory
from django.utils.translation import override

from jurande.web import errors

pytestmark = pytest.mark.urls("tests.web.ui.urls")


@pytest.fixture
def strict() -> Client:
    """A client that checks CSRF, as browsers' requests are, and lets failures become pages."""
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


class TestFailures:
    def test_not_found_tells_nothing_of_what_exists(self, client):
        response = client.get("/p/7KQ2MZ/")
        assert response.status_code == 404
        assert "appartient à quelqu’un d’autre" in response.content.decode()

    def test_forbidden_gives_the_policy_s_reason(self, client):
        response = client.get("/refuse/")
        assert response.status_code == 403
        assert "Approuver son propre travail est refusé" in response.content.decode()

    def test_our_own_fault_is_said_without_a_trace(self, strict):
        response = strict.get("/fail/")
        assert response.status_code == 500
        assert "Ce n’est pas de votre fait" in response.content.decode()
        assert "on purpose" not in response.content.decode()

    def test_maintenance_says_when_to_come_back(self, client):
        response = client.get("/maintenance/")
        assert (response.status_code, response["Retry-After"]) == (503, "60")


class TestInBothLanguages:
    """Who meets a failure may be an employer or a holder from anywhere."""

    @pytest.mark.parametrize(
        ("address", "english"),
        [
            ("/nowhere/", "There is nothing at this address."),
            ("/p/7KQ2MZ/", "There is nothing at this address."),
            ("/refuse/", "You cannot do that here."),
            ("/garble/", "Your browser sent something that we could not read."),
            ("/fail/", "Something went wrong on our side."),
            ("/hurry/", "Too many attempts in a short time."),
            ("/maintenance/", "We are being updated"),
        ],
    )
    def test_a_french_page_says_it_in_english_too(self, strict, address, english):
        html = strict.get(address).content.decode()
        assert '<html lang="fr">' in html
        assert f'<p class="muted sample" lang="en">{english}' in html

    def test_a_stale_form_too(self, strict):
        html = strict.post("/receive/", {"motif": "x"}).content.decode()
        assert '<p class="muted sample" lang="en">This page was open for too long' in html

    def test_an_english_page_says_it_once(self):
        with override("en"):
            html = errors.server_error(RequestFactory().get("/")).content.decode()
        assert '<html lang="en">' in html
        assert html.count("omething went wrong on our side") == 1


class TestCsrfFailure:
    OURS = {"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "same-origin"}

    def test_gives_back_what_was_typed_and_sends_it_on_demand(self, strict):
        response = strict.post("/receive/", {"motif": "Deux sessions <observées>", "bloc": ["1", "2"]}, **self.OURS)
        html = response.content.decode()
        assert response.status_code == 403
        assert "Envoyer à nouveau" in html
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html))
        assert fields["motif"] == "Deux sessions &lt;observées&gt;"
        token = fields["csrfmiddlewaretoken"]
        again = strict.post("/receive/", {"motif": "x", "csrfmiddlewaretoken": token}, **self.OURS)
        assert again.content.decode() == "reçu"

    @pytest.mark.parametrize(
        "sender",
        [
            {"HTTP_ORIGIN": "https://elsewhere.example"},
            {"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "cross-site"},
            {},
        ],
    )
    def test_never_signs_the_form_of_another_site(self, strict, sender):
        html = strict.post("/receive/", {"motif": "x" * 30}, **sender).content.decode()
        assert "Envoyer à nouveau" not in html
        assert "csrfmiddlewaretoken" not in html
        # What was typed can still be copied.
        assert "x" * 30 in html

    def test_never_shows_a_secret(self, strict):
        html = strict.post("/receive/", {"login": "a", "password": "correct horse battery staple"}, **self.OURS)
        assert "correct horse" not in html.content.decode()
        assert "Envoyer à nouveau" not in html.content.decode()
