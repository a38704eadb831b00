from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from jurande.core.france.attendance import Attendance, minutes_present
from jurande.core.france.award_sheets import (
    COLUMNS,
    Fault,
    Frame,
    cells_by_column,
    is_over,
    read_row,
    same_person,
)
from jurande.core.france.network_sheets import KnownCertification
from jurande.core.france.programme_sheets import guessed_columns

DAY = date(2026, 3, 12)
OURS = (KnownCertification("C1", "MC-12", "Réparer une batterie"), KnownCertification("C2", "RNCP49021", "Technicien"))


def of_china(text: str) -> str:
    """The letters that documents cannot show."""
    return "".join(letter for letter in text if letter == "李")


FRAME = Frame(today=DAY, awarded_on=DAY, certification="C1", certifications=OURS, threshold=80, undrawable=of_china)
GOOD = {
    "first_name": "Inès",
    "last_name": "Haddad",
    "birth_on": "14/07/1992",
    "email": "ines@exemple.fr",
    "present": "28",
    "planned": "35",
}


def codes(**changes: str) -> list[tuple[str, str]]:
    said = {name: text for name, text in (GOOD | changes).items() if text}
    return [(fault.code, fault.column) for fault in read_row(said, FRAME).faults]


class TestAttendance:
    @pytest.mark.parametrize(
        ("present", "planned", "reaches", "shown"),
        [(79, 100, False, "79"), (80, 100, True, "80"), (7999, 10000, False, "79,9"), (0, 60, False, "0")],
    )
    def test_is_compared_exactly_and_never_rounded_up(
        self, present: int, planned: int, reaches: bool, shown: str
    ) -> None:
        found = Attendance(present, planned)
        assert (found.reaches(80), found.percent) == (reaches, shown)

    @pytest.mark.parametrize(
        ("text", "minutes"),
        [("27,5", 1650), ("27 h 30", 1650), ("35:00:00", 2100), ("0", 0), ("", None), ("oui", None)],
    )
    def test_reads_hours(self, text: str, minutes: int | None) -> None:
        assert minutes_present(text) == minutes


class TestColumns:
    def test_are_guessed_whatever_they_are_called(self) -> None:
        headers = [
            "N°",
            "NOM de naissance",
            "Prénom",
            "Né(e) le",
            "E-mail",
            "Heures présentes",
            "Heures prévues",
            "Note",
        ]
        assert guessed_columns(headers, COLUMNS) == {
            "last_name": 1,
            "first_name": 2,
            "birth_on": 3,
            "email": 4,
            "present": 5,
            "planned": 6,
            "grade": 7,
        }

    def test_that_bear_the_very_word_of_another_are_left_to_it(self) -> None:
        assert guessed_columns(["Obtenu le", "Résultat"], COLUMNS) == {"awarded_on": 0, "outcome": 1}
        assert guessed_columns(["Obtenu le"], COLUMNS) == {"awarded_on": 0}

    def test_cells_lose_what_spreadsheets_put_around_them(self) -> None:
        assert cells_by_column(['="007"', "\ufeff  a  b \u200b", ""], {"grade": 0, "last_name": 1, "email": 2}) == {
            "grade": "007",
            "last_name": "a b",
        }


