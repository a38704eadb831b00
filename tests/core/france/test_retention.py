"""How long what concerns people is kept."""

from __future__ import annotations

from datetime import date

import pytest

from jurande.core.france.retention import CATEGORIES, LONGEST_MONTHS, Standing, months_before


class TestDurations:
    def test_rgpd_art_30_1_f_each_category_says_how_long_and_on_what_it_rests(self) -> None:
        for category in CATEGORIES:
            assert category.months is None or 1 <= category.months <= LONGEST_MONTHS
            assert bool(category.source) == (category.standing is Standing.RECOMMENDED)
        assert len({category.code for category in CATEGORIES}) == len(CATEGORIES)

    def test_evaluations_are_kept_five_years_as_centre_inffo_recommends(self) -> None:
        (claims,) = (category for category in CATEGORIES if category.code == "claims")
        assert (claims.months, claims.standing) == (60, Standing.RECOMMENDED)

    def test_what_was_issued_proves_a_right_and_is_kept_without_end_by_default(self) -> None:
        (awards,) = (category for category in CATEGORIES if category.code == "awards")
        assert awards.months is None


class TestMonthsBefore:
    @pytest.mark.parametrize(
        ("day", "months", "expected"),
        [
            (date(2026, 3, 12), 60, date(2021, 3, 12)),
            (date(2026, 3, 31), 1, date(2026, 2, 28)),
            (date(2024, 3, 31), 1, date(2024, 2, 29)),
            (date(2024, 2, 29), 12, date(2023, 2, 28)),
            (date(2026, 1, 1), 1, date(2025, 12, 1)),
            (date(100, 1, 1), LONGEST_MONTHS, date.min),
        ],
    )
    def test_is_the_same_day_or_the_last_of_a_shorter_month(self, day: date, months: int, expected: date) -> None:
        assert months_before(day, months) == expected
