from __future__ import annotations

from jurande.registers.common.jobs import Run
from jurande.registers.documents import operations


def sweep(run: Run) -> None:
    run.progress(done=operations.sweep(now=run.now()).total)
