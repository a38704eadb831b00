"""`./jurande import-registers`, in this process: the database is the tests' own, made already."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jurande.config.cli import registers
from jurande.config.exits import Exit, Stopped
from jurande.registers.catalogue.models import NationalPartner
from tests.exports import Fiche, Partner, export, siret


@pytest.fixture(autouse=True)
def prepared(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(registers, "open_django", lambda: None)
    settings.JURANDE_IMPORTS = tmp_path / "imports"


@pytest.fixture
def right(tmp_path: Path) -> Path:
    path = tmp_path / "export_fiches_RNCP_V4_1_2026-03-01.xml"
    path.write_bytes(export(Fiche("RNCP101", partners=[Partner(siret(2)), Partner("42")])))
    return path


class TestImportRegisters:
    def test_says_what_was_read_and_that_the_second_time_wrote_nothing(
        self, right: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert registers.import_registers([str(right), str(right)]) == Exit.OK
        first, second = capsys.readouterr().out.splitlines()
        assert "publié le 01/03/2026\u00a0: 1 fiches et 1 partenaires, 1 changés. Lignes écartées\u00a0: 1" in first
        assert "déjà lu, rien n’a été écrit" in second

    def test_goes_on_after_a_file_that_is_refused_and_answers_in_json(
        self, right: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        cut = tmp_path / "export_fiches_RNCP_V4_1_2026-02-28.xml"
        cut.write_bytes(right.read_bytes()[:-20])
        assert registers.import_registers([str(cut), str(right), "--json"]) == Exit.REFUSED
        refused, read = json.loads(capsys.readouterr().out)
        assert "il a été coupé" in refused["refusal"]
        assert (read["read"], read["partners"], read["rejected"], read["already"]) == (1, 1, 1, False)
        assert NationalPartner.objects.count() == 1

    def test_writes_the_rows_left_out(self, right: Path, tmp_path: Path) -> None:
        rejects = tmp_path / "ecartees.csv"
        registers.import_registers([str(right), "--rejects", str(rejects)])
        assert "RNCP101;PARTENAIRE/SIRET_PARTENAIRE;42;SIRET faux" in rejects.read_text(encoding="utf-8-sig")

    def test_takes_the_day_that_the_name_does_not_give(self, right: Path, capsys: pytest.CaptureFixture[str]) -> None:
        nameless = right.rename(right.with_name("export.xml"))
        assert registers.import_registers([str(nameless)]) == Exit.REFUSED
        assert registers.import_registers([str(nameless), "--date", "2026-03-01"]) == Exit.OK
        assert "ne dit pas sa date" in capsys.readouterr().out

    def test_says_so_when_there_is_nothing_there(self, tmp_path: Path) -> None:
        with pytest.raises(Stopped) as stopped:
            registers.import_registers([str(tmp_path / "absent.xml")])
        assert stopped.value.code == Exit.USAGE
