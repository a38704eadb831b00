"""Every night, every partner in force."""

from __future__ import annotations

from jurande.registers.common.jobs import Run
from jurande.registers.network.operations import checks


def recheck(run: Run) -> None:
    """Ask the lists again about every partner; a difference is signalled, nothing else."""

    def report(done: int, total: int) -> None:
        run.progress(done=done, total=total)

    checks.recheck_partners(now=run.now(), report=report)
