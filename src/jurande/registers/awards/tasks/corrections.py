"""What runs by itself about what people ask: corrections, and rights exercised without a space."""

from __future__ import annotations

from jurande.registers.awards.operations import corrections, rights
from jurande.registers.common.jobs import Run


def follow_corrections(run: Run) -> None:
    now = run.now()
    run.progress(done=corrections.follow_corrections(now=now) + rights.forget_answered(now=now))
