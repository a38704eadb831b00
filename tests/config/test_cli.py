from __future__ import annotations

import subprocess
import sys

import pytest

from jurande.config.cli import __main__ as cli
from jurande.config.cli.arguments import parser
from jurande.config.cli.commands import COMMANDS
from jurande.config.exits import Exit, Stopped, guarded
from tests.config.conftest import ROOT, Jurande


class TestOverview:
    def test_lists_every_command_in_french(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["--help"]) == Exit.OK
        printed = capsys.readouterr().out
        for command in COMMANDS:
            assert f"  {command.name}" in printed
            assert command.summary in printed

    def test_is_an_error_when_nothing_was_asked(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main([]) == Exit.USAGE
        assert "./jurande <commande>" in capsys.readouterr().out


class TestUnknownCommand:
    @pytest.mark.parametrize("typed, meant", [("serv", "serve"), ("tests", "test"), ("bakcup", "backup")])
    def test_suggests_the_nearest_one(self, capsys: pytest.CaptureFixture[str], typed: str, meant: str) -> None:
        assert cli.main([typed]) == Exit.USAGE
        assert f"«\u00a0{meant}\u00a0»" in capsys.readouterr().err

    def test_suggests_nothing_far_away(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["xyzzy"]) == Exit.USAGE
        assert "Vouliez-vous" not in capsys.readouterr().err

    def test_bench_and_torture_list_what_exists(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["torture", "licornes"]) == Exit.USAGE
        printed = capsys.readouterr().err
        for script in (ROOT / "torture").glob("[!_]*.py"):
            assert script.stem in printed


class TestHelpOfACommand:
    @pytest.mark.parametrize("name", ["demo", "serve", "backup", "restore"])
    def test_is_french(self, jurande: Jurande, name: str) -> None:
        done = jurande(name, "--help")
        assert done.returncode == Exit.OK
        assert done.stdout.startswith(f"Utilisation\u00a0: ./jurande {name}")
        for english in ("usage:", "show this", "positional", "required"):
            assert english not in done.stdout


class TestMistake:
    @pytest.mark.parametrize(
        "typed, said",
        [
            (["demo", "--port", "quatre"], "--port\u00a0: la valeur 'quatre' ne convient pas"),
            (["demo", "--port", "70000"], "--port\u00a0: la valeur '70000' ne convient pas"),
            (["demo", "--prot", "8000"], "Argument inconnu\u00a0: --prot 8000"),
            (["backup"], "Il manque DOSSIER"),
            (["serve", "--port"], "--port\u00a0: une valeur est attendue"),
        ],
    )
    def test_is_said_in_french_with_the_code_of_a_mistake(self, jurande: Jurande, typed: list[str], said: str) -> None:
        done = jurande(*typed)
        assert done.returncode == Exit.USAGE
        assert done.stderr.startswith(said)
        assert f"./jurande {typed[0]} --help" in done.stderr

    def test_speaks_no_english(self, capsys: pytest.CaptureFixture[str]) -> None:
        options = parser("essai", "Un essai.")
        options.add_argument("--mode", choices=["un", "deux"])
        with pytest.raises(SystemExit):
            options.parse_args(["--mode", "trois"])
        said = capsys.readouterr().err
        assert "n’est pas dans la liste" in said
        assert "invalid" not in said


class TestStart:
    def test_loads_no_django_for_a_command_that_does_without(self) -> None:
        """`./jurande verify` must answer at once, and in a place where nothing but core is trusted."""
        code = "import sys, jurande.config.cli.__main__; sys.exit('django' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], cwd=ROOT / "src").returncode == 0


class TestGuarded:
    def test_turns_a_stop_into_its_sentence_and_code(self, capsys: pytest.CaptureFixture[str]) -> None:
        def run(_: object) -> int:
            raise Stopped("Le port 80 est pris.", Exit.BUSY)

        assert guarded(run, []) == Exit.BUSY
        assert capsys.readouterr().err == "Le port 80 est pris.\n"

    def test_says_a_full_disk_in_french(self, capsys: pytest.CaptureFixture[str]) -> None:
        def run(_: object) -> int:
            with open("/dev/full", "wb", buffering=0) as file:
                file.write(b"x")
            return 0

        assert guarded(run, []) == Exit.ENVIRONMENT
        assert capsys.readouterr().err.startswith("Le disque est plein")

    def test_lets_a_fault_of_ours_be_seen(self) -> None:
        def run(_: object) -> int:
            raise KeyError("a bug")

        with pytest.raises(KeyError):
            guarded(run, [])
