# SPDX-License-Identifier: Apache-2.0
"""How long what concerns people is kept, by category: what is recommended, what is ours to propose.

No text fixes these durations for certifiers: each is a default, which a certifier changes for its own house. That they
are written down, and applied, is the law: règlement (UE) 2016/679 (RGPD), in force since 25 May 2018, art. 5-1-e (kept
no longer than needed) and art. 30-1-f (the register of processing says how long).
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

LONGEST_MONTHS = 1200


class Standing(StrEnum):
    """On what a duration rests."""

    RECOMMENDED = "recommended"
    PROPOSED = "proposed"


@dataclass(frozen=True)
class Category:
    """One kind of thing that is kept. ``months``: None, as long as nobody asks for its erasure.

    ``source``: who recommends the default, with its date, empty when it is ours.
    """

    code: str
    months: int | None
    standing: Standing
    source: str = ""


CATEGORIES: tuple[Category, ...] = (
    # What proves a right for decades: ours to propose, no text bounds it.
    Category("awards", None, Standing.PROPOSED),
    Category("claims", 60, Standing.RECOMMENDED, "Centre Inffo, 2 juillet 2025"),
    Category("decisions", 60, Standing.PROPOSED),
    Category("corrections", 60, Standing.PROPOSED),
    Category("takeovers", 60, Standing.PROPOSED),
)


def months_before(day: date, months: int) -> date:
    """Return the same day of an earlier month, or its last day: 31 March less one month is 28 or 29 February."""
    index = day.year * 12 + day.month - 1 - months
    if index < 12:
        return date.min
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
