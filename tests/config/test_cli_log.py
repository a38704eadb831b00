"""`./jurande log check`: three exit codes, and sentences that name the file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from jurande.config.cli.__main__ import main
from jurande.config.cli.log import log
from jurande.core.log.edge import EMPTY
from jurande.core.log.notes import verifier_key
from jurande.integrations.log_files import extend, write_checkpoint
from tests.core.log.samples import KEY, build, entries, witness
from tests.integrations.servers import Handler, serving

SIGNED = build(entries(1300)).files["checkpoint"]
Printed = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    extend(tmp_path / "registre", EMPTY, entries(1300))
    write_checkpoint(tmp_path / "registre", SIGNED)
    return tmp_path / "registre"


def change(path: Path, octets: bytes) -> None:
    path.unlink()
    path.write_bytes(octets)


def check(*arguments: object) -> int:
    return log(["check", *map(str, arguments)])


class TestARightLog:
    def test_exits_0_and_says_so(self, folder: Path, capsys: Printed) -> None:
        assert check(folder, "--key", KEY.text) == 0
        first, root, _ = capsys.readouterr().out.split("\n")
        expected = "est intact : 1 300 entrées, 14 fichiers relus."
        assert first == f"Le registre certif.example.fr/journal {expected}"
        assert root.startswith("Racine : ")

    def test_is_told_in_json(self, folder: Path, capsys: Printed) -> None:
        assert check(folder, "--key", KEY.text, "--json") == 0
        report = json.loads(capsys.readouterr().out)
        assert report["valid"] is True
        assert (report["origin"], report["size"], report["files"]) == ("certif.example.fr/journal", 1300, 14)
        assert len(bytes.fromhex(report["root"])) == 32

    def test_may_be_served_by_anybody(self, folder: Path, capsys: Printed) -> None:
        def respond(handler: Handler, path: str, body: bytes) -> None:
            file = folder / path.removeprefix("/registre/")
            handler.answer(200, file.read_bytes()) if file.is_file() else handler.answer(404)

        with serving(respond) as running:
            assert check(running.url + "/registre/", "--key", KEY.text) == 0
            (folder / "tile/0/001").unlink()
            assert check(running.url + "/registre", "--key", KEY.text) == 1
        assert "tile/0/001 : ce fichier manque." in capsys.readouterr().out


class TestADamagedLog:
    @pytest.mark.parametrize(
        ("path", "octets", "sentence"),
        [
            ("tile/0/001", b"", "0 octets au lieu de 8 192 : le fichier a été coupé ou rallongé."),
            ("tile/0/001", bytes(8192), "l’empreinte n° 256 du niveau 0 n’est pas celle qui a été signée."),
            ("tile/1/000.p/5", bytes(160), "l’empreinte n° 0 du niveau 1 n’est pas celle qui a été signée."),
            ("tile/entries/002", b"\0\1", "les entrées ne s’y découpent plus"),
            ("tile/entries/005.p/20", b"\0\1x" * 20, "l’entrée n° 1 280 n’est pas celle qui a été signée."),
            (
                "checkpoint",
                build(entries(1300)).files["checkpoint"].replace(b"1300", b"1200"),
                "la signature n’est pas",
            ),
            ("checkpoint", b"bonjour", "ce n’est pas un texte signé bien formé."),
        ],
    )
    def test_exits_1_and_names_the_file(
        self, folder: Path, capsys: Printed, path: str, octets: bytes, sentence: str
    ) -> None:
        change(folder / path, octets)
        assert check(folder, "--key", KEY.text) == 1
        printed = capsys.readouterr().out
        assert f"  {path} : {sentence}" in printed
        assert "Fichiers en cause : 1." in printed
        assert check(folder, "--key", KEY.text, "--json") == 1
        report = json.loads(capsys.readouterr().out)
        assert report["valid"] is False
        assert [damage["path"] for damage in report["damages"]] == [path]
        assert sentence in report["damages"][0]["sentence"]

    def test_exits_1_when_the_checkpoint_of_a_log_is_gone(self, folder: Path, capsys: Printed) -> None:
        (folder / "checkpoint").unlink()
        assert check(folder, "--key", KEY.text) == 1
        assert "checkpoint : ce fichier manque." in capsys.readouterr().out

    def test_exits_1_when_another_key_signed(self, folder: Path, capsys: Printed) -> None:
        stranger = verifier_key(KEY.name, witness()[0].public_key)
        assert check(folder, "--key", stranger.text) == 1
        assert "checkpoint : il n’est pas signé par la clé donnée." in capsys.readouterr().out

    def test_names_fifty_files_and_counts_the_others(self, folder: Path, capsys: Printed) -> None:
        for number in range(60):
            (folder / f"trop-{number}").touch()
        assert check(folder, "--key", KEY.text) == 1
        printed = capsys.readouterr().out
        assert printed.count("ce fichier est de trop : un registre de 1 300 entrées") == 50
        assert "… et 10 autres : --json les donne tous." in printed


class TestWhatCannotBeTold:
    @pytest.mark.parametrize(
        ("place", "key", "reason"),
        [
            ("absent", KEY.text, "Il n’y a pas de registre à cet endroit : "),
            ("", KEY.text, "Il n’y a pas de registre à cet endroit : "),
            ("registre", "n’importe quoi", "La clé donnée n’est pas une clé publique de registre"),
            ("registre", witness()[0].text, "La clé donnée est celle d’un témoin"),
            ("http://user@127.0.0.1/", KEY.text, "Le registre ne peut pas être lu : ce n’est pas une adresse"),
            ("http://127.0.0.1:1/", KEY.text, "Le registre ne peut pas être lu : aucun serveur ne répond"),
        ],
    )
    def test_exits_2_and_says_why(self, folder: Path, capsys: Printed, place: str, key: str, reason: str) -> None:
        where = place if place.startswith("http") else folder.parent / place
        assert check(where, "--key", key) == 2
        printed = capsys.readouterr().out
        assert printed.startswith(reason)
        assert "On ne peut donc pas dire si le registre est intact." in printed
        assert check(where, "--key", key, "--json") == 2
        assert json.loads(capsys.readouterr().out)["valid"] is None

    @pytest.mark.parametrize("status", [302, 500])
    def test_is_the_case_of_a_server_that_answers_something_else(self, capsys: Printed, status: int) -> None:
        with serving(lambda handler, path, body: handler.answer(status, Location="/x")) as running:
            assert check(running.url, "--key", KEY.text) == 2
        assert "le serveur répond par une erreur ou renvoie ailleurs." in capsys.readouterr().out


class TestTheCommand:
    def test_is_called_by_its_name(self, folder: Path, capsys: Printed) -> None:
        assert main(["log", "check", str(folder), "--key", KEY.text]) == 0
        assert "est intact" in capsys.readouterr().out

    @pytest.mark.parametrize("arguments", [[], ["check"], ["check", "x"], ["verify"], ["check", "x", "--key"]])
    def test_exits_2_when_it_is_mistyped(self, arguments: list[str], capsys: Printed) -> None:
        with pytest.raises(SystemExit) as stop:
            log(arguments)
        assert stop.value.code == 2
        assert "Aide : ./jurande log" in capsys.readouterr().err

    def test_explains_itself_in_french(self, capsys: Printed) -> None:
        with pytest.raises(SystemExit) as stop:
            log(["check", "--help"])
        assert stop.value.code == 0
        printed = capsys.readouterr().out
        assert "Code de sortie : 0, le registre est intact" in printed

    def test_needs_no_django(self, folder: Path) -> None:
        program = (
            "import sys; from jurande.config.cli.log import log; "
            f"code = log(['check', {str(folder)!r}, '--key', {KEY.text!r}]); "
            "assert 'django' not in sys.modules; sys.exit(code)"
        )
        done = subprocess.run([sys.executable, "-c", program], env={"PYTHONPATH": ":".join(sys.path)}, timeout=30)
        assert done.returncode == 0
