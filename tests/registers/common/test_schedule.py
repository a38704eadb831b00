from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurande.registers.common.schedule import PARIS, Daily, Every

INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
PLANNED = st.one_of(
    st.builds(Every, st.just("job"), st.integers(1, 3000)),
    st.builds(lambda h, m: Daily("job", f"{h:02d}:{m:02d}"), st.integers(0, 23), st.integers(0, 59)),
)


@given(PLANNED, INSTANTS)
def test_now_stands_between_two_slots_that_follow_each_other(planned: Every | Daily, now: datetime) -> None:
    latest, following = planned.latest_due(now), planned.next_due(now)
    assert latest <= now < following
    assert planned.latest_due(following) == following
    assert planned.latest_due(following - timedelta(microseconds=1)) == latest


class TestEvery:
    def test_counts_from_1970(self) -> None:
        now = datetime(2026, 3, 12, 9, 44, 59, tzinfo=UTC)
        assert Every("job", 15).latest_due(now) == datetime(2026, 3, 12, 9, 30, tzinfo=UTC)

    def test_refuses_no_minute(self) -> None:
        with pytest.raises(ValueError, match="every 0 minutes"):
            Every("job", 0)


class TestDaily:
    def test_follows_the_clock_of_paris(self) -> None:
        daily = Daily("job", "06:00")
        assert daily.due_on(date(2026, 1, 15)) == datetime(2026, 1, 15, 5, 0, tzinfo=UTC)
        assert daily.due_on(date(2026, 7, 15)) == datetime(2026, 7, 15, 4, 0, tzinfo=UTC)

    def test_runs_an_hour_later_when_its_hour_does_not_exist(self) -> None:
        due_at = Daily("job", "02:30").due_on(date(2026, 3, 29))
        assert due_at.astimezone(PARIS).strftime("%H:%M") == "03:30"

    def test_runs_the_first_time_when_its_hour_exists_twice(self) -> None:
        assert Daily("job", "02:30").due_on(date(2026, 10, 25)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    @pytest.mark.parametrize("at", ["02:00", "02:30", "03:00", "00:00", "23:59"])
    def test_is_due_once_each_civil_day_of_a_year(self, at: str) -> None:
        daily = Daily("job", at)
        now, slots = datetime(2026, 1, 1, tzinfo=PARIS), set()
        while now < datetime(2027, 1, 1, tzinfo=PARIS).astimezone(UTC):
            slots.add(daily.latest_due(now))
            now = now.astimezone(UTC) + timedelta(minutes=30)
        days = [slot.astimezone(PARIS).date() for slot in slots]
        assert len(days) == len(set(days))
        assert {date(2026, 3, 29), date(2026, 10, 25)} <= set(days)
        assert 365 <= len(days) <= 366

    @pytest.mark.parametrize("at", ["6:00", "06:00:00", "24:00", "midi", "06:00+01:00"])
    def test_refuses_what_is_not_a_time_of_day(self, at: str) -> None:
        with pytest.raises(ValueError):
            Daily("job", at)
