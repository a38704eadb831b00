"""`./jurande verify`, `keys` and `issue`: what they print, what they write, what they leave alone."""

from __future__ import annotations

import io
import json
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jurande.config.cli.__main__ import main
from jurande.config.cli.seal import issue as issuing
from jurande.config.cli.seal.issue import issue
from jurande.config.cli.seal.keys import keys
from jurande.config.cli.seal.sentences import PASSED, REASONS, day, family, printable
from jurande.config.cli.seal.verify import verify
from jurande.config.exits import Stopped
from jurande.core.proof.carriers.png import bake_png
from jurande.core.proof.history import DatedKey, KeyHistory
from jurande.core.proof.status.bitstring import status_entry
from jurande.core.proof.trust import Trust, TrustedIssuer, parse_trust
from jurande.integrations.key_files import open_key_file
from tests.core.proof.carriers import samples
from tests.core.proof.verification import world
from tests.integrations.servers import Handler, serving

Printed = pytest.CaptureFixture[str]
NOW = world.NOW
PASSPHRASE = "quatre mots au hasard"
DID = "did:web:imr.example"


@pytest.fixture(autouse=True)
def _passphrase(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JURANDE_SEAL_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("JURANDE_HOME", str(tmp_path / "home"))
    # The real cost is 64 MiB and a fifth of a second for each key; nothing here depends on it.
    monkeypatch.setattr("jurande.integrations.key_files.write_key_file.__kwdefaults__", {"cost": 2**10})


def written(path: Path, content: Any) -> str:
    path.write_bytes(content if isinstance(content, bytes) else world.octets(content))
    return str(path)


@pytest.fixture
def trust_path(tmp_path: Path) -> str:
    return written(tmp_path / "trust.json", world.trust_file(world.trust()))


@pytest.fixture
def list_option(tmp_path: Path) -> list[str]:
    return ["--status-list", f"{world.LIST_URL}={written(tmp_path / 'list', world.clean_list())}"]


class TestVerify:
    def test_explains_each_step_in_french(
        self, tmp_path: Path, trust_path: str, list_option: list[str], capsys: Printed
    ) -> None:
        path = written(tmp_path / "a.json", world.sign(world.credential()))
        assert verify([path, "--trust", trust_path, *list_option], now=NOW) == 0
        assert capsys.readouterr().out == (
            "✓ 1. Lecture : attestation JSON signée, lue sans ambiguïté.\n"
            "✓ 2. Vocabulaire : chaque mot a un sens défini, rien n’est laissé de côté.\n"
            "✓ 3. Émetteur : Institut des métiers de la réparation (imr.example, SIREN 123 456 789).\n"
            "✓ 4. Signature : intacte (eddsa-rdfc-2022).\n"
            "✓ 5. Statut : ni révoquée ni suspendue, d’après la liste du 1er décembre 2026.\n"
            "✓ 6. Dates : valable du 1er novembre 2026 au 1er novembre 2031.\n"
            "– 7. Habilitation : l’émetteur délivre en son propre nom.\n"
            "– 8. Registre public : non demandé.\n"
            "\n"
            "VALABLE.\n"
            "  Attestation : Réparer un vélo à assistance électrique\n"
            "  Titulaire : did:example:ines\n"
            "  Identifiant : https://imr.example/c/7KQ2MZ\n"
        ).replace(" : ", "\u00a0: ")

    def test_warns_that_the_picture_is_not_what_is_proven(
        self, tmp_path: Path, trust_path: str, list_option: list[str], capsys: Printed
    ) -> None:
        text = world.octets(world.sign(world.credential())).decode()
        path = written(tmp_path / "a.png", bake_png(samples.png(), text))
        assert verify([path, "--trust", trust_path, *list_option], now=NOW) == 0
        assert "Seul ce qui est écrit ici est prouvé" in capsys.readouterr().out

    def test_gives_the_credential_in_json_only_when_it_is_valid(
        self, tmp_path: Path, trust_path: str, list_option: list[str], capsys: Printed
    ) -> None:
        path = written(tmp_path / "a.json", world.sign(world.credential()))
        assert verify([path, "--json", "--trust", trust_path, *list_option], now=NOW) == 0
        report = json.loads(capsys.readouterr().out)
        assert report["credential"] == world.credential()
        assert report["issuer"]["domain"] == "imr.example"
        assert [step["number"] for step in report["steps"]] == list(range(1, 9))

    def test_reads_the_standard_input(
        self, trust_path: str, list_option: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        content = world.octets(world.sign(world.credential()))
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
        assert verify(["-", "--trust", trust_path, *list_option], now=NOW) == 0

    def test_cannot_tell_when_nobody_is_trusted(self, tmp_path: Path, capsys: Printed) -> None:
        path = written(tmp_path / "a.json", world.sign(world.credential()))
        assert verify([path, "--offline"], now=NOW) == 2
        assert "--trust" in capsys.readouterr().out

    def test_trusts_those_of_the_home_by_default(self, tmp_path: Path, list_option: list[str]) -> None:
        (tmp_path / "home").mkdir()
        written(tmp_path / "home" / "trust.json", world.trust_file(world.trust()))
        path = written(tmp_path / "a.json", world.sign(world.credential()))
        assert verify([path, "--offline", *list_option], now=NOW) == 0

    def test_lets_no_stranger_write_on_the_terminal(
        self, tmp_path: Path, trust_path: str, list_option: list[str], capsys: Printed
    ) -> None:
        hostile = "did:example:\x1b[2Jines\u202e"
        document = world.credential()
        document["credentialSubject"]["id"] = hostile
        token = world.jose.issue_vc_jwt(document, signer=world.CURRENT, now=world.LAST_MONTH)
        path = written(tmp_path / "a.jwt", token)
        verify([path, "--trust", trust_path, *list_option], now=NOW)
        out = capsys.readouterr().out
        assert "\x1b" not in out
        assert "\u202e" not in out

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["absent.json"], "Il n’y a pas de fichier absent.json"),
            (["-", "--status-list", "sans-adresse"], "--status-list attend ADRESSE=FICHIER"),
            (["-", "--trust", "absent.json"], "Il n’y a pas de fichier absent.json"),
        ],
    )
    def test_says_what_is_wrong_with_its_arguments(
        self, arguments: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"{}")))
        with pytest.raises(Stopped) as stop:
            verify(arguments, now=NOW)
        assert sentence in stop.value.sentence

    @pytest.mark.parametrize("content", [b"{", b'{"issuers":[],"other":1}', b'{"issuers":[{"id":"did:web:a.fr"}]}'])
    def test_verifies_nothing_under_a_trust_that_it_does_not_understand(self, tmp_path: Path, content: bytes) -> None:
        path = written(tmp_path / "a.json", world.sign(world.credential()))
        with pytest.raises(Stopped) as stop:
            verify([path, "--trust", written(tmp_path / "trust.json", content)], now=NOW)
        assert "Rien n’est vérifié" in stop.value.sentence

    @pytest.mark.parametrize("content", [b"[]", b'{"other":1}', b'{"audience":"a"}', b'{"domain":1}', b"{"])
    def test_refuses_expectations_that_it_does_not_understand(self, tmp_path: Path, content: bytes) -> None:
        path = written(tmp_path / "a.json", world.sign(world.credential()))
        with pytest.raises(Stopped):
            verify([path, "--expect", written(tmp_path / "expect.json", content)], now=NOW)

    def test_answers_by_its_exit_code_alone(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a.json", {"type": []})
        command = [sys.executable, "-m", "jurande.config.cli", "verify", path, "--offline"]
        found = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment(tmp_path))
        assert found.returncode == 1
        assert "NON VALABLE. Motif" in found.stdout

    def test_needs_neither_django_nor_a_database(self, tmp_path: Path) -> None:
        program = (
            "import sys; from jurande.config.cli.__main__ import main; main(sys.argv[1:]);"
            "assert not [m for m in sys.modules if m.split('.')[0] in ('django', 'allauth', 'psycopg')]"
        )
        path = written(tmp_path / "a.json", {"type": []})
        command = [sys.executable, "-c", program, "verify", path, "--offline"]
        subprocess.run(command, check=True, capture_output=True, env=_environment(tmp_path))


