from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from jurande.registers.awards.models import Award, Combination, CombinationCount, CombinationRequest, LotRow
from jurande.registers.awards.operations import approving, completing
from jurande.registers.awards.operations import combinations as operations
from jurande.registers.awards.operations.combinations import Asked, CombinationNotPossible
from jurande.registers.awards.operations.completing import RequestRefused
from jurande.registers.awards.queries import combinations as queries
from jurande.registers.awards.queries.holders import held_by
from jurande.registers.awards.queries.lots import said_in
from jurande.registers.awards.states import AwardState, CombinationState, LotSource, LotState, RequestState, Subject
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.correspondence.models import Message
from jurande.registers.journal.models import Entry
from jurande.registers.parties.models import Person
from jurande.registers.parties.states import Role
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.awards import combined, designs
from tests.registers.awards.held import acting
from tests.registers.awards.lots import issuer, signatory

pytestmark = pytest.mark.django_db


class TestWriting:
    def test_keeps_what_is_asked_of_each_part(self) -> None:
        house = factories.certifier()
        first, second, third = combined.micros(house)
        parts = [
            Asked(first.code, minimum_grade="12/20", minimum_level="4", identity_checked=True, max_age_months=36),
            Asked(second.code, choice=1),
            Asked(third.code, choice=1),
        ]
        draft = combined.drafted(house, parts=[first, second, third])
        draft = operations.write_combination(
            combination=draft,
            terms=combined.terms([], parts=parts, choices=[1]),
            revision=draft.revision,
            actor=designs.designer(house),
            now=NOW,
        )
        kept = queries.parts_of(draft)
        assert [(one.certification_id, one.choice) for one in kept] == [(first.pk, 0), (second.pk, 1), (third.pk, 1)]
        assert (kept[0].minimum_grade, kept[0].minimum_level, kept[0].max_age_months) == ("12/20", "4", 36)

    def test_two_people_do_not_overwrite_each_other_unseen(self) -> None:
        draft = combined.drafted()
        with pytest.raises(CombinationNotPossible, match="pendant que vous écriviez"):
            operations.write_combination(
                combination=draft,
                terms=combined.terms([]),
                revision=draft.revision - 1,
                actor=designs.designer(draft.certifier),
                now=NOW,
            )

    def test_refuses_what_belongs_to_another_house(self) -> None:
        draft = combined.drafted()
        foreign = combined.micros(factories.certifier(), 2)
        with pytest.raises(CombinationNotPossible, match="votre organisme"):
            operations.write_combination(
                combination=draft,
                terms=combined.terms(foreign),
                revision=draft.revision,
                actor=designs.designer(draft.certifier),
                now=NOW,
            )

    def test_refuses_what_cannot_be_met_with_a_sentence(self) -> None:
        draft = combined.drafted()
        one = queries.parts_of(draft)[0].certification
        with pytest.raises(CombinationNotPossible, match="deux micro-certifications au moins"):
            operations.write_combination(
                combination=draft,
                terms=combined.terms([one]),
                revision=draft.revision,
                actor=designs.designer(draft.certifier),
                now=NOW,
            )

    def test_leads_to_a_micro_certification_too_but_never_to_itself(self) -> None:
        house = factories.certifier()
        larger, *parts = combined.micros(house, 3)
        actor = designs.designer(house)
        draft = operations.start_combination(certification=larger, bloc="", actor=actor, now=NOW)
        with pytest.raises(CombinationNotPossible, match="elle-même"):
            operations.write_combination(
                combination=draft, terms=combined.terms([larger, *parts]), revision=1, actor=actor, now=NOW
            )

    def test_has_one_draft_at_a_time_for_a_bloc(self) -> None:
        draft = combined.drafted()
        with pytest.raises(CombinationNotPossible, match="déjà ouvert"):
            operations.start_combination(
                certification=draft.certification, bloc=draft.bloc, actor=designs.designer(draft.certifier), now=NOW
            )

    def test_is_for_those_who_design_in_their_own_house(self) -> None:
        draft = combined.drafted()
        for actor in (signatory(draft.certifier), designs.designer(factories.certifier())):
            with pytest.raises(NotAllowed):
                operations.discard_combination(combination=draft, actor=actor, now=NOW)


