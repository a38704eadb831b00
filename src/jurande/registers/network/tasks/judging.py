"""What happens by itself while applications are judged and approvals run."""

from __future__ import annotations

from jurande.registers.common.jobs import Run
from jurande.registers.network.operations import approvals, deciding, exchanges

QUESTION_DAYS = 3
CONDITION_DAYS = 14


def bring_back_deferred(run: Run) -> None:
    run.progress(done=deciding.bring_back_deferred(now=run.now()))


def remind_answers(run: Run) -> None:
    questions = exchanges.remind_of_questions(now=run.now(), days_before=QUESTION_DAYS)
    run.progress(done=questions + deciding.remind_of_conditions(now=run.now(), days_before=CONDITION_DAYS))


def warn_of_approvals(run: Run) -> None:
    run.progress(done=approvals.warn_of_ending(now=run.now()))
