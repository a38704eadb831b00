"""What runs by itself, or is asked for, about awards once issued: acts on many, reminders, exports taken over."""

from __future__ import annotations

from jurande.registers.awards.models import BulkAct, Takeover
from jurande.registers.awards.operations import bulk, elsewhere, expiring
from jurande.registers.common.jobs import Run


def decide_many(run: Run) -> None:
    asked = BulkAct.objects.select_related("certifier__organisation").get(code=run.code)

    def report(done: int, failed: int, total: int) -> None:
        run.progress(done=done, failed=failed, total=total)

    bulk.run_bulk(bulk=asked, report=report, now=run.now)


def remind_expiring(run: Run) -> None:
    run.progress(done=expiring.remind_expiring(now=run.now()))


def take_over(run: Run) -> None:
    held = Takeover.objects.select_related("certifier__organisation").get(code=run.code)

    def report(done: int, failed: int, total: int) -> None:
        run.progress(done=done, failed=failed, total=total)

    elsewhere.run_takeover(held=held, report=report, now=run.now)


def forget_exports(run: Run) -> None:
    run.progress(done=elsewhere.forget_exports(now=run.now()))