class TestPublishing:
    def test_is_refused_to_who_wrote_in_it(self) -> None:
        house = factories.certifier()
        person = factories.member(Role.ADMINISTRATOR, of=house)
        actor = factories.actor_of(person, house)
        draft = combined.drafted(house)
        operations.write_combination(
            combination=draft,
            terms=combined.terms([one.certification for one in queries.parts_of(draft)]),
            revision=draft.revision,
            actor=actor,
            now=NOW,
        )
        draft.refresh_from_db()
        with pytest.raises(NotAllowed):
            operations.publish_combination(combination=draft, revision=draft.revision, actor=actor, now=NOW)

    def test_freezes_it_in_the_database(self) -> None:
        held = combined.published()
        for change in (
            lambda: Combination.objects.filter(pk=held.pk).update(title="Autre"),
            lambda: held.parts.update(minimum_grade="20/20"),
            lambda: held.parts.all().delete(),
        ):
            with pytest.raises(IntegrityError, match="frozen row"):
                from_within(change)

    def test_a_new_version_begins_as_a_copy_and_closes_the_former(self) -> None:
        former = combined.published()
        actor = designs.designer(former.certifier)
        draft = operations.start_combination(certification=former.certification, bloc=former.bloc, actor=actor, now=NOW)
        assert (draft.number, draft.parts.count()) == (2, 3)
        by = designs.signatory(former.certifier)
        operations.publish_combination(combination=draft, revision=draft.revision, actor=by, now=NOW)
        former.refresh_from_db()
        assert former.state == CombinationState.CLOSED

    def test_wants_what_was_read(self) -> None:
        draft = combined.drafted()
        with pytest.raises(CombinationNotPossible, match="Relisez-la"):
            operations.publish_combination(
                combination=draft, revision=1, actor=designs.signatory(draft.certifier), now=NOW
            )

    def test_is_told_by_the_journal(self) -> None:
        held = combined.published()
        told = Entry.objects.filter(subject_code=held.code).order_by("pk").values_list("action", flat=True)
        assert list(told) == [f"awards.combination.{move}" for move in ("started", "written", "published")]


def from_within(change: Any) -> None:
    with transaction.atomic():
        change()


def ways_of(person: Person) -> queries.Ways:
    return queries.ways_of(person, held_by(person), TODAY)


class TestWays:
    def test_of_who_holds_nothing_are_none_for_one_query(self) -> None:
        combined.published()
        person = factories.holder()
        with CaptureQueriesContext(connection) as asked:
            assert ways_of(person) == queries.Ways((), ())
        assert len(asked) == 1  # what they hold

    def test_say_what_is_met_what_is_missing_and_why_not(self) -> None:
        held = combined.published()
        first, second, third = (one.certification for one in queries.parts_of(held))
        person = factories.holder()
        combined.award(person, first)
        combined.award(person, second, valid_until=TODAY - timedelta(days=1))
        (path,) = ways_of(person).paths
        assert [one.met for one in path.progress.outcomes] == ["met", "unmet", "missing"]
        assert path.progress.outcomes[1].why == ("expired",)
        assert (path.progress.met, path.progress.needed, path.target.rank) == (1, 3, 1)
        assert third.pk == path.parts[2].certification_id

    def test_show_every_bloc_of_the_trade(self) -> None:
        held = combined.published()
        person = factories.holder()
        combined.award(person, queries.parts_of(held)[0].certification)
        (trade,) = ways_of(person).trades
        assert [(one.rank, one.met, one.needed) for one in trade.blocs] == [(1, 1, 3), (2, 0, 0)]

    def test_of_somebody_else_are_not_mine(self) -> None:
        held = combined.published()
        combined.whole(held)
        assert ways_of(factories.holder()).paths == ()

    @pytest.mark.parametrize("state", [AwardState.REVOKED, AwardState.SUSPENDED])
    def test_do_not_count_what_was_withdrawn(self, state: str) -> None:
        held = combined.published()
        person = combined.whole(held)
        Award.objects.filter(holder=person, certification=queries.parts_of(held)[0].certification).update(
            state=state,
            revoked_on=TODAY if state == AwardState.REVOKED else None,
            suspended_on=TODAY if state == AwardState.SUSPENDED else None,
        )
        (path,) = ways_of(person).paths
        assert not path.progress.is_complete

    def test_do_not_count_what_was_refused(self) -> None:
        held = combined.published()
        person = combined.whole(held)
        Award.objects.filter(holder=person).update(refused_at=NOW)
        assert ways_of(person).paths == ()

    def test_keep_to_three_queries_whatever_is_held(self) -> None:
        house = factories.certifier()
        parts = combined.micros(house, 4)
        combined.published(house, parts=parts)
        person = factories.holder()
        for at in range(30):
            combined.award(person, parts[at % 4])
        with CaptureQueriesContext(connection) as asked:
            ways_of(person)
        assert len(asked) <= 1 + 3


