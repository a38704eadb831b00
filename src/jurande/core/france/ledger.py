# SPDX-License-Identifier: Apache-2.0
"""The list of habilitations that a certifier declares to France compétences: its two months, its moves, what differs.

Source: C. trav. R. 6113-16-5: the list comes with the request for registration, and any change of it within two months.
The registers show one role by place (SIRET) and by fiche, without blocs: two habilitations of one place amount to one
role there.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

ARTICLE = "C. trav. R. 6113-16-5"
MONTHS = 2
FORMER, ORGANISER, BOTH, NONE = "former", "organiser", "both", ""
# The words of the register itself: export V4.1, HABILITATION_PARTENAIRE.
REGISTER_WORDS = {
    FORMER: "HABILITATION_FORMER",
    ORGANISER: "HABILITATION_ORGANISER",
    BOTH: "HABILITATION_ORGA_FORM",
}
Pair = tuple[str, str]  # a fiche's number, a SIRET


def later(day: date, months: int) -> date:
    """Give the same day ``months`` months after, or the last of that month when it has no such day.

    :raises ValueError: a number of months below 0. Source of the way to count: CPC, art. 641.
    """
    if months < 0:
        raise ValueError("a number of months below 0")
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def declare_by(happened_on: date) -> date:
    """Give the last day, included, to declare a change that took effect on ``happened_on``."""
    return later(happened_on, MONTHS)


def joined(roles: Iterable[str]) -> str:
    """Say what several habilitations of one place for one fiche amount to; empty for none."""
    held = set(roles) - {NONE}
    if BOTH in held or {FORMER, ORGANISER} <= held:
        return BOTH
    return next(iter(held), NONE)


def movement(before: str, after: str) -> str:
    """Name the change to declare: ``add``, ``remove``, ``change_type``, or empty when there is none."""
    if before == after:
        return ""
    if not before:
        return "add"
    return "change_type" if after else "remove"


@dataclass(frozen=True)
class Gap:
    """One place of one fiche that the two lists do not say alike. A role is empty when the place is not listed."""

    fiche: str
    siret: str
    here: str
    listed: str

    @property
    def move(self) -> str:
        """What to declare so that the register says what is here."""
        return movement(self.listed, self.here)


def gaps(here: Mapping[Pair, str], listed: Mapping[Pair, str]) -> list[Gap]:
    """Compare our list with the register's, by fiche then SIRET."""
    pairs = sorted(here.keys() | listed.keys())
    found = (
        Gap(fiche, siret, here.get((fiche, siret), NONE), listed.get((fiche, siret), NONE)) for fiche, siret in pairs
    )
    return [gap for gap in found if gap.here != gap.listed]
