"""What only a browser can say: accessibility, console, overflow, in both themes, on a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from jurande.web.ui.gallery import SHELLS
from tests.axe import OF_WIDTH, faults

pytestmark = [pytest.mark.urls("tests.web.ui.urls"), pytest.mark.journey]

WIDTHS = [1440, 390]
OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth;
  return [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > wide + 1 && !e.closest(".table-scroll, .tabs, svg, .toasts"))
    .map((e) => e.tagName + "." + (e.className.baseVal ?? e.className)).slice(0, 10);
}"""


def faults_at(page, width: int) -> list[str]:
    """Colours are those of the theme: they are looked at on the desk."""
    return faults(page) if width == WIDTHS[0] else faults(page, only=OF_WIDTH)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
class TestGalleryInChromium:
    def test_has_no_fault_that_axe_can_see_and_a_clean_console(self, visit, width, theme):
        page = visit("/ui/", width, theme)
        assert faults_at(page, width) == []
        assert page.said == []


@pytest.mark.parametrize("shell", [shell for shell in SHELLS if shell != "pro"])
class TestShellsInChromium:
    @pytest.mark.parametrize("width", WIDTHS)
    def test_have_no_fault_that_axe_can_see(self, visit, shell, width):
        page = visit(f"/ui/?cadre={shell}", width)
        assert faults_at(page, width) == []
        assert page.said == []
        assert page.evaluate(OVERFLOW) == []


@pytest.mark.django_db
@pytest.mark.parametrize("width", WIDTHS)
class TestDoorInChromium:
    @pytest.mark.parametrize("address", ["/compte/login/", "/compte/password/reset/", "/nowhere/", "/maintenance/"])
    def test_has_no_fault_that_axe_can_see(self, visit, address, width):
        page = visit(address, width)
        assert faults_at(page, width) == []
        assert page.evaluate(OVERFLOW) == []


class TestNarrowScreens:
    # 720 px wide is 1440 at 200 %; 320 is 1280 at 400 %, which WCAG 1.4.10 asks for.
    @pytest.mark.parametrize("width", [1024, 720, 320])
    def test_never_scroll_sideways(self, visit, width):
        assert visit("/ui/", width).evaluate(OVERFLOW) == []


class TestPaper:
    def test_is_white_even_at_night(self, visit):
        page = visit("/ui/", 1440, "dark")
        page.emulate_media(media="print")
        expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
        assert page.locator(".mainnav").is_hidden()
        assert page.locator(".chip").first.is_visible()
