"""The one-file verifier opens from disk with the network off, and refuses what the library refuses."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from jurande.core.proof.carriers.png import bake_png
from jurande.core.proof.carriers.svg import bake_svg
from jurande.core.proof.verification import Expectations
from jurande.integrations import offline_verifier
from jurande.integrations.offline_verifier import blank, verifier
from tests.core.proof.carriers import samples
from tests.core.proof.verification.failures import ALL
from tests.core.proof.verification.world import (
    LAST_MONTH,
    LIST_URL,
    NOW,
    OTHER_KEY,
    STOLEN,
    Attempt,
    attempt,
    credential,
    interrupted,
    octets,
    shown_in_log,
    sign,
    source_habilitation,
    status_list,
    trust_file,
    with_source,
)

SOURCES = Path(__file__).resolve().parents[2] / "verifier"
needs_npm = pytest.mark.skipif(
    shutil.which("node") is None or not (SOURCES / "node_modules").is_dir(),
    reason="the bundler is not installed: run «npm ci --ignore-scripts» in verifier",
)


class TestTheFile:
    def test_is_the_one_that_was_checked_in_and_small(self) -> None:
        named = (offline_verifier.FOLDER / "verifier.html.sha256").read_text().split()
        assert named == [hashlib.sha256(blank()).hexdigest(), "verifier.html"]
        assert len(blank()) < 600_000

    def test_can_neither_call_anybody_nor_turn_text_into_code(self) -> None:
        page = blank().decode()
        assert "default-src 'none'" in page
        assert "connect-src" not in page
        for word in ("eval(", "Function(", "fetch(", "XMLHttpRequest", "import(", "innerHTML", 'http-equiv="refresh'):
            assert word not in page

    def test_says_under_which_licence_each_package_may_be_given(self) -> None:
        licences = offline_verifier.LICENCES.read_text()
        for name in ("jsonld 9.0.0", "rdf-canonize 5.0.0", "@noble/curves 2.4.0", "@noble/hashes 2.4.0"):
            assert f"{name} — " in licences

    def test_holds_what_it_is_given_and_nothing_that_ends_its_data(self) -> None:
        page = verifier(trust=b"{}", credential=b'{"name": "</script><script>alert(1)//"}')
        assert page.count(b"</script>") == blank().count(b"</script>")

    @needs_npm
    def test_is_what_its_sources_give_byte_for_byte(self, tmp_path: Path) -> None:
        subprocess.run(["node", "build.mjs", str(tmp_path)], cwd=SOURCES, check=True, capture_output=True, timeout=60)
        assert (tmp_path / "verifier.html").read_bytes() == blank()
        assert (tmp_path / "LICENCES.txt").read_bytes() == offline_verifier.LICENCES.read_bytes()


# --- in Chromium, offline -----------------------------------------------------------------------


class Opened:
    """The verifier in a page without network, at the instant of the tests' world."""

    def __init__(self, page: Any, folder: Path) -> None:
        self.page, self.folder = page, folder
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)

    def shows(self, octets: bytes) -> str:
        """Open these bytes from disk, and return the verdict."""
        path = self.folder / "verifier.html"
        path.write_bytes(octets)
        self.page.goto(path.as_uri())
        return self.verdict()

    def takes(self, *files: tuple[str, bytes]) -> str:
        """Give these files to the open page, and return its verdict."""
        given = [{"name": name, "mimeType": "application/octet-stream", "buffer": content} for name, content in files]
        self.page.set_input_files("#files", given)
        return self.verdict()

    def verdict(self) -> str:
        self.page.wait_for_selector("#result:not([aria-busy])")
        found: str = self.page.locator("[data-verdict]").get_attribute("data-verdict")
        assert self.errors == []
        return found

    def step(self, number: int) -> str:
        codes = self.page.locator(f"[data-step='{number}']").evaluate_all("found => found.map(one => one.dataset.code)")
        return " ".join(codes)


