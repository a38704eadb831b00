from __future__ import annotations

from jurande.registers.common.jobs import Run
from jurande.registers.journal import operations


def verify(run: Run) -> None:
    """Check the chain that the job is about, or every chain, and keep the verdict."""
    operations.verify(chain=run.code or None, now=run.now())
