from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.correspondence.models import Message
from jurande.registers.journal.models import Entry
from jurande.registers.network.models import Call, CallCriterion
from jurande.registers.network.operations import calls as operations
from jurande.registers.network.operations import fees
from jurande.registers.network.operations.calls import CallChanged, CallIncomplete, CallRefused, Terms
from jurande.registers.network.queries import calls as queries
from jurande.registers.network.states import CloseReason
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role, Rule
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.catalogue import certifications
from tests.registers.network import applications
from tests.registers.network import calls as made

pytestmark = pytest.mark.django_db

WRONG_TERMS: list[tuple[dict[str, object], str]] = [
    ({"closes_on": TODAY - timedelta(days=1)}, "closes_on"),
    ({"opens_on": date(2206, 3, 12), "closes_on": None}, "opens_on"),
    ({"territory": ["13", "20"]}, "territory"),
    ({"territory": ["<script>"]}, "territory"),
    ({"blocs": ["INCONNU"]}, "blocs"),
    ({"kinds": ["former", "vendre"]}, "kinds"),
    ({"places": 0}, "places"),
    ({"places": -1}, "places"),
    ({"probation_sittings": 51}, "probation_sittings"),
    ({"first_limit": 10**12}, "first_limit"),
    ({"charter_weight": 11}, "charter_weight"),
    ({"appeal_days": -1}, "appeal_days"),
    ({"divergence_points": 0}, "divergence_points"),
    ({"charter": ["x" * 301]}, "charter"),
    ({"title": " "}, "title"),
]
WRONG_CRITERIA: list[tuple[dict[str, object], str]] = [
    ({"title": ""}, "title"),
    ({"weight": 0}, "weight"),
    ({"weight": 11}, "weight"),
    ({"evidence_kinds": ["poison"]}, "evidence_kinds"),
    ({"needs_document": True}, "evidence_kinds"),
]


def drafted() -> tuple[Call, Actor]:
    """A complete draft, and who wrote it."""
    held = made.certification()
    actor = made.manager(held.certifier)
    return made.draft_call(held, by=actor), actor


def written(call: Call, actor: Actor, **changed: object) -> Call:
    return operations.write_call(
        call=call, terms=made.terms(call, **changed), revision=call.revision, actor=actor, now=NOW
    )


class TestADraft:
    def test_begins_for_a_certification_whose_referentiel_is_published(self) -> None:
        unpublished = certifications.registered()
        actor = made.manager(unpublished.certifier)
        with pytest.raises(CallRefused, match="référentiel publié"):
            operations.start_call(certification=unpublished, title="Appel", actor=actor, now=NOW)

    def test_belongs_to_its_house(self) -> None:
        call, _actor = drafted()
        stranger = made.manager(factories.certifier())
        with pytest.raises(NotAllowed):
            written(call, stranger)
        assert queries.call(stranger, call.code) is None

    def test_is_written_by_those_who_manage_calls(self) -> None:
        call, _actor = drafted()
        for role in (Role.REVIEWER, Role.SIGNATORY, Role.READER):
            with pytest.raises(NotAllowed):
                written(call, made.manager(call.certifier, role))

    def test_refuses_what_cannot_be_and_says_where(self) -> None:
        call, actor = drafted()
        for wrong, field in WRONG_TERMS:
            with pytest.raises(CallRefused) as refusal:
                written(call, actor, **wrong)
            assert refusal.value.field == field, wrong
        assert Call.objects.get(pk=call.pk).revision == call.revision

    def test_refuses_a_schedule_that_is_not_frozen_or_not_ours(self) -> None:
        call, actor = drafted()
        for wrong in (made.schedule(call.certifier, by=actor), made.frozen_schedule(factories.certifier())):
            with pytest.raises(CallRefused) as refusal:
                written(call, actor, fee_schedule=wrong)
            assert refusal.value.field == "fee_schedule"

    def test_keeps_what_is_said_in_one_order_and_without_doubles(self) -> None:
        call, actor = drafted()
        call = written(call, actor, territory=["974", "13", "2A", "13"], charter=[" Un. ", "", "Deux."])
        assert (call.territory, call.charter) == (["13", "2A", "974"], ["Un.", "Deux."])

    def test_never_lets_two_people_overwrite_each_other(self) -> None:
        call, actor = drafted()
        stale = Call.objects.get(pk=call.pk)
        written(call, actor, title="Le premier")
        with pytest.raises(CallChanged):
            written(stale, actor, title="Le second")
        assert Call.objects.get(pk=call.pk).title == "Le premier"

    def test_orders_its_criteria(self) -> None:
        call, actor = drafted()
        first, second = queries.criteria_of(call)
        operations.move_criterion(criterion=second, place=1, actor=actor, now=NOW)
        assert queries.criteria_of(call) == [second, first]
        operations.remove_criterion(criterion=second, actor=actor, now=NOW)
        assert [one.position for one in queries.criteria_of(call)] == [1]

    def test_refuses_a_criterion_that_cannot_be(self) -> None:
        call, actor = drafted()
        for wrong, field in WRONG_CRITERIA:
            wanted = replace(made.PREMISES, **wrong)  # type: ignore[arg-type]
            with pytest.raises(CallRefused) as refusal:
                operations.add_criterion(call=call, wanted=wanted, revision=call.revision, actor=actor, now=NOW)
            assert refusal.value.field == field, wrong

    def test_is_gone_once_discarded(self) -> None:
        call, actor = drafted()
        operations.discard_call(call=call, actor=actor, now=NOW)
        assert not CallCriterion.objects.exists()
        with pytest.raises(CallRefused, match="abandonné"):
            written(call, actor)


