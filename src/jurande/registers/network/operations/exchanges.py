"""What passes between the certifier and the applicant while a file is judged: questions, answers, visits."""

from __future__ import annotations

from datetime import date, datetime
from typing import BinaryIO

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.documents import operations as documents
from jurande.registers.network.emails import judging as emails
from jurande.registers.network.models import Application, Question, Visit
from jurande.registers.network.operations.stages import locked, settle, told
from jurande.registers.network.policies import judging as policies
from jurande.registers.network.policies.applications import can_act_for_applicant
from jurande.registers.network.states import PENDING_STATES, VISIT_LIFE, JudgmentAct, VisitState
from jurande.registers.parties.models import Person
from jurande.registers.parties.policies import Actor

TEXT_CHARS = 4_000


class ExchangeRefused(Refused):
    """This cannot be asked, answered, planned or reported so."""


# --- questions ----------------------------------------------------------------------------------


@transaction.atomic
def ask(*, application: Application, text: str, answer_by: date, actor: Actor, now: datetime) -> Question:
    """Ask the applicant something, to be answered by a day (included): by mail, and in their file.

    :raises NotAllowed: the role does not write to applicants. :raises ExchangeRefused: decided or withdrawn, no text,
    or a day that is past.
    """
    require(policies.can_exchange(actor, application))
    held = locked(application)
    _demand_pending(held)
    if not text.strip() or len(text) > TEXT_CHARS:
        raise ExchangeRefused(_("Écrivez votre question, en 4\u00a0000 caractères au plus."), field="text")
    if answer_by <= localdate(now):
        raise ExchangeRefused(_("Laissez au moins un jour au candidat pour répondre."), field="answer_by")
    question = Question(
        application=held, text=text.strip(), asked_at=now, asked_by_code=actor.code, answer_by=answer_by
    )
    question.save(force_insert=True)
    correspondence.send(emails.question_asked(question), now=now)
    settle(held, now=now)
    told(JudgmentAct.QUESTION_ASKED, held, actor, now, texts=[question.text])
    return question


@transaction.atomic
def answer(*, question: Question, text: str, actor: Actor, now: datetime) -> Question:
    """Answer in the applicant's name; late is better than never. Who asked is told by a letter.

    Documents that go with it are filed beside, with the question's code in ``answers_code``.

    :raises NotAllowed: not the applicant's file. :raises ExchangeRefused: answered or closed already, or no text.
    """
    require(can_act_for_applicant(actor, question.application))
    held = locked(question.application)
    row = Question.objects.select_for_update(of=("self",), no_key=True).get(pk=question.pk)
    if row.answered_at is not None:
        raise ExchangeRefused(_("Cette question a déjà sa réponse. Ce que vous venez d’écrire n’est pas envoyé."))
    if row.closed_at is not None:
        raise ExchangeRefused(_("Aucune réponse n’est plus attendue à cette question."))
    if not text.strip() or len(text) > TEXT_CHARS:
        raise ExchangeRefused(_("Écrivez votre réponse, en 4\u00a0000 caractères au plus."), field="text")
    row.answer, row.answered_at, row.answered_by_code = text.strip(), now, actor.code
    row.save(update_fields=["answer", "answered_at", "answered_by_code"])
    asker = Person.objects.able_to_sign_in().filter(code=row.asked_by_code).first()
    if asker is not None:
        row.application = held
        correspondence.send(emails.question_answered(row, asker), now=now)
    settle(held, now=now)
    told(JudgmentAct.QUESTION_ANSWERED, held, actor, now, texts=[row.answer])
    return row


@transaction.atomic
def close_question(*, question: Question, actor: Actor, now: datetime) -> Question:
    """Stop waiting for an answer; the question stays in the file, without one.

    :raises NotAllowed: the role does not write to applicants. :raises ExchangeRefused: answered or closed already.
    """
    require(policies.can_exchange(actor, question.application))
    held = locked(question.application)
    row = Question.objects.select_for_update(of=("self",), no_key=True).get(pk=question.pk)
    if not row.is_waiting:
        raise ExchangeRefused(_("Cette question n’attend plus de réponse\u00a0: rechargez la page."))
    row.closed_at, row.closed_by_code = now, actor.code
    row.save(update_fields=["closed_at", "closed_by_code"])
    settle(held, now=now)
    told(JudgmentAct.QUESTION_CLOSED, held, actor, now)
    return row


@transaction.atomic
def remind_of_questions(*, now: datetime, days_before: int) -> int:
    """Write once more about each question whose day is near; give how many letters left. Idempotent."""
    today = localdate(now)
    due = (
        Question.objects.waiting()
        .filter(reminded_on=None, answer_by__gte=today, application__state__in=PENDING_STATES)
        .select_related("application__applicant", "application__certifier__organisation")
        .order_by("pk")
    )
    # A question asked for the day after is its own reminder.
    near = [one for one in due if (one.answer_by - today).days <= days_before and localdate(one.asked_at) < today]
    for question in near:
        correspondence.send(emails.question_asked(question, again=True), now=now)
        question.reminded_on = today
        question.save(update_fields=["reminded_on"])
    return len(near)


