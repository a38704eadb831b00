"""What happens by itself about the declared list, imports and deadlines."""

from __future__ import annotations

from jurande.registers.common.jobs import Run
from jurande.registers.network.models import NetworkImport
from jurande.registers.network.operations import imports, ledger


def reconcile(run: Run) -> None:
    """Compare every house's list with the last national snapshots."""
    done = ledger.reconcile_all(now=run.now())
    run.progress(done=done.confirmed + done.raised + done.settled)


def import_network(run: Run) -> None:
    held = NetworkImport.objects.select_related("certifier__organisation").get(code=run.code)

    def report(done: int, left_out: int, total: int) -> None:
        run.progress(done=done, failed=left_out, total=total)

    imports.run_import(held=held, report=report, now=run.now)


def forget_imports(run: Run) -> None:
    run.progress(done=imports.forget_rows(now=run.now()))
