"""Where an application stands, worked out from its record and written beside each decision about it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime

from jurande.registers.journal.operations import record
from jurande.registers.network.models import Application, Condition, Question, StageSpell, Visit
from jurande.registers.network.queries.scores import board_of
from jurande.registers.network.states import (
    REVIEWERS,
    WAITS_ON,
    AppealState,
    ApplicationState,
    DecisionVerdict,
    JudgmentAct,
    Stage,
)
from jurande.registers.parties.policies import Actor


def locked(application: Application) -> Application:
    """Read the application again and hold it until the transaction ends: two people judge it in turn."""
    rows = Application.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("applicant", "certifier__organisation", "partnership").get(pk=application.pk)


def settle(application: Application, *, now: datetime) -> None:
    """Write where the application now stands and since when; call it last in whatever changes it. Idempotent."""
    found = stage_of(application)
    if found is None:
        return
    stage, due_on = found
    current = StageSpell.objects.current().filter(application=application).first()
    if current is not None and current.stage == stage:
        if current.due_on != due_on:
            current.due_on = due_on
            current.save(update_fields=["due_on"])
        return
    if current is not None:
        current.left_at = max(now, current.entered_at)
        current.lasted_seconds = int((current.left_at - current.entered_at).total_seconds())
        current.save(update_fields=["left_at", "lasted_seconds"])
    StageSpell(
        certifier=application.certifier,
        application=application,
        stage=stage,
        waits_on=WAITS_ON[stage],
        entered_at=now,
        due_on=due_on,
    ).save(force_insert=True)


def stage_of(application: Application) -> tuple[Stage, date | None] | None:
    """Give the stage and, where there is one, the day by which it should be left; None for a draft."""
    match application.state:
        case ApplicationState.DRAFT:
            return None
        case ApplicationState.WITHDRAWN:
            return (Stage.WITHDRAWN, None) if application.reference else None
        case ApplicationState.DECIDED:
            return _after_decision(application)
        case _:
            return _before_decision(application)


def _before_decision(application: Application) -> tuple[Stage, date | None]:
    asked = Question.objects.filter(application=application).waiting().order_by("answer_by").first()
    if asked is not None:
        return Stage.QUESTION, asked.answer_by
    reviews = [review for review in application.reviews.all() if review.recused_at is None]
    if len(reviews) < REVIEWERS:
        return Stage.TO_ASSIGN, None
    visit = Visit.objects.filter(application=application).awaited().first()
    if visit is not None:
        return Stage.VISIT, visit.planned_on
    pending = [review.due_on for review in reviews if review.is_pending]
    if pending:
        return Stage.IN_REVIEW, min(pending)
    return (Stage.TO_RECONCILE if board_of(application).is_unsettled else Stage.TO_DECIDE), None


def _after_decision(application: Application) -> tuple[Stage, date | None] | None:
    decision = application.decisions.standing().select_related("appeal").first()
    if decision is None:
        return None
    appeal = getattr(decision, "appeal", None)
    if appeal is not None and appeal.state == AppealState.LODGED:
        return Stage.APPEAL, None
    if decision.verdict == DecisionVerdict.DEFERRED:
        return Stage.DEFERRED, decision.review_again_on
    if decision.verdict == DecisionVerdict.REFUSED:
        return Stage.REFUSED, None
    unmet = Condition.objects.filter(decision=decision).unmet().order_by("due_on").first()
    return (Stage.APPROVED, None) if unmet is None else (Stage.CONDITIONS, unmet.due_on)


def told(
    act: JudgmentAct,
    application: Application,
    actor: Actor,
    now: datetime,
    *,
    reason_code: str = "",
    texts: Iterable[str] = (),
    actor_code: str | None = None,
) -> None:
    """Write one act about the application in its certifier's journal; of free texts, only their digest."""
    joined = "\0".join(texts)
    record(
        chain=application.certifier.code,
        actor_code=actor.code if actor_code is None else actor_code,
        action=act,
        subject_kind="application",
        subject_code=application.code,
        now=now,
        reason_code=reason_code,
        digest=hashlib.sha256(joined.encode()).hexdigest() if joined else "",
    )
