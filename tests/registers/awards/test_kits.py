"""The kit that a holder keeps: everything in it checks without us."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils.formats import date_format

from jurande.config.cli.seal.verify import verify
from jurande.registers.awards.facts.addresses import key_of
from jurande.registers.awards.facts.delegation import authority_in
from jurande.registers.awards.models import Award
from jurande.registers.awards.operations import issuing
from jurande.registers.awards.operations.erasing import forget_awards
from jurande.registers.awards.operations.kits import NoKit, proof_kit
from jurande.registers.awards.operations.replacing import Said, correct_award
from jurande.registers.awards.states.erasure import ErasureCause
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.operations import erasure, keys, projection, statuses
from jurande.registers.seal.policies import MACHINE
from jurande.registers.seal.states import Reason
from tests import factories
from tests.registers.awards import lots, proved
from tests.registers.awards.proved import NOW
from tests.registers.network import habilitations
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_home(settings: LazySettings, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


def opened(kit: bytes, folder: Path) -> Path:
    """The kit, unpacked."""
    with zipfile.ZipFile(io.BytesIO(kit)) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return folder


def judged(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What our command says of the unpacked kit, without network."""
    public = "https://jurande.example.fr"
    command = [str(folder / "attestation.json"), "--offline", "--json", "--trust", str(folder / "confiance.json")]
    command += ["--log-proof", str(folder / "attestation.tlog-proof")]
    for path in sorted(folder.glob("statuts/*/*.json")):
        command += ["--status-list", f"{public}/{path.relative_to(folder)}={path}"]
    for path in sorted(folder.glob("habilitation-*.json")):
        command += ["--habilitation", str(path)]
    verify(command, now=NOW)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def under_a_habilitation() -> Award:
    """What a partner assessed for the certifier, within its habilitation."""
    design = proved.designed(proved.house())
    place = factories.partnership(design.certifier)
    row = habilitations.opened(place, now=NOW)
    projection.settle(now=NOW, wait_seconds=5)
    row.refresh_from_db()
    return proved.awarded(design, partnership=place, habilitation=row, authority=authority_in(row))


