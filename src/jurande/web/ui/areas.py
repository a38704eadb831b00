"""The pages of one large part of a house: a row of moments of the trade, then the pages of the moment one is in.

A tab shows only if the policy of its page lets the reader in; what waits there for them is a badge, carried up to its
moment. Addresses know nothing of moments: a page may change row without a link breaking.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise

from jurande.registers.common.together import counts
from jurande.registers.common.verdicts import Verdict
from jurande.web.ui.parts import Tab
from jurande.web.ui.radar import Reader


def _nothing(reader: Reader) -> None:
    pass


@dataclass(frozen=True)
class Area:
    """One page. ``may`` is the policy that its view requires.

    ``waiting``: what this reader has to do there, counted with that of the other pages; how many, counted already; or
    None.
    """

    label: str | Promise
    view: str
    may: Callable[[Reader], Verdict]
    waiting: Callable[[Reader], QuerySet[Any] | int | None] = _nothing


@dataclass(frozen=True)
class Moment:
    """Pages that serve the same moment of the work."""

    label: str | Promise
    areas: Sequence[Area]


@dataclass(frozen=True)
class Rows:
    """What the two rows show. ``inside`` is empty for a moment of one page: its tab in the first row is that page."""

    moments: list[Tab]
    inside: list[Tab]
    name: str = ""  # of the moment one is in


def row(areas: Iterable[Area], reader: Reader, place: str, current: str) -> list[Tab]:
    """Return the tabs that this reader may open; ``current`` is the name of the view looked at."""
    return list(_tabs(areas, reader, place, current).values())


def rows(moments: Iterable[Moment], reader: Reader, place: str, current: str) -> Rows:
    """Return both rows; a moment leads to the first of its pages that this reader may open."""
    first, inside, name = [], [], ""
    tabs = _tabs((area for moment in moments for area in moment.areas), reader, place, current)
    for moment in moments:
        pages = [tabs[area.view] for area in moment.areas if area.view in tabs]
        if not pages:
            continue
        here = any(page.current for page in pages)
        first.append(Tab(str(moment.label), pages[0].url, here, waiting=sum(page.waiting for page in pages)))
        if here and len(pages) > 1:
            inside, name = pages, str(moment.label)
    return Rows(first, inside, name)


def _tabs(areas: Iterable[Area], reader: Reader, place: str, current: str) -> dict[str, Tab]:
    """By the name of their view."""
    shown = [area for area in areas if area.may(reader)]
    waiting = [area.waiting(reader) for area in shown]
    counted = iter(counts(one for one in waiting if isinstance(one, QuerySet)))
    return {
        area.view: Tab(
            str(area.label),
            reverse(area.view, args=[place]),
            current=area.view == current,
            waiting=next(counted) if isinstance(one, QuerySet) else one or 0,
        )
        for area, one in zip(shown, waiting, strict=True)
    }