class TestPublishing:
    def test_is_for_somebody_who_did_not_write_it(self) -> None:
        call, actor = drafted()
        with pytest.raises(NotAllowed, match="autre personne"):
            operations.publish_call(call=call, revision=call.revision, actor=actor, now=NOW)

    def test_is_for_oneself_where_separation_is_relaxed(self) -> None:
        call, actor = drafted()
        opened = operations.publish_call(
            call=call, revision=call.revision, actor=replace(actor, relaxed=frozenset({Rule.SEPARATION})), now=NOW
        )
        assert opened.state == "open"

    def test_fixes_the_version_that_applications_are_judged_on(self) -> None:
        opened = made.open_call()
        assert opened.referentiel == queries.published_version(opened.certification)

    def test_tells_the_whole_list_of_what_is_missing(self) -> None:
        held = made.certification()
        actor = made.manager(held.certifier)
        bare = operations.start_call(certification=held, title="Appel", actor=actor, now=NOW)
        terms = Terms(title="Appel", charter_weight=3, probation_sittings=2)
        bare = operations.write_call(call=bare, terms=terms, revision=1, actor=actor, now=NOW)
        with pytest.raises(CallIncomplete) as refusal:
            operations.publish_call(
                call=bare, revision=bare.revision, actor=made.manager(held.certifier, Role.ADMINISTRATOR), now=NOW
            )
        assert [gap.field for gap in refusal.value.gaps] == [
            "text",
            "kinds",
            "opens_on",
            "fee_schedule",
            "charter",
            "growth",
            "criteria",
        ]

    def test_demands_the_evidence_of_each_criterion(self) -> None:
        call, actor = drafted()
        silent = operations.add_criterion(
            call=call, wanted=replace(made.PREMISES, evidence=""), revision=call.revision, actor=actor, now=NOW
        )
        assert [gap.field for gap in queries.missing_of(call, TODAY)] == [f"criteria-{silent.code}"]

    def test_demands_a_schedule_that_is_still_in_force(self) -> None:
        call, actor = drafted()
        assert call.fee_schedule is not None
        successor = fees.start_schedule(
            certifier=call.certifier, title="2027", replaces=call.fee_schedule, actor=actor, now=NOW
        )
        fees.freeze_schedule(schedule=successor, revision=1, actor=actor, now=NOW)
        call.refresh_from_db()
        assert [gap.field for gap in queries.missing_of(call, TODAY)] == ["fee_schedule"]

    def test_happens_once_for_two_people_at_the_same_time(self) -> None:
        call, _actor = drafted()
        one, other = (made.manager(call.certifier, Role.ADMINISTRATOR) for _ in range(2))
        operations.publish_call(call=call, revision=call.revision, actor=one, now=NOW)
        with pytest.raises(CallChanged, match="déjà publié"):
            operations.publish_call(call=call, revision=call.revision, actor=other, now=NOW)
        acts = Entry.objects.filter(action="network.call.published", subject_code=call.code)
        assert [entry.actor_code for entry in acts] == [one.code]

    def test_is_of_what_was_read(self) -> None:
        call, actor = drafted()
        seen = call.revision
        written(call, actor, places=1)
        with pytest.raises(CallChanged):
            operations.publish_call(
                call=call, revision=seen, actor=made.manager(call.certifier, Role.ADMINISTRATOR), now=NOW
            )


