"""The documentation of the kit is complete, and the gallery shows all of it."""

import re
from pathlib import Path

import pytest

from jurande.web.ui import parts
from jurande.web.ui.templatetags.ui import register
from tests.web.ui.test_assets import ROOT, STATIC, UI

DOCUMENTED = (ROOT / "docs/reference/components.md").read_text()
NAMED = set(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", DOCUMENTED, flags=re.DOTALL)))
WORDS = set(re.findall(r"[\w.-]+", " ".join(NAMED)))
GALLERY = (UI / "templates/ui_gallery.html").read_text()
BRINGS = (STATIC / "js/ui.js").read_text()
BROUGHT = dict(re.findall(r'^  "\./([\w.]+)": "(.+)",$', BRINGS, re.MULTILINE))
SHELLS = sorted(path.name for path in (UI / "templates/shells").glob("[!_]*.html"))


class TestDocumentation:
    @pytest.mark.parametrize("tag", sorted(register.tags))
    def test_names_the_tag(self, tag):
        assert tag in NAMED

    @pytest.mark.parametrize("name", sorted(register.filters))
    def test_names_the_filter(self, name):
        assert name in WORDS

    @pytest.mark.parametrize("shell", SHELLS)
    def test_names_the_shell(self, shell):
        assert f"shells/{shell}" in NAMED

    @pytest.mark.parametrize("path", sorted((STATIC / "js").glob("*.js")), ids=lambda path: path.name)
    def test_names_the_behaviour_and_its_attributes(self, path: Path):
        assert path.name in NAMED or path.name == "ui.js"
        for attribute in re.findall(r"\[(data-[\w-]+)[\]=]", path.read_text()):
            assert attribute in WORDS, attribute

    def test_names_no_tag_that_is_gone(self):
        tables, _, _ = DOCUMENTED.partition("## Filters")
        rows = re.findall(r"^\| `(\w+)`(?: … `end\w+`)? \|[^|\n]*\|[^|\n]*\|$", tables, re.MULTILINE)
        assert set(rows) <= set(register.tags)
        assert len(rows) > 35


class TestGallery:
    # Placed by the shells, or by a component that the gallery shows.
    ELSEWHERE = {"notices", "copy_button", "law", "shape", "fields", "bar", "theme_switch"}

    @pytest.mark.parametrize("tag", sorted(register.tags))
    def test_shows_the_tag(self, tag):
        assert f"{{% {tag} " in GALLERY or f"{{% {tag} %" in GALLERY or tag in self.ELSEWHERE

    def test_uses_every_fact_that_screens_can_hand_over(self):
        source = (UI / "gallery.py").read_text() + (UI / "blocks.py").read_text() + (UI / "tables.py").read_text()
        facts = [name for name, thing in vars(parts).items() if hasattr(thing, "__dataclass_fields__")]
        assert [name for name in facts if not re.search(rf"\b{name}\(|\b{name}\.of", source)] == []


class TestModules:
    @pytest.mark.parametrize("path", sorted((STATIC / "js").glob("*.js")), ids=lambda path: path.name)
    def test_say_their_usage_first(self, path: Path):
        assert path.read_text().startswith("// ")

    def test_are_all_loaded(self):
        with_the_page = set(re.findall(r'import "\./([\w.]+)"', BRINGS))
        present = {path.name for path in (STATIC / "js").glob("*.js")} - {"ui.js", "first.js"}
        assert with_the_page | set(BROUGHT) == present
        assert with_the_page.isdisjoint(BROUGHT)

    @pytest.mark.parametrize(("name", "marks"), BROUGHT.items())
    def test_come_where_their_own_mark_stands(self, name: str, marks: str):
        source = (STATIC / "js" / name).read_text()
        for mark in re.findall(r"\[([\w-]+)\]", marks):
            as_property = re.sub(r"-(\w)", lambda found: found[1].upper(), mark.removeprefix("data-"))
            assert f"[{mark}]" in source or f"dataset.{as_property}" in source

    def test_never_evaluate_text(self):
        for path in (STATIC / "js").glob("*.js"):
            assert not re.search(
                r"\beval\(|new Function|innerHTML|document\.write|insertAdjacentHTML", path.read_text()
            )
