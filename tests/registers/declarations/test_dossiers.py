from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from jurande.core.france.specific_register import Standing
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.declarations import facts, operations
from jurande.registers.declarations.models import RegistrationDossier
from jurande.registers.declarations.operations import DossierRefused
from jurande.registers.declarations.states import DossierState, RequestKind
from jurande.registers.documents.operations import DocumentRefused
from jurande.registers.journal.models import Entry
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.awards.test_cohorts import elsewhere
from tests.registers.catalogue import certifications
from tests.registers.declarations import dossiers
from tests.registers.network import habilitations
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own(settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


def write(dossier: RegistrationDossier, criterion: str, text: str, **changed: Any) -> None:
    asked = {"revision": 0, "actor": certifications.writer(dossier.certifier), "now": NOW} | changed
    operations.write_answer(dossier=dossier, criterion=criterion, text=text, **asked)


def close(dossier: RegistrationDossier) -> RegistrationDossier:
    actor = certifications.publisher(dossier.certifier)
    return operations.close_dossier(dossier=dossier, actor=actor, now=NOW)


def standings(dossier: RegistrationDossier) -> dict[str, Standing]:
    seen = facts.seen_of(dossier, today=TODAY)
    return {one.criterion.key: one.standing for one in seen.examined}


class TestStarting:
    def test_of_a_micro_certification_is_a_first_request(self) -> None:
        held = dossiers.started()
        assert (held.kind, held.state) == (RequestKind.FIRST, DossierState.DRAFT)
        assert "ENR" in held.reference

    def test_of_one_at_the_specific_register_is_a_renewal(self) -> None:
        house = factories.certifier()
        held = certifications.registered(house, number="RS7423")
        assert dossiers.started(held).kind == RequestKind.AGAIN

    def test_of_one_at_the_rncp_is_refused_and_says_where_its_criteria_are(self) -> None:
        with pytest.raises(NotAllowed, match="R. 6113-9"):
            dossiers.started(certifications.registered())

    def test_twice_gives_the_one_being_prepared(self) -> None:
        held = dossiers.started()
        assert dossiers.started(held.certification) == held

    def test_is_for_those_who_prepare_certifications_in_that_house(self) -> None:
        certification = dossiers.published()
        for actor in (certifications.publisher(certification.certifier), certifications.writer(factories.certifier())):
            with pytest.raises(NotAllowed):
                operations.start_dossier(certification=certification, actor=actor, now=NOW)

    def test_takes_up_what_the_last_closed_one_said_and_joined(self) -> None:
        former = dossiers.started()
        write(former, "1ter", "Elle favorise la mobilité.")
        dossiers.joined(former)
        close(former)
        again = dossiers.started(former.certification)
        assert again.pk != former.pk
        assert again.answers.get().text == "Elle favorise la mobilité."
        assert again.annexes.get().document == former.annexes.get().document


class TestFilling:
    def test_r6113_11_is_read_from_the_registers(self) -> None:
        held = dossiers.started()
        found = standings(held)
        assert found["2"] == Standing.PARTIAL
        assert found["6"] == Standing.MISSING
        write(held, "6", "Aucune branche n’est concernée.", is_moot=True)
        write(held, "1ter", "Elle favorise la mobilité.")
        dossiers.joined(held)
        found = standings(held)
        assert (found["6"], found["1ter"], found["1"]) == (Standing.MOOT, Standing.SHOWN, Standing.PARTIAL)

    def test_r6113_11_ii_counts_the_promotions_of_those_whom_the_house_trained(self) -> None:
        held = dossiers.started()
        place = factories.partnership(held.certifier)
        elsewhere(held.certification)
        elsewhere(held.certification, holder_digest="b" * 64, partnership=place)
        seen = facts.seen_of(held, today=TODAY)
        assert [(one.year, one.own, one.partners) for one in seen.facts.promotions] == [(TODAY.year, 1, 1)]
        assert seen.facts.holders() == 1

    def test_r6113_11_i_3_looks_at_bodies_and_their_conventions(self) -> None:
        row = habilitations.opened()
        seen = facts.places_of(row.certification, today=TODAY)
        assert [(one.siret, one.convention) for one in seen] == [(row.partnership.site.siret, "")]

    def test_reads_as_much_for_many_as_for_few(self, django_assert_max_num_queries: Any) -> None:
        held = dossiers.started()
        for n in range(6):
            elsewhere(held.certification, holder_digest=f"{n}" * 64, partnership=factories.partnership(held.certifier))
        with django_assert_max_num_queries(25):
            facts.seen_of(held, today=TODAY)


class TestWriting:
    def test_keeps_what_was_typed_and_drops_what_cannot_be_seen(self) -> None:
        held = dossiers.started()
        write(held, "4", "Règle <b>une</b>\r\n\u202eRègle deux\x00 ")
        assert held.answers.get().text == "Règle <b>une</b>\nRègle deux"

    def test_is_refused_when_somebody_wrote_since(self) -> None:
        held = dossiers.started()
        write(held, "4", "La première.")
        with pytest.raises(DossierRefused, match="entre-temps"):
            write(held, "4", "La seconde.")
        write(held, "4", "La seconde.", revision=1)
        assert (held.answers.get().text, held.answers.get().revision) == ("La seconde.", 2)

    @pytest.mark.parametrize(
        ("criterion", "text", "moot", "why"),
        [
            ("7", "Rien.", False, "n’existe pas"),
            ("2", "Rien.", True, "toujours un objet"),
            ("6", " ", True, "pourquoi"),
            ("1", "a" * (operations.MOST_CHARS + 1), False, "trop long"),
        ],
    )
    def test_refuses_what_makes_no_answer(self, criterion: str, text: str, moot: bool, why: str) -> None:
        with pytest.raises(DossierRefused, match=why):
            write(dossiers.started(), criterion, text, is_moot=moot)

    def test_says_it_once_in_the_journal_without_a_word_of_it(self) -> None:
        held = dossiers.started()
        write(held, "4", "Le décret du 7 mars.")
        write(held, "4", "Le décret du 7 mars.", revision=1)
        [entry] = Entry.objects.filter(action="declarations.dossier.answer_written")
        assert (entry.reason_code, len(entry.digest)) == ("4", 64)


class TestJoining:
    def test_wants_a_title_a_piece_of_that_criterion_and_a_file_that_is_one(self) -> None:
        held = dossiers.started()
        for changed, refusal in (
            ({"title": " "}, DossierRefused),
            ({"piece": "control"}, DossierRefused),
            ({"filename": "étude.exe"}, DocumentRefused),
        ):
            with pytest.raises(refusal):
                dossiers.joined(held, **changed)
        assert not held.annexes.exists()

    def test_is_undone_as_long_as_it_is_a_draft(self) -> None:
        held = dossiers.started()
        actor = certifications.writer(held.certifier)
        operations.remove_annex(annex=dossiers.joined(held), actor=actor, now=NOW)
        kept = dossiers.joined(held)
        close(held)
        with pytest.raises(NotAllowed):
            operations.remove_annex(annex=kept, actor=actor, now=NOW)
        assert held.annexes.get() == kept


class TestClosing:
    def test_freezes_what_it_says_whatever_happens_after(self) -> None:
        held = dossiers.started()
        elsewhere(held.certification)
        closed = close(held)
        elsewhere(held.certification, holder_digest="b" * 64)
        closed.refresh_from_db()
        assert closed.content_sha256 == facts.digest_of(closed.content)
        assert [one["holders"] for one in closed.content["promotions"]] == [1]
        with pytest.raises(NotAllowed):
            write(closed, "4", "Trop tard.")

    def test_names_nobody(self) -> None:
        held = dossiers.started()
        elsewhere(held.certification, last_name="Introuvable")
        assert "Introuvable" not in str(close(held).content)

    def test_is_for_those_who_publish(self) -> None:
        held = dossiers.started()
        reviewer = factories.actor_of(factories.member("reviewer", of=held.certifier), held.certifier)
        with pytest.raises(NotAllowed):
            operations.close_dossier(dossier=held, actor=reviewer, now=NOW)

    def test_gives_for_ever_the_document_that_was_frozen(self) -> None:
        closed = close(dossiers.started())
        document = operations.document_of(closed, today=TODAY)
        assert document.startswith(b"%PDF")
        assert operations.document_of(RegistrationDossier.objects.get(pk=closed.pk), today=TODAY) == document

    def test_leaves_a_discarded_one_to_be_read(self) -> None:
        held = dossiers.started()
        actor = certifications.writer(held.certifier)
        operations.discard_dossier(dossier=held, actor=actor, now=NOW)
        with pytest.raises(NotAllowed):
            write(held, "4", "Trop tard.")
        assert dossiers.started(held.certification).pk != held.pk


class TestTakingAway:
    def test_gives_the_document_its_annexes_and_a_list_of_them(self) -> None:
        held = dossiers.started()
        dossiers.joined(held, title="Étude/../../du besoin")
        made = operations.archive_of(held, sheets={"promotions.csv": b"x"}, now=NOW)
        with made, ZipFile(made) as archive:
            names = archive.namelist()
            summary = archive.read("sommaire.txt").decode("utf-8-sig")
            assert archive.read(names[-1]).startswith(b"%PDF")
        annex = "annexes/A01-etude-du-besoin.pdf"
        assert names == ["sommaire.txt", f"{held.reference}.pdf", "promotions.csv", annex]
        assert annex in summary
        assert held.annexes.get().digest in summary

    def test_never_says_that_it_is_registered(self) -> None:
        content = facts.content_of(held := dossiers.started(), facts.seen_of(held, today=TODAY))
        assert "n’est enregistrée ni au RNCP" in content["certification"]["disclaimer"]
