"""Reading the sheets of long lots, and issuing lots."""

from __future__ import annotations

from jurande.registers.awards.models import Lot
from jurande.registers.awards.operations import forgetting, issuing, preparing
from jurande.registers.common.jobs import Run


def diagnose_lot(run: Run) -> None:
    held = Lot.objects.get(code=run.code)
    preparing.diagnose(held=held, report=lambda done, faulty: run.progress(done=done, failed=faulty), now=run.now())


def issue_lot(run: Run) -> None:
    def report(done: int, failed: int, total: int) -> None:
        run.progress(done=done, failed=failed, total=total)

    issuing.run_lot(held=Lot.objects.get(code=run.code), report=report, clock=run.now)


def forget_rows(run: Run) -> None:
    """Empty what was issued to nobody."""
    run.progress(done=forgetting.forget_rows(now=run.now()))