class TestAPublishedCall:
    def test_is_frozen_by_the_database_itself(self) -> None:
        opened = made.open_call()
        criterion = queries.criteria_of(opened)[0]
        mine = Call.objects.filter(pk=opened.pk)
        for attempt in (
            lambda: mine.update(appeal_days=1),
            lambda: mine.update(fee_schedule=None),
            lambda: mine.update(charter=[]),
            lambda: mine.update(state="draft", published_at=None, published_by_code="", referentiel=None),
            lambda: mine.delete(),
            lambda: CallCriterion.objects.filter(pk=criterion.pk).update(weight=1),
            lambda: CallCriterion.objects.filter(pk=criterion.pk).delete(),
            lambda: CallCriterion.objects.create(call=opened, position=9, title="x"),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                attempt()

    def test_refuses_to_be_written_and_says_what_one_may_do(self) -> None:
        opened = made.open_call()
        actor = made.manager(opened.certifier)
        with pytest.raises(NotAllowed, match="prolonger"):
            written(opened, actor)
        with pytest.raises(NotAllowed):
            operations.remove_criterion(criterion=queries.criteria_of(opened)[0], actor=actor, now=NOW)

    def test_may_be_prolonged_and_better_explained(self) -> None:
        opened = made.open_call()
        later = operations.extend_call(
            call=opened,
            closes_on=date(2026, 9, 30),
            text="Mieux dit.",
            revision=opened.revision,
            actor=made.manager(opened.certifier),
            now=NOW,
        )
        assert (later.closes_on, later.text) == (date(2026, 9, 30), "Mieux dit.")

    def test_never_closes_before_the_day_announced(self) -> None:
        opened = made.open_call()
        actor = made.manager(opened.certifier)
        for day in (TODAY, date(2026, 6, 29), date(2406, 6, 29)):
            with pytest.raises(CallRefused) as refusal:
                operations.extend_call(
                    call=opened, closes_on=day, text="Dit.", revision=opened.revision, actor=actor, now=NOW
                )
            assert refusal.value.field == "closes_on"

    def test_takes_applications_from_its_first_day_to_its_last_one(self) -> None:
        opened = made.open_call(opens_on=TODAY + timedelta(days=1))
        days = [TODAY, TODAY + timedelta(days=1), date(2026, 6, 30), date(2026, 7, 1)]
        assert [opened.takes_applications_on(day) for day in days] == [False, True, True, False]
        assert [queries.is_anything_open(day) for day in days] == [False, True, True, False]

    def test_is_closed_once_with_its_reason(self) -> None:
        opened = made.open_call()
        actor = made.manager(opened.certifier)
        closed = operations.close_call(call=opened, reason=CloseReason.FULL, note="Merci.", actor=actor, now=NOW)
        assert (closed.state, closed.close_reason, closed.closed_by_code) == ("closed", CloseReason.FULL, actor.code)
        with pytest.raises(CallRefused):
            operations.close_call(call=opened, reason=CloseReason.FULL, note="", actor=actor, now=NOW)
        assert list(queries.open_calls(TODAY)) == []

    def test_once_closed_tells_whoever_was_writing_an_application(self) -> None:
        opened = made.open_call()
        draft = applications.draft(opened)
        operations.close_call(
            call=opened, reason=CloseReason.FULL, note="", actor=made.manager(opened.certifier), now=NOW
        )
        letter = Message.objects.addressed_to(draft.applicant.email).get(kind="network.call_closed")
        assert draft.code in letter.action_url

    def test_is_copied_to_make_the_next_one(self) -> None:
        opened = made.open_call(charter_weight=3)
        actor = made.manager(opened.certifier)
        copied = operations.copy_call(call=opened, actor=actor, now=NOW + timedelta(days=300))
        assert (copied.state, copied.closes_on, copied.charter_weight) == ("draft", None, 3)
        assert [operations.wanted_of(one) for one in queries.criteria_of(copied)] == [made.TRAINERS, made.PREMISES]
        assert copied.reference != opened.reference

    def test_has_all_its_places_before_anybody_is_approved(self) -> None:
        assert queries.places_left(made.open_call(places=4)) == 4
