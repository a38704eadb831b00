"""An application, from its link to its end: what is kept, what is refused, in which words."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.correspondence.models import Message
from jurande.registers.documents.operations import DocumentRefused
from jurande.registers.documents.operations.tables import read_table
from jurande.registers.network.models import Application, Target
from jurande.registers.network.operations import applications as operations
from jurande.registers.network.operations import parts, programme
from jurande.registers.network.operations.application_documents import add_document, withdraw_document
from jurande.registers.network.operations.drafts import ApplicationChanged, ApplicationRefused, seen_of
from jurande.registers.network.queries import completeness
from jurande.registers.network.queries.programmes import sheet_of
from jurande.registers.network.states import ApplicationState, CallState
from jurande.registers.parties.operations import IdentityRefused
from jurande.registers.parties.states import DocumentKind, Role
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.network.applications import (
    PDF,
    actor,
    applicant,
    complete,
    draft,
    evidence,
    open_call,
    sign,
    staff,
    submitted,
    target_of,
)

pytestmark = pytest.mark.django_db


def gaps(held: Application, on: date = TODAY) -> dict[str, list[str]]:
    return {step.key: [gap.sentence for gap in step.gaps] for step in completeness.steps_of(held, on) if step.gaps}


class TestComingIn:
    def test_writes_a_link_to_whoever_asks(self) -> None:
        call = open_call()
        operations.invite_applicant(call=call, email="Yann@Exemple.fr", first_name="Yann", last_name="Le Goff", now=NOW)
        letter = Message.objects.addressed_to("yann@exemple.fr").get()
        assert letter.kind == "parties.guest_link"
        assert call.certifier.name in letter.body

    @pytest.mark.parametrize("name", ["http://mal.example", "Gagnez 1000", "", "a@b.fr", "x" * 61])
    def test_sends_no_word_that_is_not_a_name(self, name: str) -> None:
        with pytest.raises(ApplicationRefused):
            operations.invite_applicant(call=open_call(), email="y@exemple.fr", first_name=name, last_name="B", now=NOW)
        assert not Message.objects.addressed_to("y@exemple.fr").exists()

    def test_gives_the_draft_already_begun(self) -> None:
        call, person = open_call(), applicant()
        assert draft(call, by=person) == draft(call, by=person)

    def test_refuses_a_call_that_closed(self) -> None:
        call = open_call(closes_on=TODAY)
        with pytest.raises(ApplicationRefused, match="ne reçoit plus"):
            draft(call, now=NOW + timedelta(days=1))

    def test_says_nothing_to_an_unknown_address(self) -> None:
        operations.send_way_back(email="inconnu@exemple.fr", now=NOW)
        assert not Message.objects.exists()

    def test_sends_a_way_back_to_who_has_begun(self) -> None:
        person = applicant()
        draft(by=person)
        operations.send_way_back(email=person.email.upper(), now=NOW)
        assert Message.objects.addressed_to(person.email).filter(kind="parties.guest_link").exists()


class TestWhoSees:
    def test_shows_an_applicant_their_own_only(self) -> None:
        call = open_call()
        mine, theirs = applicant(), applicant()
        held = draft(call, by=mine)
        draft(call, by=theirs)
        assert list(Application.objects.visible_to(actor(mine))) == [held]

    def test_hides_drafts_from_the_certifier(self) -> None:
        call = open_call()
        draft(call)
        sent = submitted(call)
        reader = factories.actor_of(factories.member(Role.AUDITOR, of=call.certifier), call.certifier)
        assert list(Application.objects.visible_to(reader)) == [sent]

    def test_hides_it_from_another_certifier(self) -> None:
        submitted()
        house = factories.certifier()
        assert not Application.objects.visible_to(factories.actor_of(factories.administrator(house), house)).exists()

    def test_shows_parts_to_who_sees_the_file(self) -> None:
        person = applicant()
        held = complete(by=person)
        for model in (Target, type(held.staff.first()), type(target_of(held).modules.first())):
            assert model.objects.visible_to(actor(person)).exists()
            assert not model.objects.visible_to(actor(applicant())).exists()

    def test_lets_nobody_else_write(self) -> None:
        held = draft()
        with pytest.raises(NotAllowed):
            operations.set_identity(application=held, actor=actor(applicant()), now=NOW, legal_name="X")


class TestWriting:
    def test_refuses_a_siret_that_cannot_be(self) -> None:
        person = applicant()
        held = draft(by=person)
        with pytest.raises(IdentityRefused) as refused:
            operations.set_identity(application=held, siret="12345678901234", actor=actor(person), now=NOW)
        assert refused.value.field == "siret"

    def test_never_overwrites_what_another_tab_wrote(self) -> None:
        person = applicant()
        held = draft(by=person)
        seen = seen_of(held, operations.IDENTITY)
        operations.set_identity(application=held, legal_name="Premier onglet", actor=actor(person), now=NOW, seen=seen)
        with pytest.raises(ApplicationChanged) as refused:
            operations.set_identity(application=held, legal_name="Second", actor=actor(person), now=NOW, seen=seen)
        assert refused.value.held["legal_name"] == "Premier onglet"

    def test_lets_two_tabs_write_different_rows(self) -> None:
        person = applicant()
        held = draft(by=person)
        first, second = staff(held, person), staff(held, person, first_name="Ana")
        for row in (first, second):
            seen = seen_of(row, parts.PARTS["staff"].fields)
            parts.save_part(
                application=held,
                kind="staff",
                code=row.code,
                values={"qualifications": "CAP"},
                seen=seen,
                actor=actor(person),
                now=NOW,
            )
        assert set(held.staff.values_list("qualifications", flat=True)) == {"CAP"}

    def test_keeps_to_what_the_call_offers(self) -> None:
        person = applicant()
        held = draft(open_call(kinds=("former",)), by=person)
        with pytest.raises(ApplicationRefused):
            operations.set_request(
                target=target_of(held), kind="both", blocs=[], territory=[], actor=actor(person), now=NOW
            )

    def test_refuses_a_call_of_another_certifier(self) -> None:
        person = applicant()
        held = draft(by=person)
        other = open_call(number="RNCP49022")
        with pytest.raises(ApplicationRefused, match="un seul certificateur"):
            operations.choose_calls(application=held, calls=[other], actor=actor(person), now=NOW)

    def test_throws_a_draft_away_with_all_it_holds(self) -> None:
        person = applicant()
        held = complete(by=person)
        operations.discard_application(application=held, actor=actor(person), now=NOW)
        assert not Application.objects.exists()


class TestSubcontractors:
    """C. trav. L. 6323-9-2, R. 6333-6-2."""

    def row(self, **values: object) -> list[str]:
        person = applicant()
        held = draft(by=person)
        given = {"name": "Atelier Roux", **values}
        parts.save_part(application=held, kind="subcontractor", values=given, actor=actor(person), now=NOW)
        return [one for one in gaps(held)["references"] if "Atelier Roux" in one]

    def test_l6323_9_2_asks_for_ground_number_declaration_and_no_cascade(self) -> None:
        assert len(self.row()) == 4

    def test_r6333_6_2_asks_no_declaration_of_an_exempt_micro_enterprise(self) -> None:
        said = self.row(basis="micro_exempt", siret=factories.siret(), no_cascade=True)
        assert said == []

    def test_l6323_9_2_forbids_cascades(self) -> None:
        said = self.row(basis="habilitated", siret=factories.siret(), nda="93131234513")
        assert len(said) == 1
        assert "à son tour" in said[0]


class TestDocuments:
    def test_refuses_what_is_not_what_it_says(self) -> None:
        person = applicant()
        held = draft(by=person)
        with pytest.raises(DocumentRefused):
            add_document(
                application=held,
                kind=DocumentKind.NDA,
                content=io.BytesIO(b"MZ\x90 program"),
                filename="nda.pdf",
                actor=actor(person),
                now=NOW,
            )
        assert not held.documents.exists()

    def test_refuses_one_that_has_expired(self) -> None:
        person = applicant()
        with pytest.raises(ApplicationRefused, match="expiré"):
            evidence(draft(by=person), person, kind=DocumentKind.QUALIOPI, expires_on=TODAY - timedelta(days=1))

    def test_takes_more_once_submitted_and_gives_none_back(self) -> None:
        person = applicant()
        held = submitted(by=person)
        sent = held.documents.order_by("pk").first()
        later = evidence(held, person, kind=DocumentKind.TAX, now=NOW + timedelta(days=1))
        with pytest.raises(ApplicationRefused, match="elle reste"):
            withdraw_document(document=sent, reason="Erreur", actor=actor(person), now=NOW + timedelta(days=2))
        withdraw_document(document=later, reason="Illisible", actor=actor(person), now=NOW + timedelta(days=2))
        later.refresh_from_db()
        assert later.withdraw_reason == "Illisible"


class TestCharter:
    def test_refuses_a_signer_who_is_not_the_declared_head(self) -> None:
        person = applicant()
        held = complete(by=person)
        with pytest.raises(ApplicationRefused, match="Yann Le Goff"):
            sign(held, person, name="Quelqu’un d’autre")

    def test_refuses_a_commitment_left_unticked(self) -> None:
        person = applicant()
        held = complete(by=person)
        with pytest.raises(ApplicationRefused) as refused:
            operations.sign_charter(
                application=held, name="Yann Le Goff", quality="Gérant", ticks=[], actor=actor(person), now=NOW
            )
        assert refused.value.field == "ticks"

    def test_is_asked_again_when_the_head_changes(self) -> None:
        person = applicant()
        held = complete(by=person)
        head = held.staff.get(last_name="Le Goff")
        parts.save_part(
            application=held,
            kind="staff",
            code=head.code,
            values={"first_name": "Anne", "last_name": "Roux"},
            actor=actor(person),
            now=NOW,
        )
        assert "de nouveau" in gaps(held)["engagements"][0]


class TestSubmitting:
    def test_gives_a_reference_and_a_receipt(self) -> None:
        held = submitted()
        assert held.reference == "CAND-2026-0001"
        letter = Message.objects.addressed_to(held.applicant.email).get(kind="network.application_receipt")
        assert held.reference in letter.subject

    def test_says_what_is_missing_step_by_step(self) -> None:
        held = draft()
        assert set(gaps(held)) == {
            "organisme",
            "demande",
            "personnes",
            "locaux",
            "programme",
            "references",
            "engagements",
        }

    def test_refuses_what_is_incomplete(self) -> None:
        person = applicant()
        held = draft(by=person)
        with pytest.raises(ApplicationRefused, match="SIRET"):
            operations.submit_application(application=held, actor=actor(person), now=NOW)
        held.refresh_from_db()
        assert held.is_draft

    def test_keeps_the_draft_when_the_call_closed_meanwhile(self) -> None:
        person, call = applicant(), open_call(closes_on=TODAY)
        held = complete(call, by=person)
        with pytest.raises(ApplicationRefused, match="est gardé"):
            operations.submit_application(application=held, actor=actor(person), now=NOW + timedelta(days=1))
        held.refresh_from_db()
        assert held.is_draft
        assert held.staff.exists()

    def test_refuses_a_second_live_one_for_the_same_place_and_call(self) -> None:
        call, place = open_call(), factories.siret()
        first = submitted(call, at_siret=place)
        rival = applicant()
        second = complete(call, by=rival, at_siret=place)
        with pytest.raises(ApplicationRefused, match="déjà à l’étude"):
            operations.submit_application(application=second, actor=actor(rival), now=NOW)
        second.refresh_from_db()
        assert second.is_draft
        operations.withdraw_application(
            application=first, reason="Nous renonçons", actor=actor(first.applicant), now=NOW
        )
        operations.submit_application(application=second, actor=actor(rival), now=NOW)

    def test_refuses_even_two_at_once_because_the_database_does(self) -> None:
        call, place = open_call(), factories.siret()
        submitted(call, at_siret=place)
        second = target_of(complete(call, at_siret=place))
        with pytest.raises(IntegrityError), transaction.atomic():
            Target.objects.filter(pk=second.pk).update(live_siret=place)

    def test_gives_no_reference_away_when_it_is_refused(self) -> None:
        call, place = open_call(), factories.siret()
        submitted(call, at_siret=place)
        rival = applicant()
        second = complete(call, by=rival, at_siret=place)
        with pytest.raises(ApplicationRefused):
            operations.submit_application(application=second, actor=actor(rival), now=NOW)
        assert submitted(call).reference == "CAND-2026-0002"

    def test_is_frozen_by_the_database(self) -> None:
        held = submitted()
        for change in ({"legal_name": "Autre"}, {"charter_digest": "0" * 64}):
            with pytest.raises(DatabaseError), transaction.atomic():
                Application.objects.filter(pk=held.pk).update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            held.premises.update(label="Ailleurs")
        with pytest.raises(NotAllowed, match="ne change plus"):
            staff(held, held.applicant)

    def test_refuses_a_second_sending(self) -> None:
        held = submitted()
        with pytest.raises(NotAllowed):
            operations.submit_application(application=held, actor=actor(held.applicant), now=NOW)


class TestWithdrawing:
    def test_keeps_the_reason(self) -> None:
        held = submitted()
        operations.withdraw_application(application=held, reason="Trop tôt", actor=actor(held.applicant), now=NOW)
        held.refresh_from_db()
        assert (held.state, held.withdraw_reason) == (ApplicationState.WITHDRAWN, "Trop tôt")

    def test_asks_why(self) -> None:
        held = submitted()
        with pytest.raises(ApplicationRefused):
            operations.withdraw_application(application=held, reason=" ", actor=actor(held.applicant), now=NOW)

    def test_comes_too_late_after_the_decision(self) -> None:
        held = submitted()
        Application.objects.filter(pk=held.pk).update(state=ApplicationState.DECIDED, decided_at=NOW)
        with pytest.raises(NotAllowed):
            operations.withdraw_application(application=held, reason="Non", actor=actor(held.applicant), now=NOW)


class TestReminder:
    def test_writes_once_a_week_before_the_end(self) -> None:
        call = open_call(closes_on=TODAY + timedelta(days=7))
        held = draft(call)
        assert operations.remind_of_drafts(now=NOW) == 1
        assert operations.remind_of_drafts(now=NOW) == 0
        letter = Message.objects.addressed_to(held.applicant.email).get(kind="network.application_reminder")
        assert "19 mars 2026" in letter.subject

    def test_leaves_the_others_alone(self) -> None:
        call = open_call(closes_on=TODAY + timedelta(days=8))
        draft(call)
        draft(open_call(call.certifier, number="RNCP49022", reference="APPEL-2", closes_on=None))
        assert operations.remind_of_drafts(now=NOW) == 0
        type(call).objects.filter(pk=call.pk).update(
            closes_on=TODAY, state=CallState.CLOSED, closed_at=NOW, closed_by_code="X", close_reason="full"
        )
        assert operations.remind_of_drafts(now=NOW) == 0


class TestProgramme:
    def test_r6113_16_3_2_shows_competencies_without_a_module(self) -> None:
        person = applicant()
        held = complete(by=person)
        target = target_of(held)
        module, hole = target.modules.get(), sheet_of(target).aims[1]
        given = {"target": target, "actor": actor(person), "now": NOW}
        programme.set_coverage(module_code=module.code, lineage=hole.key, works=False, **given)
        assert gaps(held)["programme"] == ["La compétence 1.2 n’a ni module ni explication."]
        programme.note_holes(notes={hole.key: "Une demi-journée en janvier"}, **given)
        assert "programme" not in gaps(held)

    def test_r6113_16_3_3_warns_of_hours_below_the_minimum(self) -> None:
        held = complete(open_call(minimum_hours=490))
        step = next(one for one in completeness.steps_of(held, TODAY) if one.key == "programme")
        assert step.done
        assert "70 h" in step.warnings[0].sentence.replace("\u00a0", " ")
        assert "R. 6113-16-3, 3°" in step.warnings[0].sentence

    def test_refuses_a_competency_that_is_not_asked_for(self) -> None:
        person = applicant()
        held = complete(by=person)
        target = target_of(held)
        with pytest.raises(ApplicationRefused):
            programme.set_coverage(
                target=target,
                module_code=target.modules.get().code,
                lineage="ailleurs",
                works=True,
                actor=actor(person),
                now=NOW,
            )

    def test_reads_a_csv_with_other_column_names(self) -> None:
        person = applicant()
        held = draft(by=person)
        target = target_of(held)
        sheet = "Séquence;Nb heures;Réf.\nMesures;7,5;1.1, 1.3\nFroid;beaucoup;1.2\n;3;\nStage;2 jours;9.9\n"
        table = read_table(content=io.BytesIO(sheet.encode("cp1252")), filename="programme.csv", rows_most=500)
        reading = programme.import_modules(
            target=target,
            table=table,
            columns={"title": 0, "hours": 1, "competencies": 2},
            replace=False,
            actor=actor(person),
            now=NOW,
        )
        assert [(one.title, one.minutes) for one in target.modules.order_by("position")] == [
            ("Mesures", 450),
            ("Stage", 840),
        ]
        assert [(one.row, one.why) for one in reading.faults] == [
            (3, "not_a_duration"),
            (4, "no_title"),
            (5, "unknown_competency"),
        ]
        held.refresh_from_db()
        assert held.columns == {"title": "Séquence", "hours": "Nb heures", "competencies": "Réf."}

    def test_refuses_a_pdf_given_for_a_spreadsheet(self) -> None:
        with pytest.raises(DocumentRefused):
            read_table(content=io.BytesIO(PDF), filename="programme.xlsx", rows_most=500)
