"""What runs by itself about parchments: the ZIP of a lot, and throwing the old ones away."""

from __future__ import annotations

from jurande.registers.awards.models import Lot
from jurande.registers.awards.operations import packing
from jurande.registers.common.jobs import Run


def pack_parchments(run: Run) -> None:
    lot = Lot.objects.get(code=run.code)

    def report(done: int, failed: int, total: int) -> None:
        run.progress(done=done, failed=failed, total=total)

    packing.pack(lot=lot, job_code=run.request.code, report=report)
    run.save_progress()


def forget_packs(run: Run) -> None:
    run.progress(done=packing.forget_packs(now=run.now()))