# --- visits -------------------------------------------------------------------------------------


@transaction.atomic
def ask_visit(*, application: Application, reason: str, actor: Actor, now: datetime) -> Visit:
    """Say that the premises must be seen before anything is decided, and what is to be seen there.

    :raises ExchangeRefused: decided or withdrawn, no reason, or a visit is awaited already.
    """
    require(policies.can_exchange(actor, application))
    held = locked(application)
    _demand_pending(held)
    if not reason.strip():
        raise ExchangeRefused(_("Dites ce qu’il faut aller voir."), field="reason")
    if Visit.objects.filter(application=held).awaited().exists():
        raise ExchangeRefused(_("Une visite est déjà demandée. Complétez-la, ou annulez-la d’abord."))
    visit = Visit(application=held, reason=reason.strip()[:TEXT_CHARS], asked_at=now, asked_by_code=actor.code)
    visit.save(force_insert=True)
    settle(held, now=now)
    told(JudgmentAct.VISIT_ASKED, held, actor, now, texts=[visit.reason])
    return visit


@transaction.atomic
def plan_visit(*, visit: Visit, planned_on: date, place: str, actor: Actor, now: datetime) -> Visit:
    """Fix the day and the place, or change them; the applicant is told by a letter.

    :raises ExchangeRefused: reported or cancelled, a day that is past, or no place.
    """
    held, row = _visit(visit, actor)
    _demand_move(row, "plan")
    if planned_on < localdate(now):
        raise ExchangeRefused(_("Cette date est passée. Choisissez un jour à venir."), field="planned_on")
    if not place.strip():
        raise ExchangeRefused(_("Dites où a lieu la visite."), field="place")
    row.state = VISIT_LIFE.after(row.state, "plan")
    row.planned_on, row.place, row.planned_at, row.planned_by_code = planned_on, place.strip(), now, actor.code
    row.save(update_fields=["state", "planned_on", "place", "planned_at", "planned_by_code"])
    row.application = held
    correspondence.send(emails.visit_planned(row), now=now)
    settle(held, now=now)
    told(JudgmentAct.VISIT_PLANNED, held, actor, now)
    return row


@transaction.atomic
def report_visit(
    *,
    visit: Visit,
    done_on: date,
    report: str,
    actor: Actor,
    now: datetime,
    content: BinaryIO | None = None,
    filename: str = "",
) -> Visit:
    """Write what was seen, with a document if there is one.

    :raises ExchangeRefused: not planned, a day to come, or no report. :raises DocumentRefused: what the file is.
    """
    held, row = _visit(visit, actor)
    _demand_move(row, "report")
    if done_on > localdate(now):
        raise ExchangeRefused(
            _("La visite n’a pas encore eu lieu. Indiquez le jour où elle a été faite."), field="done_on"
        )
    if not report.strip():
        raise ExchangeRefused(_("Écrivez ce qui a été vu."), field="report")
    if content is not None:
        row.report_document = documents.keep(
            content=content, filename=filename, certifier_code=held.certifier.code, actor_code=actor.code, now=now
        )
    row.state = VISIT_LIFE.after(row.state, "report")
    row.done_on, row.report, row.reported_at, row.done_by_code = done_on, report.strip()[:TEXT_CHARS], now, actor.code
    row.save(update_fields=["state", "done_on", "report", "report_document", "reported_at", "done_by_code"])
    settle(held, now=now)
    told(JudgmentAct.VISIT_REPORTED, held, actor, now, texts=[row.report])
    return row


@transaction.atomic
def cancel_visit(*, visit: Visit, actor: Actor, now: datetime) -> Visit:
    """Give the visit up; it stays in the file. The applicant is told when a day had been fixed.

    :raises ExchangeRefused: reported or cancelled already.
    """
    held, row = _visit(visit, actor)
    _demand_move(row, "cancel")
    was_planned = row.state == VisitState.PLANNED
    row.state = VISIT_LIFE.after(row.state, "cancel")
    row.cancelled_at, row.cancelled_by_code = now, actor.code
    row.save(update_fields=["state", "cancelled_at", "cancelled_by_code"])
    if was_planned:
        correspondence.send(emails.visit_cancelled(row), now=now)
    settle(held, now=now)
    told(JudgmentAct.VISIT_CANCELLED, held, actor, now)
    return row


def _visit(visit: Visit, actor: Actor) -> tuple[Application, Visit]:
    require(policies.can_exchange(actor, visit.application))
    held = locked(visit.application)
    _demand_pending(held)
    return held, Visit.objects.select_for_update(of=("self",), no_key=True).get(pk=visit.pk)


def _demand_move(visit: Visit, move: str) -> None:
    if not VISIT_LIFE.allows(visit.state, move):
        if visit.state == VisitState.ASKED:
            raise ExchangeRefused(_("Fixez d’abord le jour de la visite."))
        raise ExchangeRefused(_("Cette visite est faite ou annulée\u00a0: rechargez la page."))


def _demand_pending(application: Application) -> None:
    if application.state not in PENDING_STATES:
        raise ExchangeRefused(_("Cette candidature est décidée ou retirée\u00a0: son dossier ne change plus."))
