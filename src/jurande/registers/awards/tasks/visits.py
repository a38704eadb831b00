"""Visits that were written down become numbers."""

from __future__ import annotations

from jurande.registers.awards.operations.shares import fold_openings
from jurande.registers.awards.operations.visits import fold_visits as fold
from jurande.registers.common.jobs import Run


def fold_visits(run: Run) -> None:
    """Count what waits; a run that is cut takes up where it stopped."""
    fold(now=run.now())
    fold_openings(now=run.now())
