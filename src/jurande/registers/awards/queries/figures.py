"""What became of what was issued, and what its pages are used for: numbers by certification, partner, lot, month.

Nothing is known of whoever looked; what is known of holders is counted, and small numbers are hidden. The tables of a
period are guarded together, and periods have no month in common: none is subtracted from another. That is why they
cannot be narrowed further.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any

from django.core.cache import cache
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Sum, Value, When
from django.db.models.functions import TruncMonth
from django.utils import timezone

from jurande.core.control.small_numbers import SMALL, Shape, Shown, guard_all
from jurande.registers.awards.models import Award, Lot, ShareItem, VisitCount
from jurande.registers.awards.queries.kept import kept, of_figures
from jurande.registers.awards.states.awards import AwardState, Origin
from jurande.registers.awards.states.visits import VisitKind
from jurande.registers.catalogue.models import Certification
from jurande.registers.correspondence.models import Message
from jurande.registers.correspondence.states import MessageState
from jurande.registers.parties.models import Certifier, Partnership

# What is counted of the people to whom something was issued; then of pages and links, whoever came.
PEOPLE = ("written", "delivered", "bounced", "collected", "refused", "shared")
VISITS = (VisitKind.SEEN, VisitKind.SHARE_SEEN, VisitKind.LINKEDIN, VisitKind.TRAINING)
COLUMNS = (*PEOPLE, *(str(kind.value) for kind in VISITS))
# Delivered and bounced are parts of what was written; collected and refused, of what was issued.
SHAPE = Shape(people=len(PEOPLE), wholes=((0, (1, 2)), (None, (1, 2)), (None, (3, 4))))
# In the order of ``_Key``.
BREAKDOWNS = ("certification", "partner", "lot", "month")
PERIODS = (12, 36)
LOTS_MOST = 60
KEPT_SECONDS = 600
# The letters that say that something was issued, and those that say it again.
LETTERS = ("awards.issued", "awards.uncollected")
# Certification, partner's code, lot's code, first day of the month.
type _Key = tuple[int, str, str, date]
# One of these, a day as ISO text; issued; ``COLUMNS``.
type Row = tuple[Any, int, list[int]]
_NOT_DELIVERED = (MessageState.FAILED, MessageState.BOUNCED, MessageState.WITHHELD)


class Others(Enum):
    """What is told together: fewer than five were issued of each."""

    FEW = "few"


@dataclass(frozen=True)
class Line:
    """One line: what it is about (None: a body that is no partner, or other lots), issued, then ``COLUMNS``."""

    about: Certification | Partnership | Lot | date | Others | None
    issued: int
    cells: tuple[Shown, ...]

    def cell(self, column: str) -> Shown:
        """One number of the line."""
        return self.cells[COLUMNS.index(column)]


@dataclass(frozen=True)
class Figures:
    """A table that may be shown as it is.

    ``counted_at``: numbers are counted anew every ten minutes, or each night in a house that issued very much.
    """

    lines: list[Line]
    total: Line
    counted_at: datetime


def figures_of(
    house: Certifier, *, by: str, months: int, now: datetime, partnership: Partnership | None = None
) -> Figures:
    """Count over the last twelve whole months and this one, or over those before: one of ``PERIODS`` months ago.

    For one partner, or for the whole house. What was issued in the period, and what became of it until now; visits of
    the period, whenever it was issued. ``by``: one of ``BREAKDOWNS``. About ten queries, however long the tables.
    """
    held = kept(house.pk, of_figures(months, partnership))
    if held is not None:
        return _figures(house, held.found, held.counted_at)[by]
    key = f"awards.figures.{house.code}.{partnership.code if partnership else '-'}.{months}"
    found: dict[str, Figures] | None = cache.get(key)
    if found is None or not timedelta() <= now - found[by].counted_at < timedelta(seconds=KEPT_SECONDS):
        found = _figures(house, counted(house, months=months, now=now, partnership=partnership), now)
        cache.set(key, found, KEPT_SECONDS)
    return found[by]


def _period(today: date, months: int) -> tuple[date, date]:
    """The first day, and the one after the last. No two periods have a month in common: nothing can be subtracted."""
    later = [known for known in PERIODS if known < months]
    return _first_day(today, months), _first_day(today, max(later)) if later else date.max


def _first_day(today: date, months: int) -> date:
    whole = today.year * 12 + today.month - months
    return date(whole // 12, whole % 12 + 1, 1)


@dataclass
class _Table:
    """Numbers by what they are about, being added up."""

    rows: dict[Any, list[int]]
    sizes: dict[Any, int]


def counted(
    house: Certifier, *, months: int, now: datetime, partnership: Partnership | None = None
) -> dict[str, list[Row]]:
    """What ``figures_of`` shows, by each of ``BREAKDOWNS``, before small numbers are hidden: it may be kept as JSON."""
    period = _period(timezone.localdate(now), months)
    lots = _lots(house, partnership)
    issued, people = _people(house, partnership, lots, period)
    visits = _visits(house, partnership, lots, period)
    sums: dict[str, dict[int | str, list[int]]] = {by: {} for by in BREAKDOWNS}
    for key in issued.keys() | visits.keys():
        found = [issued.get(key, 0), *people.get(key, [0] * len(PEOPLE)), *visits.get(key, [0] * len(VISITS))]
        for by, of in zip(BREAKDOWNS, key, strict=True):
            plain: Any = of.isoformat() if isinstance(of, date) else of
            row = sums[by].get(plain, [0] * len(found))
            sums[by][plain] = [one + more for one, more in zip(row, found, strict=True)]
    return {by: [(key, row[0], row[1:]) for key, row in of_each.items()] for by, of_each in sums.items()}


def _figures(house: Certifier, rows: dict[str, list[Row]], now: datetime) -> dict[str, Figures]:
    """Name the rows of every table, put together those of fewer than five, hide what would tell somebody apart."""
    tables = {by: _added_up(by, _named(by, {key for key, *_row in rows[by]}, house), rows[by]) for by in BREAKDOWNS}
    order = {by: sorted(table.rows, key=_place(by, table.sizes)) for by, table in tables.items()}
    guarded = guard_all(
        [
            ([table.rows[about] for about in order[by]], [table.sizes[about] for about in order[by]])
            for by, table in tables.items()
        ],
        SHAPE,
    )
    whole = sum(tables["month"].sizes.values())
    return {
        by: Figures(
            [
                Line(about, tables[by].sizes[about], tuple(cells))
                for about, cells in zip(order[by], one.lines, strict=True)
            ],
            Line(None, whole, tuple(one.totals or [0] * len(COLUMNS))),
            now,
        )
        for by, one in zip(tables, guarded, strict=True)
    }


def _added_up(by: str, named: dict[Any, Any], rows: Iterable[Row]) -> _Table:
    table = _Table({}, defaultdict(int))
    for key, issued, found in rows:
        about = named.get(key)
        if by != "month" and about is not None and issued < SMALL:
            # Of lots, those that are not named are told together already.
            about = None if by == "lot" else Others.FEW
        row = table.rows.setdefault(about, [0] * len(COLUMNS))
        table.rows[about] = [one + more for one, more in zip(row, found, strict=True)]
        table.sizes[about] += issued
    return table


def _lots(house: Certifier, partnership: Partnership | None) -> dict[str, Lot]:
    """The latest lots, by code: those before are told together."""
    rows = Lot.objects.filter(certifier=house, issued__gt=0)
    if partnership is not None:
        rows = rows.filter(partnership=partnership)
    return {one.code: one for one in rows.order_by("-prepared_at", "-pk")[:LOTS_MOST]}


def _people(
    house: Certifier, partnership: Partnership | None, lots: dict[str, Lot], period: tuple[date, date]
) -> tuple[dict[_Key, int], dict[_Key, list[int]]]:
    since, until = period
    rows = Award.objects.filter(certifier=house, origin=Origin.JURANDE, issued_at__gte=_start(since))
    if until != date.max:
        rows = rows.filter(issued_at__lt=_start(until))
    if partnership is not None:
        rows = rows.filter(partnership=partnership)
    letters = Message.objects.filter(about_kind="award", about_code=OuterRef("code"), kind__in=LETTERS)
    pks = [one.pk for one in lots.values()]
    counted: Any = (
        # What was replaced is counted once, by what replaces it.
        rows.exclude(state=AwardState.REPLACED)
        .annotate(
            was_written=Exists(letters),
            was_delivered=Exists(letters.filter(state=MessageState.SENT)),
            was_refused=Exists(letters.filter(state__in=_NOT_DELIVERED)),
            was_shared=Exists(ShareItem.objects.filter(award=OuterRef("pk"))),
            of_lot=Case(When(lot__in=pks, then=F("lot__code")), default=Value("")),
            month=TruncMonth("issued_at"),
        )
        .values("certification_id", "partnership__code", "of_lot", "month")
        .annotate(
            issued=Count("pk"),
            written=Count("pk", filter=Q(was_written=True)),
            delivered=Count("pk", filter=Q(was_delivered=True)),
            bounced=Count("pk", filter=Q(was_refused=True, was_delivered=False)),
            collected=Count("pk", filter=Q(collected_at__isnull=False)),
            refused=Count("pk", filter=Q(refused_at__isnull=False)),
            shared=Count("pk", filter=Q(was_shared=True)),
        )
        .order_by()
    )
    issued: dict[_Key, int] = {}
    people: dict[_Key, list[int]] = {}
    for row in counted:
        month = timezone.localtime(row["month"]).date()
        key = (row["certification_id"], row["partnership__code"] or "", row["of_lot"], month)
        issued[key] = row["issued"]
        people[key] = [row[name] for name in PEOPLE]
    return issued, people


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _visits(
    house: Certifier, partnership: Partnership | None, lots: dict[str, Lot], period: tuple[date, date]
) -> dict[_Key, list[int]]:
    since, until = period
    rows = VisitCount.objects.filter(certification__certifier=house, on__gte=since, on__lt=until)
    if partnership is not None:
        rows = rows.filter(partnership_code=partnership.code)
    counted = (
        rows.annotate(
            of_lot=Case(When(lot_code__in=list(lots), then=F("lot_code")), default=Value("")), month=TruncMonth("on")
        )
        .values("certification_id", "partnership_code", "of_lot", "month", "kind")
        .annotate(sum=Sum("count"))
        .order_by()
    )
    found: dict[_Key, list[int]] = {}
    for row in counted:
        key = (row["certification_id"], row["partnership_code"], row["of_lot"], row["month"])
        found.setdefault(key, [0] * len(VISITS))[VISITS.index(VisitKind(row["kind"]))] = row["sum"]
    return found


def _named(by: str, keys: set[Any], house: Certifier) -> dict[Any, Any]:
    """What the keys stand for; those of lots that are too old to be listed stand for nothing, together."""
    if by == "certification":
        return dict(Certification.objects.in_bulk(keys))
    if by == "partner":
        rows = Partnership.objects.filter(code__in=keys).select_related("site__organisation")
        return {one.code: one for one in rows}
    if by == "lot":
        return {one.code: one for one in Lot.objects.filter(certifier=house, code__in=keys)}
    return {key: date.fromisoformat(key) for key in keys}


def _place(by: str, sizes: dict[Any, int]) -> Callable[[Any], Any]:
    """The order of the lines: the latest first for months and lots, else the most issued; the unnamed last."""
    if by == "month":
        return lambda about: (-about.toordinal(),)
    if by == "lot":
        return lambda about: (about is None, -about.prepared_at.timestamp() if about else 0)
    return lambda about: (about is Others.FEW, about is None, -sizes[about], str(about))
