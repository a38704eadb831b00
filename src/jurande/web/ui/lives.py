"""Days over years: when a place was habilitated, suspended, no longer; a strip of years and a month to choose a day."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from jurande.core.france.habilitations import SUSPENDED, Period

WIDTH = 1000
MOST_YEARS = 12
DAY = timedelta(days=1)
STANDINGS = {
    "active": ("ok", "Active"),
    "suspended": ("stop", "Suspendue"),
    "ended": ("end", "Terminée"),
    "expired": ("end", "Arrivée à son terme"),
    "not_yet": ("draft", "À venir"),
    "prepared": ("draft", "Préparée"),
}


@dataclass(frozen=True)
class Bar:
    """A stretch of a strip, in thousandths of its width; ``look``: «on», «sus», «off»."""

    x: str
    width: str
    look: str


@dataclass(frozen=True)
class Row:
    """One line of a strip; ``said``: the same in words, for those who do not see it."""

    label: str
    bars: tuple[Bar, ...]
    said: str = ""
    url: str = ""


@dataclass(frozen=True)
class Strip:
    """Years side by side, equally wide, and the day asked for."""

    years: tuple[int, ...]
    rows: tuple[Row, ...]
    now_x: str
    day: date


@dataclass(frozen=True)
class Lived:
    """What a line is made of. ``is_over``: ended, drawn as an outline."""

    label: str
    periods: Sequence[Period]
    is_over: bool
    said: str = ""
    url: str = ""


def strip(lived: Sequence[Lived], *, day: date) -> Strip:
    """Lay out lines over the years that they span, twelve at most, around ``day``."""
    bounds = [day] + [edge for one in lived for each in one.periods for edge in (each.from_on, each.until_on)]
    first, last = min(bounds).year, max(bounds).year
    first, last = max(first, day.year - MOST_YEARS + 2), min(last, day.year + MOST_YEARS - 2)
    years = tuple(range(first, min(max(last, first + 2), first + MOST_YEARS - 1) + 1))

    def x(on: date) -> float:
        year = min(max(on.year, years[0]), years[-1] + 1)
        start, length = date(year, 1, 1), 366 if calendar.isleap(year) else 365
        share = (on - start).days / length if on.year == year else 0.0
        return WIDTH * (year - years[0] + share) / len(years)

    rows = tuple(Row(one.label, _bars(one, x), one.said, one.url) for one in lived)
    return Strip(years, rows, f"{min(max(x(day), 1), WIDTH - 1):.1f}", day)


def _bars(one: Lived, x: Callable[[date], float]) -> tuple[Bar, ...]:
    bars = []
    for each in one.periods:
        start, end = x(each.from_on), min(x(each.until_on + DAY), float(WIDTH))
        look = "sus" if each.state == SUSPENDED else "off" if one.is_over else "on"
        if end > start:
            bars.append(Bar(f"{start:.1f}", f"{max(end - start, 3):.1f}", look))
    return tuple(bars)


@dataclass(frozen=True)
class Day:
    """A day of a month's sheet; ``is_on``: habilitated that day."""

    on: date
    is_on: bool
    is_other_month: bool
    is_asked: bool


@dataclass(frozen=True)
class Month:
    """A month by weeks, with the days of the neighbours that complete them."""

    first: date
    before: date
    after: date
    weeks: tuple[tuple[Day, ...], ...]


def month_of(day: date, *, is_on: Callable[[date], bool]) -> Month:
    """The month around ``day``, from Monday to Sunday."""
    first = day.replace(day=1)
    last = date(day.year + day.month // 12, day.month % 12 + 1, 1) - DAY
    start = first - timedelta(days=first.weekday())
    count = -(-((last - start).days + 1) // 7)
    weeks = tuple(
        tuple(
            Day(on, is_on(on), on.month != day.month, on == day)
            for on in (start + timedelta(days=7 * week + number) for number in range(7))
        )
        for week in range(count)
    )
    return Month(first, first - DAY, last + DAY, weeks)