class TestARow:
    def test_good_reads_the_same_again(self) -> None:
        once = read_row(GOOD, FRAME)
        assert once.faults == ()
        assert once.values["birth_on"] == "1992-07-14"
        assert read_row(once.values, FRAME) == once

    @pytest.mark.parametrize(
        ("changes", "found"),
        [
            ({"first_name": ""}, ("first_name.missing", "first_name")),
            ({"last_name": "Haddad 06"}, ("name.figure", "last_name")),
            ({"last_name": "ines@exemple.fr"}, ("name.figure", "last_name")),
            ({"last_name": "Had\u202edad"}, ("name.control", "last_name")),
            ({"last_name": "李"}, ("name.letter", "last_name")),
            ({"last_name": "Had\u200bdad"}, ("name.control", "last_name")),
            ({"last_name": "a" * 101}, ("name.long", "last_name")),
            ({"birth_on": "31/02/1990"}, ("birth_on.form", "birth_on")),
            ({"birth_on": "14/07/2024"}, ("birth_on.unlikely", "birth_on")),
            ({"email": "ines@exemple"}, ("email.form", "email")),
            ({"email": "a@b.fr;c@d.fr"}, ("email.form", "email")),
            ({"email": "ines@exemple\u200b.fr"}, ("text.control", "email")),
            ({"awarded_on": "13/03/2026"}, ("awarded_on.future", "awarded_on")),
            ({"awarded_on": "bientôt"}, ("awarded_on.form", "awarded_on")),
            ({"awarded_on": "12/03/0206"}, ("awarded_on.unlikely", "awarded_on")),
            ({"certification": "CAP boucher"}, ("certification.unknown", "certification")),
            ({"certification": "rncp 49021"}, ("certification.other", "certification")),
            ({"present": ""}, ("attendance.missing", "present")),
            ({"planned": "beaucoup"}, ("attendance.form", "planned")),
            ({"planned": "0", "present": "0"}, ("attendance.zero", "planned")),
            ({"present": "36"}, ("attendance.over", "present")),
            ({"present": "27,65"}, ("attendance.below", "present")),
            ({"outcome": "Non acquis"}, ("outcome.failed", "outcome")),
            ({"outcome": "faux"}, ("outcome.failed", "outcome")),
            ({"outcome": "FALSE"}, ("outcome.failed", "outcome")),
            ({"outcome": "peut-être"}, ("outcome.unknown", "outcome")),
            ({"grade": "#REF!"}, ("formula", "grade")),
            *(({name: "#N/A"}, ("formula", name)) for name in COLUMNS),
            ({"awarded_on": "#VALEUR !"}, ("formula", "awarded_on")),
            ({"awarded_on": "Err:502"}, ("formula", "awarded_on")),
            ({"awarded_on": "########"}, ("formula", "awarded_on")),
            ({"email": '=HYPERLINK("x")'}, ("formula", "email")),
        ],
    )
    def test_says_each_thing_to_mend(self, changes: dict[str, str], found: tuple[str, str]) -> None:
        assert codes(**changes) == [found]

    def test_without_outcome_is_no_success_where_a_column_tells_it(self) -> None:
        told = replace(FRAME, needs_outcome=True)
        assert [fault.code for fault in read_row(GOOD, told).faults] == ["outcome.missing"]
        assert read_row(GOOD | {"outcome": "TRUE"}, told).faults == ()

    def test_tells_everything_at_once(self) -> None:
        assert codes(first_name="", email="x", present="1") == [
            ("first_name.missing", "first_name"),
            ("email.form", "email"),
            ("attendance.below", "present"),
        ]

    @pytest.mark.parametrize(
        ("first", "last"), [("Nguyễn Thị", "Đặng"), ("محمد", "الهاشمي"), ("Zoë-Anaïs", "O’Brien"), ("é", "d'Ø")]
    )
    def test_names_of_everywhere_are_good(self, first: str, last: str) -> None:
        assert codes(first_name=first, last_name=last) == []

    def test_every_sentence_stands_alone(self) -> None:
        for fault in (
            Fault("attendance.below", "present", "80"),
            Fault("twice", "", "12"),
            Fault("email.form", "email"),
        ):
            assert "{" not in fault.sentence("79")

    def test_is_told_from_another_by_name_and_birth(self) -> None:
        one = same_person({"first_name": "Inès", "last_name": "HADDAD", "birth_on": "1992-07-14", "email": "a@b.fr"})
        assert one == same_person({"first_name": "ines", "last_name": "Haddad", "birth_on": "1992-07-14"})
        assert one != same_person({"first_name": "ines", "last_name": "Haddad", "birth_on": "1993-07-14"})


@pytest.mark.parametrize(
    ("awarded_on", "today", "over"),
    [
        (date(2024, 2, 29), date(2025, 2, 28), False),
        (date(2024, 2, 29), date(2025, 3, 1), True),
        (date(2023, 8, 31), date(2024, 8, 31), False),
    ],
)
def test_a_validity_of_months_ends_on_the_day_of_the_same_number(awarded_on: date, today: date, over: bool) -> None:
    assert is_over(awarded_on, 12, today) is over
    assert not is_over(awarded_on, 0, today)
    frame = Frame(today=today, awarded_on=today, validity_months=12)
    read = read_row({"first_name": "Inès", "last_name": "Haddad", "awarded_on": awarded_on.isoformat()}, frame)
    assert [fault.code for fault in read.faults] == (["awarded_on.over"] if over else [])
