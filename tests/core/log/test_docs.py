"""The worked examples of docs/algorithms/transparency-log.md are executed, and its table of files is whole."""

from __future__ import annotations

import doctest
import re

from tests.conftest import ROOT

PAGE = ROOT / "docs/algorithms/transparency-log.md"


class TestTheExamples:
    def test_give_what_the_page_says(self) -> None:
        text = "\n".join(re.findall(r"```pycon\n(.*?)```", PAGE.read_text(), re.DOTALL))
        examples = doctest.DocTestParser().get_doctest(text, {}, PAGE.name, str(PAGE), 0)
        failures: list[str] = []
        doctest.DocTestRunner().run(examples, out=failures.append)
        assert not failures, "".join(failures)
        assert len(examples.examples) > 50


class TestTheTableOfFiles:
    def test_names_every_module(self) -> None:
        named = set(re.findall(r"`?(?:core/log/)?(\w+\.py)`", PAGE.read_text()))
        present = {path.name for path in (ROOT / "src/jurande/core/log").glob("*.py")} - {"__init__.py", "errors.py"}
        assert present <= named
