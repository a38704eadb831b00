"""Each way to fail is refused, at the right step and for the right reason, by the library and by the command line."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from jurande.config.cli.seal import sentences
from jurande.config.cli.seal import verify as command
from jurande.core.proof.errors import Undecided, VerificationError
from jurande.core.proof.verification import Report, verify
from tests.core.proof.verification.failures import ALL, Case
from tests.core.proof.verification.world import Attempt, trust_file

each_case = pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)


@cache
def made(case: Case) -> Attempt:
    """The attempt of a case; both tests read it, neither changes it."""
    return case.make()


def judged(given: Attempt) -> Report:
    return verify(
        given.content,
        trust=given.trust,
        now=given.now,
        status_lists=given.status_lists,
        habilitations=given.habilitations,
        log_proof=given.log_proof,
        expected=given.expected,
    )


def commanded(given: Attempt, folder: Path) -> list[str]:
    """Everything that comes with the attempt as files, and the arguments that name them."""

    def written(name: str, content: bytes) -> str:
        (folder / name).write_bytes(content)
        return str(folder / name)

    arguments = [written("attestation", given.content), "--offline", "--trust"]
    arguments.append(written("trust.json", trust_file(given.trust)))
    for number, (address, content) in enumerate(given.status_lists.items()):
        arguments += ["--status-list", f"{address}={written(f'list-{number}', content)}"]
    for number, content in enumerate(given.habilitations):
        arguments += ["--habilitation", written(f"habilitation-{number}", content)]
    if given.log_proof is not None:
        arguments += ["--log-proof", written("tlog-proof", given.log_proof)]
    asked: dict[str, Any] = {name: getattr(given.expected, name) for name in ("domain", "challenge", "log_required")}
    if given.expected.binding is not None:
        asked |= {"audience": given.expected.binding.audience, "nonce": given.expected.binding.nonce}
    return [*arguments, "--expect", written("expect.json", json.dumps(asked).encode())]


class TestEachWayToFail:
    @each_case
    def test_is_refused_by_the_library(self, case: Case) -> None:
        given = made(case)
        with pytest.raises(Undecided if case.undecided else VerificationError) as refusal:
            judged(given)
        assert (refusal.value.step, refusal.value.code) == (case.step, case.code), str(refusal.value)
        numbers = [step.number for step in refusal.value.steps]
        assert numbers == sorted(numbers)
        if not case.undecided:
            assert all(number < case.step for number in numbers)

    @each_case
    def test_is_refused_and_explained_by_the_command_line(
        self, case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        given = made(case)
        arguments = commanded(given, tmp_path)
        assert command.verify([*arguments, "--json"], now=given.now) == (2 if case.undecided else 1)
        report = json.loads(capsys.readouterr().out)
        answered = (report["valid"], report["step"], report["code"])
        assert answered == (None if case.undecided else False, case.step, case.code)
        assert "credential" not in report
        assert sentences.REASONS[sentences.family(case.code)] in report["reason"]


class TestCatalogue:
    def test_has_enough_of_them(self) -> None:
        assert len(ALL) >= 120

    def test_covers_every_attack_of_the_reliability_plan(self) -> None:
        counted = Counter(case.attack for case in ALL)
        assert set(counted) == {f"A{number}" for number in range(1, 13)}

    def test_covers_every_step(self) -> None:
        assert {case.step for case in ALL} == set(range(1, 9))