def _environment(home: Path) -> dict[str, str]:
    root = Path(__file__).resolve().parents[2]
    return {"PYTHONPATH": str(root / "src"), "JURANDE_HOME": str(home), "PATH": "/usr/bin:/bin"}


class TestVerifyOnline:
    def served(self, answer: bytes | None, tmp_path: Path, *, named: bool = True) -> tuple[int, list[str]]:
        """Verify a credential whose list is on a local server; return the exit code, and what was asked for."""
        now = datetime.now(UTC)
        content: list[bytes] = []

        def respond(handler: Handler, path: str, body: bytes) -> None:
            handler.answer(404) if answer is None else handler.answer(200, answer or content[0])

        with serving(respond) as running:
            url = f"{running.url}/statuts/1"
            content.append(world.octets(world.status_list(url=url, signed_at=now - timedelta(minutes=1))))
            key = DatedKey(world.CURRENT.verification_method, world.CURRENT.public_key)
            places = (url,) if named else ()
            known = TrustedIssuer(world.CERTIFIER, KeyHistory(world.CERTIFIER, (key,)), status_lists=places)
            trust_path = written(tmp_path / "trust.json", world.trust_file(Trust.of(known)))
            entry = status_entry(list_url=url, index=7, purpose="revocation")
            document = world.credential(credentialStatus=entry, validFrom=None, validUntil=None)
            signed = world.sign(document, created=now - timedelta(hours=1))
            code = verify([written(tmp_path / "a.json", signed), "--trust", trust_path])
        return code, running.asked

    def test_fetches_the_list_that_the_credential_names(self, tmp_path: Path) -> None:
        assert self.served(b"", tmp_path) == (0, ["GET /statuts/1"])

    def test_cannot_tell_when_the_list_is_not_served(self, tmp_path: Path) -> None:
        assert self.served(None, tmp_path) == (2, ["GET /statuts/1"])

    def test_believes_nothing_else_than_a_list(self, tmp_path: Path) -> None:
        assert self.served(b"<html>", tmp_path)[0] == 1

    def test_asks_nothing_inside_our_network_that_the_trust_does_not_name(self, tmp_path: Path) -> None:
        assert self.served(b"", tmp_path, named=False) == (2, [])


