"""Writing again to who received nothing."""

from __future__ import annotations

from jurande.registers.awards.operations import addresses
from jurande.registers.common.jobs import Run


def remind_uncollected(run: Run) -> None:
    run.progress(done=addresses.remind_uncollected(now=run.now(), report=lambda done: run.progress(done=done)))
