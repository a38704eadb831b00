"""What the national registers say, and said on a given day; never without its source and the day of its snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from jurande.core.france.registers import FicheRecord
from jurande.registers.catalogue.models import (
    Delivery,
    Fiche,
    FicheVersion,
    NationalPartner,
    Reject,
    Snapshot,
)
from jurande.registers.catalogue.models.snapshots import DeliveryQuerySet, SnapshotQuerySet
from jurande.registers.catalogue.states import Habilitation, HabilitationState


class Known(StrEnum):
    """Three answers, because not knowing is not a no."""

    YES = "oui"
    NO = "non"
    UNKNOWN = "inconnu"


class Because(StrEnum):
    """Why the answer is what it is."""

    LISTED = "listed"  # an active row says so
    NOT_LISTED = "not_listed"  # the fiche is there, this place is not among its partners
    NOT_ACTIVE = "not_active"  # it is, withdrawn or inactive
    BEFORE_FIRST = "before_first"  # no snapshot is that old
    AFTER_LATEST = "after_latest"  # no snapshot is that recent
    NO_SUCH_FICHE = "no_such_fiche"  # the snapshot of that day does not hold this fiche


@dataclass(frozen=True)
class Answer:
    """Whether a place was habilitated. ``kind``: ``former``, ``organiser``, ``both``, or empty.

    ``snapshot_on``: the day of the publication that says so, the last one of that day or before it; None when there is
    none. ``active_on``: since when, as the register itself says.
    """

    answer: Known
    because: Because
    source: str
    snapshot_on: date | None = None
    kind: str = ""
    active_on: date | None = None


def imports_folder() -> Path:
    """Say where files wait to be read."""
    folder: Path = settings.JURANDE_IMPORTS
    return folder


def files_waiting() -> list[str]:
    """Name the files that lie in the imports' folder."""
    if not imports_folder().is_dir():
        return []
    return sorted(path.name for path in imports_folder().iterdir() if path.is_file() and not path.name.startswith("."))


def latest_snapshot(source: str) -> Snapshot | None:
    """Return the last publication of this source that was read whole."""
    return Snapshot.objects.complete().of(source).latest_first().first()


def snapshots(source: str = "") -> SnapshotQuerySet:
    """Return every reading, refused ones included, the last published first."""
    rows = Snapshot.objects.latest_first()
    return rows.of(source) if source else rows


def previous_of(snapshot: Snapshot) -> Snapshot | None:
    """Return the publication read whole before this one, of an earlier day."""
    earlier = Snapshot.objects.complete().of(snapshot.source).filter(published_on__lt=snapshot.published_on)
    return earlier.latest_first().first()


def snapshot_of(code: str) -> Snapshot | None:
    return Snapshot.objects.filter(code=code).first()


def deliveries() -> DeliveryQuerySet:
    """Return the files given to be read, the last first."""
    return Delivery.objects.latest_first()


def delivery_of_job(job_code: str) -> Delivery | None:
    return Delivery.objects.filter(job_code=job_code).exclude(job_code="").first()


def rejects(snapshot: Snapshot) -> QuerySet[Reject]:
    """Return the rows left out, in the order of the file."""
    return snapshot.rejects.order_by("line", "pk")


def fiche_record(version: FicheVersion) -> FicheRecord:
    """Return what is too long for a column: objectives, capacities, routes, promotions…"""
    return FicheRecord.from_content(version.content)


def was_habilitated(*, siret: str, fiche_number: str, day: date) -> Answer:
    """Tell whether this place was habilitated for this fiche on this day, as far as the snapshots tell.

    The answer is that of the last snapshot published on that day or before. Before the first one, and after the latest,
    nobody knows. Source: C. trav. R. 6113-16-5; the registers list habilitations by place.
    """
    source = "rs" if fiche_number.startswith("RS") else "rncp"
    complete = Snapshot.objects.complete().of(source)
    latest = complete.latest_first().first()
    if latest is None or day > latest.published_on:
        return Answer(Known.UNKNOWN, Because.AFTER_LATEST, source, latest.published_on if latest else None)
    snapshot = complete.filter(published_on__lte=day).latest_first().first()
    if snapshot is None:
        return Answer(Known.UNKNOWN, Because.BEFORE_FIRST, source)
    day = snapshot.published_on
    fiche = Fiche.objects.filter(number=fiche_number, versions__in=FicheVersion.objects.seen_on(day)).first()
    if fiche is None:
        return Answer(Known.UNKNOWN, Because.NO_SUCH_FICHE, source, day)
    rows = list(NationalPartner.objects.seen_on(day).filter(fiche=fiche, siret=siret))
    active = [row for row in rows if row.state == HabilitationState.ACTIVE]
    if not active:
        return Answer(Known.NO, Because.NOT_ACTIVE if rows else Because.NOT_LISTED, source, day)
    since = [row.active_on for row in active if row.active_on]
    kind = joined(row.habilitation for row in active)
    return Answer(Known.YES, Because.LISTED, source, day, kind, min(since) if since else None)


def joined(habilitations: Iterator[str]) -> str:
    """Say what several habilitations of one place amount to: training and assessing are both."""
    held = set(habilitations)
    if Habilitation.BOTH in held or {Habilitation.FORMER, Habilitation.ORGANISER} <= held:
        return Habilitation.BOTH
    return next(iter(held), "")
