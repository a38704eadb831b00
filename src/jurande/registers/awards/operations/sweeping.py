"""The copies of what was erased: drawn pages, archives made to be taken away; and the list that a restoration replays.

Nothing here is undone by a crash: it is run again until every copy is gone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings

from jurande.registers.awards.models import Award, Erasure
from jurande.registers.awards.operations import archives, packing
from jurande.registers.awards.operations.rendering import forget_drawings
from jurande.registers.awards.states.awards import AwardState
from jurande.registers.common import jobs
from jurande.registers.common.models import JobRequest
from jurande.registers.parties.models import Certifier

CHUNK = 500
_LINE = re.compile(r"[0-9A-Z]{10,16}", re.ASCII)


def sweep_erased(*, now: datetime, report: Callable[[int, int], None]) -> int:
    """Throw away every copy of what was erased and is not swept yet; tell how many awards.

    ``report``: done, total. A file that the disk will not let go stops here, to be tried again.
    :raises OSError: then.
    """
    waiting = Erasure.objects.filter(swept_at=None)
    total, done = waiting.count(), 0
    while rows := list(waiting.order_by("pk").values_list("pk", "award__code", "award__lot__code")[:CHUNK]):
        codes = [code for _pk, code, _lot in rows]
        forget_drawings(codes)
        _drop_packs({lot for _pk, _code, lot in rows if lot}, now=now)
        _drop_copies(Certifier.objects.filter(awards__code__in=codes).distinct(), now=now)
        remember(codes)
        done += Erasure.objects.filter(pk__in=[pk for pk, _code, _lot in rows]).update(swept_at=now)
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


def list_file() -> Path:
    """Where the codes of what was erased are listed, one a line; nothing in it names anybody."""
    return settings.HOME.path / "erased.txt"


def remember(codes: Iterable[str]) -> None:
    """Add codes to the list, durably. Twice does no harm."""
    path = list_file()
    with os.fdopen(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "a", encoding="ascii") as file:
        file.writelines(f"{code}\n" for code in codes)
        file.flush()
        os.fsync(file.fileno())


def listed(path: Path) -> Iterator[str]:
    """Yield the codes of a list, in a memory that does not grow; what is no code is passed over.

    :raises OSError: it cannot be read.
    """
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            if _LINE.fullmatch(line.strip()):
                yield line.strip()


def still_there(codes: Iterable[str]) -> list[int]:
    """Which of these awards are here and not erased: what an older backup brought back."""
    rows = Award.objects.filter(code__in=list(codes)).exclude(state=AwardState.ERASED)
    return list(rows.order_by("pk").values_list("pk", flat=True))
