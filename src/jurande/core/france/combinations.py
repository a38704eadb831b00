# SPDX-License-Identifier: Apache-2.0
"""Micro-certifications that validate something larger together: what somebody holds on a day, part by part.

No text of law fixes how they add up (Council Recommendation 2022/C 243/02 only asks that it can be told whether they
do): the certifier says so, for each bloc. What follows decides nothing, it tells what is met and why not.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from jurande.core.errors import CoreError
from jurande.core.france.spelling import fold

PARTS_MOST = 20
CHOICES_MOST = 3
MONTHS_MOST = 240
# From the lowest to the highest, as juries in France word them. Usage, no text: nothing else is compared with them.
MENTIONS = ("passable", "assez bien", "bien", "tres bien", "excellent")
_GRADE = re.compile(r"(\d{1,4}(?:[.,]\d{1,3})?)\s*(?:/\s*(\d{1,4})|(%))?", re.ASCII)


class CombinationRefused(CoreError):
    """A combination cannot be made so."""

    code = "combination.refused"


class Standing(StrEnum):
    """What was decided last about what is held."""

    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class Why(StrEnum):
    """Why something that is held does not count."""

    REVOKED = "revoked"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    OLD = "old"
    IDENTITY = "identity"
    LEVEL = "level"
    GRADE = "grade"
    GRADE_UNKNOWN = "grade_unknown"


class Met(StrEnum):
    """Where a part stands: held and good, held but not counting, not held."""

    MET = "met"
    UNMET = "unmet"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Held:
    """Something somebody holds. ``what``: of which certification; ``level``: of the European framework, may be empty.

    ``valid_until``: the last day, None without end.
    """

    key: str
    what: str
    awarded_on: date
    valid_until: date | None = None
    standing: Standing = Standing.IN_FORCE
    grade: str = ""
    level: str = ""
    identity_checked: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is needed, and under which conditions. ``choice``: 0, by everybody; else which choice it is of."""

    what: str
    choice: int = 0
    minimum_grade: str = ""
    minimum_level: str = ""
    identity_checked: bool = False
    max_age_months: int | None = None


@dataclass(frozen=True)
class Rule:
    """The parts, and how many of each choice are needed: ``choices[0]`` of those whose ``choice`` is 1, and so on."""

    parts: tuple[Part, ...]
    choices: tuple[int, ...] = ()

    @property
    def needed(self) -> int:
        """How many parts somebody must have in all."""
        return sum(part.choice == 0 for part in self.parts) + sum(self.choices)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One part for one person. ``held``: what counts, or what comes nearest to it; ``until``: the last day it counts.

    ``why``: empty when it is met, or when nothing is held.
    """

    part: Part
    met: Met
    held: Held | None = None
    why: tuple[Why, ...] = ()
    until: date | None = None


@dataclass(frozen=True)
class Progress:
    """How far somebody is. ``until``: the last day on which it is whole, None without end or when it is not."""

    outcomes: tuple[Outcome, ...]
    met: int
    needed: int
    until: date | None = None

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing."""
        return self.met >= self.needed

    @property
    def counted(self) -> tuple[Held, ...]:
        """What is held and counts, in the order of the parts."""
        return tuple(one.held for one in self.outcomes if one.met is Met.MET and one.held is not None)


# --- what may be said ---------------------------------------------------------------------------


def check(rule: Rule) -> Rule:
    """Give back a rule that can be met.

    :raises CombinationRefused: of code ``combination.`` ``single`` (fewer than two parts), ``many``, ``twice``,
        ``months``, ``grade`` (neither a note nor a mention), ``choice`` (of which there is no number), ``count`` (a
        choice asks for none of its parts, or for more than it has).
    """
    if not 2 <= len(rule.parts) <= PARTS_MOST:
        raise _refused("single" if len(rule.parts) < 2 else "many")
    if len({part.what for part in rule.parts}) < len(rule.parts):
        raise _refused("twice")
    for part in rule.parts:
        if part.max_age_months is not None and not 1 <= part.max_age_months <= MONTHS_MOST:
            raise _refused("months")
        if part.minimum_grade and _read_grade(part.minimum_grade) is None:
            raise _refused("grade")
        if not 0 <= part.choice <= len(rule.choices):
            raise _refused("choice")
    for at, wanted in enumerate(rule.choices, start=1):
        if not 1 <= wanted <= sum(part.choice == at for part in rule.parts):
            raise _refused("count")
    return rule


def _refused(code: str) -> CombinationRefused:
    return CombinationRefused(f"a combination that is refused: {code}", code=f"combination.{code}")


