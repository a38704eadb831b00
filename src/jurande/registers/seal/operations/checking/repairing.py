"""Making the public files again from the database alone; and starting again after a human has understood a stop."""

from __future__ import annotations

import shutil
from datetime import datetime

from django.db import transaction

from jurande.core.log.edge import EMPTY, rebuild, root_of
from jurande.integrations.guard_files import write_durably
from jurande.integrations.log_files import clear_unfinished, extend, write_checkpoint
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.journal.states import INSTALLATION
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.seal import policies
from jurande.registers.seal.facts import list_path
from jurande.registers.seal.models import SealLog, StatusList
from jurande.registers.seal.operations.listing import key_files
from jurande.registers.seal.operations.standing import (
    SealingStopped,
    alone,
    current_head,
    demand_not_rolled_back,
    disk_answers,
    log_folder,
    public_folder,
)
from jurande.registers.seal.queries.log import entries, published_note
from jurande.registers.seal.states import Act, Stop

LOCK_SECONDS = 60.0


def repair(*, actor: Actor, now: datetime) -> int:
    """Make every public file again, byte for byte, from the rows alone; tell how many entries the log has.

    The rows must give the root that was signed: nothing is ever published that was not. The former files of the log
    are set aside, in ``registre.ancien``, replaced at each repair.
    :raises NotAllowed: only operators. :raises SealingStopped: the rows do not give the signed root, or are older than
        what was published.
    """
    require(policies.can_keep_seal(actor))
    head = current_head()
    if head is None:
        return 0
    with alone(wait_seconds=LOCK_SECONDS), disk_answers():
        head = SealLog.objects.get()
        demand_not_rolled_back(head)
        computed = root_of(rebuild(entries(0, head.signed_size), lambda path, content: None))
        if head.signed_size and computed != bytes(head.root):
            raise SealingStopped(Stop.ROW_ALTERED, f"LogEntry < {head.signed_size}")
        _rebuild_log(head)
        for row in StatusList.objects.exclude(octets=b"").select_related("certifier").order_by("pk"):
            path = list_path(row.certifier.code, row.purpose, row.number)
            write_durably(public_folder() / path, bytes(row.octets))
        for certifier in Certifier.objects.filter(signing_keys__isnull=False).distinct().order_by("pk"):
            for path, content in key_files(certifier, head):
                write_durably(public_folder() / path, content)
    with transaction.atomic():
        record(
            chain=INSTALLATION,
            actor_code=actor.code,
            action=Act.FILES_REBUILT,
            subject_kind="seal_log",
            subject_code=head.installation,
            now=now,
        )
    return head.signed_size


def _rebuild_log(head: SealLog) -> None:
    folder = log_folder()
    fresh, former = folder.with_name(f"{folder.name}.neuf"), folder.with_name(f"{folder.name}.ancien")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    extend(fresh, EMPTY, entries(0, head.signed_size))
    note = published_note(head)
    if note is not None:
        write_checkpoint(fresh, note.octets)
    shutil.rmtree(former, ignore_errors=True)
    if folder.exists():
        folder.rename(former)
    fresh.rename(folder)
    clear_unfinished(folder)