@pytest.fixture
def opened(chromium: Any, tmp_path: Path) -> Iterator[Opened]:
    context = chromium.new_context(offline=True, locale="fr-FR", timezone_id="America/Guadeloupe")
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.clock.set_fixed_time(NOW)
    yield Opened(page, tmp_path)
    context.close()


def inside(given: Attempt) -> bytes:
    """The verifier that holds all of an attempt."""
    return verifier(
        trust=trust_file(given.trust),
        credential=given.content,
        habilitations=given.habilitations,
        lists=list(given.status_lists.values()),
        proof=given.log_proof,
    )


def with_proof(signed: dict[str, Any], **changes: Any) -> bytes:
    return inside(attempt(signed, **{"log_proof": shown_in_log(signed), **changes}))


class TestACredentialInside:
    def test_is_valid_when_all_holds(self, opened: Opened) -> None:
        assert opened.shows(with_proof(sign(credential()))) == "valid"
        assert [opened.step(number) for number in range(1, 9)] == [
            "parse.ok",
            "safe_mode.ok",
            "key.ok",
            "signature.ok",
            "status.ok",
            "dates.ok",
            "authority.own_name",
            "log.shown",
        ]
        text = opened.page.inner_text("main")
        assert "Attestation authentique, en cours de validité" in text
        assert "Réparer un vélo à assistance électrique" in text
        assert "https://imr.example/confiance.json" in text
        opened.page.click("text=English")
        assert "Genuine credential, currently valid" in opened.page.inner_text("main")

    @pytest.mark.parametrize(
        ("made", "verdict", "step", "code"),
        [
            (lambda: with_proof(sign(credential()) | {"name": "Réparer un avion"}), "refused", 4, "signature.bad"),
            (lambda: with_proof(sign(credential(), OTHER_KEY)), "refused", 3, "key.other"),
            (lambda: with_proof(sign(credential()), lists={LIST_URL: status_list(4242)}), "ended", 5, "status.revoked"),
            (lambda: with_proof(sign(credential(validUntil="2026-11-30T00:00:00Z"))), "ended", 6, "dates.expired"),
            (lambda: with_proof(sign(credential()), log_proof=None), "valid", 8, "log.no_proof"),
            (
                lambda: with_proof(sign(credential()), log_proof=shown_in_log(sign(credential(name="Autre")))),
                "refused",
                8,
                "log.inclusion",
            ),
            (
                lambda: with_proof(sign(credential()), log_proof=_with_another_root(shown_in_log(sign(credential())))),
                "refused",
                8,
                "log.checkpoint",
            ),
            (
                lambda: with_proof(sign(credential()), lists={LIST_URL: status_list(signed_at=LAST_MONTH)}),
                "then",
                5,
                "status.ok_then",
            ),
            (
                lambda: with_proof(sign(credential()), lists={LIST_URL: status_list(4242, signed_at=LAST_MONTH)}),
                "ended",
                5,
                "status.revoked",
            ),
            (lambda: with_proof(sign(credential()), lists={}), "unknown", 5, "status.absent"),
            (
                lambda: with_proof(sign(credential(), STOLEN, created=LAST_MONTH), log_proof=None),
                "refused",
                8,
                "log.stolen",
            ),
            (
                lambda: with_proof(sign(credential(), STOLEN, created=LAST_MONTH)),
                "valid",
                8,
                "log.shown_before_theft",
            ),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_is_told_as_it_is(
        self, opened: Opened, made: Callable[[], bytes], verdict: str, step: int, code: str
    ) -> None:
        assert opened.shows(made()) == verdict
        assert opened.step(step) == code

    def test_carries_the_habilitation_of_who_assessed(self, opened: Opened) -> None:
        bound = source_habilitation()
        signed = with_source(bound)
        assert opened.shows(inside(attempt(signed, habilitations=[bound]))) == "valid"
        assert opened.step(7) == "authority.ok"
        since = {
            "lists": {LIST_URL: status_list(99)},
            "trust": interrupted(NOW - timedelta(days=1)),
            "habilitations": [bound],
        }
        assert opened.shows(inside(attempt(signed, **since))) == "valid"
        assert opened.step(7) == "authority.ended_since"


def _with_another_root(proof: bytes) -> bytes:
    lines = proof.split(b"\n")
    at = lines.index(b"certif.example.fr/journal")
    lines[at + 2] = b"A" * 43 + b"="
    return b"\n".join(lines)


class TestFilesDropped:
    def test_are_read_whatever_carries_the_credential(self, opened: Opened) -> None:
        signed = octets(sign(credential()))
        text = signed.decode()
        assert opened.shows(verifier(trust=trust_file(attempt(b"").trust), lists=[octets(status_list())])) == "waiting"
        for name, content in (
            ("a.json", signed),
            ("a.png", bake_png(samples.png(), text)),
            ("a.pdf", samples.pdf(attestation=signed)),
            ("a.svg", bake_svg(samples.SVG, text)),
        ):
            assert opened.takes((name, content)) == "valid", name
        assert opened.takes(("a.png", samples.png())) == "unknown"
        assert "Aucune attestation dans ce fichier" in opened.page.inner_text("main")

    def test_bring_keys_that_somebody_chose(self, opened: Opened) -> None:
        given = attempt(sign(credential()))
        assert opened.shows(blank()) == "waiting"
        assert opened.takes(("a.json", given.content), ("l.json", given.status_lists[LIST_URL])) == "unknown"
        assert opened.step(3) == "trust.absent"
        assert opened.takes(("confiance.json", trust_file(given.trust))) == "valid"
        assert "étaient jointes" not in opened.page.inner_text("main")


# Gives each case to the page as people drop files, all forgotten in between, and returns the verdicts.
DROP_EACH = """async cases => {
  const result = document.getElementById("result");
  const settled = async () => { while (result.ariaBusy) await new Promise(later => setTimeout(later)); };
  const verdicts = [];
  for (const files of cases) {
    document.getElementById("again").click();
    const given = new DataTransfer();
    for (const [name, content] of files) {
      given.items.add(new File([Uint8Array.from(atob(content), one => one.charCodeAt(0))], name));
    }
    document.dispatchEvent(new DragEvent("drop", { dataTransfer: given }));
    await settled();
    verdicts.push(document.querySelector("[data-verdict]").dataset.verdict);
  }
  return verdicts;
}"""


class TestWhatTheLibraryRefuses:
    def test_is_never_called_valid(self, opened: Opened) -> None:
        """The whole catalogue of ways to fail, but what demands of the verifier's own or a giant's size refuse."""
        opened.shows(blank())
        attempts = [(case, case.make()) for case in ALL]
        cases = [
            (case, files_of(given))
            for case, given in attempts
            if given.expected == Expectations() and given.now == NOW and len(given.content) < 1_000_000
        ]
        assert len(cases) > 100
        verdicts = opened.page.evaluate(DROP_EACH, [files for _, files in cases])
        found = {case.name: (case.code, verdict) for (case, _), verdict in zip(cases, verdicts, strict=True)}
        # A list that is too old leaves the library in doubt: here, what it said that day is told as of that day.
        told = {"valid", "waiting"}
        assert {name: said for name, said in found.items() if said[1] in told} == {}
        then = {code for code, verdict in found.values() if verdict == "then"}
        assert then <= {"status.list_stale", "status.list_expired"}


def files_of(given: Attempt) -> list[tuple[str, str]]:
    files = [("a", given.content), ("confiance.json", trust_file(given.trust))]
    files += [(f"h{number}", content) for number, content in enumerate(given.habilitations)]
    files += [(f"l{number}", content) for number, content in enumerate(given.status_lists.values())]
    files += [("p.tlog-proof", given.log_proof)] if given.log_proof is not None else []
    return [(name, base64.b64encode(content).decode()) for name, content in files]
