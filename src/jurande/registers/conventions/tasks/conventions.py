"""What runs by itself about conventions: their reminders, and renewals asked for."""

from __future__ import annotations

from jurande.registers.common.jobs import Run
from jurande.registers.conventions.models import RenewalRun
from jurande.registers.conventions.operations import reminding, renewing


def remind(run: Run) -> None:
    run.progress(done=reminding.remind(now=run.now()))


def renew(run: Run) -> None:
    asked = RenewalRun.objects.select_related("certifier", "clause_set").get(code=run.code)

    def report(done: int, failed: int, total: int) -> None:
        run.progress(done=done, failed=failed, total=total)

    renewing.run_renewals(asked, report=report, now=run.now())
