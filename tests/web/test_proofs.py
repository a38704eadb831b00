"""The page of an award and the verifier: what is true is said calmly, what was altered is shown, nothing is kept."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader, PdfWriter

from jurande.core.proof.carriers.png import bake_png
from jurande.core.proof.comparison import Difference
from jurande.registers.awards.facts.addresses import key_of
from jurande.registers.awards.models import Award, FoldedSpool, VisitCount
from jurande.registers.awards.operations import visits
from jurande.registers.awards.operations.rendering import parchment_pdf
from jurande.registers.awards.queries import proofs
from jurande.registers.awards.queries.handed import Judgment, judge
from jurande.registers.awards.states import AwardState
from jurande.registers.awards.states.visits import VisitKind
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.models import SealedCredential
from jurande.registers.seal.operations import projection, statuses
from jurande.registers.seal.operations.standing import public_folder
from jurande.registers.seal.states import Reason
from jurande.web.public.proofs import checks, verifier
from jurande.web.public.proofs.told import told_of
from tests import factories
from tests.core.proof.carriers import samples
from tests.core.proof.verification import world
from tests.registers.awards import proved, test_delegated
from tests.registers.awards.test_delegated import LATER, Delegation, issued
from tests.registers.network.habilitations import suspend
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db
delegation = test_delegated.delegation
NOW = timezone.now()
TODAY = timezone.localdate(NOW)


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


@pytest.fixture
def award() -> Award:
    return proved.awarded(valid_until=TODAY + timedelta(days=900))


def page_of(award: Award, client: Client, language: str = "") -> str:
    """What whoever has the document sees."""
    answer = client.get(f"/p/{award.shown_number}/{key_of(award.number)}{language}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def decided(award: Award, move: Any, now: datetime = NOW) -> None:
    """Let the seal follow a decision about its credential."""
    assert award.credential is not None
    actor = Actor(code="ANNESOPHIE", certifier_code=award.certifier.code)
    move(credential=award.credential, reason=Reason.MISTAKE, actor=actor, now=now)
    assert projection.settle(now=now, wait_seconds=5).stop is None


class TestThePage:
    def test_says_in_a_sentence_what_each_check_found(self, award: Award, client: Client) -> None:
        page = page_of(award, client)
        for said in (
            "Micro-certification authentique, en cours de validité",
            "Six contrôles, refaits à l’instant",
            "La signature est intacte",
            "C’est bien l’Institut des métiers de la réparation qui a signé",
            "C’est ce qui a été signé qui est montré",
            "Non révoquée à ce jour",
            "Inscrite au registre public",
            "Inès Carvalho",
        ):
            assert said in page

    def test_can_be_kept_by_anybody_in_between_and_sets_no_cookie(self, award: Award, client: Client) -> None:
        answer = client.get(f"/p/{award.shown_number}")
        assert not answer.cookies
        assert "Cookie" not in answer["Vary"]
        assert "public" in answer["Cache-Control"]
        assert answer["X-Robots-Tag"].startswith("noindex")

    def test_asks_the_database_four_times_at_most(
        self, award: Award, client: Client, django_assert_max_num_queries: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # What awards share is read again every two seconds: both visits are made in the same ones.
        monkeypatch.setattr(proofs, "monotonic", lambda: 0.0)
        page_of(award, client)
        with django_assert_max_num_queries(4):
            page_of(award, client)

    def test_has_one_address_however_the_number_is_written(self, award: Award, client: Client) -> None:
        answer = client.get(f"/p/{award.number.lower()}/en")
        assert (answer.status_code, answer["Location"]) == (301, f"/p/{award.shown_number}/en")

    def test_says_in_english_what_it_says_in_french(self, award: Award, client: Client) -> None:
        page = page_of(award, client, "/en")
        assert '<html lang="en">' in page
        for said in ("The signature is intact", "Not revoked as of today", "Authentic micro-credential, still valid"):
            assert said in page

    def test_says_in_which_language_it_is(self, award: Award, client: Client) -> None:
        address = f"/p/{award.shown_number}"
        assert [client.get(f"{address}{end}")["Content-Language"] for end in ("", "/en")] == ["fr", "en"]

    def test_is_the_english_one_for_who_comes_from_an_english_letter(self, award: Award, client: Client) -> None:
        answer = client.get(f"/p/{award.shown_number}?langue=en")
        assert (answer.status_code, answer["Location"]) == (302, f"/p/{award.shown_number}/en")

    def test_says_of_one_that_is_over_that_it_was_never_withdrawn(self, client: Client) -> None:
        award = proved.awarded()
        Award.objects.filter(pk=award.pk).update(valid_until=TODAY - timedelta(days=1))
        assert "arrivée à son terme" in page_of(award, client)

    def test_believes_the_published_list_when_the_row_says_nothing(self, award: Award, client: Client) -> None:
        decided(award, statuses.revoke)
        page = page_of(award, client)
        assert "Micro-certification révoquée" in page
        assert "La signature est intacte" in page

    def test_says_calmly_that_one_is_suspended(self, award: Award, client: Client) -> None:
        decided(award, statuses.suspend)
        Award.objects.filter(pk=award.pk).update(state=AwardState.SUSPENDED, suspended_on=TODAY)
        assert "ne préjuge de rien" in page_of(award, client)

    def test_leads_from_one_that_was_replaced_to_the_one_that_counts(self, award: Award, client: Client) -> None:
        decided(award, statuses.revoke)
        Award.objects.filter(pk=award.pk).update(state=AwardState.REPLACED, replaced_at=NOW)
        following = proved.awarded(award.design, name=("Inès", "Carvalho-Martin"), replaces=award)
        assert f'href="/p/{following.shown_number}"' in page_of(award, client)
        assert f'href="/p/{award.shown_number}"' in page_of(following, client)

    def test_shows_nothing_of_a_row_that_somebody_rewrote(self, award: Award, client: Client) -> None:
        Award.objects.filter(pk=award.pk).update(last_name="Carvalha")
        page = page_of(award, client)
        assert "Ne vous y fiez pas" in page
        assert "Carvalh" not in page

    def test_shows_nothing_of_bytes_that_somebody_rewrote(self, award: Award, client: Client) -> None:
        assert award.credential is not None
        row = SealedCredential.objects.get(pk=award.credential.pk)
        row.signed = (row.signed or "").replace("lave-linge", "lave-vaisselle")
        row.save()
        page = page_of(award, client)
        assert "La signature ne correspond pas" in page
        assert "lave-vaisselle" not in page

    def test_says_when_the_list_cannot_be_read_that_a_check_is_missing(self, award: Award, client: Client) -> None:
        for path in (public_folder() / "statuts").rglob("*.json"):
            path.unlink()
        page = page_of(award, client)
        assert "un contrôle manque" in page
        assert "Le statut n’est pas connu" in page

    def test_keeps_of_an_erased_one_only_that_it_was(self, award: Award, client: Client) -> None:
        Award.objects.filter(pk=award.pk).update(
            state=AwardState.ERASED, erased_at=NOW, first_name="", last_name="", email="", results=""
        )
        page = page_of(award, client)
        assert "retirée à la demande de son titulaire" in page
        assert "Carvalho" not in page

    def test_knows_no_other_number_and_stops_whoever_tries_many(self, award: Award, client: Client) -> None:
        for _ in range(31):
            assert client.get("/p/0000-0000").status_code == 404
        assert client.get(f"/p/{award.shown_number}").status_code == 429

    def test_says_so_in_the_language_of_the_address(self, award: Award, client: Client) -> None:
        for _ in range(31):
            unknown = client.get("/p/0000-0000/en").content.decode()
        assert "There is nothing at this address." in unknown
        assert "Il n’y a rien" not in unknown
        stopped = client.get(f"/p/{award.shown_number}/en").content.decode()
        assert "Too many numbers tried" in stopped
        assert "Trop de numéros" not in stopped

    def test_bears_the_picture_of_its_house(self, client: Client) -> None:
        house = proved.house()
        logo = proved.picture(house)
        address = f"/p/logo-{logo.blob.sha256}.png"
        assert client.get(address).status_code == 404  # nothing that was published bears it yet
        award = proved.awarded(proved.designed(house, logo=logo))
        assert f'src="{address}"' in page_of(award, client)
        answer = client.get(address)
        assert answer.content.startswith(b"\x89PNG")
        assert "immutable" in answer["Cache-Control"]
        assert client.get(f"/p/logo-{'0' * 64}.png").status_code == 404

    def test_draws_the_code_and_the_guilloche_without_looking_anything_up(
        self, client: Client, django_assert_max_num_queries: Any
    ) -> None:
        with django_assert_max_num_queries(0):
            for path in ("/p/7KQ4-M2XD/code.svg", "/p/ornement-2F3E8F.svg"):
                answer = client.get(path)
                assert answer["Content-Type"] == "image/svg+xml"
                assert "immutable" in answer["Cache-Control"]
        assert client.get("/p/ornement-rouge.svg").status_code == 404


class TestVisits:
    def test_are_counted_once_by_day_and_body(self, client: Client) -> None:
        house = proved.house()
        award = proved.awarded(proved.designed(house), partnership=factories.partnership(house))
        client.get(f"/p/{award.shown_number}/formation", headers={"User-Agent": "Slackbot-LinkExpanding 1.0"})
        client.defaults["HTTP_USER_AGENT"] = "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0"
        for _ in range(3):
            assert client.get(f"/p/{award.shown_number}/formation").status_code == 302
        client.head(f"/p/{award.shown_number}/formation")
        later = timezone.now() + timedelta(minutes=10)
        assert visits.fold_visits(now=later) == 3
        assert visits.fold_visits(now=later) == 0
        counted = VisitCount.objects.get()
        assert (counted.count, counted.certification, counted.on) == (3, award.certification, TODAY)

    def test_are_not_counted_again_when_the_machine_stopped_before_the_file_went(
        self, award: Award, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        visits.note_visit(
            kind=VisitKind.TRAINING, certification_code=award.certification.code, partnership_code="", now=NOW
        )
        later = NOW + timedelta(minutes=10)
        with monkeypatch.context() as patch:
            patch.setattr(visits, "forget_file", lambda *_: None)
            assert visits.fold_visits(now=later) == 1
        assert visits.fold_visits(now=later) == 0
        assert FoldedSpool.objects.count() == 1

    def test_ignore_what_no_visit_wrote(self, award: Award) -> None:
        folder = visits.spool_folder()
        folder.mkdir(parents=True)
        (folder / "20260101T0000.txt").write_bytes(
            b"\xff\n2026-01-01 training UNKNOWN0000 - -\nx\n2026-13-01 training A - -\ncut"
        )
        assert visits.fold_visits(now=NOW) == 0


class TestThePartner:
    def test_that_issued_before_it_was_suspended_the_same_day_was_habilitated(self, delegation: Delegation) -> None:
        number = issued(delegation).number
        suspend(delegation.mandate.habilitation, now=LATER)
        projection.settle(now=LATER)
        award = proofs.find(number)
        assert award is not None
        titles = [one.title for one in checks.checks_of(proofs.prove(award, now=LATER + timedelta(minutes=1)))]
        assert "L’organisme était habilité à cette date" in titles


def judged(content: bytes) -> Judgment:
    return judge(content, redraw=parchment_pdf, now=timezone.now(), may_fetch=False)


def signed(award: Award) -> dict[str, Any]:
    assert award.credential is not None
    return dict(json.loads(award.credential.signed))


class TestAFileThatIsHandedOver:
    def test_is_the_original_when_nothing_changed(self, award: Award) -> None:
        found = judged(parchment_pdf(award))
        assert found.page is not None
        assert (found.differs, found.page.is_same_page, found.is_forged) == (False, True, False)
        assert found.proof is not None
        assert found.proof.award == award

    def test_with_another_name_on_its_page_is_caught_though_its_attachment_is_intact(self, award: Award) -> None:
        assert award.credential is not None
        # The page of somebody else, around the credential of this one: what a forger with an editor makes.
        other = proved.awarded(award.design, name=("Inès", "Carvalha"), valid_until=award.valid_until)
        Award.objects.filter(pk=other.pk).update(number="0000000B")
        forged = with_attachment(parchment_pdf(other), award.credential.signed)
        found = judged(forged)
        assert not found.is_forged
        assert found.page is not None
        assert Difference("holder", "Inès Carvalho", "Inès Carvalha") in found.page.differences

    def test_without_its_attachment_is_found_by_the_number_on_its_page(self, award: Award) -> None:
        found = judged(without_attachment(parchment_pdf(award)))
        assert found.proof is not None
        assert (found.proof.award, found.has_credential, found.differs) == (award, False, False)

    def test_that_was_rewritten_shows_what_was(self, award: Award, client: Client) -> None:
        forged = signed(award)
        forged["credentialSubject"]["identifier"][0]["identityHash"] = "Jean Petit"
        found = judged(json.dumps(forged).encode())
        assert found.is_forged
        assert [(one.recorded, one.shown) for one in found.members] == [("Inès Carvalho", "Jean Petit")]
        page = handed(client, json.dumps(forged).encode(), "preuve.json")
        assert "Ce fichier a été modifié" in page
        assert "Jean Petit" in page
        assert "Titulaire" in page

    def test_that_was_rewritten_says_no_word_of_programs(self, award: Award) -> None:
        forged = signed(award)
        forged["credentialSubject"]["identifier"] = []
        rows = told_of(judged(json.dumps(forged).encode()))
        assert [(one.label, one.recorded, one.shown) for one in rows.rows] == [("Titulaire", "Inès Carvalho", "")]
        assert [note for note in rows.notes if "données destinées aux logiciels" in note]

    def test_with_two_proofs_is_not_believed_for_its_page(self, award: Award) -> None:
        written = PdfWriter(clone_from=BytesIO(parchment_pdf(award)))
        written.add_attachment("autre.json", json.dumps(signed(award)).encode())
        out = BytesIO()
        written.write(out)
        assert judged(out.getvalue()).unreadable == "carrier.duplicate"

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"PK\x03\x04...", "attestation.json qu’il contient"),
            (b"\xff\xd8\xff\xe0...", "Entrez le numéro écrit sur le document"),
            (b"%PDF-1.7\ntrailer << /Encrypt 3 0 R >>", "protégé par un mot de passe"),
            (samples.laid_out(b" " * 1_000_000 + b"<</Type/Catalog>>"), "Ce PDF est trop long à lire"),
        ],
    )
    def test_of_another_kind_is_told_what_to_do_instead(self, content: bytes, said: str, client: Client) -> None:
        answer = client.post("/verifier/", {"document": SimpleUploadedFile("x", content)})
        assert said in answer.content.decode()

    def test_is_judged_by_what_was_decided_since(self, award: Award, client: Client) -> None:
        decided(award, statuses.revoke)
        page = handed(client, json.dumps(signed(award)).encode(), "preuve.json")
        assert "Micro-certification révoquée" in page
        assert "La signature est intacte" in page

    def test_of_somebody_else_is_verified_with_a_warning(self, client: Client) -> None:
        stranger = world.sign(world.credential(world.STRANGER_ID, credentialStatus=None), signer=world.STRANGER)
        page = handed(client, world.octets(stranger), "badge.json")
        assert "Signature intacte, émetteur inconnu de nous" in page
        assert "La signature est intacte" in page

    def test_of_somebody_who_publishes_no_key_is_neither_true_nor_false(self, client: Client) -> None:
        page = handed(client, world.octets(world.sign(world.credential())), "badge.json")
        assert "Émetteur inconnu de nous" in page

    def test_in_a_picture_proves_what_it_holds_not_what_it_shows(self, award: Award, client: Client) -> None:
        assert award.credential is not None
        page = handed(client, bake_png(samples.png(), award.credential.signed), "badge.png")
        assert "Ce que l’image montre ne prouve rien" in page

    @pytest.mark.parametrize(
        "content",
        [b"", b"%PDF-1.7 broken", b"<svg", b"\x89PNG\r\n\x1a\n", b"{}", b"[" * 100_000, b"\xff\xfe\x00", b"eyJ.e30.x"],
    )
    def test_that_cannot_be_read_is_refused_in_one_sentence(self, content: bytes, client: Client) -> None:
        answer = client.post("/verifier/", {"document": SimpleUploadedFile("x", content or b" ")})
        assert answer.status_code == 422
        assert 'id="document-erreur"' in answer.content.decode()

    def test_that_is_too_large_is_refused(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("jurande.registers.awards.queries.handed.MOST_BYTES", 10)
        answer = client.post("/verifier/", {"document": SimpleUploadedFile("x.json", b"{" * 20)})
        assert "dépasse" in answer.content.decode()

    def test_is_kept_nowhere_and_sets_no_cookie(self, award: Award, client: Client, settings: Any) -> None:
        def files() -> set[Path]:
            return {path for path in settings.HOME.path.rglob("*") if path.is_file() and "cache" not in path.parts}

        before = files()
        answer = client.post(
            "/verifier/", {"document": SimpleUploadedFile("x.json", json.dumps(signed(award)).encode())}
        )
        assert (answer.status_code, answer.cookies, answer["Cache-Control"]) == (200, {}, "no-store")
        assert files() == before


class TestTheApi:
    def asked(self, client: Client, *questions: dict[str, str]) -> Any:
        answer = client.post("/api/v1/preuves", {"questions": list(questions)}, content_type="application/json")
        return answer.json()["answers"] if answer.status_code == 200 else answer.status_code

    def test_says_of_one_what_its_page_says(self, award: Award, client: Client) -> None:
        address = f"/api/v1/preuves/{award.shown_number}"
        said = client.get(address, {"cle": key_of(award.number)}).json()
        assert (said["state"], said["is_valid"], said["holder"]) == ("valid", True, "Inès Carvalho")
        assert client.get(said["credential"]).status_code == 200
        by_number = client.get(address).json()
        assert (by_number["is_valid"], by_number["holder"], by_number["credential"]) == (True, "", None)
        assert client.get(address, {"cle": "A" * 22}).status_code == 404
        assert {"signature.ok", "status.ok", "dates.ok", "log.shown"} <= {one["code"] for one in said["checks"]}

    def test_says_that_one_is_revoked(self, award: Award, client: Client) -> None:
        decided(award, statuses.revoke)
        said = client.get(f"/api/v1/preuves/{award.number}").json()
        assert (said["state"], said["is_valid"]) == ("revoked", False)

    def test_compares_names_in_bulk_and_gives_none(self, award: Award, client: Client) -> None:
        answers = self.asked(
            client,
            {"number": award.shown_number, "holder": "CARVALHO  inès"},
            {"number": award.number, "holder": "Inès Carvalha"},
            {"number": award.number},
            {"number": "0000-0000"},
        )
        assert [one["is_same_holder"] for one in answers] == [True, False, None, None]
        assert [one["state"] for one in answers] == ["valid", "valid", "valid", "unknown"]
        assert "Carvalho" not in json.dumps(answers, ensure_ascii=False)

    def test_knows_a_name_that_registers_of_staff_write_without_accents(self, award: Award, client: Client) -> None:
        assert self.asked(client, {"number": award.number, "holder": "CARVALHO INES"})[0]["is_same_holder"] is True

    @pytest.mark.parametrize(
        ("content", "status", "error", "field"),
        [
            ('{"questions": []}', 422, "request.invalid", "questions"),
            ('{"questions": [{"number": 7}]}', 422, "request.invalid", "questions.0.number"),
            ('{"questions": [', 400, "request.unreadable", ""),
            ('{"questions": [{"number": "\\u0000"}]}', 400, "request.unreadable", ""),
        ],
    )
    def test_says_what_is_wrong_with_a_request_as_it_says_the_rest(
        self, content: str, status: int, error: str, field: str, client: Client
    ) -> None:
        answer = client.post("/api/v1/preuves", content, content_type="application/json")
        said = answer.json()
        assert (answer.status_code, said["error"], said.get("field", "")) == (status, error, field)
        assert said["reason"]

    def test_stops_answering_about_a_number_when_too_many_names_were_tried(self, award: Award, client: Client) -> None:
        tried = self.asked(client, *({"number": award.number, "holder": f"Nom{at}"} for at in range(40)))
        assert [one["is_same_holder"] for one in tried] == [False] * 31 + [None] * 9

    def test_stops_whoever_tries_numbers(self, award: Award, client: Client) -> None:
        self.asked(client, *({"number": f"0000-{n:04}"} for n in range(40)))
        assert self.asked(client, {"number": award.number}) == 429
        assert client.get(f"/api/v1/preuves/{award.number}").status_code == 429

    def test_takes_a_thousand_and_no_more(self, client: Client) -> None:
        assert self.asked(client, *({"number": "x"} for _ in range(1_001))) == 422


class TestTheForm:
    def test_leads_from_a_number_to_its_page(self, award: Award, client: Client) -> None:
        for typed in (award.number.lower(), f" {award.shown_number} ", f"https://x.example/p/{award.shown_number}/en"):
            assert client.get("/verifier/", {"numero": typed})["Location"] == f"/p/{award.shown_number}"

    def test_keeps_the_key_of_an_address_that_was_pasted_whole(self, award: Award, client: Client) -> None:
        address = f"/p/{award.shown_number}/{key_of(award.number)}"
        typed = f"https://x.example{address}/en"
        assert client.get("/verifier/", {"numero": typed})["Location"] == address
        wrong = f"https://x.example/p/{award.shown_number}/{'A' * 22}"
        assert client.get("/verifier/", {"numero": wrong})["Location"] == f"/p/{award.shown_number}"

    def test_says_what_a_number_looks_like(self, client: Client) -> None:
        page = client.get("/verifier/", {"numero": "bonjour <b>"}).content.decode()
        assert "Un numéro a huit caractères" in page
        assert "bonjour &lt;b&gt;" in page

    def test_says_that_nothing_has_this_number(self, client: Client) -> None:
        assert "Aucun document ne porte ce numéro" in client.get("/verifier/", {"numero": "7KQ4M2XD"}).content.decode()

    def test_speaks_english(self, client: Client) -> None:
        assert "Is this document authentic?" in client.get("/verifier/", {"langue": "en"}).content.decode()

    def test_reads_few_files_a_minute_for_each(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(verifier, "FILES_MOST", 1)
        answers = [client.post("/verifier/", {"document": SimpleUploadedFile("x", b"?")}).status_code for _ in range(2)]
        assert answers == [422, 429]


def handed(client: Client, content: bytes, name: str) -> str:
    answer = client.post("/verifier/", {"document": SimpleUploadedFile(name, content)})
    assert answer.status_code == 200
    return str(answer.content.decode())


def without_attachment(pdf: bytes) -> bytes:
    """What a printer to PDF makes of it: its pages alone."""
    writer = PdfWriter()
    for page in PdfReader(BytesIO(pdf)).pages:
        writer.add_page(page)
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def with_attachment(pdf: bytes, credential: str) -> bytes:
    writer = PdfWriter()
    for page in PdfReader(BytesIO(pdf)).pages:
        writer.add_page(page)
    writer.add_attachment("attestation.json", credential.encode())
    written = BytesIO()
    writer.write(written)
    return written.getvalue()
