"""A decision on an application: by whom, with what reasons, and what exists from then on."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from jurande.registers.common.together import alone
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.correspondence.models import Message
from jurande.registers.journal.models import Entry
from jurande.registers.network.models import Appeal, Application, Approval, Condition, Decision, Review, StageSpell
from jurande.registers.network.operations import appeals, deciding, exchanges, reviewing
from jurande.registers.network.operations import approvals as operations
from jurande.registers.network.operations.appeals import AppealRefused
from jurande.registers.network.operations.approvals import ApprovalRefused
from jurande.registers.network.operations.deciding import DecisionRefused
from jurande.registers.network.queries.approvals import granted
from jurande.registers.network.queries.deadlines import DeadlineKind, deadlines
from jurande.registers.network.queries.deciding import people_to_rule_on
from jurande.registers.network.states import (
    AppealState,
    ApplicationState,
    ApprovalState,
    ApprovalSubject,
    DecisionVerdict,
    Stage,
)
from jurande.registers.parties.models import Invitation, Partnership
from jurande.registers.parties.states import PartnershipState, Role, Rule
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.network import applications, judgments
from tests.registers.network.judgments import DUE, UNTIL
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def stage_of(held: Application) -> str:
    return StageSpell.objects.current().get(application=held).stage


class TestDecide:
    def test_opens_the_partnership_and_invites_its_head(self):
        held, by = judgments.ready()
        judgments.decided(held, by)
        held.refresh_from_db()
        assert held.state == ApplicationState.DECIDED
        assert held.partnership.state == PartnershipState.INVITED
        assert held.partnership.site.siret == held.siret
        assert Invitation.objects.get(partnership=held.partnership).role == Role.HEAD
        assert {one.partnership for one in held.staff.all()} == {held.partnership}

    def test_grants_the_organisation_the_certification_and_each_person(self):
        held, by = judgments.ready()
        judgments.decided(held, by)
        held.refresh_from_db()
        target = held.targets.get()
        (one,) = granted(held.partnership, on=TODAY)
        assert (one.certification, one.referentiel) == (target.call.certification, target.call.referentiel)
        assert (one.kind, one.valid_until) == (target.kind, UNTIL)
        assert granted(held.partnership, on=UNTIL + timedelta(days=1)) == []
        people = Approval.objects.granted_on(TODAY).of_people()
        assert {(one.staff, one.role) for one in people} == set(people_to_rule_on(held))

    def test_refuses_one_person_and_approves_the_rest(self):
        held, by = judgments.ready()
        staff, role = people_to_rule_on(held)[0]
        judgments.decided(held, by, refused={(staff.code, role): "Aucune preuve de l’expérience annoncée."})
        refused = Approval.objects.get(state=ApprovalState.REFUSED)
        assert (refused.staff, refused.role, refused.valid_until) == (staff, role, None)
        assert "Aucune preuve" in Message.objects.get(kind="network.approved").body

    def test_uses_the_partnership_that_is_already_there(self):
        partner = factories.partnership()
        held, by = judgments.ready(
            to=applications.open_call(partner.certifier), at_siret=partner.site.siret, name="Autre nom"
        )
        judgments.decided(held, by)
        held.refresh_from_db()
        assert held.partnership == partner
        assert Partnership.objects.count() == 1

    @pytest.mark.parametrize(
        ("verdict", "kind", "stage"),
        [
            (DecisionVerdict.APPROVED, "network.approved", Stage.APPROVED),
            (DecisionVerdict.APPROVED_WITH_CONDITIONS, "network.approved_with_conditions", Stage.CONDITIONS),
            (DecisionVerdict.DEFERRED, "network.deferred", Stage.DEFERRED),
            (DecisionVerdict.REFUSED, "network.refused", Stage.REFUSED),
        ],
    )
    def test_writes_to_the_applicant(self, verdict, kind, stage):
        held, by = judgments.ready()
        judgments.decided(held, by, verdict=verdict)
        letter = Message.objects.get(kind=kind)
        assert letter.to_code == held.applicant.code
        assert "couvre tout le référentiel" in letter.body
        assert stage_of(held) == stage
        assert Entry.objects.filter(action="network.application.decided", reason_code=verdict).count() == 1

    def test_is_not_for_somebody_who_scored(self):
        held, by = judgments.submitted()
        scorer = factories.member(Role.NETWORK_MANAGER, of=by.house)
        reviews = reviewing.assign(
            application=held, reviewers=[scorer, by.second], due_on=DUE, actor=by.manager, now=NOW
        )
        for review in reviews:
            judgments.scored(review, by)
        with pytest.raises(NotAllowed, match="évalué"):
            judgments.decided(held, by, actor=by.actor(scorer))
        factories.relaxed(by.house, Rule.SEPARATION)
        assert judgments.decided(held, by, actor=by.actor(scorer)).decider_scored

    def test_is_not_for_a_role_that_does_not_decide(self):
        held, by = judgments.ready()
        with pytest.raises(NotAllowed):
            judgments.decided(
                held, by, actor=factories.actor_of(factories.member(Role.REVIEWER, of=by.house), by.house)
            )

    def test_waits_for_two_reviews(self):
        held, by = judgments.submitted()
        mine, _other = judgments.assigned(held, by)
        judgments.scored(mine, by)
        with pytest.raises(DecisionRefused, match="Deux évaluations"):
            judgments.decided(held, by)

    def test_waits_until_a_divergence_is_settled(self):
        held, by = judgments.ready(points=(4, 1))
        with pytest.raises(DecisionRefused, match="troisième"):
            judgments.decided(held, by)

    def test_waits_for_an_awaited_visit(self):
        held, by = judgments.ready()
        visit = exchanges.ask_visit(application=held, reason="Voir l’atelier", actor=by.manager, now=NOW)
        assert stage_of(held) == Stage.VISIT
        with pytest.raises(DecisionRefused, match="visite"):
            judgments.decided(held, by)
        exchanges.cancel_visit(visit=visit, actor=by.manager, now=NOW)
        judgments.decided(held, by)

    def test_demands_a_ruling_on_each_person(self):
        held, by = judgments.ready()
        given = judgments.rulings(held)
        lacking = deciding.Rulings(given.valid_from, given.organisation_until, given.targets, {})
        with pytest.raises(DecisionRefused):
            deciding.decide(
                application=held, verdict="approved", reasons="Oui.", rulings=lacking, actor=by.decider, now=NOW
            )
        assert not Partnership.objects.exists()

    @pytest.mark.parametrize(
        ("verdict", "given"),
        [
            ("refused", {"reasons": "  "}),
            ("deferred", {"reasons": "Qualiopi attendu."}),
            ("deferred", {"reasons": "Qualiopi attendu.", "review_again_on": TODAY}),
            ("approved", {"reasons": "Oui."}),
            ("approved_with_conditions", {"reasons": "Oui.", "conditions": []}),
            ("approved_with_conditions", {"reasons": "Oui.", "conditions": [("Équiper", TODAY)]}),
        ],
    )
    def test_refuses_what_is_not_complete(self, verdict, given):
        held, by = judgments.ready()
        with pytest.raises(DecisionRefused):
            deciding.decide(application=held, verdict=verdict, actor=by.decider, now=NOW, **given)
        assert not Decision.objects.exists()

    def test_tells_the_second_of_two_deciders(self):
        held, by = judgments.ready()
        judgments.decided(held, by, verdict=DecisionVerdict.REFUSED)
        with pytest.raises(DecisionRefused, match="Quelqu’un vient de décider"):
            judgments.decided(held, by, actor=by.judge)
        assert Decision.objects.count() == 1

    def test_can_stand_only_once_whatever_writes_it(self):
        held, by = judgments.ready()
        first = judgments.decided(held, by, verdict=DecisionVerdict.REFUSED)
        first.pk, first.code = None, "AUTRE"
        with pytest.raises(IntegrityError), transaction.atomic():
            first.save(force_insert=True)

    def test_closes_the_questions_without_an_answer(self):
        held, by = judgments.ready()
        question = exchanges.ask(
            application=held, text="Qui assure\u00a0?", answer_by=TODAY + timedelta(days=5), actor=by.manager, now=NOW
        )
        judgments.decided(held, by)
        question.refresh_from_db()
        assert question.closed_at is not None


@pytest.mark.django_db(transaction=True)
class TestTwoDeciders:
    def test_at_once_give_one_decision(self, shared_rows):
        held, by = judgments.ready()

        def decide(actor):
            try:
                return judgments.decided(held, by, actor=actor).verdict
            except DecisionRefused:
                return "told"

        outcomes = at_once(partial(decide, by.decider), partial(decide, by.judge))
        assert sorted(outcomes) == ["approved", "told"]
        assert Decision.objects.count() == 1
        assert Partnership.objects.count() == 1


class TestConditions:
    def test_are_met_with_evidence(self):
        held, by = judgments.ready()
        decision = judgments.decided(held, by, verdict=DecisionVerdict.APPROVED_WITH_CONDITIONS)
        condition = decision.conditions.get()
        with pytest.raises(DecisionRefused):
            deciding.meet_condition(condition=condition, evidence=" ", actor=by.manager, now=NOW)
        deciding.meet_condition(condition=condition, evidence="Facture du poste", actor=by.manager, now=NOW)
        assert stage_of(held) == Stage.APPROVED
        with pytest.raises(DecisionRefused):
            deciding.meet_condition(condition=condition, evidence="Encore", actor=by.manager, now=NOW)

    def test_are_recalled_once(self):
        held, by = judgments.ready()
        judgments.decided(
            held,
            by,
            verdict=DecisionVerdict.APPROVED_WITH_CONDITIONS,
            conditions=[("Équiper le poste", TODAY + timedelta(days=10))],
        )
        assert [deciding.remind_of_conditions(now=NOW, days_before=14) for _ in range(2)] == [1, 0]
        assert Condition.objects.get().reminded_on == TODAY


class TestDeferred:
    def test_comes_back_at_its_date(self):
        held, by = judgments.ready()
        judgments.decided(held, by, verdict=DecisionVerdict.DEFERRED)
        early, day = NOW + timedelta(days=29), NOW + timedelta(days=30)
        assert [deciding.bring_back_deferred(now=at) for at in (early, day, day)] == [0, 1, 0]
        held.refresh_from_db()
        assert held.state == ApplicationState.UNDER_REVIEW
        assert stage_of(held) == Stage.TO_DECIDE
        judgments.decided(held, by, verdict=DecisionVerdict.REFUSED, now=day)
        assert Decision.objects.standing().get().verdict == DecisionVerdict.REFUSED


class TestAppeal:
    def refused(self):
        held, by = judgments.ready()
        decision = judgments.decided(held, by, verdict=DecisionVerdict.REFUSED)
        return held, by, decision

    def lodged(self, held, *, days=3):
        return appeals.lodge(
            application=held,
            text="Le second atelier n’a pas été vu.",
            actor=applications.actor(held.applicant),
            now=NOW + timedelta(days=days),
        )

    def test_is_lodged_within_the_delay_of_the_call(self):
        held, _by, decision = self.refused()
        days = held.targets.get().call.appeal_days
        assert decision.appeal_until == TODAY + timedelta(days=days)
        assert self.lodged(held, days=days).state == AppealState.LODGED
        assert stage_of(held) == Stage.APPEAL
        assert Message.objects.filter(kind="network.appeal_lodged").count() == 1

    def test_is_refused_the_day_after_with_a_sentence(self):
        held, _by, decision = self.refused()
        with pytest.raises(AppealRefused, match="11 avril 2026"):
            self.lodged(held, days=(decision.appeal_until - TODAY).days + 1)
        assert not Appeal.objects.exists()

    def test_is_lodged_once_and_by_the_applicant(self):
        held, by, _decision = self.refused()
        self.lodged(held)
        with pytest.raises(AppealRefused, match="déjà contestée"):
            self.lodged(held)
        with pytest.raises(NotAllowed):
            appeals.lodge(application=held, text="Moi aussi", actor=by.manager, now=NOW)

    def test_is_not_judged_by_who_scored_or_decided_even_when_separation_is_set_aside(self):
        held, by, _decision = self.refused()
        appeal = self.lodged(held)
        factories.relaxed(by.house, Rule.SEPARATION)
        decider = factories.actor_of(by.house.memberships.get(person__code=by.decider.code).person, by.house)
        with pytest.raises(NotAllowed, match="ni l’un ni l’autre"):
            appeals.judge(appeal=appeal, upheld=True, reasons="Oui", actor=decider, now=NOW)
        with pytest.raises(NotAllowed):
            appeals.judge(appeal=appeal, upheld=True, reasons="Oui", actor=by.actor(by.first), now=NOW)

    def test_upheld_returns_the_file_to_be_decided(self):
        held, by, decision = self.refused()
        appeal = self.lodged(held)
        later = NOW + timedelta(days=8)
        appeals.judge(appeal=appeal, upheld=True, reasons="L’atelier existe.", actor=by.judge, now=later)
        decision.refresh_from_db()
        assert decision.set_aside_at == later
        assert stage_of(held) == Stage.TO_DECIDE
        assert "admis" in Message.objects.get(kind="network.appeal_judged").body
        judgments.decided(held, by, now=later)
        assert stage_of(held) == Stage.APPROVED

    def test_rejected_leaves_the_decision(self):
        held, by, decision = self.refused()
        appeal = self.lodged(held)
        appeals.judge(appeal=appeal, upheld=False, reasons="Rien de neuf.", actor=by.judge, now=NOW)
        assert Decision.objects.standing().get() == decision
        assert stage_of(held) == Stage.REFUSED
        with pytest.raises(AppealRefused, match="vient de juger"):
            appeals.judge(appeal=appeal, upheld=True, reasons="Si", actor=by.judge, now=NOW)
        with pytest.raises(IntegrityError), transaction.atomic():
            Appeal.objects.update(reasons="Réécrit")

    def test_keeps_a_deferred_file_from_coming_back_meanwhile(self):
        held, by = judgments.ready()
        judgments.decided(held, by, verdict=DecisionVerdict.DEFERRED)
        self.lodged(held)
        assert deciding.bring_back_deferred(now=NOW + timedelta(days=40)) == 0


class TestApprovals:
    def approved(self):
        held, by = judgments.ready()
        judgments.decided(held, by)
        held.refresh_from_db()
        return held, by

    def test_are_withdrawn_for_a_reason(self):
        held, by = self.approved()
        one = Approval.objects.get(subject=ApprovalSubject.CERTIFICATION)
        with pytest.raises(ApprovalRefused):
            operations.withdraw(approval=one, reason=" ", actor=by.decider, now=NOW)
        operations.withdraw(approval=one, reason="Plus de formateur.", actor=by.decider, now=NOW)
        assert granted(held.partnership, on=TODAY) == []
        with pytest.raises(ApprovalRefused):
            operations.renew(approval=one, valid_until=UNTIL + timedelta(days=365), actor=by.decider, now=NOW)

    def test_are_renewed_from_the_day_after_their_end_and_once(self):
        held, by = self.approved()
        one = Approval.objects.get(subject=ApprovalSubject.CERTIFICATION)
        longer = UNTIL + timedelta(days=365)
        following = operations.renew(approval=one, valid_until=longer, actor=by.decider, now=NOW)
        assert (following.valid_from, following.valid_until) == (UNTIL + timedelta(days=1), longer)
        with pytest.raises(ApprovalRefused, match="déjà renouvelé"):
            operations.renew(approval=one, valid_until=longer, actor=by.decider, now=NOW)
        assert len(granted(held.partnership, on=TODAY)) == 1

    def test_are_nothing_without_the_organisation(self):
        held, by = self.approved()
        organisation = Approval.objects.get(subject=ApprovalSubject.ORGANISATION)
        operations.withdraw(approval=organisation, reason="Fermé.", actor=by.decider, now=NOW)
        assert granted(held.partnership, on=TODAY) == []

    def test_of_a_person_come_later_when_they_are_refused_first(self):
        held, by = judgments.ready()
        staff, role = people_to_rule_on(held)[0]
        judgments.decided(held, by, refused={(staff.code, role): "Pas de preuve."})
        staff.refresh_from_db()
        given = {"staff": staff, "role": role, "granted": True, "actor": by.decider, "now": NOW}
        operations.rule_on_person(**given, valid_until=UNTIL)
        with pytest.raises(ApprovalRefused, match="déjà agréée"):
            operations.rule_on_person(**given, valid_until=UNTIL)
        assert Approval.objects.filter(staff=staff, role=role).count() == 2

    def test_are_for_those_who_decide(self):
        _held, by = self.approved()
        one = Approval.objects.get(subject=ApprovalSubject.ORGANISATION)
        for actor in (by.actor(by.first), factories.actor_of(factories.member())):
            with pytest.raises(NotAllowed):
                operations.withdraw(approval=one, reason="Non", actor=actor, now=NOW)

    def test_stand_among_what_ends_three_months_before(self):
        _held, by = self.approved()
        rows = Approval.objects.filter(state=ApprovalState.GRANTED)
        last = rows.order_by("valid_until").first().valid_until
        found = {
            days: [
                (line.due_on, line.count)
                for line in alone(deadlines(by.manager, last - timedelta(days=days)))
                if line.kind == DeadlineKind.APPROVAL
            ]
            for days in (91, 90, -1)
        }
        assert found == {91: [], 90: [(last, rows.filter(valid_until=last).count())], -1: []}

    def test_warn_at_three_months_then_at_one(self):
        _held, by = self.approved()
        at = [NOW.replace(year=2028, month=month, day=15) for month in (11, 12)]
        at += [NOW.replace(year=2029, month=1, day=5), NOW.replace(year=2029, month=2, day=20)]
        managers = by.house.memberships.in_force().filter(role=Role.NETWORK_MANAGER).values("person").distinct().count()
        rows = Approval.objects.filter(state=ApprovalState.GRANTED).count()
        assert [operations.warn_of_ending(now=day) for day in at] == [0, rows * managers, 0, rows * managers]

    def test_are_seen_by_the_partner_and_by_nobody_elses(self):
        held, by = self.approved()
        head = factories.member(Role.HEAD, of=held.partnership)
        neighbour = factories.partnership()
        other = factories.actor_of(factories.member(Role.HEAD, of=neighbour), neighbour)
        own = factories.actor_of(head, held.partnership)
        assert Approval.objects.visible_to(own).count() == Approval.objects.visible_to(by.manager).count()
        assert not Approval.objects.visible_to(other).exists()


def test_a_decision_forgets_no_review():
    held, by = judgments.ready()
    judgments.decided(held, by)
    assert Review.objects.filter(application=held).submitted().count() == 2
