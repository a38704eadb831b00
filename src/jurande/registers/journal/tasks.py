from __future__ import annotations

from jurande.registers.common.jobs import Run
from jurande.registers.journal import operations


def verify(run: Run) -> None:
    """Check every chain and keep the verdict."""
    operations.verify(now=run.now())
