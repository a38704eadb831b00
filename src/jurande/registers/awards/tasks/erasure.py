"""What runs by itself about erasing: clearing the files, and the nightly purge."""

from __future__ import annotations

from jurande.registers.awards.operations import purging, sweeping
from jurande.registers.common.jobs import Run


def sweep_erased(run: Run) -> None:
    sweeping.sweep_erased(now=run.now(), report=lambda done, total: run.progress(done=done, total=total))
    run.save_progress()


def purge(run: Run) -> None:
    """In one house when the job names it, else in all of them."""

    def report(done: int, held: int, total: int) -> None:
        run.progress(done=done, failed=held, total=total)

    purging.purge(certifier_code=run.code, job_code=run.request.code, report=report, clock=run.now)
    run.save_progress()
