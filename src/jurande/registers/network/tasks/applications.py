"""Background work of applications."""

from __future__ import annotations

from jurande.registers.common.jobs import Run
from jurande.registers.network.operations.applications import remind_of_drafts


def remind_applicants(run: Run) -> None:
    run.progress(done=remind_of_drafts(now=run.now()))
