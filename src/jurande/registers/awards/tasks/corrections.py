"""What runs by itself about requests for a correction."""

from __future__ import annotations

from jurande.registers.awards.operations import corrections
from jurande.registers.common.jobs import Run


def follow_corrections(run: Run) -> None:
    run.progress(done=corrections.follow_corrections(now=run.now()))
