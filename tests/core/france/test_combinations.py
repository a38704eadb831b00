from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurande.core.france.combinations import (
    CombinationRefused,
    Held,
    Met,
    Part,
    Rule,
    Standing,
    Why,
    check,
    evaluate,
    months_after,
    reaches_grade,
)

TODAY = date(2026, 11, 22)


def held(what: str, **named: object) -> Held:
    return replace(Held(f"award-{what}", what, TODAY - timedelta(days=30)), **named)  # type: ignore[arg-type]


def one_part(part: Part, *mine: Held, on: date = TODAY) -> tuple[Met, tuple[Why, ...]]:
    outcome = evaluate(Rule((part, Part("other"))), mine, on).outcomes[0]
    return outcome.met, outcome.why


class TestPart:
    def test_is_missing_when_nothing_is_held(self) -> None:
        assert one_part(Part("a"), held("b")) == (Met.MISSING, ())

    def test_is_met_by_what_is_in_force(self) -> None:
        assert one_part(Part("a"), held("a")) == (Met.MET, ())

    @pytest.mark.parametrize(
        ("named", "why"),
        [
            ({"standing": Standing.REVOKED}, Why.REVOKED),
            ({"standing": Standing.SUSPENDED}, Why.SUSPENDED),
            ({"valid_until": TODAY - timedelta(days=1)}, Why.EXPIRED),
        ],
    )
    def test_is_not_met_by_what_no_longer_stands(self, named: dict[str, object], why: Why) -> None:
        assert one_part(Part("a"), held("a", **named)) == (Met.UNMET, (why,))

    def test_the_last_day_of_validity_still_counts(self) -> None:
        assert one_part(Part("a"), held("a", valid_until=TODAY))[0] is Met.MET

    def test_the_last_day_of_the_age_still_counts_and_the_next_does_not(self) -> None:
        part, mine = Part("a", max_age_months=1), held("a", awarded_on=date(2026, 1, 31))
        assert one_part(part, mine, on=date(2026, 2, 28))[0] is Met.MET
        assert one_part(part, mine, on=date(2026, 3, 1)) == (Met.UNMET, (Why.OLD,))

    def test_identity_must_have_been_checked_where_it_is_asked(self) -> None:
        part = Part("a", identity_checked=True)
        assert one_part(part, held("a")) == (Met.UNMET, (Why.IDENTITY,))
        assert one_part(part, held("a", identity_checked=True))[0] is Met.MET

    @pytest.mark.parametrize(("level", "met"), [("3", False), ("4", True), ("5", True), ("none", False), ("", False)])
    def test_level_is_at_least_the_one_asked(self, level: str, met: bool) -> None:
        assert (one_part(Part("a", minimum_level="4"), held("a", level=level))[0] is Met.MET) is met

    def test_a_grade_that_was_not_given_is_told_apart_from_one_too_low(self) -> None:
        part = Part("a", minimum_grade="12/20")
        assert one_part(part, held("a", grade="11,5/20"))[1] == (Why.GRADE,)
        assert one_part(part, held("a"))[1] == (Why.GRADE_UNKNOWN,)

    def test_tells_everything_that_is_wrong(self) -> None:
        part = Part("a", minimum_level="5", identity_checked=True)
        assert one_part(part, held("a", level="4"))[1] == (Why.IDENTITY, Why.LEVEL)

    def test_of_several_one_that_counts_is_enough(self) -> None:
        mine = [held("a", key="1", standing=Standing.REVOKED), held("a", key="2")]
        assert one_part(Part("a"), *mine)[0] is Met.MET

    def test_shows_the_one_that_counts_longest(self) -> None:
        soon, late = held("a", key="1", valid_until=TODAY), held("a", key="2", valid_until=TODAY + timedelta(days=9))
        outcome = evaluate(Rule((Part("a"),)), [soon, late], TODAY).outcomes[0]
        assert (outcome.held, outcome.until) == (late, late.valid_until)


class TestGrade:
    @pytest.mark.parametrize(
        ("grade", "minimum", "reached"),
        [
            ("14", "12", True),
            ("9,5", "10/20", False),
            ("14/20", "70 %", True),
            ("13,9/20", "70\u00a0%", False),
            ("Très bien", "bien", True),
            ("Assez Bien", "Bien", False),
            ("Bien", "12/20", None),
            ("", "12/20", None),
            ("21/20", "12/20", None),
            ("5/0", "12/20", None),
            ("acquis", "acquis", None),
        ],
    )
    def test_is_compared_with_another(self, grade: str, minimum: str, reached: bool | None) -> None:
        assert reaches_grade(grade, minimum) is reached


