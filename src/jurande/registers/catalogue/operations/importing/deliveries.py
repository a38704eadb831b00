"""From a file that somebody gives to snapshots: which source it is, of which day, whether it may be read now."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from jurande.core.france.registers import ExportRefused
from jurande.core.france.training_bodies import ListRefused
from jurande.integrations.register_files import FileRefused, RegisterFile, register_files, sweep
from jurande.registers.catalogue.models import Delivery, Fiche, NationalPartner, Snapshot
from jurande.registers.catalogue.operations.importing import refusals
from jurande.registers.catalogue.operations.importing.bodies import import_training_bodies
from jurande.registers.catalogue.operations.importing.registers import Report, hold, import_register
from jurande.registers.catalogue.queries.national import imports_folder
from jurande.registers.catalogue.states import Act, SnapshotState, Source
from jurande.registers.common import jobs
from jurande.registers.common.models import JobRequest
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.documents.operations.keeping import DISK_FULL
from jurande.registers.journal.operations import record
from jurande.registers.journal.states import INSTALLATION
from jurande.registers.parties import policies
from jurande.registers.parties.policies import Actor

# Under the folder of imports: what was sent, and what was unpacked; the rest is the operator's.
RECEIVED, OPENED = "received", "opened"
# After so long, nobody is reading it any more.
LEFT_BEHIND = timedelta(days=2)
HEAD_BYTES = 1 << 16
# As the State writes it, and its neighbours: 2026-08-16, 2026_08_16, 20260816.
_DAY = re.compile(r"(?<!\d)(20\d\d)([-_]?)([01]\d)\2([0-3]\d)(?!\d)", re.ASCII)
_NUMBER = re.compile(rb"<NUMERO_FICHE>\s*(RNCP|RS)\d")
_UNSAFE = re.compile(r"[^\w.-]")


@dataclass(frozen=True)
class FileRead:
    """What became of one file. Without a ``snapshot`` it is refused, and ``refusal`` says why; ``already``: it was read
    before, and nothing was written."""

    name: str
    snapshot: Snapshot | None = None
    refusal: str = ""
    already: bool = False


def request_import(
    *,
    actor: Actor,
    now: datetime,
    content: BinaryIO | None = None,
    file_name: str,
    published_on: date | None = None,
) -> Delivery:
    """Have a file read in the background: these bytes, or without bytes the file of that name in the imports' folder.

    :raises Refused: the actor does not run the installation, or there is no such file.
    """
    require(policies.can_run_installation(actor))
    delivery = Delivery(
        file_name=file_name[:255],
        published_on=published_on,
        received_at=now,
        received_by=actor.code,
        is_ours=bool(content),
    )
    if content is None:
        if Path(file_name).name != file_name or not (imports_folder() / file_name).is_file():
            raise refusals.file_refusal(FileRefused("missing", file_name))
        delivery.stored_name = file_name
    else:
        delivery.stored_name = f"{RECEIVED}/{delivery.code}/{_UNSAFE.sub('_', file_name)[-200:]}"
        _store(content, imports_folder() / delivery.stored_name)
    with transaction.atomic():
        delivery.job_code = jobs.request("catalogue.import", delivery.code, requested_by=actor.code, now=now).code
        delivery.save(force_insert=True)
    return delivery


def receive_in_place(path: Path, *, published_on: date | None, now: datetime) -> Delivery:
    """Describe the file at ``path``, to be read where it lies; nothing is kept of one that has nothing new to say."""
    return Delivery(file_name=path.name[:255] or str(path)[:255], published_on=published_on, received_at=now)


def read_delivery(delivery: Delivery, path: Path, *, report: Report, now: datetime) -> list[FileRead]:
    """Read every file of a delivery; each goes in whole, or is refused whole and the others go in.

    It may be called again after it was killed: what is done is known, and the rest resumes.
    """
    try:
        with register_files(path, workspace=imports_folder() / OPENED) as files:
            read = [_read_file(delivery, file, report, now) for file in files]
    except FileRefused as refused:
        read = [FileRead(delivery.file_name, refusal=str(refusals.file_refusal(refused).sentence))]
    if delivery.pk or not all(file.already for file in read):
        delivery.refusal = "\n".join(f"{file.name} : {file.refusal}" for file in read if file.snapshot is None)
        delivery.finished_at, delivery.stored_name = now, ""
        delivery.save()
    if delivery.is_ours:
        shutil.rmtree(path.parent, ignore_errors=True)
    return read


def forget_files(*, now: datetime) -> None:
    """Remove what killed processes left in our part of the imports' folder."""
    before = (now - LEFT_BEHIND).timestamp()
    for name in (RECEIVED, OPENED):
        sweep(imports_folder() / name, before=before)


