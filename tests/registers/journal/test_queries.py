from __future__ import annotations

from datetime import timedelta

import pytest

from jurande.registers.journal import queries
from jurande.registers.journal.states import INSTALLATION
from tests.registers.journal.test_record import NOW, act

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _acts() -> None:
    """Twelve acts an hour apart, on two chains: openings by A1, files by A2."""
    for hour in range(12):
        act(
            "C1" if hour % 4 else "C2",
            now=NOW + timedelta(hours=hour),
            actor_code=f"A{1 + hour % 2}",
            action="parties.partnership.opened" if hour < 6 else "parties.partnerships.listed",
            subject_kind="partnership" if hour % 3 else "document",
            subject_code=f"P{hour % 3}",
        )


def hours(entries: object) -> list[int]:
    return [int((entry.at - NOW).total_seconds() // 3600) for entry in entries]  # type: ignore[attr-defined]


class TestTimeline:
    def test_tells_what_was_done_about_one_row_in_order(self) -> None:
        assert hours(queries.timeline("partnership", "P1")) == [1, 4, 7, 10]

    def test_can_be_kept_to_one_chain(self) -> None:
        assert hours(queries.timeline("partnership", "P1", "C1")) == [1, 7, 10]

    def test_takes_in_the_parts_of_a_record(self) -> None:
        parts = [("partnership", "P1"), ("document", "P0")]
        assert hours(queries.timeline_of(parts, "C1")) == [1, 3, 6, 7, 9, 10]

    def test_of_no_subject_is_empty(self) -> None:
        assert hours(queries.timeline_of([])) == []


class TestLatest:
    def test_gives_the_last_acts_first(self) -> None:
        assert hours(queries.latest("C1", 3)) == [11, 10, 9]


class TestListing:
    def test_turns_pages_without_losing_or_repeating_an_act(self) -> None:
        seen, older_than = [], None
        while True:
            page = queries.listing("C1", limit=4, older_than=older_than)
            seen += hours(page.entries)
            older_than = page.older_than
            if older_than is None:
                break
        assert seen == [11, 10, 9, 7, 6, 5, 3, 2, 1]

    def test_ends_on_a_full_page(self) -> None:
        assert queries.listing("C1", limit=9).older_than is None
        assert queries.listing("C1", limit=8).older_than == 2

    def test_keeps_to_an_action_or_its_beginning(self) -> None:
        assert hours(queries.listing("C1", action="parties.partnership").entries) == [5, 3, 2, 1]
        assert hours(queries.listing("C1", action="parties.partnership.opened").entries) == [5, 3, 2, 1]
        assert len(queries.listing("C1", action="parties").entries) == 9

    def test_keeps_to_an_author_a_subject_and_dates(self) -> None:
        assert hours(queries.listing("C1", actor_code="A1").entries) == [10, 6, 2]
        assert hours(queries.listing("C1", subject=("partnership", "P2")).entries) == [11, 5, 2]
        since, until = NOW + timedelta(hours=3), NOW + timedelta(hours=6)
        assert hours(queries.listing("C1", since=since, until=until).entries) == [5, 3]
        assert hours(queries.listing("C1", since=since, until=until, actor_code="A1").entries) == []

    def test_never_shows_another_chain(self) -> None:
        assert hours(queries.listing("C2").entries) == [8, 4, 0]
        assert queries.listing(INSTALLATION).entries == []


class TestChains:
    def test_names_each_chain_once(self) -> None:
        assert queries.chains() == ["C1", "C2"]


class TestLastVerification:
    def test_is_nothing_before_the_first(self) -> None:
        assert queries.last_verification("C1") is None
        assert queries.last_sound_verification("C1") is None
