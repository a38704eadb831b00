"""Background work of the catalogue."""

from __future__ import annotations

from jurande.registers.catalogue.models import Delivery
from jurande.registers.catalogue.operations import importing
from jurande.registers.catalogue.queries.national import imports_folder
from jurande.registers.common.jobs import Run


def read_delivery(run: Run) -> None:
    delivery = Delivery.objects.get(code=run.code)
    if delivery.finished_at is not None:
        return
    path = imports_folder() / delivery.stored_name

    def report(done: int, total: int) -> None:
        # In thousands of bytes: what a counter of jobs can hold.
        run.progress(done=done // 1000, total=total // 1000)

    importing.read_delivery(delivery, path, report=report, now=run.now())


def forget_files(run: Run) -> None:
    importing.forget_files(now=run.now())
