from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.conventions.models import ActLetter, Convention, Ending, Suspension, Termination
from jurande.registers.conventions.operations import effects, endings, procedures
from jurande.registers.conventions.operations.endings import EndingRefused
from jurande.registers.conventions.operations.letters import LetterRefused
from jurande.registers.conventions.operations.procedures import ProcedureRefused
from jurande.registers.conventions.states import ConventionState, TerminationState
from jurande.registers.correspondence.models import Message
from jurande.registers.parties.states import Role
from jurande.registers.seal.models import Commitment
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.conventions import conventions as made
from tests.registers.conventions import signed as s
from tests.registers.conventions.signed import MINUTE

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def sql(statement: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


class TestASuspension:
    def test_is_immediate_and_has_its_reasons_and_its_letter_r6113_16_6(self):
        convention = s.in_force()
        by = made.preparer(convention.certifier)
        with pytest.raises(ProcedureRefused, match="pourquoi"):
            procedures.suspend(convention=convention, reasons=" ", effective_on=TODAY, actor=by, now=NOW)
        procedures.suspend(convention=convention, reasons="Fraude signalée.", effective_on=TODAY, actor=by, now=NOW)
        convention.refresh_from_db()
        letter = ActLetter.objects.get(convention=convention)
        assert (convention.state, letter.kind) == (ConventionState.SUSPENDED, "suspension")
        assert Commitment.objects.filter(pk=letter.commitment_id, document_code=letter.document.code).exists()
        assert Message.objects.about("act_letter", letter.code).count() == 1

    def test_is_lifted_with_reasons_r6113_16_6(self):
        convention = s.in_force()
        by = made.preparer(convention.certifier)
        procedures.suspend(convention=convention, reasons="Fraude.", effective_on=TODAY, actor=by, now=NOW)
        procedures.lift_suspension(convention=convention, reasons="Pièces produites.", actor=by, now=NOW + MINUTE)
        convention.refresh_from_db()
        assert convention.state == ConventionState.IN_FORCE
        with pytest.raises(ProcedureRefused, match="pas suspendue"):
            procedures.lift_suspension(convention=convention, reasons="Encore.", actor=by, now=NOW + MINUTE)

    def test_is_no_state_that_sql_can_write_without_a_decision_r6113_16_6(self):
        convention = s.in_force()
        with pytest.raises(IntegrityError):
            sql("UPDATE conventions_convention SET state = 'suspended' WHERE id = %s", convention.pk)

    def test_is_not_for_a_reader_nor_for_another_house_r6113_16_6(self):
        convention = s.in_force()
        reader = factories.actor_of(factories.member(Role.READER, of=convention.certifier), convention.certifier)
        for actor in (reader, made.preparer(factories.certifier()), s.head(convention.partnership)):
            with pytest.raises(NotAllowed):
                procedures.suspend(convention=convention, reasons="X", effective_on=TODAY, actor=actor, now=NOW)


class TestATermination:
    def test_goes_from_griefs_to_receipt_to_observations_to_decision_r6113_16_6(self):
        convention = s.in_force()
        row = s.griefs(convention)
        row = s.receive(row)
        assert row.observations_until == TODAY + timedelta(days=row.delay_days)
        row = s.observe(row)
        row = s.terminate(row)
        convention.refresh_from_db()
        assert (row.state, convention.state) == (TerminationState.DECIDED_TERMINATED, ConventionState.ENDED)
        assert (convention.end_reason, convention.ended_on) == ("terminated", TODAY)
        kinds = ActLetter.objects.filter(convention=convention).order_by("pk").values_list("kind", flat=True)
        assert list(kinds) == ["griefs", "termination"]
        assert Message.objects.of_kind("conventions.observed").exists()

    def test_goes_on_without_observations_once_the_delay_has_elapsed_r6113_16_6(self):
        row = s.receive(s.griefs(s.in_force()))
        last = NOW + timedelta(days=row.delay_days)
        with pytest.raises(ProcedureRefused, match="jusqu’au"):
            s.terminate(row, at=last)
        assert s.terminate(row, at=last + DAY).state == TerminationState.DECIDED_TERMINATED

    def test_counts_the_delay_from_the_day_the_post_delivered_r6113_16_6(self):
        row = s.griefs(s.in_force())
        s.post(row, on=TODAY + 3 * DAY, at=NOW + 5 * DAY)
        row.refresh_from_db()
        assert (row.receipt, row.received_on) == ("post", TODAY + 3 * DAY)
        assert row.observations_until == TODAY + timedelta(days=3 + row.delay_days)

    def test_keeps_the_first_proof_of_receipt_r6113_16_6(self):
        row = s.receive(s.griefs(s.in_force()))
        s.post(row, on=TODAY, at=NOW + 2 * MINUTE)
        row.refresh_from_db()
        assert row.receipt == "portal"

    def test_refuses_a_decision_without_proof_of_receipt_r6113_16_6(self):
        row = s.griefs(s.in_force())
        with pytest.raises(ProcedureRefused, match="preuve que les griefs"):
            s.terminate(row, at=NOW + 90 * DAY)

    def test_refuses_observations_before_the_griefs_were_received_and_a_second_time_r6113_16_6(self):
        row = s.griefs(s.in_force())
        with pytest.raises(ProcedureRefused, match="Prenez d’abord"):
            s.observe(row)
        row = s.observe(s.receive(row))
        with pytest.raises(ProcedureRefused, match="déjà été transmises"):
            s.observe(row)

    def test_is_decided_by_somebody_else_than_who_notified_r6113_16_6(self):
        convention = s.in_force()
        signatory = s.decider(convention)
        admin = factories.actor_of(factories.administrator(convention.certifier), convention.certifier)
        row = procedures.notify_griefs(convention=convention, griefs="X.", delay_days=30, actor=admin, now=NOW)
        row = s.observe(s.receive(row))
        with pytest.raises(NotAllowed, match="une autre personne"):
            s.terminate(row, by=admin)
        factories.relaxed(convention.certifier)
        person = factories.administrator(convention.certifier)
        relaxed = factories.actor_of(person, convention.certifier)
        assert s.terminate(row, by=relaxed).separation_relaxed
        assert signatory.code != relaxed.code

    def test_leaves_at_least_the_delay_of_the_house_r6113_16_6(self):
        convention = s.in_force()
        with pytest.raises(ProcedureRefused, match="au moins"):
            procedures.notify_griefs(
                convention=convention, griefs="X.", delay_days=procedures.shortest_delay(convention.certifier) - 1,
                actor=made.preparer(convention.certifier), now=NOW,
            )  # fmt: skip

    def test_is_one_at_a_time_and_may_be_closed_r6113_16_6(self):
        convention = s.in_force()
        row = s.griefs(convention)
        with pytest.raises(ProcedureRefused, match="déjà ouverte"):
            s.griefs(convention)
        procedures.close(termination=row, decision="Griefs non établis.", actor=s.decider(convention), now=NOW)
        convention.refresh_from_db()
        assert convention.state == ConventionState.IN_FORCE
        s.griefs(convention, at=NOW + MINUTE)

    def test_waits_for_its_day_r6113_16_6(self):
        row = s.observe(s.receive(s.griefs(s.in_force())))
        later = procedures.terminate(
            termination=row, decision="Motifs.", learners="Repris.", effective_on=TODAY + 10 * DAY,
            actor=s.decider(row.convention), now=NOW + 3 * MINUTE,
        )  # fmt: skip
        assert effects.keep_dates(now=NOW + 9 * DAY) == 0
        assert effects.keep_dates(now=NOW + 10 * DAY) == 1
        assert Convention.objects.get(pk=later.convention_id).ended_on == TODAY + 10 * DAY

    def test_refuses_an_impossible_day_of_delivery_r6113_16_6(self):
        row = s.griefs(s.in_force())
        for day in (TODAY - DAY, TODAY + DAY):
            with pytest.raises(LetterRefused, match="distribuée entre"):
                s.post(row, on=day, at=NOW + MINUTE)

    @pytest.mark.parametrize("state", ["received", "observed", "decided_terminated", "closed_without_action"])
    def test_cannot_be_moved_by_sql_to_any_state_without_its_facts_r6113_16_6(self, state):
        row = s.griefs(s.in_force())
        with pytest.raises(IntegrityError):
            sql("UPDATE conventions_termination SET state = %s WHERE id = %s", state, row.pk)

    def test_cannot_begin_elsewhere_go_back_change_or_vanish_by_sql_r6113_16_6(self):
        row = s.observe(s.receive(s.griefs(s.in_force())))
        for statement in (
            "UPDATE conventions_termination SET state = 'received', observations = '', observed_at = NULL, "
            "observed_by_code = '' WHERE id = %s",
            "UPDATE conventions_termination SET griefs = 'Autres griefs.' WHERE id = %s",
            "UPDATE conventions_termination SET observations_until = received_on WHERE id = %s",
            "DELETE FROM conventions_termination WHERE id = %s",
        ):
            with pytest.raises(IntegrityError):
                sql(statement, row.pk)
        values = Termination.objects.values().get(pk=row.pk)
        with pytest.raises(IntegrityError), transaction.atomic():
            Termination.objects.create(**{**values, "id": None, "code": "OTHER"})

    def test_cannot_be_decided_by_sql_before_the_delay_nor_by_who_notified_r6113_16_6(self):
        row = s.receive(s.griefs(s.in_force()))
        decided = {
            "state": "decided_terminated", "decision": "X", "learners": "X", "decided_at": NOW + MINUTE,
            "decided_on": TODAY, "effective_on": TODAY, "decided_by_code": "OTHER",
        }  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            Termination.objects.filter(pk=row.pk).update(**decided)
        after = {**decided, "decided_on": TODAY + 60 * DAY, "effective_on": TODAY + 60 * DAY}
        with pytest.raises(IntegrityError), transaction.atomic():
            Termination.objects.filter(pk=row.pk).update(**{**after, "decided_by_code": row.notified_by_code})

    def test_cannot_end_a_convention_by_sql_without_its_decision_r6113_16_6(self):
        convention = s.in_force()
        for reason in ("terminated", "agreed"):
            with pytest.raises(IntegrityError):
                sql(
                    "UPDATE conventions_convention SET state = 'ended', ended_on = %s, end_reason = %s WHERE id = %s",
                    TODAY, reason, convention.pk,
                )  # fmt: skip


class TestOtherWaysOut:
    def test_an_agreed_end_waits_for_the_head_of_the_partner(self):
        convention = s.in_force()
        by = made.preparer(convention.certifier)
        ending = endings.propose_end(
            convention=convention, reasons="Réorganisation.", learners="Sessions tenues.", effective_on=TODAY,
            actor=by, now=NOW,
        )  # fmt: skip
        with pytest.raises(IntegrityError):
            sql("UPDATE conventions_ending SET state = 'agreed' WHERE id = %s", ending.pk)
        assert effects.keep_dates(now=NOW + DAY) == 0
        with pytest.raises(NotAllowed):
            endings.answer_end(ending=ending, agreed=True, answer="", actor=by, now=NOW)
        endings.answer_end(ending=ending, agreed=True, answer="", actor=s.head(convention.partnership), now=NOW)
        assert effects.keep_dates(now=NOW + DAY) == 1
        assert Convention.objects.get(pk=convention.pk).end_reason == "agreed"

    def test_a_refused_end_ends_nothing_and_may_be_proposed_again(self):
        convention = s.in_force()
        asked = {
            "convention": convention, "reasons": "X.", "learners": "Y.", "effective_on": TODAY,
            "actor": made.preparer(convention.certifier), "now": NOW,
        }  # fmt: skip
        first = endings.propose_end(**asked)
        with pytest.raises(EndingRefused, match="déjà proposée"):
            endings.propose_end(**asked)
        endings.answer_end(ending=first, agreed=False, answer="Non.", actor=s.head(convention.partnership), now=NOW)
        assert endings.propose_end(**asked).pk != first.pk
        assert Ending.objects.filter(convention=convention).count() == 2

    def test_a_non_renewal_is_told_and_the_convention_runs_to_its_term(self):
        convention = s.in_force()
        ending = endings.decline_renewal(
            convention=convention, reasons="Certification close.", learners="Dernière session.",
            actor=made.preparer(convention.certifier), now=NOW,
        )  # fmt: skip
        convention.refresh_from_db()
        assert (ending.effective_on, convention.state) == (convention.valid_until, ConventionState.IN_FORCE)


class AnyOrder(RuleBasedStateMachine):
    """Whatever is called, in whatever order and at whatever day, a termination has its three steps before it."""

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.convention = s.in_force(partnership_of())
        self.now = NOW

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    def attempt(self, step, *arguments, **named) -> None:
        self.now += MINUTE
        try:
            with transaction.atomic():
                step(*arguments, **named)
        except (ProcedureRefused, NotAllowed, LetterRefused, AssertionError):
            pass
        self.convention.refresh_from_db()

    @property
    def row(self) -> Termination | None:
        return Termination.objects.select_related("convention__certifier", "convention__partnership__certifier").filter(
            convention=self.convention
        ).order_by("-pk").first()  # fmt: skip

    @rule(days=st.integers(1, 20))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule()
    def notify(self) -> None:
        self.attempt(s.griefs, self.convention, at=self.now)

    @rule(step=st.sampled_from([s.receive, s.observe, s.terminate]))
    def go_on(self, step) -> None:
        if (row := self.row) is not None:
            self.attempt(step, row, at=self.now)

    @rule()
    def close(self) -> None:
        if (row := self.row) is not None:
            self.attempt(
                procedures.close, termination=row, decision="X.", actor=s.decider(self.convention), now=self.now
            )

    @invariant()
    def is_terminated_only_after_griefs_receipt_and_hearing(self) -> None:
        for row in Termination.objects.filter(state=TerminationState.DECIDED_TERMINATED):
            assert row.griefs
            assert row.notified_at <= row.received_at <= row.decided_at
            assert row.observed_at or row.decided_on > row.observations_until
            assert row.decided_by_code != row.notified_by_code
        terminated = self.convention.end_reason == "terminated"
        assert not terminated or Termination.objects.filter(state=TerminationState.DECIDED_TERMINATED).exists()


def partnership_of():
    return factories.partnership()


def test_no_order_of_calls_terminates_without_the_three_steps_of_r6113_16_6():
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=4, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck), database=None
        ),
    )


def test_a_suspension_and_a_letter_are_never_rewritten():
    convention = s.in_force()
    procedures.suspend(
        convention=convention, reasons="X.", effective_on=TODAY, actor=made.preparer(convention.certifier), now=NOW
    )
    for statement in (
        "UPDATE conventions_suspension SET reasons = 'Y'",
        "UPDATE conventions_actletter SET kind = 'griefs'",
        "DELETE FROM conventions_actletter",
    ):
        with pytest.raises(IntegrityError):
            sql(statement)
    assert Suspension.objects.get().effective_on == date(2026, 3, 12)
