"""The copy of a house's public record: complete, consistent, and verifiable without us."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client

from jurande.config.cli.log import audit
from jurande.config.cli.seal.verify import verify
from jurande.registers.awards.facts.addresses import key_of
from jurande.registers.awards.models import Award
from jurande.registers.awards.operations import archives
from jurande.registers.common import jobs
from jurande.registers.common.models import JobRequest
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.journal.models import Entry
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role
from jurande.registers.seal import queries
from jurande.registers.seal.operations import projection, statuses
from jurande.registers.seal.policies import MACHINE
from jurande.registers.seal.states import Reason
from jurande.web.public import record
from tests import factories
from tests.registers.awards import proved
from tests.registers.awards.proved import NOW
from tests.registers.seal.homes import PUBLIC_URL, own_home

pytestmark = pytest.mark.django_db
LINK = re.compile(r'\s(?:href|src)="([^"#?]+)')


@pytest.fixture(autouse=True)
def _own_home(settings: LazySettings, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


def three() -> list[Award]:
    """Two that hold and one revoked, of one house."""
    design = proved.designed(proved.house())
    made = [proved.awarded(design, name=("Inès", f"Carvalho {n}"), settle=False) for n in range(3)]
    projection.settle(now=NOW, wait_seconds=5)
    last = made[2].credential
    assert last is not None
    last.refresh_from_db()
    actor = Actor(code="ANNESOPHIE", certifier_code=design.certifier.code)
    statuses.revoke(credential=last, reason=Reason.FRAUD, actor=actor, now=NOW)
    projection.settle(now=NOW, wait_seconds=5)
    return made


def copied(awards: list[Award], place: Path) -> Path:
    record.export(certifier=awards[0].certifier, place=place, report=lambda done: None, actor=MACHINE, now=NOW)
    return place


def folder_of(award: Award) -> str:
    """Where a copy keeps what the document of an award leads to."""
    return f"p/{award.shown_number}/{key_of(award.number)}"


class TestTheCopy:
    def test_names_nobody_where_the_number_alone_leads(self, tmp_path: Path) -> None:
        awards = three()
        site = copied(awards, tmp_path / "copie")
        for award in awards:
            folder = site / f"p/{award.shown_number}"
            assert "Carvalho" in (site / folder_of(award) / "index.html").read_text()
            assert "Carvalho" not in (folder / "index.html").read_text()
            assert not (folder / "attestation.json").exists()
            assert not (folder / "preuve.zip").exists()

    def test_proves_each_award_from_its_files_alone(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        awards = three()
        site = copied(awards, tmp_path / "copie")
        code = awards[0].certifier.code
        answers = []
        for award in awards:
            assert award.credential is not None
            command = [str(site / f"{folder_of(award)}/attestation.json"), "--offline", "--json"]
            command += ["--trust", str(site / f"c/{code}/confiance.json")]
            command += ["--log-proof", str(site / f"preuves/{award.credential.code}.tlog-proof")]
            for path in sorted((site / "statuts" / code).iterdir()):
                command += ["--status-list", f"{PUBLIC_URL}/{path.relative_to(site)}={path}"]
            verify(command, now=NOW)
            answers.append(json.loads(capsys.readouterr().out)["valid"])
        assert answers == [True, True, False]
        report = audit(str(site / "registre"), queries.overview().public_key)
        assert report["valid"] is True, report

    def test_leads_nowhere_that_is_not_there(self, tmp_path: Path) -> None:
        site = copied(three(), tmp_path / "copie")
        pages = sorted(site.rglob("*.html"))
        # By the number and by the document, in two languages each.
        assert len(pages) == 3 * 4 + 3
        for page in pages:
            for address in LINK.findall(page.read_text()):
                assert not address.startswith("/"), (page, address)
                if "://" not in address:
                    assert (page.parent / address).resolve().is_file(), (page, address)

    def test_lists_nobody_but_under_their_numbers(self, tmp_path: Path) -> None:
        awards = three()
        site = copied(awards, tmp_path / "copie")
        front = (site / "index.html").read_text()
        assert all(award.number not in front and award.shown_number not in front for award in awards)
        assert site.stat().st_mode & 0o077 == 0

    def test_sums_every_file(self, tmp_path: Path) -> None:
        site = copied(three(), tmp_path / "copie")
        lines = [line.partition("  ") for line in (site / "SHA256SUMS").read_text().splitlines()]
        sums = {name: digest for digest, _, name in lines}
        files = {str(path.relative_to(site)) for path in site.rglob("*") if path.is_file()}
        assert set(sums) == files - {"SHA256SUMS"}
        assert all(sha256((site / name).read_bytes()).hexdigest() == digest for name, digest in sums.items())

    def test_is_noted(self, tmp_path: Path) -> None:
        awards = three()
        copied(awards, tmp_path / "copie")
        assert Entry.objects.filter(action="awards.record.exported").count() == 1

    def test_leaves_nothing_when_it_is_cut_short(self, tmp_path: Path) -> None:
        awards = three()

        def stopped(done: int) -> None:
            if done == 2:
                raise KeyboardInterrupt

        place = tmp_path / "copie"
        with pytest.raises(KeyboardInterrupt):
            record.export(certifier=awards[0].certifier, place=place, report=stopped, actor=MACHINE, now=NOW)
        assert not place.exists()
        assert [path.name for path in tmp_path.iterdir()] == ["home"]


class TestTheCommand:
    def test_writes_the_copy(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        awards = three()
        call_command("export-public-record", awards[0].certifier.code, str(tmp_path / "copie"))
        assert "3 attestations" in capsys.readouterr().out
        assert (tmp_path / "copie" / "SHA256SUMS").is_file()

    def test_refuses_a_folder_that_holds_something(self, tmp_path: Path) -> None:
        awards = three()
        with pytest.raises(CommandError, match="n’est pas vide"):
            call_command("export-public-record", awards[0].certifier.code, str(tmp_path))

    def test_refuses_a_house_that_nobody_knows(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="certificateur"):
            call_command("export-public-record", "PERSONNE", str(tmp_path / "copie"))


class TestFromTheDisk:
    def test_the_page_of_an_award_opens_with_the_network_off(self, chromium: Any, tmp_path: Path) -> None:
        awards = three()
        site = copied(awards, tmp_path / "copie")
        context = chromium.new_context(offline=True, locale="fr-FR")
        page = context.new_page()
        page.clock.set_fixed_time(NOW)
        faults: list[str] = []
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        # A page that one leaves may give up the picture of its tab.
        page.on("requestfailed", lambda one: faults.append(one.url) if one.failure != "net::ERR_ABORTED" else None)
        page.goto((site / f"{folder_of(awards[0])}/index.html").as_uri())
        assert "Inès Carvalho 0" in page.inner_text("article")
        assert "Copie faite le" in page.inner_text("main")
        page.click("text=English")
        assert page.locator("html").get_attribute("lang") == "en"
        page.goto((site / "verifier/index.html").as_uri())
        page.set_input_files("#files", str(site / f"{folder_of(awards[0])}/preuve.zip"))
        page.wait_for_selector("#result:not([aria-busy]) [data-verdict='valid']")
        assert faults == []
        context.close()


class TestTheScreen:
    def test_has_a_copy_made_and_gives_it_to_who_asked(self, client: Client, tmp_path: Path) -> None:
        awards = three()
        house = awards[0].certifier
        person = factories.member(Role.SIGNATORY, of=house)
        factories.enter(client, person)
        address = f"/c/{house.code}/delivrance/registre-public/"
        assert "Aucune copie" in client.get(address).text
        assert client.get(f"{address}copie.zip").status_code == 404
        job_address = client.post(address)["Location"]
        assert "Une copie est en préparation" in client.post(address).text
        assert client.get(job_address).status_code == 200
        job = JobRequest.objects.get(name="awards.copy_record")
        assert jobs.execute(job.code, worker_code="w")
        with zipfile.ZipFile(io.BytesIO(b"".join(client.get(f"{address}copie.zip").streaming_content))) as archive:  # type: ignore[attr-defined]
            assert archive.testzip() is None
            assert "SHA256SUMS" in archive.namelist()
            assert f"p/{awards[0].shown_number}/index.html" in archive.namelist()
        assert Entry.objects.get(action="awards.record.exported").actor_code == person.code
        assert [path.name for path in (tmp_path / "home" / "copies").iterdir()] == [f"{house.code}.zip"]

    def test_throws_the_copy_away_after_a_week(self) -> None:
        house = three()[0].certifier
        archives.pack(house, archives.place_of(house))
        found = archives.archive_of(house)
        assert found is not None
        assert archives.forget_archives(now=found.gone_at - timedelta(seconds=1)) == 0
        assert archives.forget_archives(now=found.gone_at) == 1
        assert archives.archive_of(house) is None

    def test_is_for_who_answers_for_what_is_issued(self) -> None:
        house = factories.certifier()
        manager = factories.actor_of(factories.member(Role.NETWORK_MANAGER, of=house), house)
        with pytest.raises(NotAllowed):
            archives.request_copy(certifier=house, actor=manager, now=NOW)
