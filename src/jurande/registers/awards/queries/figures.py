"""What became of what was issued, and what its pages are used for: numbers by certification, partner, lot, month.

Nothing is known of whoever looked; what is known of holders is counted, and small numbers are hidden. Tables are
guarded one by one: that is why they cannot be narrowed further, which would let one be subtracted from another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Exists, F, OuterRef, Q, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from jurande.core.control.small_numbers import SMALL, Shape, Shown, guard
from jurande.registers.awards.models import Award, Lot, ShareItem, VisitCount
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
BREAKDOWNS = ("certification", "partner", "lot", "month")
PERIODS = (12, 36)
LOTS_MOST = 60
KEPT_SECONDS = 600
# The letters that say that something was issued, and those that say it again.
LETTERS = ("awards.issued", "awards.uncollected")
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
    """A table that may be shown as it is. ``counted_at``: numbers are counted anew every ten minutes."""

    lines: list[Line]
    total: Line
    counted_at: datetime


def figures_of(
    house: Certifier, *, by: str, months: int, now: datetime, partnership: Partnership | None = None
) -> Figures:
    """Count over the last ``months`` whole months and this one; for one partner, or for the whole house.

    What was issued in the period, and what became of it until now; visits of the period, whenever it was issued.
    ``by``: one of ``BREAKDOWNS``. About ten queries, however long the table.
    """
    key = f"awards.figures.{house.code}.{partnership.code if partnership else '-'}.{by}.{months}"
    found: Figures | None = cache.get(key)
    if found is None or not timedelta() <= now - found.counted_at < timedelta(seconds=KEPT_SECONDS):
        found = _counted(house, partnership, by, _first_day(timezone.localdate(now), months), now)
        cache.set(key, found, KEPT_SECONDS)
    return found


def _first_day(today: date, months: int) -> date:
    whole = today.year * 12 + today.month - months
    return date(whole // 12, whole % 12 + 1, 1)


def _counted(house: Certifier, partnership: Partnership | None, by: str, since: date, now: datetime) -> Figures:
    issued, people = _people(house, partnership, by, since)
    visits = _visits(house, partnership, by, since)
    named = _named(by, issued.keys() | visits.keys(), house)
    table: dict[Any, list[int]] = {}
    sizes: dict[Any, int] = defaultdict(int)
    for key in issued.keys() | visits.keys():
        about = named.get(key)
        if by != "month" and about is not None and issued.get(key, 0) < SMALL:
            # Of lots, those that are not named are told together already.
            about = None if by == "lot" else Others.FEW
        row = table.setdefault(about, [0] * len(COLUMNS))
        for at, value in enumerate([*people.get(key, [0] * len(PEOPLE)), *visits.get(key, [0] * len(VISITS))]):
            row[at] += value
        sizes[about] += issued.get(key, 0)
    order = sorted(table, key=_place(by, sizes))
    guarded = guard([table[about] for about in order], [sizes[about] for about in order], SHAPE)
    lines = [Line(about, sizes[about], tuple(cells)) for about, cells in zip(order, guarded.lines, strict=True)]
    totals = guarded.totals or [0] * len(COLUMNS)
    return Figures(lines, Line(None, sum(sizes.values()), tuple(totals)), now)


def _people(
    house: Certifier, partnership: Partnership | None, by: str, since: date
) -> tuple[dict[Any, int], dict[Any, list[int]]]:
    start = timezone.make_aware(datetime.combine(since, time()))
    rows = Award.objects.filter(certifier=house, origin=Origin.JURANDE, issued_at__gte=start)
    if partnership is not None:
        rows = rows.filter(partnership=partnership)
    letters = Message.objects.filter(about_kind="award", about_code=OuterRef("code"), kind__in=LETTERS)
    keys = {
        "certification": F("certification_id"),
        "partner": F("partnership__code"),
        "lot": F("lot__code"),
        "month": TruncMonth("issued_at"),
    }
    counted: Any = (
        # What was replaced is counted once, by what replaces it.
        rows.exclude(state=AwardState.REPLACED)
        .annotate(
            was_written=Exists(letters),
            was_delivered=Exists(letters.filter(state=MessageState.SENT)),
            was_refused=Exists(letters.filter(state__in=_NOT_DELIVERED)),
            was_shared=Exists(ShareItem.objects.filter(award=OuterRef("pk"))),
            key=keys[by],
        )
        .values("key")
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
    issued: dict[Any, int] = {}
    people: dict[Any, list[int]] = {}
    for row in counted:
        key = _key(row["key"])
        issued[key] = row["issued"]
        people[key] = [row[name] for name in PEOPLE]
    return issued, people


def _visits(house: Certifier, partnership: Partnership | None, by: str, since: date) -> dict[Any, list[int]]:
    rows = VisitCount.objects.filter(certification__certifier=house, on__gte=since)
    if partnership is not None:
        rows = rows.filter(partnership_code=partnership.code)
    keys = {
        "certification": F("certification_id"),
        "partner": F("partnership_code"),
        "lot": F("lot_code"),
        "month": TruncMonth("on"),
    }
    found: dict[Any, list[int]] = {}
    for row in rows.annotate(key=keys[by]).values("key", "kind").annotate(sum=Sum("count")).order_by():
        at = VISITS.index(VisitKind(row["kind"]))
        found.setdefault(_key(row["key"]), [0] * len(VISITS))[at] = row["sum"]
    return found


def _key(found: Any) -> Any:
    """One key for what two tables write differently: no partner, no lot, the first day of a month."""
    if isinstance(found, datetime):
        return timezone.localtime(found).date()
    return found or ""


def _named(by: str, keys: set[Any], house: Certifier) -> dict[Any, Any]:
    """What the keys stand for; those of lots that are too old to be listed stand for nothing, together."""
    if by == "certification":
        return dict(Certification.objects.in_bulk(keys))
    if by == "partner":
        rows = Partnership.objects.filter(code__in=keys).select_related("site__organisation")
        return {one.code: one for one in rows}
    if by == "lot":
        lots = Lot.objects.filter(certifier=house, code__in=keys).order_by("-prepared_at", "-pk")
        return {one.code: one for one in lots[:LOTS_MOST]}
    return {key: key for key in keys}


def _place(by: str, sizes: dict[Any, int]) -> Callable[[Any], Any]:
    """The order of the lines: the latest first for months and lots, else the most issued; the unnamed last."""
    if by == "month":
        return lambda about: (-about.toordinal(),)
    if by == "lot":
        return lambda about: (about is None, -about.prepared_at.timestamp() if about else 0)
    return lambda about: (about is Others.FEW, about is None, -sizes[about], str(about))
