"""What a day does to habilitations: some end, some begin or are suspended, and their credentials follow."""

from __future__ import annotations

from jurande.registers.common.jobs import Run
from jurande.registers.network.operations.habilitations import acts


def keep_habilitations(run: Run) -> None:
    run.progress(done=acts.end_expired(now=run.now()) + acts.follow_day(now=run.now()))
