"""Reading one export of the RNCP or of the RS: proved whole first, then only what changed is parsed and written.

Each batch of fiches is one transaction, and leaves each of its fiches entirely as this export says. So an import killed
at any point resumes: what was written has the digest of this export and is not read again. Until it ends, the previous
snapshot stays the latest one, and what is asked of any day up to it is answered as before, because what is being
written only begins or ends later.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import batched
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import F

from jurande.core.france.registers import FicheRead, Rejected, Span, read_fiche, spans
from jurande.core.france.registers.splitting import digest_of
from jurande.registers.catalogue.models import (
    Fiche,
    FicheVersion,
    NationalBloc,
    NationalCertifier,
    NationalPartner,
    Reject,
    Snapshot,
)
from jurande.registers.catalogue.operations.importing.refusals import Superseded, shrunk
from jurande.registers.catalogue.operations.importing.writing import (
    CHUNK,
    FicheModel,
    Row,
    append,
    close,
    keep_rejects,
    reconcile,
)
from jurande.registers.catalogue.operations.indexing import index, retire
from jurande.registers.catalogue.states import SnapshotState

# A batch is a transaction: half a second, so that nobody waits behind it.
BATCH_BYTES = 4_000_000
BATCH_FICHES = 400
# Under this many fiches, a register that shrinks by half is somebody's trial, not a file cut short.
SHRINKING_MATTERS = 100

VERSION = (
    "title",
    "abbreviation",
    "level",
    "status",
    "is_active",
    "decision_on",
    "effective_on",
    "registered_until",
    "last_issue_on",
    "published_on",
    "registration_kind",
    "duration_years",
)
BLOC = ("fiche_id", "code", "position", "title", "competencies", "assessment", "prerequisites")
CERTIFIER = ("fiche_id", "siret", "siren", "name", "state")
PARTNER = ("fiche_id", "siret", "siren", "name", "habilitation", "state", "active_on", "state_changed_on")

# How many bytes are done, of how many.
type Report = Callable[[int, int], None]


def import_register(snapshot: Snapshot, stream: BinaryIO, report: Report) -> None:
    """Make the register what this export says from the snapshot's day on.

    :raises ExportRefused: the file is wrong; nothing was written.
    :raises Refused: it holds far less than the register did, or another import took its place.
    """
    with _without_looking_for_cycles():
        _Import(snapshot, stream, report).run()


@contextmanager
def _without_looking_for_cycles() -> Iterator[None]:
    """Reading makes millions of small values and no cycle: looking for some among them takes a quarter of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def hold(snapshot: Snapshot) -> None:
    """Make sure, under lock until the transaction ends, that this import still is the one under way.

    :raises Superseded: it is not.
    """
    held = Snapshot.objects.select_for_update(of=("self",), no_key=True).filter(
        pk=snapshot.pk, state=SnapshotState.IMPORTING
    )
    if held.first() is None:
        raise Superseded


@dataclass
class _Changed:
    """The fiches of a batch that go in, by number, and what was rejected."""

    fiches: dict[str, tuple[Span, FicheRead]] = field(default_factory=dict)
    rejects: list[Rejected] = field(default_factory=list)


