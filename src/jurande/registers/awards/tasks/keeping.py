"""What runs by itself for holders: gathering all that one holds, and throwing old gatherings away."""

from __future__ import annotations

from jurande.registers.awards.operations import taking_away
from jurande.registers.common.jobs import Run
from jurande.registers.parties.models import Person


def take_away(run: Run) -> None:
    person = Person.objects.get(code=run.code)

    def report(done: int, failed: int, total: int) -> None:
        run.progress(done=done, failed=failed, total=total)

    taking_away.gather(person=person, job_code=run.request.code, report=report, now=run.now())
    run.save_progress()


def forget_bundles(run: Run) -> None:
    run.progress(done=taking_away.forget_bundles(now=run.now()))
