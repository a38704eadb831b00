"""Combinations in words and in pictures: what is asked of a part, why something does not count, the ring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, pi, sin
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from jurande.core.france.combinations import Outcome, Why
from jurande.web.ui import spoken

if TYPE_CHECKING:
    from jurande.registers.awards.models import CombinationPart

# Square of 132, the ring between two circles; a gap between two segments, in radians.
_MIDDLE, _OUTER, _INNER, _GAP = 66.0, 58.0, 43.0, 0.06

_WHY: Mapping[Why, str | Promise] = {
    Why.REVOKED: lazy("Elle a été révoquée."),
    Why.SUSPENDED: lazy("Elle est suspendue pour le moment."),
    Why.EXPIRED: lazy("Elle a pris fin le %(day)s\u00a0: il faut la renouveler."),
    Why.OLD: lazy("Elle date de plus de %(months)s mois."),
    Why.IDENTITY: lazy("L’identité n’a pas été vérifiée pendant l’épreuve."),
    Why.LEVEL: lazy("Elle n’est pas au niveau demandé, le %(level)s."),
    Why.GRADE: lazy("La note ou la mention demandée est %(grade)s au moins."),
    Why.GRADE_UNKNOWN: lazy("Sa note ne permet pas de dire si elle atteint %(grade)s."),
}


def why_not(outcome: Outcome) -> list[str]:
    """Each reason why what is held does not count, as a sentence."""
    part, held = outcome.part, outcome.held
    said = {
        "day": spoken.day(held.valid_until) if held is not None else "",
        "months": part.max_age_months,
        "level": part.minimum_level,
        "grade": part.minimum_grade,
    }
    return [str(_WHY[why]) % said for why in outcome.why]


def asks_of(part: CombinationPart) -> list[str]:
    """What is asked of one part, in a few words each; empty when it only has to be in force."""
    said = []
    if part.minimum_grade:
        said.append(_("%(grade)s au moins") % {"grade": part.minimum_grade})
    if part.minimum_level:
        said.append(_("niveau %(level)s au moins") % {"level": part.minimum_level})
    if part.identity_checked:
        said.append(_("identité vérifiée à l’épreuve"))
    if part.max_age_months:
        said.append(_("obtenue depuis moins de %(months)s mois") % {"months": part.max_age_months})
    return said


@dataclass(frozen=True)
class Ring:
    """A ring of as many segments as are needed, those that are met filled in."""

    segments: tuple[tuple[str, bool], ...]
    met: int
    needed: int


def ring(met: int, needed: int) -> Ring:
    """Draw it clockwise from the top; ``needed`` is at least 1."""
    turn = 2 * pi / needed
    segments = []
    for at in range(needed):
        first, last = at * turn + _GAP / 2, (at + 1) * turn - _GAP / 2
        inner = _GAP * _OUTER / _INNER / 2
        wide = int(turn > pi)
        segments.append(
            (
                f"M{_point(_OUTER, first)}A{_OUTER:g} {_OUTER:g} 0 {wide} 1 {_point(_OUTER, last)}"
                f"L{_point(_INNER, (at + 1) * turn - inner)}"
                f"A{_INNER:g} {_INNER:g} 0 {wide} 0 {_point(_INNER, at * turn + inner)}z",
                at < met,
            )
        )
    return Ring(tuple(segments), met, needed)


def _point(radius: float, angle: float) -> str:
    return f"{_MIDDLE + radius * sin(angle):.1f} {_MIDDLE - radius * cos(angle):.1f}"