class TestSentences:
    def test_have_one_for_every_code_whatever_it_is(self) -> None:
        for code in ("jwt.unheard_of", "status.list.key.retired", "unheard", "encoding.bits.index", "a.b.c"):
            assert REASONS[family(code)]

    def test_say_dates_as_people_do(self) -> None:
        assert day("2026-03-12T10:00:00Z") == "12 mars 2026"
        assert day("2026-12-31T23:30:00Z") == "1er janvier 2027"

    def test_make_any_text_safe_to_print(self) -> None:
        assert printable("a\x1b[31mb\u202ec\n") == "a�[31mb�c�"
        assert len(printable("x" * 1000)) == 301

    def test_use_french_spaces(self) -> None:
        for sentence in (*PASSED.values(), *REASONS.values()):
            assert not any(f" {mark}" in sentence for mark in ":;?!»"), sentence
            assert "« " not in sentence, sentence
            assert "'" not in sentence, sentence


class TestKeys:
    def test_makes_a_key_that_its_owner_alone_can_read(self, tmp_path: Path, capsys: Printed) -> None:
        path = tmp_path / "sceau.key"
        assert keys(["new", str(path)], now=NOW) == 0
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        signer = open_key_file(path, passphrase=PASSPHRASE)
        assert signer.verification_method.startswith("did:key:z6Mk")
        assert signer.public_key.multikey in capsys.readouterr().out

    def test_enters_the_key_of_an_issuer_in_a_file_of_trust(self, tmp_path: Path, capsys: Printed) -> None:
        trust_file = tmp_path / "trust.json"
        keys(["new", str(tmp_path / "a.key"), "--issuer", DID, "--trust", str(trust_file)], now=NOW)
        issuer = parse_trust(trust_file.read_bytes()).issuers[DID]
        assert issuer.keys.keys[0].since == NOW
        assert "https://imr.example/.well-known/did.json" in capsys.readouterr().out

    def test_rotates_without_invalidating_what_was_signed(self, tmp_path: Path, capsys: Printed) -> None:
        trust_file = tmp_path / "trust.json"
        named = ["--issuer", DID, "--trust", str(trust_file)]
        keys(["new", str(tmp_path / "a.key"), *named], now=world.LAST_MONTH)
        before = open_key_file(tmp_path / "a.key", passphrase=PASSPHRASE)
        signed = world.sign(world.credential(credentialStatus=None), before, created=world.LAST_MONTH)
        keys(["rotate", str(tmp_path / "b.key"), *named], now=NOW)
        after = open_key_file(tmp_path / "b.key", passphrase=PASSPHRASE)
        late = world.sign(world.credential(credentialStatus=None), before, created=NOW)
        fresh = world.sign(world.credential(credentialStatus=None), after, created=NOW)
        answers = {
            name: verify([written(tmp_path / name, document), "--offline", "--trust", str(trust_file)], now=NOW)
            for name, document in (("signed", signed), ("late", late), ("fresh", fresh))
        }
        assert answers == {"signed": 0, "late": 1, "fresh": 0}
        out = capsys.readouterr().out
        assert before.verification_method in out.rpartition("assertionMethod")[2]

    def test_keeps_the_rest_of_the_file_of_trust(self, tmp_path: Path) -> None:
        trust_file = tmp_path / "trust.json"
        written(trust_file, world.trust_file(world.trust()))
        keys(["rotate", str(tmp_path / "b.key"), "--issuer", world.OTHER, "--trust", str(trust_file)], now=NOW)
        before, after = world.trust(), parse_trust(trust_file.read_bytes())
        assert after.log_policy == before.log_policy
        assert after.issuers[world.CERTIFIER] == before.issuers[world.CERTIFIER]
        assert len(after.issuers[world.OTHER].keys.keys) == 2

    def test_shows_the_public_half_without_the_passphrase(
        self, tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        keys(["new", str(tmp_path / "a.key")], now=NOW)
        monkeypatch.delenv("JURANDE_SEAL_PASSPHRASE")
        capsys.readouterr()
        assert keys(["show", str(tmp_path / "a.key"), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["algorithm"] == "Ed25519"

    def test_stops_with_a_sentence(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = str(tmp_path / "a.key")
        keys(["new", path], now=NOW)
        trust_file = str(tmp_path / "trust.json")
        keys(["new", str(tmp_path / "b.key"), "--issuer", DID, "--trust", trust_file], now=NOW)
        stops = {
            "jamais remplacée": ["new", path],
            "a déjà une clé": ["new", f"{path}2", "--issuer", DID, "--trust", trust_file],
            "Il n’y a pas de fichier": ["show", f"{path}3"],
            "n’est pas dans": ["rotate", f"{path}4", "--issuer", "did:web:x.fr", "--trust", trust_file],
            "est sa propre clé": ["rotate", f"{path}5", "--issuer", "did:key:z6Mk", "--trust", trust_file],
            "n’est pas un identifiant did:web": ["new", f"{path}6", "--issuer", "https://imr.example"],
        }
        for sentence, arguments in stops.items():
            with pytest.raises(Stopped) as stop:
                keys(arguments, now=NOW)
            assert sentence in stop.value.sentence
        monkeypatch.setenv("JURANDE_SEAL_PASSPHRASE", "court")
        with pytest.raises(Stopped) as stop:
            keys(["new", f"{path}7"], now=NOW)
        assert "au moins 12 caractères" in stop.value.sentence
        assert not list(tmp_path.glob("*.draft"))

    def test_asks_for_the_passphrase_twice_and_never_in_the_arguments(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("JURANDE_SEAL_PASSPHRASE")
        with pytest.raises(Stopped) as stop:
            keys(["new", str(tmp_path / "a.key")], now=NOW)
        assert "JURANDE_SEAL_PASSPHRASE" in stop.value.sentence
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        typed = iter(["une phrase assez longue", "une autre phrase assez longue"])
        monkeypatch.setattr("jurande.config.cli.seal.passphrases.getpass", lambda prompt: next(typed))
        with pytest.raises(Stopped) as stop:
            keys(["new", str(tmp_path / "b.key")], now=NOW)
        assert "diffèrent" in stop.value.sentence
        assert not (tmp_path / "b.key").exists()


TEMPLATE = world.credential(
    DID,
    id="https://imr.example/c/((code))",
    credentialStatus=None,
    credentialSubject=world.credential()["credentialSubject"] | {"id": "((titulaire))", "role": "{{nom}}"},
)


@pytest.fixture
def batch(tmp_path: Path) -> dict[str, Path]:
    """A key, a template, and where the table and the folder go."""
    paths = {name: tmp_path / name for name in ("a.key", "trust.json", "modele.json", "table.csv", "sortie")}
    keys(["new", str(paths["a.key"]), "--issuer", DID, "--trust", str(paths["trust.json"])], now=NOW)
    written(paths["modele.json"], TEMPLATE)
    return paths


def run_issue(paths: dict[str, Path], table: str | bytes, now: datetime = NOW) -> int:
    written(paths["table.csv"], table if isinstance(table, bytes) else table.encode())
    named = {"--template": "modele.json", "--csv": "table.csv", "--out": "sortie", "--key": "a.key"}
    return issue([text for option, name in named.items() for text in (option, str(paths[name]))], now=now)


HEADINGS = "code;titulaire;nom\n"


class TestIssue:
    def test_issues_one_credential_for_each_row(self, batch: dict[str, Path], capsys: Printed) -> None:
        rows = 'A1;did:example:ines;Inès Carvalho\nA2;did:example:malo;Malo «l’Ancien» \\ "x"\n'
        assert run_issue(batch, HEADINGS + rows.replace('"x"', "x")) == 0
        assert "2 attestations délivrées" in capsys.readouterr().out
        files = sorted(batch["sortie"].iterdir())
        assert [path.name for path in files] == ["000002.json", "000003.json"]
        for path in files:
            assert verify([str(path), "--offline", "--trust", str(batch["trust.json"])], now=NOW) == 0
        assert json.loads(files[1].read_text())["credentialSubject"]["role"] == "Malo «l’Ancien» \\ x"

    def test_reads_commas_byte_order_marks_and_extra_columns(self, batch: dict[str, Path]) -> None:
        table = '\ufeffnom,autre,code,titulaire\r\n"Carvalho, Inès",x,A1,did:example:ines\r\n\r\n'
        assert run_issue(batch, table) == 0
        document = json.loads((batch["sortie"] / "000002.json").read_text())
        assert document["credentialSubject"]["role"] == "Carvalho, Inès"

    def test_puts_aside_the_rows_that_it_cannot_issue_and_says_why(
        self, batch: dict[str, Path], capsys: Printed
    ) -> None:
        rows = [
            "A1;did:example:ines;Inès",
            "A1;did:example:malo;Doublon",
            "A 2;did:example:malo;Espace",
            "A3;malo;Sans adresse complète",
            "A4;did:example:malo;",
            "A5;did:example:malo;Trop;de cellules",
            "A6;did:example:malo;\x07",
        ]
        assert run_issue(batch, HEADINGS + "\n".join(rows)) == 1
        assert "6 lignes refusées" in capsys.readouterr().out
        rejects = (batch["sortie"] / "rejets.csv").read_text(encoding="utf-8-sig").splitlines()
        codes = [line.split(";")[::2] for line in rejects[1:]]
        assert codes == [
            ["3", "issue.duplicate"],
            ["4", "text.iri"],
            ["5", "text.iri"],
            ["6", "text.length"],
            ["7", "issue.cells"],
            ["8", "text.control"],
        ]
        assert all(line.split(";")[1] != "cette ligne ne peut pas être signée" for line in rejects[1:])
        assert sorted(path.name for path in batch["sortie"].iterdir()) == ["000002.json", "rejets.csv"]

    def test_leaves_nothing_behind_when_it_is_stopped(
        self, batch: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        def stopped(*_: object) -> bytes:
            raise KeyboardInterrupt

        monkeypatch.setattr(issuing, "issued_bytes", stopped)
        with pytest.raises(KeyboardInterrupt):
            run_issue(batch, f"{HEADINGS}A1;did:example:ines;Inès\n")
        assert not batch["sortie"].exists()
        assert not list(tmp_path.glob(".*draft"))

    def test_writes_nothing_when_the_disk_is_full(
        self, batch: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        def full(self: Path, content: bytes) -> int:
            raise OSError(28, "No space left on device", str(self))

        written(batch["table.csv"], f"{HEADINGS}A1;did:example:ines;Inès\n")
        monkeypatch.setattr(Path, "write_bytes", full)
        named = {"--template": "modele.json", "--csv": "table.csv", "--out": "sortie", "--key": "a.key"}
        with pytest.raises(OSError, match="No space"):
            issue([text for option, name in named.items() for text in (option, str(batch[name]))], now=NOW)
        assert not batch["sortie"].exists()
        assert not list(tmp_path.glob(".*draft"))

    def test_never_writes_into_a_folder_that_is_there(self, batch: dict[str, Path]) -> None:
        batch["sortie"].mkdir()
        with pytest.raises(Stopped) as stop:
            run_issue(batch, f"{HEADINGS}A1;did:example:ines;Inès\n")
        assert "existe déjà" in stop.value.sentence

    @pytest.mark.parametrize(
        ("table", "sentence"),
        [
            ("code;nom\n", "Il manque au tableau les colonnes du modèle : titulaire"),
            ("", "doit donner un nom différent à chaque colonne"),
            ("code;code;nom\n", "doit donner un nom différent à chaque colonne"),
            ("code;;nom\n", "doit donner un nom différent à chaque colonne"),
            ("code;titulaire;nom\nA1;did:example:a;Inès".encode("cp1252"), "n’est pas en UTF-8"),
            (f'{HEADINGS}"A1;did', "n’est pas un tableau CSV correct"),
            (f"{HEADINGS}{'x' * 200_000}", "n’est pas un tableau CSV correct"),
        ],
    )
    def test_says_what_is_wrong_with_the_table(self, batch: dict[str, Path], table: str, sentence: str) -> None:
        with pytest.raises(Stopped) as stop:
            run_issue(batch, table)
        assert sentence.replace(" :", "\u00a0:") in stop.value.sentence
        assert not batch["sortie"].exists()

    @pytest.mark.parametrize("template", [b"{", b"[]", b"{}", b'{"@context":["https://pirate.example"],"a":"{{a}}"}'])
    def test_says_what_is_wrong_with_the_template(self, batch: dict[str, Path], template: bytes) -> None:
        written(batch["modele.json"], template)
        with pytest.raises(Stopped) as stop:
            run_issue(batch, f"{HEADINGS}A1;did:example:ines;Inès\n")
        assert "modele.json" in stop.value.sentence

    def test_needs_the_passphrase_of_the_key(self, batch: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("JURANDE_SEAL_PASSPHRASE", "une autre phrase de passe")
        with pytest.raises(Stopped) as stop:
            run_issue(batch, f"{HEADINGS}A1;did:example:ines;Inès\n")
        assert "n’est pas la bonne" in stop.value.sentence

    def test_shows_its_progress_to_people_only(self) -> None:
        class Terminal(io.StringIO):
            def isatty(self) -> bool:
                return True

        for stream, shown in ((Terminal(), True), (io.StringIO(), False)):
            progress = issuing.Progress(total=100, stream=stream)
            for done in range(1, 101):
                progress.show(done)
            progress.end()
            assert ("100 / 100" in stream.getvalue()) is shown
            assert stream.getvalue().count("\r") in (0, 41)

    def test_is_found_among_the_commands(self, capsys: Printed) -> None:
        assert main(["--help"]) == 0
        listed = capsys.readouterr().out
        assert all(f"  {name} " in listed for name in ("verify", "keys", "issue"))
