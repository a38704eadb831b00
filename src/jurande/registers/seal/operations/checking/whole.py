"""The check, whole: bounded in memory whatever was sealed, and safe while people work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import batched

from django.db import connection, transaction

from jurande.core.log.checkpoints import Checkpoint, open_checkpoint
from jurande.core.log.edge import EMPTY, Edge, grow, root_of
from jurande.core.log.errors import LogError
from jurande.core.log.hashing import leaf_hash
from jurande.integrations.guard_files import NAME
from jurande.registers.common.immutability import is_append_only
from jurande.registers.seal.models import (
    Cosignature,
    LogEntry,
    SealCheck,
    SealedCredential,
    SealLog,
    SignedCheckpoint,
    SigningKey,
    StatusChange,
    WaitingEntry,
)
from jurande.registers.seal.operations.checking.faults import Report
from jurande.registers.seal.operations.checking.files import (
    LOCK_SECONDS,
    check_keys,
    check_lists,
    check_log_files,
    check_places,
    twice,
)
from jurande.registers.seal.operations.checking.rows import (
    CHUNK,
    RowCheck,
    check_skeletons,
    check_standings,
    check_unlogged,
)
from jurande.registers.seal.operations.standing import (
    SealingStopped,
    alone,
    current_head,
    demand,
    disk_answers,
    guard_folder,
    log_key,
    mac_of_checkpoint,
)
from jurande.registers.seal.states import Stop

_LOCKED = (LogEntry, SignedCheckpoint, Cosignature, StatusChange)


def check(*, now: datetime) -> Report:
    """Read again every row, bit, entry and file, and report whatever is not what was signed or decided.

    I1, I2, I5, I8: checkpoints in order, each of the entries' own root, signed; I3: an entry for a row, a row for an
    entry; I4, I10: the files are those that the rows give; I6: the lists; I7: what is called sealed has its entry;
    I9: nothing personal in an entry.
    """
    report = Report()
    head = current_head()
    if head is None:
        if _has_lived():
            report.add("head_missing", "SealLog")
        return report
    for model in _LOCKED:
        if not is_append_only(connection, model._meta.db_table):
            report.add("unlocked", model._meta.db_table)
    try:
        # While nobody seals: the head and what it counts are read one after the other.
        with alone(wait_seconds=LOCK_SECONDS), disk_answers():
            demand(now=now)
    except SealingStopped as stopped:
        # The verdict of the former check is not one of this one.
        if stopped.code != Stop.CHECK_FAILED:
            report.add("stopped", f"{stopped.code} {stopped.about}".strip())
    rows = RowCheck(report, now=max(now, head.latest_at or now))
    _check_log(report, head, rows)
    for some in batched(WaitingEntry.objects.order_by("pk").iterator(CHUNK), CHUNK):
        report.waiting += len(some)
        rows.check((row.kind, row.row_code, bytes(row.octets)) for row in some)
    report.waiting += SealedCredential.objects.intended().count()
    check_unlogged(report)
    check_standings(report)
    check_skeletons(report)
    check_places(report)
    twice(report, lambda trial: check_lists(trial, head, now=now))
    twice(report, lambda trial: check_keys(trial, head))
    check_log_files(report)
    return report


def check_and_note(*, now: datetime) -> Report:
    """Check, and keep the verdict: while the latest one is bad, nothing is signed."""
    report = check(now=now)
    first = report.faults[0] if report.faults else None
    with transaction.atomic():
        SealCheck.objects.create(
            at=now,
            entries=report.entries,
            credentials=report.credentials + report.erased,
            bad=report.bad,
            first_code=first.code if first else "",
            first_about=first.about if first else "",
        )
    return report


def _check_log(report: Report, head: SealLog, rows: RowCheck) -> None:
    for size in SignedCheckpoint.objects.exclude(origin=head.origin).order_by("pk").values_list("size", flat=True):
        report.add("checkpoint_order", f"SignedCheckpoint {size}")
    edge, previous_size = EMPTY, 0
    pending = _checkpoints(head)
    checkpoint = next(pending, None)
    while checkpoint is not None and checkpoint.size == 0:
        checkpoint = next(pending, None)
    for chunk in batched(_entries(report, head.size), CHUNK):
        rows.check((entry.kind, entry.row_code, bytes(entry.octets)) for entry in chunk)
        octets = [bytes(entry.octets) for entry in chunk]
        while octets:
            # Cut where a checkpoint was signed, to compare its root with that of the entries so far.
            room = checkpoint.size - edge.size if checkpoint is not None else len(octets)
            edge, octets = grow(edge, octets[:room], _drop), octets[room:]
            while checkpoint is not None and checkpoint.size <= edge.size:
                _check_checkpoint(report, head, checkpoint, edge, previous_size)
                previous_size, checkpoint = checkpoint.size, next(pending, None)
    while checkpoint is not None:
        report.add("checkpoint_root", f"SignedCheckpoint {checkpoint.size}")
        checkpoint = next(pending, None)


def _has_lived() -> bool:
    """Tell whether anything here says that a log was open, though its head is not there."""
    rows = (SigningKey, LogEntry, SignedCheckpoint, SealedCredential)
    return (guard_folder() / NAME).exists() or any(model.objects.exists() for model in rows)


def _drop(path: str, content: bytes) -> None:
    """The files are compared with the signed root later; only the root is wanted here."""


def _entries(report: Report, size: int) -> Iterator[LogEntry]:
    expected = 0
    for start in range(0, size, CHUNK):
        for entry in LogEntry.objects.filter(seq__gte=start, seq__lt=min(size, start + CHUNK)).order_by("seq"):
            while expected < entry.seq:
                report.add("entry_missing", f"LogEntry {expected}")
                expected += 1
            expected = entry.seq + 1
            report.entries += 1
            if leaf_hash(bytes(entry.octets)) != bytes(entry.leaf):
                report.add("entry_leaf", f"LogEntry {entry.seq}")
            yield entry


def _checkpoints(head: SealLog) -> Iterator[SignedCheckpoint]:
    # Those signed while we read are about entries that we do not read.
    return SignedCheckpoint.objects.filter(origin=head.origin, size__lte=head.size).order_by("size").iterator(CHUNK)


def _check_checkpoint(
    report: Report, head: SealLog, checkpoint: SignedCheckpoint, edge: Edge, previous_size: int
) -> None:
    report.checkpoints += 1
    about = f"SignedCheckpoint {checkpoint.size}"
    if bytes(checkpoint.root) != root_of(edge) or checkpoint.size != edge.size:
        report.add("checkpoint_root", about)
    kept = Checkpoint(checkpoint.origin, checkpoint.size, bytes(checkpoint.root))
    if checkpoint.mac != mac_of_checkpoint(kept, previous_size=previous_size):
        report.add("checkpoint_order", about)
    try:
        said = open_checkpoint(bytes(checkpoint.note), [log_key(head)])
    except LogError:
        report.add("checkpoint_signature", about)
        return
    if said != kept:
        report.add("checkpoint_order", about)