class _Import:
    def __init__(self, snapshot: Snapshot, stream: BinaryIO, report: Report) -> None:
        self.snapshot = snapshot
        self.day = snapshot.published_on
        self.register = snapshot.source
        self.stream = stream
        self.report = report
        # Ids of the fiches that the export holds.
        self.seen: set[int] = set()
        self.read_count = 0

    def run(self) -> None:
        changed = self._prove()
        done = 0
        for batch in _batches(changed):
            reads = [(span, self._read(span)) for span in batch]
            with transaction.atomic():
                hold(self.snapshot)
                self._write(self._sort_out(reads))
            done += sum(span.length for span in batch)
            self.report(self.snapshot.size_bytes + done, self.snapshot.size_bytes + sum(s.length for s in changed))
        self._end_missing()
        Snapshot.objects.filter(pk=self.snapshot.pk).update(read_count=self.read_count)

    # --- reading --------------------------------------------------------------------------------

    def _prove(self) -> list[Span]:
        """Read the file to its end; return the fiches that are not known byte for byte."""
        known = self._known()
        changed = []
        for span in spans(self.stream):
            self.read_count += 1
            fiche = known.get(span.digest)
            if fiche is not None and fiche not in self.seen:
                self.seen.add(fiche)
            else:
                changed.append(span)
            if not self.read_count % 500:
                self.report(span.offset, self.snapshot.size_bytes)
        current = Fiche.objects.filter(register=self.register).exclude(digest="").count()
        if current > max(SHRINKING_MATTERS, 2 * self.read_count):
            raise shrunk(self.snapshot, read=self.read_count, current=current)
        return changed

    def _known(self) -> dict[str, int]:
        """Give the fiches of the register by the digest of their bytes, but those of which something was rejected: they
        are read again, so that each list of rejects is whole."""
        fiches = Fiche.objects.filter(register=self.register).exclude(digest="")
        previous = Snapshot.objects.complete().of(self.snapshot.source).latest_first().first()
        if previous is not None and previous.rejected_count:
            fiches = fiches.exclude(number__in=previous.rejects.values("subject"))
        return dict(fiches.values_list("digest", "pk"))

    def _read(self, span: Span) -> FicheRead:
        self.stream.seek(span.offset)
        return read_fiche(self.stream.read(span.length), line=span.line, register=self.register)

    def _sort_out(self, reads: Iterable[tuple[Span, FicheRead]]) -> _Changed:
        """Set aside the fiches that cannot be read, and the second of two with the same number."""
        batch = _Changed()
        reads = list(reads)
        known = Fiche.objects.filter(number__in=[read.number for _span, read in reads]).values_list("number", "pk")
        already = {number for number, pk in known if pk in self.seen}
        for span, read in reads:
            batch.rejects += read.rejects
            if not read.number:
                self._keep_unreadable(read)
            elif read.number in already or read.number in batch.fiches:
                batch.rejects.append(Rejected(span.line, read.number, "NUMERO_FICHE", read.number, "duplicate"))
            else:
                batch.fiches[read.number] = span, read
        return batch

    def _keep_unreadable(self, read: FicheRead) -> None:
        """Leave what was known of a fiche that is there and cannot be read."""
        numbers = [reject.subject for reject in read.rejects if reject.subject]
        self.seen.update(Fiche.objects.filter(number__in=numbers).values_list("pk", flat=True))

    # --- writing --------------------------------------------------------------------------------

    def _write(self, batch: _Changed) -> None:
        ids, old = self._write_fiches(batch)
        reads = [(ids[number], read) for number, (_span, read) in batch.fiches.items()]
        described = self._write_versions(reads, old)
        described |= self._write_rows(NationalCertifier, CERTIFIER, old, (r for p in reads for r in _certifiers(*p)))
        described |= self._write_rows(NationalBloc, BLOC, old, (r for p in reads for r in _blocs(*p)))
        partnered = self._write_rows(NationalPartner, PARTNER, old, (r for p in reads for r in _partners(*p)))
        if described:
            index(FicheVersion.objects.current().filter(fiche_id__in=described).values_list("pk", flat=True))
        self._write_rejects(batch)
        Snapshot.objects.filter(pk=self.snapshot.pk).update(
            changed_count=F("changed_count") + len(described | partnered)
        )
        self.seen.update(ids.values())

    def _write_fiches(self, batch: _Changed) -> tuple[dict[str, int], list[int]]:
        """Know every fiche by its number and its new digest; return all their ids, and those of the ones known."""
        digests = {number: span.digest for number, (span, _read) in batch.fiches.items()}
        old = dict(Fiche.objects.filter(number__in=digests).values_list("number", "pk"))
        Fiche.objects.bulk_update([Fiche(pk=pk, digest=digests[number]) for number, pk in old.items()], ["digest"])
        new = [number for number in digests if number not in old]
        append(Fiche, ("number", "register", "digest"), [(number, self.register, digests[number]) for number in new])
        ids = dict(Fiche.objects.filter(number__in=new).values_list("number", "pk")) if new else {}
        return old | ids, list(old.values())

    def _write_versions(self, reads: Sequence[tuple[int, FicheRead]], old: Sequence[int]) -> set[int]:
        wanted: dict[Row, Row] = {}
        for fiche, read in reads:
            content = json.dumps(read.content, ensure_ascii=False)
            values = [read.columns[name] for name in VERSION]
            digest = digest_of(f"{values!r}{content}".encode())
            wanted[fiche, digest] = (fiche, digest, *values, content)
        known = _known_rows(FicheVersion, ("fiche_id", "digest"), old)
        columns = ("fiche_id", "digest", *VERSION, "content")
        return {key[0] for key in reconcile(FicheVersion, columns=columns, known=known, wanted=wanted, day=self.day)}

    def _write_rows(
        self, model: FicheModel, columns: Sequence[str], old: Sequence[int], rows: Iterable[Row]
    ) -> set[int]:
        """Write the rows of these fiches; return the fiches of which something changed."""
        known = _known_rows(model, columns, old)
        wanted = {row: row for row in rows}
        return {row[0] for row in reconcile(model, columns=columns, known=known, wanted=wanted, day=self.day)}

    def _write_rejects(self, batch: _Changed) -> None:
        rejects = Reject.objects.filter(snapshot=self.snapshot)
        # What an attempt that was killed told of the same lines.
        rejects.filter(subject__in={*batch.fiches, *(row.subject for row in batch.rejects)} - {""}).delete()
        rejects.filter(subject="", line__in=[row.line for row in batch.rejects if not row.subject]).delete()
        keep_rejects(self.snapshot, batch.rejects)

    def _end_missing(self) -> None:
        """End the fiches that the export no longer holds, with all that hangs from them."""
        current = Fiche.objects.filter(register=self.register).exclude(digest="").values_list("pk", flat=True)
        for chunk in batched(sorted(set(current) - self.seen), CHUNK):
            with transaction.atomic():
                hold(self.snapshot)
                for model in (NationalPartner, NationalBloc, NationalCertifier, FicheVersion):
                    rows = model.objects.current().filter(fiche_id__in=chunk)
                    close(model, dict(rows.values_list("pk", "seen_from")), self.day)
                Fiche.objects.filter(pk__in=chunk).update(digest="")
                retire(chunk)
                Snapshot.objects.filter(pk=self.snapshot.pk).update(changed_count=F("changed_count") + len(chunk))


