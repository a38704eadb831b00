import hashlib
import json
import re
from pathlib import Path

import pytest
from tools.typography import corrected

from jurande.web.compression import SHEETS

ROOT = Path(__file__).resolve().parents[3]
UI = ROOT / "src/jurande/web/ui"
STATIC = UI / "static/ui"
TEMPLATES = sorted((ROOT / "src/jurande").rglob("templates/**/*.html"))
CSS = (STATIC / "tokens.css").read_text()
VENDORED = json.loads((STATIC / "vendor/VENDOR.json").read_text())


class TestVendoredFiles:
    @pytest.mark.parametrize("entry", VENDORED, ids=lambda entry: entry["file"])
    def test_are_what_their_digest_says(self, entry):
        content = (STATIC / entry["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
        assert entry["licence"]
        assert entry["version"]

    def test_are_all_listed_with_a_licence(self):
        listed = {Path(entry["file"]).name for entry in VENDORED}
        present = {path.name for path in (STATIC / "vendor").iterdir()} - {"VENDOR.json"}
        assert present <= listed
        packages = {entry["package"] for entry in VENDORED}
        licensed = {entry["package"] for entry in VENDORED if "LICENSE" in entry["file"]}
        assert packages == licensed


class TestFaces:
    @pytest.mark.parametrize("family", ["Source Serif 4", "Source Sans 3"])
    def test_draw_every_letter_of_a_vietnamese_name(self, family):
        faces = re.findall(rf'@font-face{{font-family:"{family}";font-weight:200 900;font-display.*?}}', CSS, re.DOTALL)
        ranges = [one.split("-") for face in faces for one in re.findall(r"U\+([0-9A-F]+(?:-[0-9A-F]+)?)", face)]
        drawn = [(int(ends[0], 16), int(ends[-1], 16)) for ends in ranges]
        name = "Nguyễn Thị Hồng Phượng Đặng"
        assert [letter for letter in name if not any(first <= ord(letter) <= last for first, last in drawn)] == []


class TestSprite:
    def test_holds_exactly_the_icons_listed(self):
        drawn = set(re.findall(r'id="i-([\w-]+)"', (STATIC / "icons.svg").read_text()))
        assert drawn == set((UI / "icons.txt").read_text().split())

    def test_holds_our_own_marks_as_they_are_drawn(self):
        sprite = (STATIC / "icons.svg").read_text()
        for symbol in re.findall(r"<symbol.*?</symbol>", (UI / "marks.svg").read_text(), re.DOTALL):
            assert symbol in sprite


class TestMapDrawing:
    def test_has_an_outline_for_each_departement_that_has_a_place(self):
        places = json.loads((UI / "departements.json").read_text())
        drawn = set(re.findall(r'id="d-(\w+)"', (STATIC / "departements.svg").read_text()))
        assert drawn == {code for code, place in places.items() if "x" in place}
        assert len(drawn) == 96
        assert {"971", "972", "973", "974", "976"} <= set(places)


class TestStyleSheets:
    def test_write_the_two_dark_lists_alike(self):
        css = (STATIC / "tokens.css").read_text()
        chosen = re.search(r"\[data-bs-theme=dark\]\{(.*?)\}", css, re.DOTALL).group(1)
        asked = re.search(r":root:not\(\[data-bs-theme\]\)\{(.*?)\}", css, re.DOTALL).group(1)
        assert chosen.split() == asked.split()

    def test_give_every_colour_of_the_day_one_for_the_night(self):
        css = (STATIC / "tokens.css").read_text()
        day = set(re.findall(r"--([\w-]+):", re.search(r"\[data-bs-theme=light\]\{(.*?)\}", css, re.DOTALL).group(1)))
        night = set(re.findall(r"--([\w-]+):", re.search(r"\[data-bs-theme=dark\]\{(.*?)\}", css, re.DOTALL).group(1)))
        assert day == night

    @pytest.mark.parametrize("name", ["base.css", "kit.css", "records.css", "screens.css"])
    def test_name_no_colour_outside_the_tokens(self, name):
        css = re.sub(r"/\*.*?\*/", "", (STATIC / name).read_text(), flags=re.DOTALL)
        # The backdrop of dialogs, the seal's letters and a QR code are the same by day and by night.
        named = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", css)) - {"#FBE6DF", "#fff", "#14161F"}
        assert named == set()

    def test_fetch_nothing_from_elsewhere(self):
        for path in STATIC.rglob("*.css"):
            for target in re.findall(r"url\(([^)]+)\)", path.read_text()):
                assert not target.strip("\"'").startswith(("http", "//")), path
                if not target.startswith(("data:", '"data:')):
                    assert (path.parent / target.strip("\"'")).exists(), f"{path}: {target}"

    def test_weigh_little(self):
        first_page = [
            *(STATIC.parent / name for name in SHEETS),
            *(STATIC / "vendor" / name for name in ("htmx.min.js", "source-sans-3.woff2", "source-serif-4.woff2")),
            *(STATIC / "js").glob("*.js"),
            STATIC / "icons.svg",
        ]
        assert sum(path.stat().st_size for path in first_page) < 370_000


def classes_known() -> set[str]:
    sheets = "".join(path.read_text() for path in STATIC.rglob("*.css"))
    scripts = "".join(path.read_text() for path in (STATIC / "js").glob("*.js"))
    return set(re.findall(r"\.(-?[A-Za-z_][\w-]*)", sheets)) | set(re.findall(r"querySelector\(\"\.([\w-]+)", scripts))


class TestTemplates:
    def test_use_only_classes_that_a_style_sheet_knows(self):
        known = classes_known() | {"js"}
        strange = {}
        for path in TEMPLATES:
            text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
            for value in re.findall(r'\bclass="((?:[^"{]|\{\{.*?\}\}|\{%.*?%\})*)"', text):
                # A name made by a variable (chip {{ status }}) cannot be read here; the gallery shows it.
                words = re.sub(r"[\w-]*\{\{.*?\}\}[\w-]*|\{%.*?%\}", " ", value).split()
                if unknown := {word for word in words if word not in known}:
                    strange[f"{path.relative_to(ROOT)}"] = sorted(unknown)
        assert strange == {}

    def test_space_french_punctuation_with_an_unbreakable_space(self):
        loose = [path.name for path in TEMPLATES if corrected(path.read_text()) != path.read_text()]
        assert loose == [], "python tools/typography.py --write"

    def test_of_components_say_first_what_they_take(self):
        for path in sorted((UI / "templates/ui").glob("*.html")):
            assert path.read_text().startswith("{#"), path.name
