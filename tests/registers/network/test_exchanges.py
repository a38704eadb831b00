"""Questions, answers and visits while a file is judged."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest

from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.correspondence.models import Message
from jurande.registers.network.models import Question, StageSpell
from jurande.registers.network.operations import exchanges
from jurande.registers.network.operations.exchanges import ExchangeRefused
from jurande.registers.network.states import Stage, VisitState
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.network import applications, judgments

pytestmark = pytest.mark.django_db
SOON = TODAY + timedelta(days=10)


def stage_of(held):
    return StageSpell.objects.current().get(application=held).stage


def asked(held, by, **given):
    return exchanges.ask(
        **{"application": held, "text": "Qui entretient\u00a0?", "answer_by": SOON, "actor": by.manager, "now": NOW}
        | given
    )


class TestQuestion:
    def test_leaves_by_mail_and_waits_on_the_applicant(self):
        held, by = judgments.submitted()
        asked(held, by)
        letter = Message.objects.get(kind="network.question_asked")
        assert (letter.to_code, letter.about_code) == (held.applicant.code, held.code)
        assert "Qui entretient" in letter.body
        spell = StageSpell.objects.current().get(application=held)
        assert (spell.stage, spell.due_on) == (Stage.QUESTION, SOON)

    def test_is_answered_by_the_applicant_even_late(self):
        held, by = judgments.submitted()
        question = asked(held, by)
        late = NOW + timedelta(days=20)
        exchanges.answer(question=question, text="Nous-mêmes.", actor=applications.actor(held.applicant), now=late)
        assert stage_of(held) == Stage.TO_ASSIGN
        assert Message.objects.get(kind="network.question_answered").to_code == by.manager.code
        with pytest.raises(ExchangeRefused, match="déjà sa réponse"):
            exchanges.answer(question=question, text="Autre", actor=applications.actor(held.applicant), now=late)

    def test_is_not_answered_by_somebody_else(self):
        held, by = judgments.submitted()
        question = asked(held, by)
        for actor in (by.manager, applications.actor(applications.applicant())):
            with pytest.raises(NotAllowed):
                exchanges.answer(question=question, text="Moi", actor=actor, now=NOW)

    def test_can_be_given_up(self):
        held, by = judgments.submitted()
        question = asked(held, by)
        exchanges.close_question(question=question, actor=by.manager, now=NOW)
        assert stage_of(held) == Stage.TO_ASSIGN
        with pytest.raises(ExchangeRefused):
            exchanges.answer(question=question, text="Trop tard", actor=applications.actor(held.applicant), now=NOW)

    @pytest.mark.parametrize("given", [{"text": " "}, {"text": "x" * 4001}, {"answer_by": TODAY}])
    def test_refuses_what_cannot_be_answered(self, given):
        held, by = judgments.submitted()
        with pytest.raises(ExchangeRefused):
            asked(held, by, **given)
        assert not Message.objects.filter(kind="network.question_asked").exists()

    def test_is_for_those_who_judge_in_this_house(self):
        held, by = judgments.submitted()
        elsewhere = factories.certifier()
        for actor in (
            factories.actor_of(factories.member(of=elsewhere), elsewhere),
            applications.actor(held.applicant),
        ):
            with pytest.raises(NotAllowed):
                asked(held, by, actor=actor)

    def test_is_recalled_once_when_its_day_is_near(self):
        held, by = judgments.submitted()
        asked(held, by)
        days = [NOW + timedelta(days=after) for after in (1, 8, 8, 12)]
        assert [exchanges.remind_of_questions(now=day, days_before=3) for day in days] == [0, 1, 0, 0]
        assert Message.objects.filter(kind="network.question_reminder").count() == 1
        assert Question.objects.late_on(SOON + timedelta(days=1)).exists()


class TestVisit:
    def test_is_asked_planned_and_reported_with_a_document(self):
        held, by = judgments.submitted()
        judgments.assigned(held, by)
        visit = exchanges.ask_visit(application=held, reason="Voir les postes", actor=by.actor(by.first), now=NOW)
        assert stage_of(held) == Stage.VISIT
        visit = exchanges.plan_visit(visit=visit, planned_on=SOON, place="Nantes", actor=by.manager, now=NOW)
        assert "Nantes" in Message.objects.get(kind="network.visit_planned").body
        done = exchanges.report_visit(
            visit=visit,
            done_on=SOON,
            report="Deux postes, aux normes.",
            content=io.BytesIO(applications.PDF),
            filename="compte rendu.pdf",
            actor=by.actor(by.first),
            now=NOW + timedelta(days=11),
        )
        assert (done.state, done.report_document.filename) == (VisitState.REPORTED, "compte rendu.pdf")
        assert stage_of(held) == Stage.IN_REVIEW

    def test_follows_its_order(self):
        held, by = judgments.submitted()
        visit = exchanges.ask_visit(application=held, reason="Voir", actor=by.manager, now=NOW)
        with pytest.raises(ExchangeRefused, match="Fixez d’abord"):
            exchanges.report_visit(visit=visit, done_on=TODAY, report="Vu", actor=by.manager, now=NOW)
        with pytest.raises(ExchangeRefused):
            exchanges.ask_visit(application=held, reason="Encore", actor=by.manager, now=NOW)
        exchanges.cancel_visit(visit=visit, actor=by.manager, now=NOW)
        with pytest.raises(ExchangeRefused):
            exchanges.plan_visit(visit=visit, planned_on=SOON, place="Nantes", actor=by.manager, now=NOW)

    def test_tells_the_applicant_that_the_day_they_were_told_no_longer_holds(self):
        held, by = judgments.submitted()
        for place in ("", "Nantes"):
            visit = exchanges.ask_visit(application=held, reason="Voir", actor=by.manager, now=NOW)
            if place:
                exchanges.plan_visit(visit=visit, planned_on=SOON, place=place, actor=by.manager, now=NOW)
            exchanges.cancel_visit(visit=visit, actor=by.manager, now=NOW)
        letter = Message.objects.get(kind="network.visit_cancelled")
        assert letter.to_email == held.applicant.email
        assert "Nantes" in letter.body

    def test_is_not_reported_before_its_day(self):
        held, by = judgments.submitted()
        visit = exchanges.ask_visit(application=held, reason="Voir", actor=by.manager, now=NOW)
        visit = exchanges.plan_visit(visit=visit, planned_on=SOON, place="Nantes", actor=by.manager, now=NOW)
        with pytest.raises(ExchangeRefused, match="pas encore"):
            exchanges.report_visit(visit=visit, done_on=SOON, report="Vu", actor=by.manager, now=NOW)
