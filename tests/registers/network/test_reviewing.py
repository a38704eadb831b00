"""Two people score an application, each without knowing what the other gives."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.correspondence.models import Message
from jurande.registers.network.models import Application, Review, Score, StageSpell
from jurande.registers.network.operations import reviewing
from jurande.registers.network.operations.applications import withdraw_application
from jurande.registers.network.operations.reviewing import Given, ReviewRefused
from jurande.registers.network.queries.scores import asked_in, board_of
from jurande.registers.network.states import ApplicationState, ReviewState, Stage, Tie
from jurande.registers.parties.states import Role, Rule
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.network import applications, judgments
from tests.registers.network.judgments import DUE

pytestmark = pytest.mark.django_db
DECIDING = [Role.ADMINISTRATOR, Role.NETWORK_MANAGER, Role.SIGNATORY]


def stage_of(held: Application) -> str:
    return StageSpell.objects.current().get(application=held).stage


class TestAssign:
    def test_gives_the_file_to_two_people_and_writes_to_them(self):
        held, by = judgments.submitted()
        assert stage_of(held) == Stage.TO_ASSIGN
        reviews = judgments.assigned(held, by)
        held.refresh_from_db()
        assert {review.reviewer for review in reviews} == {by.first, by.second}
        assert held.state == ApplicationState.UNDER_REVIEW
        assert stage_of(held) == Stage.IN_REVIEW
        told = Message.objects.filter(kind="network.review_assigned")
        assert {letter.to_code for letter in told} == {by.first.code, by.second.code}

    def test_waits_for_the_second_person(self):
        held, by = judgments.submitted()
        reviewing.assign(application=held, reviewers=[by.first], due_on=DUE, actor=by.manager, now=NOW)
        assert stage_of(held) == Stage.TO_ASSIGN

    def test_is_for_network_managers(self):
        held, by = judgments.submitted()
        with pytest.raises(NotAllowed):
            reviewing.assign(application=held, reviewers=[by.first], due_on=DUE, actor=by.decider, now=NOW)

    def test_refuses_another_house(self):
        held, by = judgments.submitted()
        elsewhere = factories.certifier()
        stranger = factories.actor_of(factories.member(of=elsewhere), elsewhere)
        with pytest.raises(NotAllowed):
            reviewing.assign(application=held, reviewers=[by.first], due_on=DUE, actor=stranger, now=NOW)

    def test_refuses_a_colleague_who_does_not_review(self):
        held, by = judgments.submitted()
        reader = factories.member(Role.READER, of=by.house)
        with pytest.raises(ReviewRefused, match="rôle"):
            reviewing.assign(application=held, reviewers=[reader], due_on=DUE, actor=by.manager, now=NOW)

    def test_refuses_a_third_before_two_are_handed_in(self):
        held, by = judgments.submitted()
        judgments.assigned(held, by)
        third = factories.member(Role.REVIEWER, of=by.house)
        with pytest.raises(ReviewRefused):
            reviewing.assign(application=held, reviewers=[third], due_on=DUE, actor=by.manager, now=NOW)

    def test_refuses_to_leave_nobody_to_decide(self):
        held, by = judgments.submitted()
        left = [factories.administrator(by.house), factories.member(Role.NETWORK_MANAGER, of=by.house)]
        others = by.house.memberships.in_force().filter(role__in=DECIDING).exclude(person__in=left)
        others.update(ended_at=NOW)
        manager = factories.actor_of(left[1], by.house)
        given = {"application": held, "reviewers": left, "due_on": DUE, "actor": manager, "now": NOW}
        with pytest.raises(ReviewRefused, match="décider"):
            reviewing.assign(**given)
        factories.relaxed(by.house, Rule.SEPARATION)
        assert reviewing.assign(**{**given, "actor": factories.actor_of(left[1], by.house)})


class TestTies:
    def test_refuse_somebody_who_works_at_the_applicant(self):
        partner = factories.partnership()
        house = partner.certifier
        held, by = judgments.submitted(
            to=applications.open_call(house), at_siret=factories.siret(partner.site.siret[:9])
        )
        factories.operations.invite_member(
            role=Role.TRAINER,
            email=by.first.email,
            first_name=by.first.first_name,
            last_name=by.first.last_name,
            partnership=partner,
            actor=factories.actor_of(factories.administrator(house), house),
            now=NOW,
        )
        token = factories.token_sent_to(by.first.email)
        factories.operations.accept_invitation(token=token, person=by.first, now=NOW)
        with pytest.raises(ReviewRefused, match="Travaille chez ce candidat"):
            judgments.assigned(held, by)
        with pytest.raises(ReviewRefused):
            reviewing.assign(
                application=held, reviewers=[by.first], due_on=DUE, actor=by.manager, now=NOW, despite_hints=True
            )

    def test_are_proposed_for_the_same_mail_domain_and_may_be_set_aside_by_somebody(self):
        person = applications.applicant(email="direction@atelier-jumeau.fr")
        held = applications.submitted(by=person)
        by = judgments.team(held.certifier)
        close = factories.member(Role.REVIEWER, of=by.house, address="paul@atelier-jumeau.fr")
        given = {"application": held, "reviewers": [close], "due_on": DUE, "actor": by.manager, "now": NOW}
        with pytest.raises(ReviewRefused, match=r"atelier-jumeau\.fr"):
            reviewing.assign(**given)
        assert reviewing.assign(**given, despite_hints=True)

    def test_declared_by_the_reviewer_take_the_file_back(self):
        held, by = judgments.submitted()
        mine, _other = judgments.assigned(held, by)
        actor = by.actor(by.first)
        reviewing.recuse(review=mine, tie=Tie.FAMILY, note="Mon beau-frère.", actor=actor, now=NOW)
        assert stage_of(held) == Stage.TO_ASSIGN
        with pytest.raises(ReviewRefused):
            reviewing.begin(review=mine, actor=actor, now=NOW)
        with pytest.raises(ReviewRefused):
            reviewing.assign(application=held, reviewers=[by.first], due_on=DUE, actor=by.manager, now=NOW)

    def test_must_be_named(self):
        held, by = judgments.submitted()
        mine, _other = judgments.assigned(held, by)
        with pytest.raises(ReviewRefused):
            reviewing.recuse(review=mine, tie=Tie.NONE, note="", actor=by.actor(by.first), now=NOW)


class TestKeepScores:
    def test_keeps_an_incomplete_review(self):
        held, by = judgments.submitted()
        mine, _other = judgments.assigned(held, by)
        actor = by.actor(by.first)
        reviewing.begin(review=mine, actor=actor, now=NOW)
        first = asked_in(held)[0].key
        for points in (None, 2):
            reviewing.keep_scores(
                review=mine, given={first: Given(points, "À revoir")}, opinion="", actor=actor, now=NOW
            )
        (score,) = Score.objects.filter(review=mine)
        assert (score.points, score.remark) == (2, "À revoir")

    @pytest.mark.parametrize(("key", "points"), [("ailleurs", 3), (None, 5), (None, -1)])
    def test_refuses_what_is_no_score_of_this_call(self, key, points):
        held, by = judgments.submitted()
        mine, _other = judgments.assigned(held, by)
        actor = by.actor(by.first)
        reviewing.begin(review=mine, actor=actor, now=NOW)
        key = key or asked_in(held)[0].key
        with pytest.raises(ReviewRefused):
            reviewing.keep_scores(review=mine, given={key: Given(points)}, opinion="", actor=actor, now=NOW)
        assert not Score.objects.filter(review=mine).exists()

    def test_is_for_the_reviewer_alone(self):
        held, by = judgments.submitted()
        mine, _other = judgments.assigned(held, by)
        reviewing.begin(review=mine, actor=by.actor(by.first), now=NOW)
        for other in (by.actor(by.second), by.manager):
            with pytest.raises(NotAllowed):
                reviewing.keep_scores(review=mine, given={}, opinion="x", actor=other, now=NOW)

    def test_stops_when_the_applicant_withdraws(self):
        held, by = judgments.submitted()
        mine, _other = judgments.assigned(held, by)
        reviewing.begin(review=mine, actor=by.actor(by.first), now=NOW)
        withdraw_application(
            application=held, reason="Projet abandonné", actor=applications.actor(held.applicant), now=NOW
        )
        assert stage_of(held) == Stage.WITHDRAWN
        with pytest.raises(ReviewRefused):
            reviewing.keep_scores(review=mine, given={}, opinion="x", actor=by.actor(by.first), now=NOW)


class TestSubmit:
    def test_closes_the_review_for_good(self):
        held, by = judgments.submitted()
        mine, _other = judgments.assigned(held, by)
        done = judgments.scored(mine, by)
        assert done.state == ReviewState.SUBMITTED
        with pytest.raises(ReviewRefused):
            reviewing.keep_scores(review=mine, given={}, opinion="autre", actor=by.actor(by.first), now=NOW)
        with pytest.raises(IntegrityError), transaction.atomic():
            Score.objects.filter(review=mine).update(points=4)

    @pytest.mark.parametrize("missing", ["points", "remark", "opinion"])
    def test_refuses_what_is_not_explained(self, missing):
        held, by = judgments.submitted()
        mine, _other = judgments.assigned(held, by)
        actor = by.actor(by.first)
        reviewing.begin(review=mine, actor=actor, now=NOW)
        given = {one.key: Given(3) for one in asked_in(held)}
        first = next(iter(given))
        if missing == "points":
            given[first] = Given(None, "À voir")
        if missing == "remark":
            given[first] = Given(1)
        opinion = "" if missing == "opinion" else "Bien."
        reviewing.keep_scores(review=mine, given=given, opinion=opinion, actor=actor, now=NOW)
        with pytest.raises(ReviewRefused) as refusal:
            reviewing.submit(review=mine, actor=actor, now=NOW)
        assert refusal.value.field == ("opinion" if missing == "opinion" else first)

    def test_leads_to_the_decision_when_both_agree(self):
        held, _by = judgments.ready()
        assert stage_of(held) == Stage.TO_DECIDE

    def test_leads_to_a_reconciliation_when_they_differ(self):
        held, _by = judgments.ready(points=(4, 2))
        assert stage_of(held) == Stage.TO_RECONCILE


class TestIndependence:
    def readable(self, actor):
        return set(Review.objects.readable_by(actor).values_list("reviewer__code", flat=True))

    def test_hides_each_review_until_both_are_handed_in(self):
        held, by = judgments.submitted()
        mine, other = judgments.assigned(held, by)
        judgments.scored(mine, by)
        judgments.scored(other, by, hand_in=False)
        assert self.readable(by.actor(by.first)) == {by.first.code}
        assert self.readable(by.actor(by.second)) == {by.second.code}
        assert self.readable(by.manager) == set()
        assert not Score.objects.visible_to(by.decider).exists()
        assert set(Score.objects.visible_to(by.actor(by.second)).values_list("review", flat=True)) == {other.pk}

    def test_shows_both_to_everybody_who_judges_afterwards(self):
        _held, by = judgments.ready()
        for actor in (by.manager, by.decider, by.actor(by.first), by.actor(by.second)):
            assert self.readable(actor) == {by.first.code, by.second.code}

    def test_hides_them_again_from_the_third(self):
        held, by = judgments.ready(points=(4, 1))
        third = factories.member(Role.REVIEWER, of=by.house)
        (review,) = reviewing.assign(application=held, reviewers=[third], due_on=DUE, actor=by.manager, now=NOW)
        assert self.readable(by.actor(third)) == {third.code}
        judgments.scored(review, by, points=3)
        assert self.readable(by.actor(third)) == {by.first.code, by.second.code, third.code}

    def test_hides_them_from_who_was_recused(self):
        held, by = judgments.submitted()
        mine, other = judgments.assigned(held, by)
        reviewing.recuse(review=mine, tie=Tie.SUPPLIES, note="", actor=by.actor(by.first), now=NOW)
        third = factories.member(Role.REVIEWER, of=by.house)
        (review,) = reviewing.assign(application=held, reviewers=[third], due_on=DUE, actor=by.manager, now=NOW)
        for one in (other, review):
            judgments.scored(one, by)
        assert self.readable(by.actor(by.first)) == {by.first.code}
        assert self.readable(by.decider) == {by.second.code, third.code}

    def test_shows_nothing_to_the_applicant_nor_to_another_house(self):
        held, _by = judgments.ready()
        elsewhere = factories.certifier()
        stranger = factories.actor_of(factories.member(of=elsewhere), elsewhere)
        for actor in (applications.actor(held.applicant), stranger):
            assert not Review.objects.visible_to(actor).exists()
            assert not Score.objects.visible_to(actor).exists()


class TestDivergence:
    def test_is_settled_by_a_note_that_the_other_accepts(self):
        held, by = judgments.ready(points=(4, 2))
        first, second = by.actor(by.first), by.actor(by.second)
        note = reviewing.reconcile(application=held, text="Deux ateliers ont été vus.", actor=first, now=NOW)
        with pytest.raises(ReviewRefused):
            reviewing.agree(note=note, text=note.text, actor=first, now=NOW)
        with pytest.raises(ReviewRefused, match="changé"):
            reviewing.agree(note=note, text="Autre chose", actor=second, now=NOW)
        reviewing.agree(note=note, text=note.text, actor=second, now=NOW)
        assert stage_of(held) == Stage.TO_DECIDE
        assert board_of(held).diverges

    def test_is_settled_by_a_third_review(self):
        held, by = judgments.ready(points=(4, 1))
        third = factories.member(Role.REVIEWER, of=by.house)
        (review,) = reviewing.assign(application=held, reviewers=[third], due_on=DUE, actor=by.manager, now=NOW)
        assert stage_of(held) == Stage.IN_REVIEW
        judgments.scored(review, by)
        assert stage_of(held) == Stage.TO_DECIDE

    def test_is_not_settled_by_somebody_else(self):
        held, by = judgments.ready(points=(4, 2))
        with pytest.raises(ReviewRefused):
            reviewing.reconcile(application=held, text="Je tranche.", actor=by.manager, now=NOW)

    def test_is_told_criterion_by_criterion(self):
        held, by = judgments.submitted()
        mine, other = judgments.assigned(held, by)
        knocked = asked_in(held)[0]
        judgments.scored(mine, by, points=3)
        judgments.scored(other, by, points=3, apart={knocked.key: 1})
        board = board_of(held)
        assert {key for key, gap in board.gaps.items() if gap.diverges} == {knocked.key}
        assert board.knocked_out == {knocked.key}


class TestStages:
    def test_say_how_long_each_one_lasted(self):
        held, by = judgments.submitted()
        later = NOW + timedelta(days=4)
        judgments.assigned(held, by, now=later)
        (past,) = StageSpell.objects.filter(application=held).exclude(left_at=None)
        assert (past.stage, past.left_at - past.entered_at) == (Stage.TO_ASSIGN, timedelta(days=4))
        assert StageSpell.objects.current().get(application=held).due_on == TODAY + timedelta(days=21)