class TestAsking:
    def test_waits_once_however_often_it_is_asked(self) -> None:
        request = combined.asked(combined.published())
        again = completing.ask_for_bloc(
            combination=request.combination, person=request.holder, actor=acting(request.holder), now=NOW
        )
        assert (again.pk, again.state) == (request.pk, RequestState.ASKED)
        assert CombinationRequest.objects.count() == 1

    def test_is_refused_while_something_is_missing(self) -> None:
        held = combined.published()
        person = factories.holder()
        combined.award(person, queries.parts_of(held)[0].certification)
        with pytest.raises(RequestRefused, match="manque encore"):
            completing.ask_for_bloc(combination=held, person=person, actor=acting(person), now=NOW)
        assert not CombinationRequest.objects.exists()

    def test_is_for_oneself(self) -> None:
        held = combined.published()
        person = combined.whole(held)
        with pytest.raises(RequestRefused, match="pour soi-même"):
            completing.ask_for_bloc(combination=held, person=person, actor=acting(factories.holder()), now=NOW)

    def test_is_refused_for_what_is_held_already(self) -> None:
        held = combined.published()
        person = combined.whole(held)
        version = held.certification.versions.get(state="published")
        combined.award(person, held.certification, subject=Subject.BLOC, blocs=[held.bloc], referentiel=version)
        with pytest.raises(RequestRefused, match="déjà cette attestation"):
            completing.ask_for_bloc(combination=held, person=person, actor=acting(person), now=NOW)

    def test_is_taken_back_by_its_own_holder_alone(self) -> None:
        request = combined.asked(combined.published())
        with pytest.raises(NotAllowed):
            completing.take_back(request=request, actor=acting(factories.holder()), now=NOW)
        back = completing.take_back(request=request, actor=acting(request.holder), now=NOW)
        assert back.state == RequestState.FOUND

    def test_survives_the_version_that_replaces_it(self) -> None:
        request = combined.asked(combined.published())
        held = request.combination
        operations.close_combination(combination=held, actor=designs.designer(held.certifier), now=NOW)
        (path,) = ways_of(request.holder).paths
        assert path.request == request


class TestPreparing:
    def test_makes_a_lot_like_any_other_with_a_row_for_each(self) -> None:
        held = self._issuable()
        requests = [combined.asked(held) for _one in range(2)]
        actor = issuer(held.certifier)
        lot = completing.prepare_attestations(combination=held, requests=requests, actor=actor, now=NOW)
        assert (lot.state, lot.source, lot.blocs, lot.total, lot.faulty) == (
            LotState.PREPARED,
            LotSource.COMBINATION,
            [held.bloc],
            2,
            0,
        )
        said = [said_in(lot, row) for row in LotRow.objects.filter(lot=lot).order_by("number")]
        assert [one["email"] for one in said] == [one.holder.email for one in requests]
        assert not Award.objects.filter(subject=Subject.BLOC).exists(), "nothing is issued by itself"

    def test_wants_a_published_design(self) -> None:
        request = combined.asked(combined.published())
        held = request.combination
        with pytest.raises(RequestRefused, match="modèle d’attestation"):
            completing.prepare_attestations(combination=held, requests=[request], actor=issuer(held.certifier), now=NOW)

    def test_looks_once_more_at_what_is_held(self) -> None:
        held = self._issuable()
        request = combined.asked(held)
        part = Award.objects.filter(holder=request.holder).order_by("pk")[0]
        Award.objects.filter(pk=part.pk).update(state=AwardState.REVOKED, revoked_on=TODAY)
        with pytest.raises(RequestRefused, match="plus complet"):
            completing.prepare_attestations(combination=held, requests=[request], actor=issuer(held.certifier), now=NOW)

    def test_happens_once_for_two_who_press_together(self) -> None:
        held = self._issuable()
        request = combined.asked(held)
        actor = issuer(held.certifier)
        completing.prepare_attestations(combination=held, requests=[request], actor=actor, now=NOW)
        with pytest.raises(RequestRefused, match="déjà reçu"):
            completing.prepare_attestations(combination=held, requests=[request], actor=actor, now=NOW)

    def test_may_be_done_again_when_the_lot_was_given_up(self) -> None:
        held = self._issuable()
        request = combined.asked(held)
        actor = issuer(held.certifier)
        lot = completing.prepare_attestations(combination=held, requests=[request], actor=actor, now=NOW)
        approving.abandon_lot(held=lot, actor=actor, now=NOW)
        assert queries.waiting(actor) == {held.pk: (1, 0)}
        again = completing.prepare_attestations(combination=held, requests=[request], actor=actor, now=NOW)
        assert again.pk != lot.pk

    def test_is_for_those_who_prepare(self) -> None:
        held = self._issuable()
        request = combined.asked(held)
        with pytest.raises(NotAllowed):
            completing.prepare_attestations(
                combination=held, requests=[request], actor=signatory(held.certifier), now=NOW
            )

    def _issuable(self) -> Combination:
        held = combined.published()
        designs.published_bloc(held.certification)
        return held


