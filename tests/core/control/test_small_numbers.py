"""What may be shown of numbers, attacked by trying every table that would look the same."""

from __future__ import annotations

import random
from itertools import product

import pytest

from jurande.core.control.small_numbers import Hidden, Shape, Shown, guard, guard_all, guard_one, guard_part

ALONE = Shape(people=0)


class TestANumberThatStandsAlone:
    @pytest.mark.parametrize("value", [0, 5, 6, 1_000])
    def test_is_shown_when_nobody_can_be_told_from_it(self, value: int) -> None:
        assert guard_one(value) == value

    @pytest.mark.parametrize("value", [1, 2, 3, 4])
    def test_is_hidden_below_five(self, value: int) -> None:
        assert guard_one(value) is Hidden.SMALL


class TestAPart:
    @pytest.mark.parametrize(
        ("value", "whole", "shown"),
        [
            (12, 12, 12),
            (7, 12, 7),
            (11, 12, Hidden.CLOSED),
            (3, 12, Hidden.SMALL),
            (0, 12, 0),
            (0, 3, Hidden.CLOSED),
        ],
    )
    def test_does_not_tell_how_few_are_left_out(self, value: int, whole: int, shown: Shown) -> None:
        assert guard_part(value, whole) == shown


class TestATable:
    def test_of_large_numbers_is_shown_whole(self) -> None:
        shown = guard([[10], [20]], [50, 50], ALONE)
        assert (shown.lines, shown.totals) == ([[10], [20]], [30])

    def test_does_not_let_its_total_give_a_small_number_away(self) -> None:
        shown = guard([[3], [9], [40]], [50, 50, 50], ALONE)
        assert shown.lines == [[Hidden.SMALL], [Hidden.CLOSED], [40]]
        assert shown.totals == [52]

    def test_hides_its_total_when_nothing_else_is_left_to_hide(self) -> None:
        shown = guard([[3], [0]], [50, 50], ALONE)
        assert (shown.lines, shown.totals) == ([[Hidden.SMALL], [0]], [Hidden.SMALL])

    def test_shows_nothing_of_what_fewer_than_five_people_did(self) -> None:
        shown = guard([[2, 7], [30, 8]], [3, 40], Shape(people=1))
        assert shown.lines[0] == [Hidden.CLOSED, 7]

    def test_does_not_let_a_whole_give_its_small_part_away(self) -> None:
        shown = guard([[49, 1]], [50], Shape(people=2, wholes=((None, (0, 1)),)))
        assert shown.lines == [[Hidden.CLOSED, Hidden.SMALL]]

    def test_without_lines_has_no_totals(self) -> None:
        assert guard([], [], ALONE).totals == []


class TestTablesOfTheSamePeople:
    def test_hide_the_same_totals(self) -> None:
        of_two, of_one = guard_all([([[4], [4]], [50, 50]), ([[8]], [100])], ALONE)
        assert (of_two.lines, of_two.totals) == ([[Hidden.SMALL], [Hidden.SMALL]], [Hidden.CLOSED])
        assert (of_one.lines, of_one.totals) == ([[Hidden.CLOSED]], [Hidden.CLOSED])

    def test_show_what_none_of_them_has_to_hide(self) -> None:
        found = guard_all([([[10], [20]], [50, 50]), ([[30]], [100])], ALONE)
        assert [one.totals for one in found] == [[30], [30]]

    def test_may_have_no_line(self) -> None:
        assert [one.totals for one in guard_all([([], []), ([], [])], ALONE)] == [[], []]


class TestAnAttacker:
    @pytest.mark.parametrize("seed", range(40))
    def test_who_knows_the_rule_cannot_work_a_hidden_number_out(self, seed: int) -> None:
        drawn = random.Random(seed)
        column = [drawn.choice([0, 0, 1, 2, 3, 4, 5, 6, 7, 9, 12]) for _ in range(drawn.randint(1, 4))]
        shown = guard([[value] for value in column], [100] * len(column), ALONE)
        cells = [line[0] for line in shown.lines]
        worlds = [
            world
            for world in product(*(_possible(cell) for cell in cells))
            if isinstance(shown.totals[0], Hidden) or sum(world) == shown.totals[0]
        ]
        for at, cell in enumerate(cells):
            if cell is Hidden.SMALL and shown.totals[0] is not Hidden.SMALL:
                assert {world[at] for world in worlds} == {1, 2, 3, 4}


def _possible(cell: Shown) -> list[int]:
    if cell is Hidden.SMALL:
        return [1, 2, 3, 4]
    if cell is Hidden.CLOSED:
        return list(range(5, 40))
    assert isinstance(cell, int)
    return [cell]
