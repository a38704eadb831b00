"""Scores side by side: what each reviewer gave, what it amounts to, where they differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from django.db.models import QuerySet

from jurande.core.france import recruiting
from jurande.registers.network.models import Application, Call, CallCriterion, Reconciliation, Review, Score
from jurande.registers.network.states import REVIEWERS, ReviewState


@dataclass(frozen=True)
class Asked:
    """One thing to score: a criterion of a call, or its charter (``criterion`` is None). ``key`` names it."""

    key: str
    call: Call
    criterion: CallCriterion | None
    weight: int

    @property
    def knocks_out(self) -> bool:
        """Whether failing it refuses whatever the rest."""
        return self.criterion is not None and self.criterion.is_knockout

    @property
    def rule(self) -> recruiting.Criterion:
        """The same, as the calculation takes it."""
        return recruiting.Criterion(self.key, self.weight, self.knocks_out)


@dataclass(frozen=True)
class Board:
    """Every submitted review of an application, compared. ``agreed_for``: how many of them a note reconciles."""

    asked: Sequence[Asked]
    reviews: Sequence[Review]
    scores: Mapping[int, Mapping[str, Score]]
    agreed_for: int

    def points(self, review: Review) -> dict[str, int]:
        """What this review gives, by key."""
        given = self.scores.get(review.pk, {})
        return {key: score.points for key, score in given.items() if score.points is not None}

    def result(self, review: Review) -> recruiting.Result:
        """The total of this review, over all that is asked."""
        return recruiting.result([one.rule for one in self.asked], self.points(review))

    @cached_property
    def share(self) -> Fraction | None:
        """The mean of the totals, 0 to 1."""
        return recruiting.together([self.result(review) for review in self.reviews])

    @cached_property
    def knocked_out(self) -> set[str]:
        """Keys of the knock-out criteria that at least one reviewer says are not met."""
        return {key for review in self.reviews for key in self.result(review).knocked_out}

    @cached_property
    def gaps(self) -> dict[str, recruiting.Gap]:
        """How far apart the reviewers stand on each thing asked, by key: each call has its own measure."""
        found: dict[str, recruiting.Gap] = {}
        given = [self.points(review) for review in self.reviews]
        for call in {one.call.pk: one.call for one in self.asked}.values():
            rules = [one.rule for one in self.asked if one.call.pk == call.pk]
            keys = {rule.key for rule in rules}
            own = [{key: points for key, points in scores.items() if key in keys} for scores in given]
            found |= {gap.key: gap for gap in recruiting.gaps(rules, own, from_points=call.divergence_points)}
        return found

    @property
    def diverges(self) -> bool:
        """Whether they differ by as much as a call says, somewhere."""
        return any(gap.diverges for gap in self.gaps.values())

    @property
    def is_unsettled(self) -> bool:
        """Whether two reviewers differ and neither a third one nor a note accepted by both says what to make of it."""
        return self.diverges and len(self.reviews) <= REVIEWERS and self.agreed_for < len(self.reviews)


def asked_in(application: Application) -> list[Asked]:
    """Everything to score in this application, call after call, the charter last in each. One query.

    A published call has at least one criterion, hence none is forgotten.
    """
    rows = CallCriterion.objects.filter(call__targets__application=application).select_related("call__certification")
    by_call: dict[int, list[CallCriterion]] = {}
    for criterion in rows.order_by("call__targets__pk", "position"):
        by_call.setdefault(criterion.call_id, []).append(criterion)
    found: list[Asked] = []
    for criteria in by_call.values():
        call = criteria[0].call
        found += [Asked(one.code, call, one, one.weight) for one in criteria]
        if call.charter:
            found.append(Asked(f"charte:{call.code}", call, None, call.charter_weight))
    return found


def keyed(scores: Iterable[Score]) -> dict[str, Score]:
    """Scores by the key of what they score."""
    return {score.criterion.code if score.criterion else f"charte:{score.call.code}": score for score in scores}


def board_of(application: Application) -> Board:
    """Compare what was submitted; for a screen, ``compared`` with what its reader may see."""
    reviews = application.reviews.filter(state=ReviewState.SUBMITTED).select_related("reviewer")
    notes = Reconciliation.objects.filter(application=application)
    scores = Score.objects.filter(review__in=reviews)
    return compared(application, list(reviews.order_by("submitted_at", "pk")), scores, list(notes.order_by("pk")))


def compared(
    application: Application, reviews: Sequence[Review], scores: QuerySet[Score], notes: Sequence[Reconciliation]
) -> Board:
    """Put these reviews side by side. Two queries."""
    rows: dict[int, list[Score]] = {}
    for score in scores.select_related("criterion", "call"):
        rows.setdefault(score.review_id, []).append(score)
    return Board(
        asked=asked_in(application),
        reviews=reviews,
        scores={pk: keyed(given) for pk, given in rows.items()},
        agreed_for=max((note.reviews_count for note in notes if note.agreed_at is not None), default=0),
    )
