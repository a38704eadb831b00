"""The copies of what was erased: drawn pages, archives made to be taken away; and the list that a restoration replays.

Nothing here is undone by a crash: it is run again until every copy is gone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from django.conf import settings

from jurande.registers.awards.models import Erasure
from jurande.registers.awards.operations import archives, packing
from jurande.registers.awards.operations.rendering import forget_drawings
from jurande.registers.awards.states.erasure import ErasureCause
from jurande.registers.common import jobs
from jurande.registers.common.models import JobRequest
from jurande.registers.parties.models import Certifier

CHUNK = 500
_READ = ("cause", "award__code", "award__lot__code")
_LINE = re.compile(r"(award|over|person) ([0-9A-Z]{10,16})", re.ASCII)


def sweep_erased(*, now: datetime, report: Callable[[int, int], None]) -> int:
    """Throw away every copy of what was erased and is not swept yet; tell how many awards.

    ``report``: done, total. A file that the disk will not let go stops here, to be tried again.
    :raises OSError: then.
    """
    waiting = Erasure.objects.filter(swept_at=None)
    total, done = waiting.count(), 0
    while rows := list(waiting.order_by("pk").select_related("award__lot").only(*_READ)[:CHUNK]):
        codes = [row.award.code for row in rows]
        forget_drawings(codes)
        _drop_packs({row.award.lot.code for row in rows if row.award.lot is not None}, now=now)
        _drop_copies(Certifier.objects.filter(awards__code__in=codes).distinct(), now=now)
        for cause, gone in ((ErasureCause.HOLDER, Gone.AWARD), (ErasureCause.RETENTION, Gone.OVER)):
            remember(gone, [row.award.code for row in rows if row.cause == cause])
        done += Erasure.objects.filter(pk__in=[row.pk for row in rows]).update(swept_at=now)
        report(done, total)
    return done


def _drop_packs(lots: set[str], *, now: datetime) -> None:
    """The documents of a whole lot, being gathered or ready: they can be asked for again, without the one erased."""
    for job in JobRequest.objects.filter(name=packing.JOB, subject_code__in=lots):
        jobs.cancel(job.code, now=now)
        file = packing.pack_file(job.code)
        file.unlink(missing_ok=True)
        file.with_suffix(".part").unlink(missing_ok=True)


def _drop_copies(houses: Iterable[Certifier], *, now: datetime) -> None:
    """The copy of the public record that a house could take away: it too can be asked for again."""
    for house in houses:
        if (job := archives.under_way(house)) is not None:
            jobs.cancel(job.code, now=now)
        if (ready := archives.archive_of(house)) is not None:
            ready.path.unlink(missing_ok=True)
        archives.place_of(house)


# --- the list that a restoration replays ----------------------------------------------------------


class Gone(StrEnum):
    """What a line of the list is about: an award that its holder erased, one kept long enough, a space closed."""

    AWARD = "award"
    OVER = "over"
    PERSON = "person"


def remember(gone: Gone, codes: Iterable[str]) -> None:
    """Add codes to the list of the home, durably; nothing in it names anybody. Twice does no harm."""
    descriptor = os.open(settings.HOME.erased, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "a", encoding="ascii") as file:
        file.writelines(f"{gone} {code}\n" for code in codes)
        file.flush()
        os.fsync(file.fileno())


def listed(path: Path) -> Iterator[tuple[Gone, str]]:
    """Yield what a list says, in a memory that does not grow; what is no such line is passed over.

    :raises OSError: it cannot be read.
    """
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            if found := _LINE.fullmatch(line.strip()):
                yield Gone(found[1]), found[2]
