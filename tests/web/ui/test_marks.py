import itertools
import re

import pytest

from jurande.web.ui import marks
from tests.web.ui.test_assets import STATIC

GROUNDS = ("paper", "paper-2", "surface")
TINTS = {"green": "green-t", "amber": "amber-t", "wax": "wax-t", "indigo": "indigo-t", "ink": "ink-t"}


def tokens(theme: str) -> dict[str, str]:
    css = (STATIC / "tokens.css").read_text()
    block = re.search(r":root,\[data-bs-theme=light\]\{(.*?)\}", css, re.DOTALL)
    if theme == "dark":
        block = re.search(r"\[data-bs-theme=dark\]\{(.*?)\}", css, re.DOTALL)
    return dict(re.findall(r"--([\w-]+):(#[0-9A-Fa-f]{6})", block.group(1)))


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
class TestColours:
    def test_of_writing_reach_four_and_a_half_on_every_ground(self, theme):
        known = tokens(theme)
        for word, ground in itertools.product(("ink", "ink-2", "muted", "indigo", "wax", "green", "amber"), GROUNDS):
            assert contrast(known[word], known[ground]) >= 4.5, f"{word} on {ground}, {theme}"

    def test_of_a_status_reach_four_and_a_half_on_their_tint(self, theme):
        known = tokens(theme)
        for word, tint in TINTS.items():
            assert contrast(known[word], known[tint]) >= 4.5, f"{word} on {tint}, {theme}"

    def test_of_controls_reach_three(self, theme):
        known = tokens(theme)
        for ground in GROUNDS:
            assert contrast(known["field"], known[ground]) >= 3, f"field on {ground}, {theme}"


class TestChip:
    def test_is_a_word_a_shape_and_a_colour(self):
        made = marks.chip("late", "En retard")
        assert "En retard" in made
        assert "#s-late" in made
        assert 'class="chip late"' in made

    def test_refuses_an_unknown_status(self):
        with pytest.raises(ValueError, match="no status 'vert'"):
            marks.chip("vert", "Active")

    def test_escapes_its_word(self):
        assert "&lt;b&gt;" in marks.chip("ok", "<b>")


class TestIcon:
    def test_is_silent_without_a_label(self):
        assert 'aria-hidden="true"' in marks.icon("mail")

    def test_speaks_with_one(self):
        assert 'role="img" aria-label="privé"' in marks.icon("lock", "s", "privé")

    def test_refuses_one_that_is_not_in_the_sprite(self):
        with pytest.raises(ValueError, match=r"tools/assets\.py"):
            marks.icon("unicorn")


class TestGreatSeal:
    def test_writes_a_long_name_smaller(self):
        sizes = [
            float(re.search(r'class="ring" font-size="([\d.]+)"', marks.great_seal(name)).group(1))
            for name in ("Institut des métiers de la réparation", "Association interprofessionnelle " * 4)
        ]
        assert sizes[0] > sizes[1]

    def test_has_one_identifier_a_name_and_size(self):
        names = {re.search(r'id="(ring-\w+)"', marks.great_seal(name)).group(1) for name in ("A", "B")}
        assert len(names) == 2
