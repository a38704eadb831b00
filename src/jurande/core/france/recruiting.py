# SPDX-License-Identifier: Apache-2.0
"""What the scores of several reviewers say of an applicant: weighted totals, knock-outs and divergence.

Nothing here decides. A total never hides a knock-out: both are told, apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from jurande.core.errors import CoreError

MOST = 4
# A score of 0 or 1 says that the condition is not met: it must be explained, and it knocks out where that is said.
FAILS_AT = 1
# Mailboxes that anybody may have: sharing one of these links nobody to anybody.
OPEN_MAILBOXES = frozenset(
    {
        "aol.com", "bbox.fr", "free.fr", "gmail.com", "gmx.com", "gmx.fr", "googlemail.com", "hotmail.com",
        "hotmail.fr", "icloud.com", "laposte.net", "live.com", "live.fr", "me.com", "mailo.com", "msn.com",
        "neuf.fr", "orange.fr", "outlook.com", "outlook.fr", "proton.me", "protonmail.com", "sfr.fr",
        "wanadoo.fr", "yahoo.com", "yahoo.fr", "ymail.com",
    }
)  # fmt: skip


class ScoreOutOfRange(CoreError):
    """A score is not one of 0 to 4, or is given for something that is not a criterion of the call."""

    code = "recruiting.score_out_of_range"


@dataclass(frozen=True)
class Criterion:
    """One thing that is scored 0 to 4. ``weight``: 0 or more; ``knocks_out``: failing it refuses whatever the rest."""

    key: str
    weight: int
    knocks_out: bool = False


@dataclass(frozen=True)
class Result:
    """What one reviewer's scores amount to.

    ``share``: weighted points over the most there could be, 0 to 1; None while something is not scored, or when
    nothing weighs. ``knocked_out``: keys of the knock-out criteria failed; ``missing``: keys not scored yet. Both in
    the order of the criteria.
    """

    share: Fraction | None
    knocked_out: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Gap:
    """How far apart the reviewers stand on one criterion: ``points`` is the highest score less the lowest."""

    key: str
    points: int
    diverges: bool


def fails(points: int) -> bool:
    """Tell whether a score says that the condition is not met: it is explained in words."""
    return points <= FAILS_AT


def result(criteria: Sequence[Criterion], scores: Mapping[str, int]) -> Result:
    """Give the weighted total of one reviewer, and apart what knocks the applicant out.

    :raises ScoreOutOfRange: a score is not 0 to 4, or is for no criterion of this list.
    """
    _check(criteria, scores)
    missing = tuple(one.key for one in criteria if one.key not in scores)
    most = MOST * sum(one.weight for one in criteria)
    earned = sum(one.weight * scores[one.key] for one in criteria if one.key in scores)
    knocked_out = tuple(one.key for one in criteria if one.knocks_out and one.key in scores and fails(scores[one.key]))
    return Result(Fraction(earned, most) if most and not missing else None, knocked_out, missing)


def together(results: Sequence[Result]) -> Fraction | None:
    """Give the mean of the shares that are complete; None when there is none."""
    shares = [one.share for one in results if one.share is not None]
    return sum(shares, Fraction(0)) / len(shares) if shares else None


def gaps(criteria: Sequence[Criterion], reviews: Sequence[Mapping[str, int]], *, from_points: int) -> tuple[Gap, ...]:
    """Compare reviewers criterion by criterion, in the order of the criteria; ``from_points`` (1 to 4) diverges.

    A criterion that fewer than two of them scored has no gap.

    :raises ScoreOutOfRange: a score is not 0 to 4, or is for no criterion of this list.
    """
    for scores in reviews:
        _check(criteria, scores)
    found = []
    for one in criteria:
        given = [scores[one.key] for scores in reviews if one.key in scores]
        points = max(given) - min(given) if len(given) > 1 else 0
        found.append(Gap(one.key, points, diverges=points >= from_points))
    return tuple(found)


def shared_domain(address: str, others: Sequence[str]) -> str:
    """Give the e-mail domain that ``address`` has in common with one of ``others``; empty when there is none.

    Mailboxes open to anybody link nobody. Only the whole domain counts: a sub-domain is another house.
    """
    own = _domain(address)
    if not own or own in OPEN_MAILBOXES:
        return ""
    return own if any(_domain(other) == own for other in others) else ""


def _domain(address: str) -> str:
    return address.strip().lower().rpartition("@")[2] if "@" in address else ""


def _check(criteria: Sequence[Criterion], scores: Mapping[str, int]) -> None:
    known = {one.key for one in criteria}
    for key, points in scores.items():
        if key not in known or not 0 <= points <= MOST:
            raise ScoreOutOfRange(f"{points} for {key}")
