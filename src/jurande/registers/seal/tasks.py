from __future__ import annotations

from jurande.registers.common.jobs import Run
from jurande.registers.seal.operations import batches, checking, projection, witnesses
from jurande.registers.seal.operations.standing import SealingBusy


def settle(run: Run) -> None:
    """Sign and publish whatever waits, go on with the batches that a stop interrupted, then ask the witnesses."""
    try:
        settled = projection.settle(now=run.now())
    except SealingBusy:
        return  # somebody else is at it, for everybody
    if settled.stop is None:
        batches.ask_again(now=run.now())
        witnesses.ask_all(now=run.now())


def issue_batch(run: Run) -> None:
    """Issue what is left of a batch."""

    def progress(done: int, failed: int, total: int) -> None:
        run.progress(done=done, failed=failed, total=total)

    batches.run_batch(code=run.code, clock=run.now, progress=progress)


def check(run: Run) -> None:
    """Check everything that was ever sealed; what is wrong is kept for the operator's page."""
    checking.check_and_note(now=run.now())
