"""The files of the log and its checkpoint: computed from the rows, signed once, shown last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import IntegrityError, transaction

from jurande.core.log.checkpoints import parse_checkpoint
from jurande.core.log.edge import EMPTY, load, root_of
from jurande.core.log.errors import Fork, LogError, Rollback, TileRefused
from jurande.core.log.notes import Note, parse_note
from jurande.core.log.signing import next_checkpoint
from jurande.core.log.tiles import CHECKPOINT, WIDTH
from jurande.integrations.log_files import (
    DirectoryLog,
    LogConflict,
    clear_unfinished,
    drop_outgrown,
    extend,
    write_checkpoint,
)
from jurande.registers.seal.models import SealLog, SignedCheckpoint
from jurande.registers.seal.operations.keys import log_signer
from jurande.registers.seal.operations.points import crash_point
from jurande.registers.seal.operations.standing import (
    SealingStopped,
    guard_folder,
    log_folder,
    log_key,
    mac_of_checkpoint,
    shown_checkpoint,
)
from jurande.registers.seal.queries.log import entries, published_note
from jurande.registers.seal.states import Stop


def publish(*, now: datetime) -> bool:
    """Bring the files and the checkpoint of the log up to its rows; tell whether a checkpoint was signed.

    To be called while holding ``standing.alone``, after ``standing.demand``. Resumes whatever a crash left undone.
    :raises SealingStopped: a row or a file is not what was signed, or the disk refuses.
    """
    head = SealLog.objects.get()
    grown = head.size > head.signed_size
    try:
        if grown:
            _sign_next(head, now=now)
            crash_point("K4")
        show()
    except (LogConflict, TileRefused) as error:
        raise SealingStopped(Stop.FILE_ALTERED, str(error)) from error
    return grown


def _sign_next(head: SealLog, *, now: datetime) -> None:
    folder, size, old_size = log_folder(), head.size, head.signed_size
    folder.mkdir(parents=True, exist_ok=True)
    clear_unfinished(folder)
    read = DirectoryLog(folder).read
    # 1. The files. What the right edge holds is believed only once it gives the root that was signed.
    edge = load(read, old_size) if old_size else EMPTY
    if old_size and root_of(edge) != bytes(head.root):
        raise SealingStopped(Stop.FILE_ALTERED, f"tile, {old_size}")
    extend(folder, edge, _watched(entries(old_size, size), old_size))
    crash_point("K3")
    # 2. The checkpoint: everything is read and computed again before the key is used.
    seen = [shown for place in (guard_folder(), folder) if (shown := shown_checkpoint(head, place)) is not None]
    try:
        note = next_checkpoint(
            key=log_key(head),
            sign=log_signer(head).sign,
            last=bytes(head.note) or None,
            seen=seen,
            size=size,
            entries=entries,
            read=read,
        )
    except Rollback as error:
        raise SealingStopped(Stop.ROLLED_BACK, str(error)) from error
    except Fork as error:
        raise SealingStopped(Stop.FORKED, str(error)) from error
    except LogError as error:
        raise SealingStopped(_altered(error.code), str(error)) from error
    _keep(head, note, now=now)


def _altered(code: str) -> Stop:
    return Stop.ROW_ALTERED if code == "log.signing.altered.entry" else Stop.FILE_ALTERED


def _watched(source: Iterator[bytes], start: int) -> Iterator[bytes]:
    """Pass entries on; asking for the one after a full tile means that its files were just written."""
    for seq, entry in enumerate(source, start):
        if seq > start and seq % WIDTH == 0:
            crash_point("K3")
        yield entry


def _keep(head: SealLog, note: Note, *, now: datetime) -> None:
    """Store the checkpoint before anybody sees it: only if what was signed last is still what we read."""
    checkpoint = parse_checkpoint(note.text)
    try:
        with transaction.atomic():
            SignedCheckpoint.objects.create(
                origin=checkpoint.origin,
                size=checkpoint.size,
                root=checkpoint.root,
                note=note.octets,
                signed_at=now,
                mac=mac_of_checkpoint(checkpoint, previous_size=head.signed_size),
            )
            moved = SealLog.objects.filter(pk=head.pk, signed_size=head.signed_size).update(
                signed_size=checkpoint.size, root=checkpoint.root, note=note.octets, signed_at=now
            )
            if not moved:
                raise SealingStopped(Stop.FORKED, f"SealLog, {head.signed_size}")
    except IntegrityError as error:
        raise SealingStopped(Stop.FORKED, f"SignedCheckpoint, {checkpoint.size}") from error


def show() -> None:
    """Write the latest checkpoint where the public and the guard read it, if they do not have it yet.

    :raises LogConflict: another history is shown. :raises NotDurable: :raises OSError: as the disk says.
    """
    head = SealLog.objects.get()
    note = published_note(head)
    if note is None:
        return
    for folder in (guard_folder(), log_folder()):
        shown = DirectoryLog(folder).read(CHECKPOINT)
        if shown != note.octets:
            write_checkpoint(folder, note.octets)
            if folder == log_folder() and shown is not None:
                shown_size = parse_checkpoint(parse_note(shown).text).size
                drop_outgrown(folder, old_size=shown_size, new_size=head.signed_size)
