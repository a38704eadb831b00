"""What runs each night about combinations."""

from __future__ import annotations

from jurande.registers.awards.operations import completing
from jurande.registers.common.jobs import Run


def look_for_complete(run: Run) -> None:
    def report(seen: int) -> None:
        run.progress(done=seen)

    completing.look_for_complete(report=report, now=run.now())
