from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurande.core.france.registration import Phase, clock, earlier


class TestEarlier:
    @pytest.mark.parametrize(
        ("day", "months", "expected"),
        [
            (date(2028, 12, 31), 18, date(2027, 6, 30)),
            (date(2028, 8, 31), 18, date(2027, 2, 28)),
            (date(2029, 8, 31), 18, date(2028, 2, 29)),
            (date(2028, 2, 29), 12, date(2027, 2, 28)),
            (date(2028, 1, 15), 1, date(2027, 12, 15)),
            (date(2028, 1, 15), 0, date(2028, 1, 15)),
        ],
    )
    def test_stays_in_the_month(self, day: date, months: int, expected: date) -> None:
        assert earlier(day, months) == expected

    def test_refuses_to_go_forward(self) -> None:
        with pytest.raises(ValueError, match="below 0"):
            earlier(date(2028, 1, 1), -1)

    @given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 120))
    def test_never_skips_a_month(self, day: date, months: int) -> None:
        before = earlier(day, months)
        assert (day.year * 12 + day.month) - (before.year * 12 + before.month) == months
        assert before.day <= day.day


class TestClock:
    def test_l_6113_5_goes_from_running_to_closed(self) -> None:
        times = clock(ends_on=date(2028, 12, 31), last_issue_on=date(2029, 6, 30))
        assert times.start_on == date(2027, 6, 30)
        seen = [
            times.phase(day)
            for day in (
                date(2027, 6, 29),
                date(2027, 6, 30),
                date(2028, 12, 31),
                date(2029, 1, 1),
                date(2029, 6, 30),
                date(2029, 7, 1),
            )
        ]
        assert seen == [Phase.RUNNING, Phase.PREPARE, Phase.PREPARE, Phase.ENDED, Phase.ENDED, Phase.CLOSED]

    def test_closes_at_once_without_a_last_date_to_issue(self) -> None:
        times = clock(ends_on=date(2028, 12, 31), last_issue_on=None)
        assert times.phase(date(2028, 12, 31) + timedelta(days=1)) == Phase.CLOSED

    def test_knows_nothing_without_an_end(self) -> None:
        assert clock(ends_on=None, last_issue_on=None).phase(date(2028, 1, 1)) == Phase.UNKNOWN
