"""Scores of several reviewers: totals, knock-outs, divergence."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurande.core.france.recruiting import (
    Criterion,
    Result,
    ScoreOutOfRange,
    fails,
    gaps,
    result,
    shared_domain,
    together,
)

PREMISES = Criterion("premises", 2)
SAFETY = Criterion("safety", 1, knocks_out=True)
CHARTER = Criterion("charter", 1)
CALL = (PREMISES, SAFETY, CHARTER)


@st.composite
def scored(draw, reviewers=1):
    """Some criteria, at least one of them weighing, and complete scores of each reviewer."""
    weights = draw(st.lists(st.tuples(st.integers(1, 10), st.booleans()), min_size=1, max_size=8))
    criteria = tuple(Criterion(f"c{n}", weight, out) for n, (weight, out) in enumerate(weights))
    full = st.fixed_dictionaries({one.key: st.integers(0, 4) for one in criteria})
    return criteria, [draw(full) for _ in range(reviewers)]


class TestResult:
    def test_weighs_each_score(self):
        assert result(CALL, {"premises": 4, "safety": 2, "charter": 0}).share == Fraction(10, 16)

    def test_tells_a_knock_out_apart_from_the_total(self):
        found = result(CALL, {"premises": 4, "safety": 1, "charter": 4})
        assert found.knocked_out == ("safety",)
        assert found.share == Fraction(13, 16)

    def test_gives_no_total_while_something_is_not_scored(self):
        assert result(CALL, {"safety": 0}) == Result(None, ("safety",), ("premises", "charter"))

    def test_gives_no_total_when_nothing_weighs(self):
        assert result((Criterion("charter", 0),), {"charter": 4}).share is None

    @pytest.mark.parametrize("scores", [{"premises": 5}, {"premises": -1}, {"elsewhere": 3}])
    def test_refuses_what_is_no_score_of_this_call(self, scores):
        with pytest.raises(ScoreOutOfRange):
            result(CALL, scores)

    @given(scored())
    def test_is_between_nothing_and_everything(self, drawn):
        criteria, (scores,) = drawn
        assert 0 <= result(criteria, scores).share <= 1

    @given(scored(), st.data())
    def test_never_falls_when_a_score_rises(self, drawn, data):
        criteria, (scores,) = drawn
        key = data.draw(st.sampled_from(sorted(scores)))
        better = {**scores, key: min(4, scores[key] + 1)}
        before, after = result(criteria, scores), result(criteria, better)
        assert after.share >= before.share
        assert set(after.knocked_out) <= set(before.knocked_out)

    @given(scored(), st.integers(2, 5))
    def test_does_not_depend_on_the_unit_of_the_weights(self, drawn, times):
        criteria, (scores,) = drawn
        heavier = [Criterion(one.key, one.weight * times, one.knocks_out) for one in criteria]
        assert result(heavier, scores) == result(criteria, scores)

    @given(scored(), st.randoms(use_true_random=False))
    def test_does_not_depend_on_the_order_of_the_criteria(self, drawn, random):
        criteria, (scores,) = drawn
        shuffled = list(criteria)
        random.shuffle(shuffled)
        assert result(shuffled, scores).share == result(criteria, scores).share

    @given(scored())
    def test_knocks_out_exactly_what_fails_where_it_is_said(self, drawn):
        criteria, (scores,) = drawn
        expected = {one.key for one in criteria if one.knocks_out and fails(scores[one.key])}
        assert set(result(criteria, scores).knocked_out) == expected


class TestTogether:
    def test_is_the_mean_of_those_who_scored_everything(self):
        shares = [Result(Fraction(1, 2), (), ()), Result(Fraction(1), (), ()), Result(None, (), ("x",))]
        assert together(shares) == Fraction(3, 4)

    def test_is_nothing_without_any(self):
        assert together([Result(None, (), ("x",))]) is None


class TestGaps:
    def test_says_how_far_apart_they_stand(self):
        found = gaps(
            CALL,
            [{"premises": 4, "safety": 3, "charter": 2}, {"premises": 1, "safety": 3, "charter": 3}],
            from_points=2,
        )
        assert [(gap.key, gap.points, gap.diverges) for gap in found] == [
            ("premises", 3, True),
            ("safety", 0, False),
            ("charter", 1, False),
        ]

    def test_waits_for_two_scores(self):
        assert not any(gap.points for gap in gaps(CALL, [{"premises": 4}, {"safety": 0}], from_points=1))

    @given(scored(reviewers=3), st.integers(1, 4), st.permutations(range(3)))
    def test_does_not_depend_on_who_is_first(self, drawn, from_points, order):
        criteria, reviews = drawn
        assert gaps(criteria, [reviews[n] for n in order], from_points=from_points) == gaps(
            criteria, reviews, from_points=from_points
        )

    @given(scored(reviewers=2), st.integers(1, 3))
    def test_diverges_less_when_more_is_allowed(self, drawn, from_points):
        criteria, reviews = drawn
        strict = {gap.key for gap in gaps(criteria, reviews, from_points=from_points) if gap.diverges}
        loose = {gap.key for gap in gaps(criteria, reviews, from_points=from_points + 1) if gap.diverges}
        assert loose <= strict

    @given(scored())
    def test_nobody_differs_from_themself(self, drawn):
        criteria, (scores,) = drawn
        assert not any(gap.points for gap in gaps(criteria, [scores, scores], from_points=1))


class TestSharedDomain:
    def test_links_two_people_of_one_house(self):
        assert shared_domain("a.b@Atelier.fr", ["x@gmail.com", "c@atelier.FR "]) == "atelier.fr"

    @pytest.mark.parametrize("address", ["a@gmail.com", "a@orange.fr", "", "no address"])
    def test_links_nobody_by_a_mailbox_open_to_anybody(self, address):
        assert shared_domain(address, [address]) == ""

    def test_takes_a_sub_domain_for_another_house(self):
        assert shared_domain("a@paris.atelier.fr", ["b@atelier.fr"]) == ""
