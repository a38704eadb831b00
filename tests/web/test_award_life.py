"""The pages where it is decided what becomes of awards, and the one that answers for their old addresses."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from jurande.registers.awards.models import Award, BulkAct, ReminderRule, Takeover
from jurande.registers.awards.models.people import email_digest
from jurande.registers.awards.operations import bulk, elsewhere
from jurande.registers.awards.states import AwardState, BulkState
from jurande.registers.common import jobs
from jurande.registers.parties.states import Role
from tests import factories
from tests.registers.awards import proved
from tests.registers.awards.lives import EXPORT
from tests.registers.seal.homes import own_home

WHY = {"note": "L’épreuve s’est tenue sans évaluateur."}


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


@pytest.fixture
def award(db: None) -> Award:
    today = timezone.localdate()
    design = proved.designed(proved.house())
    address = "ines@exemple.fr"
    return proved.awarded(
        design, email=address, email_digest=email_digest(address), valid_until=today + timedelta(days=40)
    )


@pytest.fixture
def signatory(client: Client, award: Award) -> Client:
    return factories.enter(client, factories.member(Role.SIGNATORY, of=award.certifier))


@pytest.fixture
def issuer(client: Client, award: Award) -> Client:
    return factories.enter(client, factories.member(Role.ISSUER, of=award.certifier))


def base(award: Award) -> str:
    return f"/c/{award.certifier.code}/delivrance"


def one(award: Award) -> str:
    return f"{base(award)}/delivrances/{award.code}/"


class TestDecide:
    def test_shows_what_will_happen_and_to_whom(self, signatory: Client, award: Award) -> None:
        page = signatory.get(f"{one(award)}revoquer/").content.decode()
        assert award.shown_number in page
        assert "ines@exemple.fr" in page
        assert "Cela ne se défait pas" in page

    def test_does_it_once_a_reason_is_given(self, signatory: Client, award: Award) -> None:
        without = signatory.post(f"{one(award)}suspendre/", {"reason": "inquiry", "note": " "})
        assert without.status_code == 200
        done = signatory.post(f"{one(award)}suspendre/", {"reason": "inquiry", **WHY}, follow=True)
        award.refresh_from_db()
        assert award.state == AwardState.SUSPENDED
        assert WHY["note"] in done.content.decode()

    def test_says_why_it_cannot(self, signatory: Client, award: Award) -> None:
        page = signatory.post(f"{one(award)}retablir/", {"reason": "cleared", **WHY})
        assert "rien à rétablir" in page.content.decode()

    def test_offers_what_may_be_done_on_the_page_of_the_award(self, signatory: Client, award: Award) -> None:
        page = signatory.get(one(award)).content.decode()
        assert f"{one(award)}suspendre/" in page
        assert f"{one(award)}corriger/" in page
        assert f"{one(award)}retablir/" not in page


class TestCorrectAndRenew:
    def test_leads_to_the_new_one(self, signatory: Client, award: Award) -> None:
        said = {
            "first_name": "Ynès",
            "last_name": award.last_name,
            "email": award.email,
            "awarded_on": award.awarded_on.isoformat(),
            "valid_until": award.valid_until.isoformat() if award.valid_until else "",
            "reason": "wrong_content",
            "note": "Le prénom.",
        }
        page = signatory.post(f"{one(award)}corriger/", said, follow=True).content.decode()
        made = Award.objects.get(replaces=award)
        assert made.shown_number in page
        assert "Remplace" in page
        assert made.shown_number in signatory.get(one(award)).content.decode()

    def test_is_not_offered_the_renewal_of_what_one_issued_alone(self, client: Client, award: Award) -> None:
        person = factories.member(Role.ISSUER, of=award.certifier)
        factories.enter(client, person)
        link = f"{one(award)}renouveler/"
        assert link in client.get(f"{base(award)}/echeances/").content.decode()
        Award.objects.filter(pk=award.pk).update(issued_by_code=person.code)
        assert link not in client.get(f"{base(award)}/echeances/").content.decode()
        assert client.get(link).status_code == 403

    def test_renews_for_as_long(self, signatory: Client, award: Award) -> None:
        page = signatory.get(f"{one(award)}renouveler/")
        suggested = page.context["form"].initial["valid_until"]
        assert award.valid_until is not None
        assert suggested > award.valid_until
        today = timezone.localdate()
        given = {"awarded_on": today.isoformat(), "valid_until": suggested.isoformat()}
        assert "est renouvelée" in signatory.post(f"{one(award)}renouveler/", given, follow=True).content.decode()


class TestEnding:
    def test_lists_what_ends_and_sets_reminders(self, issuer: Client, award: Award) -> None:
        page = issuer.get(f"{base(award)}/echeances/").content.decode()
        assert award.full_name in page
        assert "90, 30, 7" in page
        wrong = issuer.post(f"{base(award)}/echeances/", {"days": "demain"})
        assert "cinq délais au plus" in wrong.content.decode()
        issuer.post(f"{base(award)}/echeances/", {"days": "60 ; 15"})
        assert ReminderRule.objects.get().days == [60, 15]


class TestBulk:
    def test_shows_launches_and_tells(self, signatory: Client, award: Award) -> None:
        asked = {"move": "revoke", "numbers": f"n° {award.shown_number}", "reason": "revoke:fraud", **WHY}
        page = signatory.post(f"{base(award)}/actes/", asked, follow=True)
        held = BulkAct.objects.get()
        assert "1\u00a0attestation change" in page.content.decode()
        signatory.post(f"{base(award)}/actes/{held.code}/lancer/")
        held.refresh_from_db()
        bulk.run_bulk(bulk=held, report=lambda *counts: None, now=timezone.now)
        page = signatory.get(f"{base(award)}/actes/{held.code}/")
        held.refresh_from_db()
        assert held.state == BulkState.DONE
        assert "1\u00a0attestation décidée" in page.content.decode()

    def test_says_where_it_stopped_and_goes_on(self, signatory: Client, award: Award) -> None:
        asked = {"move": "revoke", "numbers": award.shown_number, "reason": "revoke:fraud", **WHY}
        signatory.post(f"{base(award)}/actes/", asked)
        held = BulkAct.objects.get()
        signatory.post(f"{base(award)}/actes/{held.code}/lancer/")
        held.refresh_from_db()
        jobs.cancel(held.job_code, now=timezone.now())
        page = signatory.get(f"{base(award)}/actes/{held.code}/").content.decode()
        assert "Arrêté en chemin\u00a0: 0\u00a0attestation décidée, 1\u00a0reste." in page
        assert "Arrêté" in signatory.get(f"{base(award)}/actes/").content.decode()
        page = signatory.post(f"{base(award)}/actes/{held.code}/reprendre/", follow=True).content.decode()
        assert "reprend là où" in page
        assert "L’acte est en cours" in page
        again = signatory.post(f"{base(award)}/actes/{held.code}/reprendre/", follow=True).content.decode()
        assert "déjà repris" in again

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"numbers": "0000-0000"}, "ne sont pas chez vous"),
            ({"numbers": ""}, "Donnez au moins un numéro"),
            ({"lot": "LOT-1999-0001"}, "Aucun lot délivré"),
            ({"reason": "suspend:inquiry"}, "va avec un autre acte"),
        ],
    )
    def test_keeps_what_was_typed_and_says_what_to_mend(
        self, signatory: Client, award: Award, changed: dict[str, str], sentence: str
    ) -> None:
        asked = {"move": "revoke", "numbers": award.shown_number, "reason": "revoke:fraud", **WHY, **changed}
        page = signatory.post(f"{base(award)}/actes/", asked).content.decode()
        assert sentence in page
        assert WHY["note"] in page
        assert not BulkAct.objects.exists()

    def test_takes_the_rows_chosen_in_a_list(self, signatory: Client, award: Award) -> None:
        page = signatory.post(f"{base(award)}/actes/", {"choix": [award.code]}).content.decode()
        assert award.shown_number in page


class TestElsewhere:
    def test_goes_from_an_export_to_records_that_answer(self, issuer: Client, award: Award) -> None:
        sent = {"platform": "sheet", "file": SimpleUploadedFile("export.csv", EXPORT.encode())}
        page = issuer.post(f"{base(award)}/reprise/", sent, follow=True).content.decode()
        assert "Une attestation à reprendre" in page
        assert "Ada Lovelace" in page
        held = Takeover.objects.get()
        issuer.post(f"{base(award)}/reprise/{held.code}/", {"titre-0": award.certification.code})
        held.refresh_from_db()
        elsewhere.run_takeover(held=held, report=lambda *counts: None, now=timezone.now)
        taken = Award.objects.get(former__isnull=False)
        assert "Une attestation reprise." in issuer.get(f"{base(award)}/reprise/{held.code}/").content.decode()
        assert "Reprise d’ailleurs" in issuer.get(one(taken)).content.decode()
        for asked in (
            "/repris/?adresse=badges.fr/7",
            "/repris/https:/badges.fr/7",
            "/repris/https://badges.fr/7?utm_a=1",
        ):
            answer = Client().get(asked)
            assert answer["Location"] == f"/p/{taken.shown_number}"
            assert not answer.cookies

    def test_says_calmly_that_an_address_is_unknown(self, db: None) -> None:
        answer = Client().get("/repris/?adresse=https://ailleurs.fr/<script>")
        assert answer.status_code == 404
        assert "Cela ne dit pas qu’elle est fausse" in answer.content.decode()
        assert "<script>alert" not in answer.content.decode()
        assert Client().get("/repris/").status_code == 200

    def test_refuses_what_is_no_export(self, issuer: Client, award: Award) -> None:
        sent = {"platform": "badgr", "file": SimpleUploadedFile("badges.json", b"{")}
        assert "JSON" in issuer.post(f"{base(award)}/reprise/", sent).content.decode()
        assert not Takeover.objects.exists()

    def test_gives_back_the_lines_to_mend(self, issuer: Client, award: Award) -> None:
        sent = {"platform": "sheet", "file": SimpleUploadedFile("export.csv", f"{EXPORT};;;;x\n".encode())}
        issuer.post(f"{base(award)}/reprise/", sent)
        held = Takeover.objects.get()
        answer = issuer.get(f"{base(award)}/reprise/{held.code}/lignes-a-corriger/")
        assert answer["Content-Disposition"].endswith('.xlsx"')
        assert issuer.get(f"{base(award)}/reprise/{held.code}/colonnes/").status_code == 200
        issuer.post(f"{base(award)}/reprise/{held.code}/abandonner/")
        held.refresh_from_db()
        assert held.state == "discarded"
