"""Each behaviour of static/ui/js, done by hand in the gallery."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.urls("tests.web.ui.urls"), pytest.mark.journey]


class TestTheme:
    def test_is_kept_from_one_page_to_the_next(self, visit):
        page = visit("/ui/?cadre=account")
        page.get_by_role("button", name="Nuit").click()
        assert page.get_by_role("button", name="Nuit").get_attribute("aria-pressed") == "true"
        page.reload()
        assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
        page.get_by_role("button", name="Système").click()
        page.reload()
        assert page.evaluate("document.documentElement.dataset.bsTheme ?? null") is None


class TestShortcut:
    def test_leads_to_the_search(self, visit):
        page = visit("/ui/")
        page.locator("body").press("/")
        assert page.evaluate("document.activeElement.name") == "q"
        page.keyboard.type("a/b")
        assert page.locator(".mast input[name=q]").input_value() == "a/b"


class TestMenus:
    def test_close_on_escape_and_give_the_focus_back(self, visit):
        page = visit("/ui/")
        page.locator("summary.who").click()
        assert page.locator(".menu-title", has_text="Travailler pour").is_visible()
        page.keyboard.press("Tab")
        page.keyboard.press("Escape")
        assert page.locator(".menu-title", has_text="Travailler pour").is_hidden()
        assert page.evaluate("document.activeElement.matches('summary.who')")

    def test_close_when_one_clicks_elsewhere(self, visit):
        page = visit("/ui/")
        page.locator("summary.who").click()
        page.locator("h1").first.click()
        assert page.locator(".menu-title", has_text="Travailler pour").is_hidden()

    def test_of_a_phone_are_a_sheet(self, visit):
        page = visit("/ui/", 390)
        assert page.get_by_role("link", name="Contrôle", exact=True).is_hidden()
        page.get_by_role("button", name="Menu", exact=True).click()
        assert page.get_by_role("link", name="Contrôle", exact=True).is_visible()
        page.get_by_role("button", name="Fermer le menu").click()
        assert page.get_by_role("link", name="Contrôle", exact=True).is_hidden()


class TestDialog:
    def test_opens_over_the_page_and_closes(self, visit):
        page = visit("/ui/")
        page.get_by_role("link", name="Révoquer…").click()
        opened = page.locator("dialog#revoke")
        assert opened.is_visible()
        opened.get_by_role("button", name="Garder").click()
        assert opened.is_hidden()


class TestDrop:
    def test_names_what_was_chosen_with_its_size(self, visit):
        page = visit("/ui/")
        page.set_input_files(
            "#id_qualiopi", {"name": "qualiopi.pdf", "mimeType": "application/pdf", "buffer": b"x" * 1234}
        )
        assert page.locator("[data-drop-list] li").inner_text() == "qualiopi.pdf, 1,2\u00a0Ko"


DRAFT = "JSON.stringify({at: Date.now(), values: {reason: ['Repris.']}})"


class TestKeep:
    def test_writes_what_is_typed_and_no_secret(self, visit):
        page = visit("/ui/")
        page.locator("form[data-keep] textarea").fill("Trois sessions observées.")
        page.get_by_text("Enregistré dans ce navigateur").wait_for()
        kept = page.evaluate("localStorage.getItem('jurande-draft:invite:galerie')")
        assert "Trois sessions observées." in kept
        assert "csrfmiddlewaretoken" not in kept

    def test_brings_it_back_and_can_let_it_go(self, visit):
        page = visit("/ui/?neuf=1")
        page.evaluate(f"localStorage.setItem('jurande-draft:invite:galerie', {DRAFT})")
        page.reload()
        field = page.locator("form[data-keep] textarea")
        assert field.input_value() == "Repris."
        page.get_by_role("button", name="Reprendre la version enregistrée").click()
        assert field.input_value() == ""
        assert page.evaluate("localStorage.getItem('jurande-draft:invite:galerie')") is None

    def test_never_replaces_what_the_server_gives_back_with_errors(self, visit):
        page = visit("/ui/")
        page.evaluate(f"localStorage.setItem('jurande-draft:invite:galerie', {DRAFT})")
        page.reload()
        assert page.locator("form[data-keep] textarea").input_value().startswith("Deux sessions")

    @pytest.mark.parametrize(("answer", "kept"), [("/ui/", False), ("/compte/login/", True), ("/maintenance/", True)])
    def test_forgets_once_an_answer_no_longer_holds_the_form(self, visit, answer, kept):
        page = visit("/ui/")
        page.evaluate(f"localStorage.setItem('jurande-draft:7:dossier', {DRAFT})")
        page.evaluate("localStorage.setItem('jurande-draft-sent', '7:dossier')")
        page.goto(f"http://localhost:8000{answer}")
        assert (page.evaluate("localStorage.getItem('jurande-draft:7:dossier')") is not None) is kept

    def test_forgets_what_is_a_week_old(self, visit):
        page = visit("/ui/")
        page.evaluate("localStorage.setItem('jurande-draft:7:vieux', JSON.stringify({at: 1, values: {}}))")
        page.reload()
        assert page.evaluate("localStorage.getItem('jurande-draft:7:vieux')") is None

    def test_forgets_everything_when_one_signs_out(self, visit):
        page = visit("/ui/")
        page.evaluate(f"localStorage.setItem('jurande-draft:7:dossier', {DRAFT})")
        page.locator("summary.who").click()
        page.get_by_role("button", name="Me déconnecter").click()
        page.wait_for_load_state()
        assert page.evaluate("localStorage.getItem('jurande-draft:7:dossier')") is None


class TestCopy:
    def test_says_what_it_did(self, visit):
        page = visit("/ui/", permissions=["clipboard-read", "clipboard-write"])
        page.get_by_role("button", name="Copier").first.click()
        page.locator("[data-toasts] .toast-line").wait_for()
        assert "Copié." in page.locator("[data-toasts]").inner_text()
        assert page.evaluate("navigator.clipboard.readText()") == "7KQ4-M2XD-93TP"


class TestChoose:
    def test_counts_and_offers_the_acts(self, visit):
        page = visit("/ui/")
        bar = page.locator("[data-chosen]")
        assert bar.is_hidden()
        page.get_by_label("Choisir S-2026-0412").check()
        assert bar.get_by_text("1 ligne choisie").is_visible()
        page.get_by_label("Tout choisir").check()
        assert bar.get_by_text("4 lignes choisies").is_visible()


class TestSearch:
    def test_narrows_the_rows_as_one_types_and_keeps_the_address(self, visit):
        page = visit("/ui/")
        field = page.get_by_label("Rechercher dans ces lignes")
        field.fill("mistral")
        expect(page.locator("#sessions tbody tr")).to_have_count(1)
        assert "q=mistral" in page.url
        assert page.evaluate("document.activeElement.name") == "q"
        assert page.said == []


class TestJob:
    def test_asks_for_itself_and_replaces_only_itself(self, visit):
        page = visit("/ui/")
        first = page.locator("[data-job]").first
        first.evaluate("node => node.dataset.old = 'yes'")
        expect(page.locator("[data-job][data-old]")).to_have_count(0)
        assert page.locator("[data-job]").count() == 4
        assert page.locator("h1").count() == 1


class TestReveal:
    def test_shows_the_password_and_hides_it_again(self, visit):
        page = visit("/compte/login/")
        page.get_by_role("button", name="Voir").click()
        assert page.locator("#id_password").get_attribute("type") == "text"
        page.get_by_role("button", name="Cacher").click()
        assert page.locator("#id_password").get_attribute("type") == "password"


class TestErrors:
    def test_take_the_focus_first_and_lead_to_the_field(self, visit):
        page = visit("/ui/")
        assert page.evaluate("document.activeElement.matches('.form-errors')")
        page.get_by_role("link", name="Certificat Qualiopi").click()
        assert page.evaluate("location.hash") == "#id_qualiopi"