class TestDeclining:
    def test_says_why_to_the_holder_who_may_ask_again(self) -> None:
        request = combined.asked(combined.published())
        actor = issuer(request.combination.certifier)
        with pytest.raises(RequestRefused, match="pourquoi"):
            completing.decline(request=request, reasons=" ", actor=actor, now=NOW)
        completing.decline(request=request, reasons="Il manque une pièce d’identité.", actor=actor, now=NOW)
        letter = Message.objects.get(kind="awards.combination_declined")
        assert "pièce d’identité" in letter.body
        again = completing.ask_for_bloc(
            combination=request.combination, person=request.holder, actor=acting(request.holder), now=NOW
        )
        assert (again.state, again.reasons) == (RequestState.ASKED, "")


class TestEachNight:
    def test_writes_once_to_who_has_it_whole(self) -> None:
        person = combined.whole(combined.published())
        assert combined.look() == 1
        assert combined.look(NOW + timedelta(days=1)) == 0
        letter = Message.objects.get(kind="awards.combination_complete")
        assert letter.to_code == person.code
        assert letter.action_url.endswith("/titulaire/parcours/")

    def test_does_not_write_to_who_asked_first(self) -> None:
        combined.asked(combined.published())
        assert combined.look() == 0

    def test_counts_those_who_lack_one_part(self) -> None:
        held = combined.published()
        combined.whole(held)
        for _one in range(2):
            person = factories.holder()
            for part in queries.parts_of(held)[:2]:
                combined.award(person, part.certification)
        combined.look()
        count = CombinationCount.objects.get(combination=held)
        assert (count.complete, count.near) == (1, 2)

    def test_takes_out_of_the_queue_who_no_longer_has_it_whole_and_writes_no_second_letter(self) -> None:
        held = combined.published()
        person = combined.whole(held)
        combined.look()
        mine = Award.objects.filter(holder=person).order_by("pk")
        Award.objects.filter(pk=mine[0].pk).update(state=AwardState.SUSPENDED, suspended_on=TODAY)
        combined.look()
        assert CombinationRequest.objects.get().state == RequestState.LAPSED
        Award.objects.filter(pk=mine[0].pk).update(state=AwardState.ISSUED, suspended_on=None)
        assert combined.look() == 0
        assert CombinationRequest.objects.get().state == RequestState.FOUND

    def test_takes_holders_by_chunks_and_forgets_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("jurande.registers.awards.operations.completing.CHUNK", 2)
        held = combined.published()
        for _one in range(5):
            combined.whole(held)
        seen: list[int] = []
        assert completing.look_for_complete(report=seen.append, now=NOW) == 5
        assert seen == [2, 4, 5]

    def test_a_name_that_no_letter_can_hold_keeps_nobody_else_from_theirs(self) -> None:
        held = combined.published()
        spoilt, fine = combined.whole(held), combined.whole(held)
        type(spoilt).objects.filter(pk=spoilt.pk).update(first_name="Ada\x07")
        assert combined.look() == 1
        assert Message.objects.get(kind="awards.combination_complete").to_code == fine.code