# --- how far somebody is ------------------------------------------------------------------------


def evaluate(rule: Rule, held: Iterable[Held], on: date) -> Progress:
    """Tell how far somebody is with what they hold ``on`` a day; what was obtained later is not seen.

    Of several that are held for a part, one that counts is enough: that which counts longest is shown.
    """
    by_what: dict[str, list[Held]] = {}
    for one in held:
        if one.awarded_on <= on:
            by_what.setdefault(one.what, []).append(one)
    outcomes = tuple(_outcome(part, by_what.get(part.what, ()), on) for part in rule.parts)
    met = sum(one.met is Met.MET for one in outcomes if one.part.choice == 0)
    ends = [_end(one) for one in outcomes if one.part.choice == 0]
    for at, wanted in enumerate(rule.choices, start=1):
        counted = [_end(one) for one in outcomes if one.part.choice == at and one.met is Met.MET]
        met += min(wanted, len(counted))
        # As long as so many of them count, the others may end.
        ends += sorted(counted, reverse=True)[:wanted]
    is_whole = met >= rule.needed
    until = min(ends, default=date.max) if is_whole else date.max
    return Progress(outcomes, met, rule.needed, None if until == date.max else until)


def _end(one: Outcome) -> date:
    return one.until or date.max


def _outcome(part: Part, mine: Sequence[Held], on: date) -> Outcome:
    tried = [Outcome(part, *_judged(part, one, on)) for one in mine]
    if not tried:
        return Outcome(part, Met.MISSING)
    # Good before bad, then what counts longest, then what has least against it, then the latest: a total order.
    return min(
        tried,
        key=lambda one: (
            one.met is not Met.MET,
            -_end(one).toordinal(),
            len(one.why),
            -(one.held.awarded_on.toordinal() if one.held else 0),
            one.held.key if one.held else "",
        ),
    )


def _judged(part: Part, one: Held, on: date) -> tuple[Met, Held, tuple[Why, ...], date | None]:
    why: list[Why] = []
    if one.standing is Standing.REVOKED:
        why.append(Why.REVOKED)
    if one.standing is Standing.SUSPENDED:
        why.append(Why.SUSPENDED)
    if one.valid_until is not None and one.valid_until < on:
        why.append(Why.EXPIRED)
    oldest = months_after(one.awarded_on, part.max_age_months) if part.max_age_months else None
    if oldest is not None and oldest < on:
        why.append(Why.OLD)
    if part.identity_checked and not one.identity_checked:
        why.append(Why.IDENTITY)
    if part.minimum_level and not _reaches_level(one.level, part.minimum_level):
        why.append(Why.LEVEL)
    if part.minimum_grade:
        reached = reaches_grade(one.grade, part.minimum_grade)
        if reached is not True:
            why.append(Why.GRADE_UNKNOWN if reached is None else Why.GRADE)
    if why:
        return Met.UNMET, one, tuple(why), None
    ends = [day for day in (one.valid_until, oldest) if day is not None]
    return Met.MET, one, (), min(ends, default=None)


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last of the month when it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _reaches_level(level: str, minimum: str) -> bool:
    return level.isdecimal() and minimum.isdecimal() and int(level) >= int(minimum)


def reaches_grade(grade: str, minimum: str) -> bool | None:
    """Whether a note or a mention is at least another; None when one is unreadable, or one a note, one a mention.

    «14», «14,5/20» and «72 %» are notes; one without a scale has that of the other.
    """
    mine, asked = _read_grade(grade), _read_grade(minimum)
    if mine is None or asked is None or isinstance(mine, int) != isinstance(asked, int):
        return None
    if isinstance(mine, int) or isinstance(asked, int):
        return mine >= asked  # type: ignore[operator]  # both are ranks of mentions
    mine_scale, asked_scale = mine[1] or asked[1] or 1, asked[1] or mine[1] or 1
    return mine[0] * asked_scale >= asked[0] * mine_scale


def _read_grade(text: str) -> int | tuple[Decimal, int] | None:
    """A mention as its rank; a note with its scale, 0 when it has none."""
    folded = fold(text)
    if folded in MENTIONS:
        return MENTIONS.index(folded)
    read = _GRADE.fullmatch(text.replace("\u00a0", " ").replace("\u202f", " ").strip())
    if read is None:
        return None
    note, scale = Decimal(read[1].replace(",", ".")), 100 if read[3] else int(read[2] or 0)
    if (read[2] and not scale) or (scale and note > scale):
        return None
    return note, scale
