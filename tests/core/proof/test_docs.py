# SPDX-License-Identifier: Apache-2.0
"""What docs/algorithms/credentials.md and the README of core.proof show is executed."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from typing import Any

import pytest

from jurande.core.proof import contexts
from tests.core.proof.vectors import ROOT

PAGE = ROOT / "docs/algorithms/credentials.md"
PROOF = ROOT / "src/jurande/core/proof"
README = PROOF / "README.md"


class TestCredentialsPage:
    def test_shows_what_happens(self) -> None:
        test = doctest.DocTestParser().get_doctest(PAGE.read_text(encoding="utf-8"), {}, PAGE.name, str(PAGE), 0)
        failures: list[str] = []
        doctest.DocTestRunner(verbose=False).run(test, out=failures.append)
        assert not failures, "".join(failures)
        assert len(test.examples) > 20

    def test_names_files_that_exist(self) -> None:
        named = re.findall(r"`core/(proof/[\w/]+(?:\.py)?)`|, `(\w+\.py)`", PAGE.read_text(encoding="utf-8"))
        for whole, alone in named:
            assert (PROOF.parent / whole if whole else PROOF / alone).exists(), whole or alone


class TestReadme:
    def test_shows_what_works(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
        verify, issue, many = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
        monkeypatch.chdir(tmp_path)
        names: dict[str, object] = {}
        exec(issue, names)
        exec(many, names)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["A1.json", "A2.json", "badge.json"]
        exec(verify, {})
        assert capsys.readouterr().out == "Réparer un vélo\n"

    def test_verifies_in_five_lines(self) -> None:
        [verify, *_] = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
        lines = [line for line in verify.splitlines() if line and not line.startswith(("from", "import"))]
        assert len(lines) <= 5

    def test_of_contexts_lists_every_file(self) -> None:
        text = (PROOF / "contexts/README.md").read_text(encoding="utf-8")
        for name, _ in contexts.FILES.values():
            assert name in text or name.removeprefix("open-badges-").removesuffix(".json") in text
