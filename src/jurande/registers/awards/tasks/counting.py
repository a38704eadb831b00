"""Counting at night what the pages of large houses show."""

from __future__ import annotations

from jurande.registers.awards.operations import counting
from jurande.registers.common.jobs import Run


def keep_counts(run: Run) -> None:
    counting.keep_counts(now=run.now, report=lambda done: run.progress(done=done))
