"""Issuing on screen: from the sheet to what is issued, by three people."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from jurande.registers.awards.models import Award, Design, Lot
from jurande.registers.parties.states import Role
from tests import factories
from tests.factories import TODAY
from tests.registers.awards import lots, proved
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db


@pytest.fixture
def design(settings: Any, tmp_path: Path) -> Design:
    own_home(settings, tmp_path / "home")
    return proved.designed(lots.house())


def entered(role: Role, design: Design) -> Client:
    person = factories.member(role, of=design.certifier)
    return factories.enter(Client(), person)


def at(design: Design, path: str = "") -> str:
    return f"/c/{design.certifier.code}/delivrance/{path}"


class TestFromASheet:
    def test_to_what_is_issued(self, design: Design) -> None:
        clerk, signatory = entered(Role.ISSUER, design), entered(Role.SIGNATORY, design)
        rows = [lots.person(1), ("", "Malo", "", "malo@", "", "", ""), ("Zambeaux", "Zoé", "", "", "", "", "")]
        asked = {
            "file": SimpleUploadedFile("session.csv", lots.sheet(*rows)),
            "design": design.code,
            "awarded_on": TODAY.isoformat(),
        }
        columns = clerk.post(at(design, "lots/nouveau/"), asked)
        held = Lot.objects.get()
        assert columns["Location"] == at(design, f"lots/{held.code}/colonnes/")
        page = clerk.get(columns["Location"]).content.decode()
        assert "Malo" in page
        unsaid = clerk.post(columns["Location"], {"first_name": "1"}).content.decode()
        assert "Dites quelle colonne le donne" in unsaid
        chosen = {"last_name": "0", "first_name": "1", "birth_on": "2", "email": "3"}
        one = clerk.post(columns["Location"], chosen)["Location"]
        lot = clerk.get(one).content.decode()
        assert "Une ligne est à corriger" in lot
        assert lot.index("malo@") < lot.index("Haddad")  # what is to be mended comes first
        row = held.rows.get(state="faulty")
        mend = at(design, f"lots/{held.code}/lignes/{row.code}/")
        assert "malo@" in clerk.get(mend).content.decode()
        still = clerk.post(mend, {"last_name": "Le Goff", "first_name": "Malo", "email": "malo@"})
        assert "n’est pas une adresse électronique" in still.content.decode()
        mended = clerk.post(mend, {"last_name": "Le Goff", "first_name": "Malo", "email": "malo@exemple.fr"})
        assert mended["Location"] == one
        assert clerk.post(one + "approuver/").status_code == 403
        assert "Délivrer à 3 personnes" in signatory.get(one).content.decode()
        signatory.post(one + "approuver/")
        clerk.post(one + "delivrer/")
        assert lots.run(held, now=timezone.now()).issued == 3
        assert "3 délivrances faites" in clerk.get(one).content.decode()
        listed = clerk.get(at(design, "delivrances/"), {"q": "le goff"}).content.decode()
        award = Award.objects.get(last_name="Le Goff")
        assert award.shown_number in listed
        assert "Zambeaux" not in listed
        shown = clerk.get(at(design, f"delivrances/{award.code}/")).content.decode()
        assert f"/p/{award.shown_number}" in shown

    def test_gives_back_what_is_to_mend(self, design: Design) -> None:
        held = lots.prepared(design, lots.person(1), ("", "Malo", "", "", "", "", "=1+1"))
        answer = entered(Role.READER, design).get(at(design, f"lots/{held.code}/lignes-a-corriger/"))
        rows = list(load_workbook(io.BytesIO(answer.content)).active.values)
        assert rows[0][:2] == ("Nom", "Prénom")
        assert rows[1][1] == "Malo"
        assert rows[1][-2] == 3
        assert "Le nom manque" in str(rows[1][-1])

    def test_says_that_nothing_can_be_issued_yet(self, design: Design) -> None:
        design.certification.versions.update(state="replaced", replaced_at=timezone.now())
        page = entered(Role.ISSUER, design).get(at(design, "lots/nouveau/")).content.decode()
        assert "Rien ne peut encore être délivré" in page


class TestOnePerson:
    def test_is_a_lot_of_one_row(self, design: Design) -> None:
        clerk = entered(Role.ISSUER, design)
        asked = {"last_name": "Haddad", "first_name": "Inès", "design": design.code, "awarded_on": TODAY.isoformat()}
        made = clerk.post(at(design, "lots/personne/"), asked)
        held = Lot.objects.get()
        assert made["Location"] == at(design, f"lots/{held.code}/")
        assert (held.state, held.total, held.source) == ("prepared", 1, "one")


class TestAssiduity:
    def test_is_asked_for_and_taken_back(self, design: Design) -> None:
        clerk, code = entered(Role.ISSUER, design), design.certification.code
        clerk.post(at(design, f"assiduite/{code}/"), {"threshold_percent": "80", "label": "Assiduité"})
        assert "80" in clerk.get(at(design, "assiduite/")).content.decode()
        refused = clerk.post(at(design, f"assiduite/{code}/"), {"threshold_percent": "180", "label": "Assiduité"})
        assert refused.status_code == 200
        clerk.post(at(design, f"assiduite/{code}/retirer/"))
        assert "Aucune assiduité demandée" in clerk.get(at(design, "assiduite/")).content.decode()
