"""Counting the pages seen and the links followed, not people: a line on the disk, then numbers by day."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F

from jurande.core.control.small_numbers import SMALL
from jurande.integrations.spool_files import add_line, finished_files, forget_file
from jurande.registers.awards.models.lots import Lot
from jurande.registers.awards.models.visits import FoldedSpool, VisitCount
from jurande.registers.awards.states.visits import VisitKind
from jurande.registers.catalogue.models import Certification

PARIS = ZoneInfo("Europe/Paris")
# A file is removed as soon as it is counted: its name is only needed while it may still be there.
REMEMBERED = timedelta(days=7)


def spool_folder() -> Path:
    """Where the lines wait."""
    folder: Path = settings.HOME.path / "spool" / "visits"
    return folder


def note_visit(
    *, kind: VisitKind, certification_code: str, partnership_code: str, now: datetime, lot_code: str = ""
) -> bool:
    """Write down that a page was seen or a link followed; nothing says by whom, from where, to which award.

    Tell whether it was written. ``lot_code`` is only kept when the lot is large enough to hide a person in.
    """
    day = now.astimezone(PARIS).date()
    line = f"{day.isoformat()} {kind.value} {certification_code} {partnership_code or '-'} {lot_code or '-'}"
    return add_line(spool_folder(), line, now=now)


def fold_visits(*, now: datetime) -> int:
    """Add what the finished files say to the numbers of their days, each file once; tell how many visits."""
    folder, counted = spool_folder(), 0
    for name, lines in finished_files(folder, now=now):
        counted += _fold(name, lines, now=now)
        forget_file(folder, name)
    FoldedSpool.objects.filter(folded_at__lt=now - REMEMBERED).delete()
    return counted


@transaction.atomic
def _fold(name: str, lines: list[str], *, now: datetime) -> int:
    _spool, is_new = FoldedSpool.objects.get_or_create(name=name, defaults={"lines": len(lines), "folded_at": now})
    if not is_new:
        # Counted already, and the machine stopped before the file was removed.
        return 0
    visits = Counter(found for line in lines if (found := _read(line)) is not None)
    known = dict(Certification.objects.filter(code__in={visit[2] for visit in visits}).values_list("code", "pk"))
    large = Lot.objects.filter(code__in={visit[4] for visit in visits}, issued__gte=SMALL)
    named = set(large.values_list("code", flat=True))
    counted = 0
    for (day, kind, certification_code, partnership_code, lot_code), number in visits.items():
        if certification_code not in known:
            continue
        row, _created = VisitCount.objects.get_or_create(
            certification_id=known[certification_code],
            partnership_code=partnership_code,
            lot_code=lot_code if lot_code in named else "",
            kind=kind,
            on=day,
        )
        VisitCount.objects.filter(pk=row.pk).update(count=F("count") + number)
        counted += number
    return counted


def _read(line: str) -> tuple[date, str, str, str, str] | None:
    parts = line.split(" ")
    if len(parts) != 5 or parts[1] not in VisitKind.values or max(len(parts[3]), len(parts[4])) > 16:
        return None
    try:
        day = date.fromisoformat(parts[0])
    except ValueError:
        return None
    partnership_code, lot_code = ("" if part == "-" else part for part in parts[3:])
    return day, parts[1], parts[2], partnership_code, lot_code
