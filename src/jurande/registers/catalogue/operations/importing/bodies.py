"""Reading the public list of training bodies: proved whole first, then written where it differs, in one transaction."""

from __future__ import annotations

from dataclasses import astuple, fields
from typing import BinaryIO

from django.db import transaction
from django.db.models import F

from jurande.core.france.registers import Rejected
from jurande.core.france.registers.splitting import digest_of
from jurande.core.france.training_bodies import TrainingBodyRecord, training_bodies
from jurande.registers.catalogue.models import Reject, Snapshot, TrainingBody
from jurande.registers.catalogue.operations.importing.refusals import shrunk
from jurande.registers.catalogue.operations.importing.registers import SHRINKING_MATTERS, Report, hold
from jurande.registers.catalogue.operations.importing.writing import Row, keep_rejects, reconcile

FIELDS = tuple(field.name for field in fields(TrainingBodyRecord))


def import_training_bodies(snapshot: Snapshot, stream: BinaryIO, report: Report) -> None:
    """Make the list what this file says from the snapshot's day on: all of it or nothing.

    :raises ListRefused: the file is wrong; nothing was written.
    :raises Refused: it holds far less than the list did, or another import took its place.
    """
    known = {
        (digest,): (pk, since)
        for pk, since, digest in TrainingBody.objects.current().values_list("pk", "seen_from", "digest")
    }
    wanted: dict[Row, Row] = {}
    rejects: list[Rejected] = []
    read_count = 0
    for read_count, row in enumerate(training_bodies(stream), start=1):
        if isinstance(row, Rejected):
            rejects.append(row)
        else:
            values = astuple(row)
            key = (digest_of(repr(values).encode()),)
            # What is known already is not worth the memory of its values.
            wanted[key] = () if key in known else (*key, *values)
        if not read_count % 5000:
            report(stream.tell(), snapshot.size_bytes)
    if len(known) > max(SHRINKING_MATTERS, 2 * read_count):
        raise shrunk(snapshot, read=read_count, current=len(known))
    with transaction.atomic():
        hold(snapshot)
        changed = reconcile(
            TrainingBody, columns=("digest", *FIELDS), known=known, wanted=wanted, day=snapshot.published_on
        )
        Reject.objects.filter(snapshot=snapshot).delete()
        keep_rejects(snapshot, rejects)
        Snapshot.objects.filter(pk=snapshot.pk).update(
            read_count=read_count, changed_count=F("changed_count") + len(changed)
        )