class TestChoice:
    RULE = Rule((Part("a"), Part("b", choice=1), Part("c", choice=1), Part("d", choice=1)), (2,))

    def test_is_whole_with_as_many_as_are_needed(self) -> None:
        assert evaluate(self.RULE, [held("a"), held("b"), held("d")], TODAY).is_complete

    def test_more_of_a_choice_do_not_stand_for_what_is_needed_by_everybody(self) -> None:
        progress = evaluate(self.RULE, [held("b"), held("c"), held("d")], TODAY)
        assert (progress.met, progress.needed, progress.is_complete) == (2, 3, False)

    def test_lasts_as_long_as_so_many_of_them_count(self) -> None:
        ends = {"b": 10, "c": 20, "d": 30}
        mine = [held(what, valid_until=TODAY + timedelta(days=days)) for what, days in ends.items()]
        assert evaluate(self.RULE, [held("a"), *mine], TODAY).until == TODAY + timedelta(days=20)


class TestCheck:
    @pytest.mark.parametrize(
        ("rule", "code"),
        [
            (Rule((Part("a"),)), "single"),
            (Rule(tuple(Part(str(n)) for n in range(21))), "many"),
            (Rule((Part("a"), Part("a"))), "twice"),
            (Rule((Part("a"), Part("b", max_age_months=0))), "months"),
            (Rule((Part("a"), Part("b", minimum_grade="<b>"))), "grade"),
            (Rule((Part("a"), Part("b", choice=1))), "choice"),
            (Rule((Part("a"), Part("b", choice=1)), (2,)), "count"),
            (Rule((Part("a"), Part("b")), (1,)), "count"),
        ],
    )
    def test_refuses_what_cannot_be_met(self, rule: Rule, code: str) -> None:
        with pytest.raises(CombinationRefused) as refused:
            check(rule)
        assert refused.value.code == f"combination.{code}"

    def test_lets_through_what_can(self) -> None:
        assert check(TestChoice.RULE) is TestChoice.RULE


# --- whatever is held ---------------------------------------------------------------------------

_WHATS = ("a", "b", "c", "d")
_HELD = st.builds(
    Held,
    key=st.sampled_from(("1", "2", "3", "4", "5")),
    what=st.sampled_from(_WHATS),
    awarded_on=st.dates(date(2020, 1, 1), date(2027, 1, 1)),
    valid_until=st.none() | st.dates(date(2024, 1, 1), date(2030, 1, 1)),
    standing=st.sampled_from(Standing),
    grade=st.sampled_from(("", "8", "12/20", "Bien")),
    level=st.sampled_from(("", "3", "5")),
    identity_checked=st.booleans(),
)
_CONDITIONS = st.tuples(
    st.sampled_from(("", "10/20")), st.sampled_from(("", "4")), st.booleans(), st.none() | st.integers(1, 60)
)
_RULES = st.builds(
    lambda conditions, choices, wanted: Rule(
        tuple(
            Part(what, choice, *condition) for what, choice, condition in zip(_WHATS, choices, conditions, strict=True)
        ),
        (min(wanted, sum(choices)),) if any(choices) else (),
    ),
    st.tuples(*[_CONDITIONS] * 4),
    st.tuples(*[st.integers(0, 1)] * 4),
    st.integers(1, 4),
)


class TestWhateverIsHeld:
    @given(_RULES, st.lists(_HELD, max_size=6), _HELD)
    def test_holding_one_more_never_takes_anything_away(self, rule: Rule, mine: list[Held], more: Held) -> None:
        assert evaluate(rule, [*mine, more], TODAY).met >= evaluate(rule, mine, TODAY).met

    @given(_RULES, st.lists(_HELD, max_size=6))
    def test_the_order_of_what_is_held_changes_nothing(self, rule: Rule, mine: list[Held]) -> None:
        forward, backward = (evaluate(rule, order, TODAY) for order in (mine, mine[::-1]))
        assert (forward.met, forward.until) == (backward.met, backward.until)

    @given(_RULES, st.lists(_HELD, max_size=6))
    def test_counts_only_what_is_in_force_that_day(self, rule: Rule, mine: list[Held]) -> None:
        for one in evaluate(rule, mine, TODAY).counted:
            assert one.standing is Standing.IN_FORCE
            assert one.awarded_on <= TODAY
            assert one.valid_until is None or one.valid_until >= TODAY

    @given(_RULES, st.lists(_HELD, max_size=8))
    def test_is_whole_until_the_day_it_says_and_not_the_day_after(self, rule: Rule, mine: list[Held]) -> None:
        # Nothing else is obtained meanwhile.
        had = [one for one in mine if one.awarded_on <= TODAY]
        progress = evaluate(rule, had, TODAY)
        if progress.until is not None:
            assert evaluate(rule, had, progress.until).is_complete
            assert not evaluate(rule, had, progress.until + timedelta(days=1)).is_complete

    @given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 240))
    def test_months_after_falls_in_the_month_it_says(self, day: date, months: int) -> None:
        later = months_after(day, months)
        assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
        assert later.day <= day.day