def _batches(changed: Iterable[Span]) -> Iterator[list[Span]]:
    batch: list[Span] = []
    size = 0
    for span in changed:
        if batch and (size + span.length > BATCH_BYTES or len(batch) == BATCH_FICHES):
            yield batch
            batch, size = [], 0
        batch.append(span)
        size += span.length
    if batch:
        yield batch


def _known_rows(model: FicheModel, columns: Sequence[str], fiches: Sequence[int]) -> dict[Row, tuple[int, date]]:
    """Give the id and the start of the current rows of these fiches, by their values."""
    if not fiches:
        return {}
    rows = model.objects.current().filter(fiche_id__in=fiches).values_list("pk", "seen_from", *columns)
    if model is NationalBloc:
        return {_bloc_key(values): (pk, since) for pk, since, *values in rows}
    return {tuple(values): (pk, since) for pk, since, *values in rows}


def _bloc_key(values: Sequence[Any]) -> Row:
    fiche, code, position, title, competencies, *rest = values
    return (fiche, code, position, title, json.dumps(competencies, ensure_ascii=False), *rest)


def _certifiers(fiche: int, read: FicheRead) -> Iterator[Row]:
    return ((fiche, row.siret, row.siret[:9], row.name, row.state) for row in read.certifiers)


def _blocs(fiche: int, read: FicheRead) -> Iterator[Row]:
    return (
        (fiche, b.code, rank, b.title, json.dumps(b.competencies, ensure_ascii=False), b.assessment, b.prerequisites)
        for rank, b in enumerate(read.blocs, start=1)
    )


def _partners(fiche: int, read: FicheRead) -> Iterator[Row]:
    return ((fiche, siret, siret[:9], *rest) for siret, *rest in read.partners)
