"""Background work of signatures and procedures."""

from __future__ import annotations

from jurande.registers.common.jobs import Run
from jurande.registers.conventions.operations import effects, sealing


def seal(run: Run) -> None:
    sealing.seal(convention_code=run.code, now=run.now())


def keep_dates(run: Run) -> None:
    run.progress(done=effects.keep_dates(now=run.now()))
