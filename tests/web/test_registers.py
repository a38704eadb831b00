"""The operator's page of the national registers: from a file sent to what it changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jurande.registers.catalogue.models import Delivery, NationalPartner, Snapshot
from jurande.registers.common import jobs
from jurande.registers.common.models import JobRequest
from tests import factories
from tests.exports import Fiche, Partner, export, siret

HOME = "/exploitation/registres-nationaux/"
NAME = "export_fiches_RNCP_V4_1_2026-03-{:02d}.xml"
ONE = Fiche("RNCP101", title="Tailler la pierre", partners=[Partner(siret(2), "ATELIER DU PONT")])


@pytest.fixture
def imports(settings: Any, tmp_path: Path) -> Path:
    settings.JURANDE_IMPORTS = tmp_path / "imports"
    (tmp_path / "imports").mkdir()
    return tmp_path / "imports"


@pytest.fixture
def operator(client: Client, imports: Path, db: None) -> Client:
    person = factories.any_operator()
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})
    return factories.enter(client, person)


def send(client: Client, content: bytes, name: str, **more: str) -> Any:
    return client.post(HOME, {"file": SimpleUploadedFile(name, content), **more}, follow=True)


def work() -> None:
    """Run the jobs that wait, as a worker would."""
    for job in JobRequest.objects.unfinished().filter(name="catalogue.import"):
        assert jobs.execute(job.code, worker_code="w")


def page(client: Client, address: str = HOME) -> str:
    return client.get(address).content.decode()


class TestNationalRegisters:
    def test_says_what_to_do_before_anything_was_read(self, operator: Client) -> None:
        assert "Rien encore." in page(operator)

    def test_shows_a_file_on_its_way_then_what_was_read(self, operator: Client, imports: Path) -> None:
        shown = send(operator, export(ONE), NAME.format(1)).content.decode()
        assert "En attente de son tour" in shown
        assert len(list(imports.rglob("*.xml"))) == 1
        work()
        shown = page(operator)
        assert "Dernières lectures" in shown
        assert "RNCP au 1" in shown
        assert "Licence Ouverte 2.0" in shown
        assert not list(imports.rglob("*.xml"))

    def test_takes_a_file_that_lies_in_the_folder_and_leaves_it_there(self, operator: Client, imports: Path) -> None:
        (imports / NAME.format(1)).write_bytes(export(ONE))
        assert NAME.format(1) in page(operator)
        operator.post(HOME, {"waiting": NAME.format(1)})
        work()
        assert NationalPartner.objects.count() == 1
        assert (imports / NAME.format(1)).exists()

    @pytest.mark.parametrize("name", ["../secret.xml", "absent.xml"])
    def test_takes_no_file_that_the_folder_does_not_hold(self, operator: Client, imports: Path, name: str) -> None:
        (imports / NAME.format(1)).write_bytes(export(ONE))
        (imports.parent / "secret.xml").write_bytes(export(ONE))
        operator.post(HOME, {"waiting": name})
        assert not Delivery.objects.exists()

    def test_wants_one_file_and_one_only(self, operator: Client) -> None:
        assert "Choisissez un fichier, et un seul." in operator.post(HOME, {}).content.decode()

    def test_says_why_a_file_could_not_be_read(self, operator: Client) -> None:
        send(operator, b"PK\x03\x04 coup", "export.zip")
        work()
        assert "Cette archive ZIP est coupée ou abîmée." in page(operator)
        assert JobRequest.objects.get().state == "done"

    def test_takes_the_day_that_the_name_does_not_give(self, operator: Client) -> None:
        send(operator, export(ONE), "export.xml", published_on="2026-03-02")
        work()
        assert str(Snapshot.objects.get().published_on) == "2026-03-02"

    def test_shows_its_progress_alone_to_htmx(self, operator: Client) -> None:
        send(operator, export(ONE), NAME.format(1))
        address = f"{HOME}travaux/{JobRequest.objects.get().code}/"
        shown = operator.get(address, headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in shown
        assert "En attente de son tour" in shown
        assert operator.get(address).status_code == 302


class TestReading:
    def test_shows_exactly_what_changed(self, operator: Client) -> None:
        send(operator, export(ONE), NAME.format(1))
        work()
        send(operator, export(ONE.but(partners=[Partner(siret(3), "NOUVEL ATELIER")])), NAME.format(2))
        work()
        code = Snapshot.objects.get(published_on="2026-03-02").code
        shown = page(operator, f"{HOME}lectures/{code}/")
        for said in (
            "Partenaires ajoutés",
            f"RNCP101, NOUVEL ATELIER ({siret(3)})",
            "Partenaires retirés",
            "ATELIER DU PONT",
        ):
            assert said in shown
        assert "Fiches modifiées" not in shown

    def test_lists_the_rows_left_out_and_exports_them(self, operator: Client) -> None:
        send(operator, export(ONE.but(partners=[Partner("=42")])), NAME.format(1))
        work()
        address = f"{HOME}lectures/{Snapshot.objects.get().code}/"
        shown = page(operator, address)
        assert "PARTENAIRE/SIRET_PARTENAIRE" in shown
        assert "SIRET faux" in shown
        sheet = operator.get(f"{address}?export=csv")
        assert sheet["Content-Disposition"] == 'attachment; filename="lignes-ecartees.csv"'
        # No spreadsheet will compute it.
        assert "'=42" in sheet.content.decode("utf-8-sig")

    def test_says_why_it_was_refused(self, operator: Client) -> None:
        send(operator, export(ONE)[:-20], NAME.format(1))
        work()
        shown = page(operator, f"{HOME}lectures/{Snapshot.objects.get().code}/")
        assert "Ce fichier a été refusé." in shown
        assert "il a été coupé" in shown

    def test_that_is_none_is_not_there(self, operator: Client) -> None:
        assert operator.get(f"{HOME}lectures/INCONNUE00/").status_code == 404
