"""Reaches and lives: what holds whatever the decisions. Source: C. trav. R. 6113-16, R. 6113-16-2."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from jurande.core.france.habilitations import ACTIVE, ENDED, SERVICES, SUSPENDED, Reach, Spell, periods, state_on

FIRST = date(2026, 3, 1)
LAST = FIRST + timedelta(days=60)
BLOCS, PLACES = ("a", "b", "c"), ("13", "67", "83")
reaches = st.builds(
    Reach,
    st.sampled_from(sorted(SERVICES)),
    st.frozensets(st.sampled_from(BLOCS)),
    st.frozensets(st.sampled_from(PLACES)),
)


def atoms(reach: Reach) -> set[tuple[str, str, str]]:
    """Everything it reaches, one by one; «z» stands for the blocs and places that no list names."""
    blocs, places = reach.blocs or {*BLOCS, "z"}, reach.territory or {*PLACES, "z"}
    return set(product(SERVICES[reach.kind], blocs, places))


@st.composite
def lives(draw: st.DrawFn) -> list[Spell]:
    """A first day, then decisions that never go back before the day on which they are taken."""
    spells, today = [Spell(1, FIRST, ACTIVE)], FIRST
    for number in range(2, 2 + draw(st.integers(0, 6))):
        today += timedelta(days=draw(st.integers(0, 12)))
        state = draw(st.sampled_from([ACTIVE, SUSPENDED, ENDED]))
        spells.append(Spell(number, today + timedelta(days=draw(st.integers(0, 5))), state))
    return spells


class TestReach:
    @given(reaches, reaches)
    def test_covers_what_has_nothing_outside(self, one: Reach, other: Reach) -> None:
        assert one.covers(other) == (atoms(other) <= atoms(one))

    @given(reaches, reaches)
    def test_meets_what_has_something_in_common(self, one: Reach, other: Reach) -> None:
        assert one.meets(other) == bool(atoms(one) & atoms(other)) == other.meets(one)


class TestLife:
    @given(lives())
    def test_periods_say_of_each_day_what_state_on_says(self, spells: list[Spell]) -> None:
        found = periods(spells, first=FIRST, last=LAST)
        for days in range(-3, 66):
            day = FIRST + timedelta(days=days)
            said = [one.state for one in found if one.from_on <= day <= one.until_on]
            state = state_on(spells, first=FIRST, last=LAST, day=day)
            assert said == ([] if state in (None, ENDED) else [state])

    @given(lives())
    def test_periods_are_apart_and_in_order(self, spells: list[Spell]) -> None:
        found = periods(spells, first=FIRST, last=LAST)
        for one, following in pairwise(found):
            assert one.until_on < following.from_on
            assert (one.state, one.until_on + timedelta(days=1)) != (following.state, following.from_on)

    @given(lives(), st.integers(0, 20), st.sampled_from([ACTIVE, SUSPENDED, ENDED]))
    def test_a_decision_changes_no_day_before_its_own(self, spells: list[Spell], later: int, state: str) -> None:
        day = max(spell.from_on for spell in spells) + timedelta(days=later)
        after = [*spells, Spell(len(spells) + 1, day, state)]
        for days in range((day - FIRST).days):
            past = FIRST + timedelta(days=days)
            before = state_on(spells, first=FIRST, last=LAST, day=past)
            assert state_on(after, first=FIRST, last=LAST, day=past) == before

    def test_nothing_is_true_outside_of_its_days(self) -> None:
        spells = [Spell(1, FIRST, ACTIVE)]
        assert state_on(spells, first=FIRST, last=LAST, day=FIRST - timedelta(days=1)) is None
        assert state_on(spells, first=FIRST, last=LAST, day=LAST) == ACTIVE
        assert state_on(spells, first=FIRST, last=LAST, day=LAST + timedelta(days=1)) is None