def _read_file(delivery: Delivery, file: RegisterFile, report: Report, now: datetime) -> FileRead:
    try:
        with file.path.open("rb") as stream:
            source = _source_of(stream, file.name)
            published_on = _day_of(delivery, file, source, now)
            known = (
                Snapshot.objects.complete().filter(source=source, published_on=published_on, sha256=file.sha256).first()
            )
            if known is not None:
                return FileRead(file.name, known, already=True)
            snapshot = _begin(delivery, file, source, published_on, now)
            with _refusing(snapshot):
                read = import_training_bodies if source == Source.TRAINING_BODIES else import_register
                read(snapshot, stream, report)
                _complete(snapshot, delivery, now)
    except Refused as refused:
        return FileRead(file.name, refusal=str(refused.sentence))
    snapshot.refresh_from_db()
    return FileRead(file.name, snapshot, refusal=snapshot.refusal)


@contextmanager
def _refusing(snapshot: Snapshot) -> Iterator[None]:
    """Keep why the whole file was refused."""
    try:
        yield
    except (ExportRefused, ListRefused) as refused:
        _refuse(snapshot, refusals.content_refusal(refused))
    except refusals.Superseded:
        # Whoever took its place said so.
        pass
    except Refused as refused:
        _refuse(snapshot, refused)


def _refuse(snapshot: Snapshot, refused: Refused) -> None:
    Snapshot.objects.filter(pk=snapshot.pk, state=SnapshotState.IMPORTING).update(
        state=SnapshotState.REFUSED, refusal=str(refused.sentence)
    )


def _begin(delivery: Delivery, file: RegisterFile, source: str, published_on: date, now: datetime) -> Snapshot:
    """Open a snapshot, or take up the one of the same file that was interrupted.

    :raises Refused: the file is older than the latest, or the same register is being read.
    """
    with transaction.atomic():
        if not delivery.pk:
            delivery.save()
        latest = Snapshot.objects.complete().of(source).latest_first().first()
        if latest is not None and published_on < latest.published_on:
            raise refusals.older(latest)
        running = (
            Snapshot.objects.select_for_update(of=("self",), no_key=True)
            .filter(source=source, state=SnapshotState.IMPORTING)
            .first()
        )
        if running is not None:
            if running.sha256 == file.sha256 and running.published_on == published_on:
                Snapshot.objects.filter(pk=running.pk).update(delivery=delivery)
                return running
            _take_over(running, published_on)
        return Snapshot.objects.create(
            delivery=delivery,
            source=source,
            published_on=published_on,
            file_name=file.name[:255],
            size_bytes=file.size_bytes,
            sha256=file.sha256,
            requested_at=now,
        )


def _take_over(running: Snapshot, published_on: date) -> None:
    """Set aside an import that was killed and will not resume.

    What it wrote stays: it was in a file of that day, and the file that comes next says the rest.
    """
    delivery = running.delivery
    if delivery is not None and JobRequest.objects.unfinished().filter(code=delivery.job_code).exists():
        raise refusals.busy(running)
    if published_on < running.published_on:
        raise refusals.older(running)
    _refuse(running, refusals.Superseded())


def _complete(snapshot: Snapshot, delivery: Delivery, now: datetime) -> None:
    partners = 0
    if snapshot.source != Source.TRAINING_BODIES:
        fiches = Fiche.objects.filter(register=snapshot.source).values("pk")
        partners = NationalPartner.objects.current().filter(fiche_id__in=fiches).count()
    with transaction.atomic():
        hold(snapshot)
        Snapshot.objects.filter(pk=snapshot.pk).update(
            state=SnapshotState.COMPLETE,
            imported_at=now,
            partner_count=partners,
            rejected_count=snapshot.rejects.count(),
        )
        record(
            chain=INSTALLATION,
            actor_code=delivery.received_by,
            action=Act.REGISTER_IMPORTED,
            subject_kind="snapshot",
            subject_code=snapshot.code,
            reason_code=snapshot.source,
            digest=snapshot.sha256,
            now=now,
        )


# --- what the file is -------------------------------------------------------------------------------


def _source_of(stream: BinaryIO, name: str) -> str:
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and not name.lower().endswith(".xml"):
        return Source.TRAINING_BODIES
    number = _NUMBER.search(head)
    if number is not None:
        return Source.RS if number[1] == b"RS" else Source.RNCP
    return Source.RS if re.search(r"(?i)(?<![a-z])rs(?![a-z])", name) else Source.RNCP


def _day_of(delivery: Delivery, file: RegisterFile, source: str, now: datetime) -> date:
    """Say on which day a file was published: as was told, or as its name says, or its archive's.

    :raises Refused: nothing tells, or that day has not come. The list of training bodies is published without a date:
        the day it is read stands for it.
    """
    today = timezone.localdate(now)
    named = day_in(file.name) or day_in(delivery.file_name)
    day = delivery.published_on or named or (today if source == Source.TRAINING_BODIES else None)
    if day is None:
        raise refusals.undated()
    if day > today:
        raise refusals.future()
    return day


def day_in(name: str) -> date | None:
    """Find the day that a file's name gives."""
    for year, _mark, month, day in _DAY.findall(name):
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None


def _store(content: BinaryIO, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            shutil.copyfileobj(content, file, 1 << 20)
    except OSError as error:
        shutil.rmtree(path.parent, ignore_errors=True)
        if error.errno not in DISK_FULL:
            raise
        raise refusals.disk_full() from error