class TestTheKit:
    def test_holds_all_that_our_own_command_asks_for(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        award = proved.awarded()
        folder = opened(proof_kit(award, now=NOW), tmp_path / "kit")
        names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        code = award.certifier.code
        assert names == {
            "LISEZ-MOI.txt",
            "verifier.html",
            "attestation.json",
            "attestation.tlog-proof",
            "confiance.json",
            f"statuts/{code}/revocation-1.json",
            f"statuts/{code}/suspension-1.json",
        }
        assert award.shown_number in (folder / "LISEZ-MOI.txt").read_text()
        report = judged(folder, capsys)
        assert report["valid"] is True, report
        assert {step["code"] for step in report["steps"]} >= {"status.ok", "log.shown"}

    def test_says_what_was_decided_since(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        award = proved.awarded()
        actor = Actor(code="ANNESOPHIE", certifier_code=award.certifier.code)
        assert award.credential is not None
        statuses.revoke(credential=award.credential, reason=Reason.FRAUD, actor=actor, now=NOW)
        projection.settle(now=NOW, wait_seconds=5)
        report = judged(opened(proof_kit(award, now=NOW), tmp_path / "kit"), capsys)
        assert (report["valid"], report["code"]) == (False, "status.revoked")

    def test_holds_the_habilitation_of_who_assessed(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        folder = opened(proof_kit(under_a_habilitation(), now=NOW), tmp_path / "kit")
        assert (folder / "habilitation-1.json").is_file()
        report = judged(folder, capsys)
        assert report["valid"] is True, report
        assert "authority.habilitated" in {step["code"] for step in report["steps"]}

    def test_is_the_same_from_the_same_files(self) -> None:
        award = proved.awarded()
        assert proof_kit(award, now=NOW) == proof_kit(award, now=NOW)

    def test_is_refused_once_nothing_is_left_to_prove(self) -> None:
        award = proved.awarded()
        assert award.credential is not None
        erasure.erase(
            credential=award.credential,
            actor=Actor(code="ANNESOPHIE", certifier_code=award.certifier.code),
            now=NOW,
        )
        award.credential.refresh_from_db()
        with pytest.raises(NoKit):
            proof_kit(award, now=NOW)


class TestKeptFromBefore:
    def test_tells_what_was_true_when_it_was_taken_and_a_later_one_what_became_of_it(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        first = proved.awarded(proved.designed(proved.house()), email="ines@exemple.fr")
        before = opened(proof_kit(first, now=NOW), tmp_path / "before")
        said = replace(Said.by(first), first_name="Zoé")
        second = correct_award(
            award=first,
            said=said,
            reason=Reason.WRONG_CONTENT,
            note="Un prénom.",
            actor=lots.signatory(first.certifier),
            now=NOW,
        )
        projection.settle(now=NOW, wait_seconds=5)
        first.refresh_from_db()
        after = opened(proof_kit(first, now=NOW), tmp_path / "after")
        assert judged(before, capsys)["valid"] is True
        assert judged(after, capsys)["code"] == "status.revoked"
        forget_awards([first.pk, second.pk], cause=ErasureCause.HOLDER, by_code="", now=NOW)
        for one in (first, second):
            with pytest.raises(NoKit):
                proof_kit(Award.objects.get(pk=one.pk), now=NOW)
        assert judged(before, capsys)["valid"] is True

    def test_of_a_lot_in_which_the_key_changed_is_signed_by_both_and_checks(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(issuing, "CHUNK", 1)
        design = proved.designed(proved.house())
        clerk = lots.issuer(design.certifier)
        lot = lots.approved(design, 2, actor=clerk)
        issuing.issue_lot(held=lot, actor=clerk, now=NOW)
        issuing.issue_part(lot, now=NOW)  # intended with the former key, not signed yet
        keys.rotate_key(certifier=design.certifier, actor=MACHINE, now=NOW)
        lots.run(lot, now=NOW + timedelta(seconds=2))
        awards = list(Award.objects.filter(lot=lot).select_related("credential", "certifier").order_by("pk"))
        assert len({award.credential.key_id for award in awards if award.credential is not None}) == 2
        for award in awards:
            kit = proof_kit(award, now=NOW + timedelta(seconds=5))
            assert judged(opened(kit, tmp_path / award.number), capsys)["valid"] is True


class TestTheAddresses:
    def test_give_the_kit_to_whoever_has_the_document(self, client: Client) -> None:
        award = proved.awarded()
        assert client.get(f"/p/{award.shown_number}/preuve.zip").status_code == 404
        response = client.get(f"/p/{award.shown_number}/{key_of(award.number)}/preuve.zip")
        assert response.status_code == 200
        assert response["Content-Type"] == "application/zip"
        assert f"preuve-{award.shown_number}.zip" in response["Content-Disposition"]
        assert not response.cookies
        assert zipfile.ZipFile(io.BytesIO(response.content)).read("attestation.json")
        assert client.get("/p/0000-0000/preuve.zip").status_code == 404

    def test_give_the_page_alone(self, client: Client) -> None:
        response = client.get("/verifier/hors-connexion.html")
        assert response.status_code == 200
        assert "attachment" in response["Content-Disposition"]


class TestInChromiumWithTheNetworkOff:
    def test_the_page_of_the_kit_says_what_is_true(self, chromium: Any, tmp_path: Path) -> None:
        award = proved.awarded()
        page_file = opened(proof_kit(award, now=NOW), tmp_path / "kit") / "verifier.html"
        context = chromium.new_context(offline=True, locale="fr-FR", timezone_id="America/Guadeloupe")
        page = context.new_page()
        page.clock.set_fixed_time(NOW)
        page.goto(page_file.as_uri())
        page.wait_for_selector("#result:not([aria-busy]) [data-verdict]")
        assert page.locator("[data-verdict]").get_attribute("data-verdict") == "valid"
        assert "Inès Carvalho" in page.inner_text("article")
        # The day on the document, wherever it is read.
        assert date_format(award.awarded_on, "j F Y") in page.inner_text("article").replace("\u00a0", " ")
        assert page.locator("[data-step='8']").get_attribute("data-code") == "log.shown"
        forged = page_file.read_text().replace("Inès Carvalho", "Inès Carvahlo")
        page_file.write_text(forged)
        page.reload()
        page.wait_for_selector("#result:not([aria-busy]) [data-verdict]")
        assert page.locator("[data-verdict]").get_attribute("data-verdict") == "refused"
        context.close()
