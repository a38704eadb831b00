"""What runs by itself about erasing: clearing the files, the nightly purge, leaving no trace in the database."""

from __future__ import annotations

from datetime import timedelta

from jurande.registers.awards.operations import purging, sweeping
from jurande.registers.awards.operations.overwriting import (
    AT_NIGHT_BYTES,
    AT_ONCE_BYTES,
    erased_since,
    overwrite_freed,
)
from jurande.registers.common.jobs import Run

NIGHT = timedelta(hours=25)


def sweep_erased(run: Run) -> None:
    done = sweeping.sweep_erased(now=run.now(), report=lambda done, total: run.progress(done=done, total=total))
    run.save_progress()
    if done:
        overwrite_freed(most_bytes=AT_ONCE_BYTES)


def purge(run: Run) -> None:
    """In one house when the job names it; in all of them at night, after which no trace is left in the database."""

    def report(done: int, held: int, total: int) -> None:
        run.progress(done=done, failed=held, total=total)

    purging.purge(certifier_code=run.code, job_code=run.request.code, report=report, clock=run.now)
    run.save_progress()
    if not run.code and erased_since(run.now() - NIGHT):
        overwrite_freed(most_bytes=AT_NIGHT_BYTES)
