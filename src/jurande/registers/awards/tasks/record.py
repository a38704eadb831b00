"""Throwing away copies of the public record."""

from __future__ import annotations

from jurande.registers.awards.operations.archives import forget_archives
from jurande.registers.common.jobs import Run


def forget_copies(run: Run) -> None:
    run.progress(done=forget_archives(now=run.now()))
