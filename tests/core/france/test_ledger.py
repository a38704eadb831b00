from __future__ import annotations

from datetime import date

import pytest

from jurande.core.france.ledger import declare_by, gaps, joined, later, movement


class TestDeclareBy:
    @pytest.mark.parametrize(
        ("happened_on", "due_on"),
        [
            (date(2026, 1, 15), date(2026, 3, 15)),
            (date(2025, 12, 31), date(2026, 2, 28)),
            (date(2027, 12, 31), date(2028, 2, 29)),
            (date(2026, 6, 30), date(2026, 8, 30)),
            (date(2026, 11, 22), date(2027, 1, 22)),
        ],
    )
    def test_r_6113_16_5_gives_two_months_from_date_to_date(self, happened_on: date, due_on: date) -> None:
        assert declare_by(happened_on) == due_on

    def test_refuses_to_count_backwards(self) -> None:
        with pytest.raises(ValueError):
            later(date(2026, 1, 1), -1)


class TestRoles:
    def test_training_and_assessing_are_both(self) -> None:
        assert joined(["former", "organiser"]) == "both"
        assert joined(["former", ""]) == "former"
        assert joined([]) == ""

    @pytest.mark.parametrize(
        ("before", "after", "move"),
        [
            ("", "former", "add"),
            ("former", "", "remove"),
            ("former", "both", "change_type"),
            ("both", "both", ""),
            ("", "", ""),
        ],
    )
    def test_a_change_has_a_name(self, before: str, after: str, move: str) -> None:
        assert movement(before, after) == move


class TestGaps:
    def test_only_what_the_two_lists_do_not_say_alike(self) -> None:
        here = {("RNCP1", "1"): "both", ("RNCP1", "2"): "former", ("RNCP1", "3"): "former"}
        listed = {("RNCP1", "1"): "both", ("RNCP1", "2"): "organiser", ("RNCP1", "4"): "both"}
        assert [(gap.siret, gap.move) for gap in gaps(here, listed)] == [
            ("2", "change_type"),
            ("3", "add"),
            ("4", "remove"),
        ]
