"""Background work of parties."""

from __future__ import annotations

from jurande.registers.common.jobs import Run
from jurande.registers.parties import operations


def note_api_key_use(run: Run) -> None:
    run.progress(done=operations.note_api_key_use(now=run.now()))


def warn_api_keys(run: Run) -> None:
    run.progress(done=operations.warn_of_expiring_api_keys(now=run.now()))


def forget_the_dead(run: Run) -> None:
    run.progress(done=operations.forget_the_dead(now=run.now()))
