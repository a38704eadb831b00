from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurande.core.france.corrections import Identity, answer_by, changes, is_same_name, partner_answers_by

NAMES = st.text(alphabet="abcéèôñłßẞøÅ-’' ", max_size=12)


class TestIdentity:
    @pytest.mark.parametrize("name", ["Łukasz", "Ñuñez", "Søren", "STRAẞE", "D’Août", "D'Août", "Nguyễn", "Ÿves"])
    def test_keeps_each_letter_whether_it_came_composed_or_not(self, name: str) -> None:
        taken_apart = Identity(unicodedata.normalize("NFD", name), "X").composed()
        assert taken_apart.first_name == unicodedata.normalize("NFC", name)
        assert Identity.from_text(taken_apart.to_text()) == taken_apart

    def test_has_no_space_too_many(self) -> None:
        assert Identity("  Anne \u00a0 Lise ", "Roy").composed().first_name == "Anne Lise"


class TestChanges:
    def test_show_the_accent_that_is_asked_for(self) -> None:
        (change,) = changes(Identity("Ines", "Carvalho"), Identity("Inès", "Carvalho"))
        assert change.field == "first_name"
        assert [one.text for one in change.before if one.differ] == ["e"]
        assert [one.text for one in change.after if one.differ] == ["è"]

    def test_tell_a_date_whole(self) -> None:
        (change,) = changes(Identity("A", "B", "1992-07-14"), Identity("A", "B", "1992-07-15"))
        assert [one.text for one in change.after] == ["1992-07-15"]

    @given(NAMES, NAMES)
    def test_lose_no_letter(self, before: str, after: str) -> None:
        found = changes(Identity(before, "B"), Identity(after, "B"))
        assert bool(found) == (before != after)
        for change in found:
            assert "".join(one.text for one in change.before) == before
            assert "".join(one.text for one in change.after) == after


class TestSameName:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (("Ines", "Carvalho"), ("Inès", "Carvalho")),
            (("Joaquim", "Haddad"), ("João", "Haddad")),
            (("Carvalho", "Ines"), ("Inès", "Carvalho")),
            (("Inès", "Carvalho"), ("Inès", "Carvalho e Silva")),
            (("Lukasz", "Strasse"), ("Łukasz", "Straße")),
        ],
    )
    def test_is_the_one_that_was_misspelt_or_put_the_wrong_way_round(
        self, before: tuple[str, str], after: tuple[str, str]
    ) -> None:
        assert is_same_name(Identity(*before), Identity(*after))

    @pytest.mark.parametrize("after", [("Jean", "Dupont"), ("Inès", "Martin"), ("Camille", "Carvalho")])
    def test_is_not_somebody_else_s(self, after: tuple[str, str]) -> None:
        assert not is_same_name(Identity("Inès", "Carvalho"), Identity(*after))


class TestRgpdArticle12Paragraph3:
    @pytest.mark.parametrize(
        ("asked_on", "due_on"),
        [
            (date(2026, 11, 22), date(2026, 12, 22)),
            (date(2027, 1, 31), date(2027, 2, 28)),
            (date(2026, 12, 5), date(2027, 1, 5)),
        ],
    )
    def test_gives_one_month(self, asked_on: date, due_on: date) -> None:
        assert answer_by(asked_on) == due_on

    def test_lets_a_house_promise_less_and_never_more(self) -> None:
        assert answer_by(date(2027, 1, 31), 10) == date(2027, 2, 10)
        assert answer_by(date(2027, 1, 31), 60) == date(2027, 2, 28)

    def test_leaves_the_partner_no_more_than_the_whole(self) -> None:
        asked_on = date(2026, 11, 22)
        assert partner_answers_by(asked_on, date(2026, 12, 22)) == date(2026, 12, 2)
        assert partner_answers_by(asked_on, date(2026, 11, 25)) == date(2026, 11, 25)
