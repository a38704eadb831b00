# SPDX-License-Identifier: Apache-2.0
"""How far a habilitation reaches, and what was true of it on a day. Source: C. trav. R. 6113-16 to R. 6113-16-2.

A reach is a kind of habilitation, blocs (none: the whole certification) and départements (none: everywhere). A life is
a list of decisions, each in force from its day until the next one's; none takes effect in the past, so that what was
true on a day stays so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

SERVICES = {
    "former": frozenset({"former"}),
    "organiser": frozenset({"organiser"}),
    "both": frozenset({"former", "organiser"}),
}
ACTIVE, SUSPENDED, ENDED = "active", "suspended", "ended"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Reach:
    """``kind``: one of ``SERVICES``; ``blocs`` and ``territory``: empty for all of them."""

    kind: str
    blocs: frozenset[str] = frozenset()
    territory: frozenset[str] = frozenset()

    @classmethod
    def of(cls, kind: str, blocs: Iterable[str] = (), territory: Iterable[str] = ()) -> Reach:
        """Make a reach from lists."""
        return cls(str(kind), frozenset(blocs), frozenset(territory))

    def covers(self, other: Reach) -> bool:
        """Whether nothing of ``other`` is outside."""
        return (
            SERVICES[other.kind] <= SERVICES[self.kind]
            and _all_within(other.blocs, self.blocs)
            and _all_within(other.territory, self.territory)
        )

    def meets(self, other: Reach) -> bool:
        """Whether the two have a service, a bloc and a département in common."""
        return (
            bool(SERVICES[self.kind] & SERVICES[other.kind])
            and _some_common(self.blocs, other.blocs)
            and _some_common(self.territory, other.territory)
        )


def _all_within(inner: frozenset[str], outer: frozenset[str]) -> bool:
    return not outer or (bool(inner) and inner <= outer)


def _some_common(one: frozenset[str], other: frozenset[str]) -> bool:
    return not one or not other or bool(one & other)


@dataclass(frozen=True, order=True)
class Spell:
    """One decision: ``number`` tells their order, ``state`` is ``ACTIVE``, ``SUSPENDED`` or ``ENDED``."""

    number: int
    from_on: date
    state: str


@dataclass(frozen=True)
class Period:
    """Days on end, first and last included, during which the same was true."""

    from_on: date
    until_on: date
    state: str


def state_on(spells: Sequence[Spell], *, first: date, last: date, day: date) -> str | None:
    """What is true on ``day``: None before ``first`` and after ``last``. The latest decision that has begun says it."""
    if not first <= day <= last:
        return None
    begun = [spell for spell in spells if spell.from_on <= day]
    return max(begun).state if begun else None


def periods(spells: Sequence[Spell], *, first: date, last: date) -> list[Period]:
    """Every day from ``first`` to ``last`` in order, without those on which nothing was decided; none once ended."""
    bounds = sorted({first, *(spell.from_on for spell in spells if first < spell.from_on <= last)})
    found: list[Period] = []
    for start, end in zip(bounds, [*(bound - DAY for bound in bounds[1:]), last], strict=True):
        state = state_on(spells, first=first, last=last, day=start)
        if state is None or state == ENDED or end < start:
            continue
        if found and found[-1].state == state and found[-1].until_on == start - DAY:
            found[-1] = Period(found[-1].from_on, end, state)
        else:
            found.append(Period(start, end, state))
    return found
