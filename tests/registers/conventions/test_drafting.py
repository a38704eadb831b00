from datetime import date
from io import BytesIO

import pytest
from django.db import IntegrityError, transaction

from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.conventions.facts import content_of
from jurande.registers.conventions.models import Clause, ClauseSet, Convention, ConventionScope, ConventionText
from jurande.registers.conventions.operations import additions, clauses, drafting, sending
from jurande.registers.conventions.operations.clauses import ClauseChanged, ClauseRefused, Wording
from jurande.registers.conventions.operations.drafting import ConventionChanged, ConventionRefused, Mentions, Scope
from jurande.registers.conventions.operations.sending import SendingRefused
from jurande.registers.conventions.states import ConventionKind
from jurande.registers.documents.operations import DocumentRefused
from tests import factories
from tests.factories import NOW
from tests.registers.conventions import conventions as made

pytestmark = pytest.mark.django_db


class TestClauses:
    def test_start_from_the_standard_and_are_published_by_another_person(self):
        house = factories.certifier()
        writer = made.preparer(house)
        draft = clauses.start_clause_set(certifier=house, actor=writer, now=NOW)
        assert draft.clauses.filter(mention__gt=0).count() == 7
        with pytest.raises(NotAllowed):
            clauses.publish_clause_set(clause_set=draft, actor=writer, now=NOW)
        published = clauses.publish_clause_set(
            clause_set=draft, actor=factories.actor_of(made.signatory(house), house), now=NOW
        )
        assert published.published_by_code == made.signatory(house).code

    def test_are_frozen_by_the_database_once_published(self):
        published = made.published_clauses(factories.certifier())
        with pytest.raises(IntegrityError), transaction.atomic():
            Clause.objects.filter(clause_set=published).update(body="Autre chose.")
        with pytest.raises(IntegrityError), transaction.atomic():
            ClauseSet.objects.filter(pk=published.pk).update(title="Autre")

    def test_refuse_an_unknown_field_and_list_those_that_exist(self):
        house = factories.certifier()
        writer = made.preparer(house)
        draft = clauses.start_clause_set(certifier=house, actor=writer, now=NOW)
        clause = draft.clauses.get(key="duree")
        with pytest.raises(ClauseRefused) as refused:
            clauses.write_clause(
                clause=clause, wording=Wording("Durée", "Du {debu} au {fin}."), revision=1, actor=writer, now=NOW
            )
        assert "{debu}" in str(refused.value.sentence)
        assert "{debut}" in str(refused.value.sentence)

    def test_are_not_overwritten_unread(self):
        house = factories.certifier()
        writer = made.preparer(house)
        clause = clauses.start_clause_set(certifier=house, actor=writer, now=NOW).clauses.get(key="qualite")
        clauses.write_clause(clause=clause, wording=Wording("Qualité", "Un."), revision=1, actor=writer, now=NOW)
        with pytest.raises(ClauseChanged) as refused:
            clauses.write_clause(clause=clause, wording=Wording("Qualité", "Deux."), revision=1, actor=writer, now=NOW)
        assert refused.value.clause.body == "Un."

    def test_without_a_clause_for_a_mention_are_not_published(self):
        house = factories.certifier()
        writer = made.preparer(house)
        draft = clauses.start_clause_set(certifier=house, actor=writer, now=NOW)
        clauses.remove_clause(clause=draft.clauses.get(mention=5), actor=writer, now=NOW)
        with pytest.raises(ClauseRefused, match="5°"):
            clauses.publish_clause_set(
                clause_set=draft, actor=factories.actor_of(made.signatory(house), house), now=NOW
            )

    def test_are_moved_one_place(self):
        house = factories.certifier()
        writer = made.preparer(house)
        draft = clauses.start_clause_set(certifier=house, actor=writer, now=NOW)
        clauses.move_clause(clause=draft.clauses.get(key="perimetre"), up=True, actor=writer)
        assert list(draft.clauses.order_by("position").values_list("key", flat=True))[:2] == ["perimetre", "objet"]


class TestADraft:
    def test_without_any_approval_begins_empty_and_says_so(self):
        partnership = factories.partnership()
        made.published_clauses(partnership.certifier)
        convention = drafting.prepare(partnership=partnership, actor=made.preparer(partnership.certifier), now=NOW)
        assert convention.reference == "CONV-2026-0001"
        assert not convention.scopes.exists()
        assert convention.purpose == ""

    def test_needs_published_clauses(self):
        partnership = factories.partnership()
        with pytest.raises(ConventionRefused, match="clauses"):
            drafting.prepare(partnership=partnership, actor=made.preparer(partnership.certifier), now=NOW)

    def test_is_not_overwritten_unread(self):
        convention = made.draft()
        by = made.preparer(convention.certifier)
        with pytest.raises(ConventionChanged):
            drafting.set_mentions(
                convention=convention, mentions=Mentions(), fee_schedule=None, revision=1, actor=by, now=NOW
            )

    def test_refuses_the_certification_of_another_house(self):
        convention = made.draft()
        other = made.certification(factories.certifier(), "RNCP49022")
        with pytest.raises(ConventionRefused, match="maison"):
            drafting.set_scopes(
                convention=convention,
                scopes=[Scope(other, None, "both")],
                actor=made.preparer(convention.certifier),
                now=NOW,
            )

    def test_is_not_written_by_another_house(self):
        convention = made.draft()
        with pytest.raises(NotAllowed):
            drafting.abandon(convention=convention, actor=made.preparer(factories.certifier()), now=NOW)

    def test_keeps_the_fields_of_a_mention_in_a_free_clause(self):
        convention = made.draft()
        by = made.preparer(convention.certifier)
        clause = convention.clause_set.clauses.get(mention=3)
        with pytest.raises(ConventionRefused, match="debut"):
            additions.write_free_clause(
                convention=convention, replaces=clause, title="Durée", body="Trois ans.", actor=by, now=NOW
            )

    def test_shows_a_free_clause_in_the_place_of_the_standard_one(self):
        convention = made.draft()
        by = made.preparer(convention.certifier)
        clause = convention.clause_set.clauses.get(key="qualite")
        additions.write_free_clause(
            convention=convention, replaces=clause, title="Qualité", body="Rien de plus.", actor=by, now=NOW
        )
        shown = [one for one in content_of(convention).articles if one.is_free]
        assert [(one.title, one.body) for one in shown] == [("Qualité", "Rien de plus.")]

    def test_takes_out_an_optional_clause_and_never_a_required_one(self):
        convention = made.draft()
        by = made.preparer(convention.certifier)
        optional, required = (
            convention.clause_set.clauses.get(key=key) for key in ("qualite", "suspension-resiliation")
        )
        additions.write_free_clause(convention=convention, replaces=optional, title="", body="", actor=by, now=NOW)
        assert "Qualité" not in [one.title for one in content_of(convention).articles]
        with pytest.raises(ConventionRefused, match="retirée"):
            additions.write_free_clause(convention=convention, replaces=required, title="", body="", actor=by, now=NOW)

    def test_leaves_out_the_duties_of_who_assesses_for_who_only_trains(self):
        shown = [one.title for one in content_of(made.draft(purpose="former")).articles]
        assert "Devoirs de qui prépare à la certification" in shown
        assert "Devoirs de qui évalue les candidats" not in shown


