from __future__ import annotations

import json

import pytest
from benches.log import TARGETS, main


@pytest.fixture(autouse=True)
def _few_repetitions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benches.log.ONE_BY_ONE", 2)
    monkeypatch.setattr("benches.log.PROOFS", 50)


class TestBenchLog:
    def test_prints_a_table(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--entries", "5000"]) == 0
        printed = capsys.readouterr().out
        assert "Preuve d’inclusion, à froid, médiane" in printed
        assert "Dix fois plus d’entrées" in printed

    def test_prints_json_with_every_figure_that_has_a_target(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--entries", "5000", "--json"]) == 0
        report = json.loads(capsys.readouterr().out)
        assert TARGETS.keys() <= report["large"].keys() | report["growth"].keys()
        assert (report["small"]["entries"], report["large"]["entries"]) == (500, 5000)
