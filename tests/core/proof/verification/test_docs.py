"""What docs/algorithms/status-list.md and verification.md show is executed."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from jurande.core.proof.verification import Number
from tests.core.proof.verification.failures import ALL

ROOT = Path(__file__).resolve().parents[4]
PAGES = [ROOT / "docs/algorithms" / name for name in ("status-list.md", "verification.md")]
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


class TestPages:
    @each_page
    def test_show_what_happens(self, page: Path) -> None:
        test = doctest.DocTestParser().get_doctest(page.read_text(encoding="utf-8"), {}, page.name, str(page), 0)
        failures: list[str] = []
        doctest.DocTestRunner(verbose=False).run(test, out=failures.append)
        assert not failures, "".join(failures)
        assert len(test.examples) >= 10

    @each_page
    def test_name_files_that_exist(self, page: Path) -> None:
        text = page.read_text(encoding="utf-8")
        for path in re.findall(r"`(core/proof/[\w/]+\.py)`", text):
            assert (ROOT / "src/jurande" / path).exists(), path
        for path in re.findall(r"`(tests/[\w/.]+)`", text):
            assert (ROOT / path).exists(), path

    def test_give_the_steps_their_numbers(self) -> None:
        rows = re.findall(r"^\| (\d)\. ", PAGES[1].read_text(encoding="utf-8"), re.MULTILINE)
        assert [int(number) for number in rows] == list(Number)

    def test_count_the_ways_to_fail(self) -> None:
        assert 380 <= len(ALL) < 450, "docs/algorithms/verification.md says «about four hundred»"