class TestSending:
    def test_is_refused_with_the_whole_list_of_missing_mentions(self):
        convention = made.draft(technical_means="", apprenticeship="")
        with pytest.raises(SendingRefused) as refused:
            sending.send(
                convention=convention,
                revision=convention.revision,
                actor=made.preparer(convention.certifier),
                now=NOW,
            )
        assert [one.mention.number for one in refused.value.missing] == [6, 7]
        assert Convention.objects.get(pk=convention.pk).is_draft

    def test_freezes_the_text_and_its_annexes(self):
        convention = made.sent()
        text = convention.text
        assert convention.state == "sent"
        assert text.content["reference"] == convention.reference
        assert text.content_sha256 == content_of(convention).digest()
        assert {one.kind for one in convention.annexes.all()} == {"referentiel", "fees"}
        assert all(one["digest"] for one in text.content["annexes"])
        with pytest.raises(IntegrityError), transaction.atomic():
            ConventionText.objects.filter(pk=text.pk).update(sha256="0" * 64)
        with pytest.raises(IntegrityError), transaction.atomic():
            ConventionScope.objects.filter(convention=convention).update(kind="former")

    def test_is_not_changed_by_a_clause_edited_afterwards(self):
        convention = made.sent()
        before = convention.text.sha256
        house = convention.certifier
        writer = made.preparer(house)
        draft = clauses.start_clause_set(certifier=house, actor=writer, now=NOW)
        clauses.write_clause(
            clause=draft.clauses.get(key="qualite"), wording=Wording("Q", "Autre."), revision=1, actor=writer, now=NOW
        )
        clauses.publish_clause_set(clause_set=draft, actor=factories.actor_of(made.signatory(house), house), now=NOW)
        convention.refresh_from_db()
        assert convention.text.sha256 == before
        assert content_of(convention).digest() == convention.text.content_sha256

    def test_taken_back_is_a_draft_again_and_its_former_text_is_kept(self):
        convention = made.sent()
        by = made.preparer(convention.certifier)
        taken = sending.take_back(convention=convention, actor=by, now=NOW)
        assert taken.is_draft
        assert taken.texts.count() == 1
        again = sending.send(convention=taken, revision=taken.revision, actor=by, now=NOW)
        assert again.text.number == 2

    def test_needs_a_signer_for_each_side(self):
        convention = made.draft(partner_signer_email="")
        with pytest.raises(ConventionRefused) as refused:
            sending.send(
                convention=convention,
                revision=convention.revision,
                actor=made.preparer(convention.certifier),
                now=NOW,
            )
        assert refused.value.field == "partner_signer_email"


class TestAnnexes:
    def test_are_refused_when_they_are_not_what_they_say(self):
        convention = made.draft()
        with pytest.raises(DocumentRefused):
            additions.add_annex(
                convention=convention,
                kind="brand_kit",
                title="Charte",
                content=BytesIO(b"MZ\x90\x00"),
                filename="charte.pdf",
                actor=made.preparer(convention.certifier),
                now=NOW,
            )


class TestWhatFollows:
    def test_a_renewal_begins_the_day_after_and_says_the_same(self):
        first = made.in_force()
        by = made.preparer(first.certifier)
        renewal = drafting.follow(convention=first, kind=ConventionKind.RENEWAL, actor=by, now=NOW)
        assert renewal.valid_from == date(2029, 4, 1)
        assert renewal.technical_means == first.technical_means
        assert renewal.scopes.count() == 1

    def test_there_is_one_at_a_time(self):
        first = made.in_force()
        by = made.preparer(first.certifier)
        drafting.follow(convention=first, kind=ConventionKind.RENEWAL, actor=by, now=NOW)
        with pytest.raises(ConventionRefused, match="suit déjà"):
            drafting.follow(convention=first, kind=ConventionKind.AMENDMENT, actor=by, now=NOW)

    def test_a_draft_has_none(self):
        convention = made.draft()
        with pytest.raises(NotAllowed):
            drafting.follow(
                convention=convention,
                kind=ConventionKind.RENEWAL,
                actor=made.preparer(convention.certifier),
                now=NOW,
            )
