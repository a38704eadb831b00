"""The sentences of the pages of a proof in English, and the numbers typed there."""

from __future__ import annotations

import re
from ast import Call, Constant, Name, literal_eval, parse, walk
from gettext import GNUTranslations
from pathlib import Path

import pytest

from jurande import web
from jurande.registers.awards.queries import proofs


class TestTheEnglish:
    """docs: src/jurande/locale/en; French is the source, and what has no English would be read in French."""

    FOLDER = Path(web.__file__).parents[1] / "locale/en/LC_MESSAGES"

    def test_is_compiled_from_what_is_written(self) -> None:
        written = {
            literal_eval(source): literal_eval(target)
            for source, target in re.findall(
                r'(?<!"\n)^msgid (".+")\nmsgstr (".*")$', (self.FOLDER / "django.po").read_text(), re.MULTILINE
            )
        }
        with (self.FOLDER / "django.mo").open("rb") as compiled:
            catalog = GNUTranslations(compiled)
        assert written
        assert {source: catalog.gettext(source) for source in written} == written

    def test_leaves_no_sentence_of_these_pages_in_french(self) -> None:
        public = Path(web.__file__).parent / "public"
        said = set()
        for file in (public / "proofs").glob("*.py"):
            for node in walk(parse(file.read_text())):
                if isinstance(node, Call) and isinstance(node.func, Name) and node.func.id == "_":
                    said |= {str(one.value) for one in node.args if isinstance(one, Constant)}
        for name in ("proof", "proof_slow", "verify", "verified"):
            text = (public / f"templates/public/{name}.html").read_text()
            said |= {one or other for one, other in re.findall(r'{% translate "([^"]+)" %}|_\("([^"]+)"\)', text)}
        with (self.FOLDER / "django.mo").open("rb") as compiled:
            catalog = GNUTranslations(compiled)
        same = {"Participation", "Certification", "Certifications"}
        assert {one for one in said if catalog.gettext(one) == one} <= same


class TestNumbers:
    @pytest.mark.parametrize("typed", ["7kq4-m2xd", "7KQ4 M2XD", "https://a.fr/p/7KQ4-M2XD?x=1"])
    def test_are_read_however_they_are_written(self, typed: str) -> None:
        assert proofs.read_number(typed) == "7KQ4M2XD"

    @pytest.mark.parametrize("typed", ["", "7KQ4M2X", "7KQ4M2XDD", "AEIU-AEIU", "\x00" * 8])
    def test_are_nothing_else(self, typed: str) -> None:
        assert proofs.read_number(typed) is None
