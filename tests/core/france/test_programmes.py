"""What a programme works on, compared with its référentiel: C. trav. R. 6113-16-3."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurande.core.france.programme_sheets import MODULES_MOST, guessed_columns, minutes_in, read_rows
from jurande.core.france.programmes import (
    Aim,
    Module,
    aims_of,
    coverage,
    hints,
    in_person_percent,
    shortfalls,
    total_minutes,
)
from jurande.core.france.referentiels import Bloc, Competency, Referentiel

KEYS = [f"c{n}" for n in range(6)]
AIMS = tuple(Aim(key, f"1.{rank}", f"Compétence {key}") for rank, key in enumerate(KEYS, start=1))
LEAK = Aim("fuite", "1.4", "Repérer une fuite de fluide frigorigène sans ouvrir le circuit")
COLD = Module("m2", "Froid et chaud", "Le contrôle d’étanchéité du circuit frigorifique au détecteur.")

modules = st.builds(
    lambda key, minutes, share, works: Module(key, f"Module {key}", "", minutes, minutes * share // 100, works),
    st.uuids().map(str),
    st.integers(0, 10_000),
    st.integers(0, 100),
    st.frozensets(st.sampled_from(KEYS)),
)
programmes = st.lists(modules, max_size=8, unique_by=lambda one: one.key)


class TestCoverage:
    @given(programmes)
    def test_r6113_16_3_2_every_competency_is_covered_or_a_hole(self, rows: list[Module]) -> None:
        found = coverage(AIMS, rows)
        assert set(found.by) | {aim.key for aim in found.holes} == set(KEYS)
        assert not set(found.by) & {aim.key for aim in found.holes}

    @given(programmes, modules)
    def test_one_module_more_opens_no_hole(self, rows: list[Module], more: Module) -> None:
        before, after = coverage(AIMS, rows).holes, coverage(AIMS, [*rows, more]).holes
        assert set(after) <= set(before)

    def test_keeps_to_the_blocs_that_are_asked_for(self) -> None:
        whole = Referentiel(
            "Titre",
            blocs=(
                Bloc("a", "Un", competencies=(Competency("a1", "Lire"),)),
                Bloc("b", "Deux", competencies=(Competency("b1", "Écrire"), Competency("b2", "Compter"))),
            ),
        )
        assert [aim.number for aim in aims_of(whole)] == ["1.1", "2.1", "2.2"]
        assert [aim.number for aim in aims_of(whole, ["b"])] == ["2.1", "2.2"]


class TestLimits:
    @given(programmes, st.integers(0, 500), st.integers(0, 100))
    def test_r6113_16_3_3_and_4_limits_are_reached_when_equalled(
        self, rows: list[Module], hours: int, percent: int
    ) -> None:
        found = {one.key for one in shortfalls({"minimum_hours": hours, "in_person_percent": percent}, rows)}
        assert ("minimum_hours" in found) == (total_minutes(rows) < hours * 60)
        assert ("in_person_percent" in found) == (in_person_percent(rows) < percent)

    def test_r6113_16_3_3_names_its_article(self) -> None:
        (one,) = shortfalls({"minimum_hours": 2}, [Module("m", "M", minutes=90)])
        assert (one.least, one.found, one.article) == (2, 1.5, "C. trav. R. 6113-16-3, 3°")

    def test_r6113_16_3_4_names_its_article(self) -> None:
        (one,) = shortfalls({"in_person_percent": 50}, [Module("m", "M", minutes=60, in_person_minutes=15)])
        assert (one.found, one.article) == (25, "C. trav. R. 6113-16-3, 4°")

    def test_nothing_fixed_is_always_reached(self) -> None:
        assert shortfalls({}, []) == ()


class TestHints:
    def test_quotes_the_words_it_rests_on(self) -> None:
        (hint,) = hints([LEAK], [COLD])
        assert (hint.aim, hint.module) == ("fuite", "m2")
        assert [piece.text for piece in hint.quote if piece.matched] == ["circuit", "frigorifique"]

    def test_is_silent_for_one_common_word(self) -> None:
        assert hints([LEAK], [Module("m", "Le circuit imprimé")]) == ()

    def test_is_not_said_again_once_refused(self) -> None:
        assert hints([LEAK], [COLD], {("m2", "fuite")}) == ()

    @given(st.lists(st.text(max_size=400), max_size=4), st.text(max_size=200))
    def test_quotes_only_what_the_module_says(self, contents: list[str], aim: str) -> None:
        rows = [Module(str(rank), "", content) for rank, content in enumerate(contents)]
        for hint in hints([Aim("x", "1.1", aim)], rows):
            quoted = "".join(piece.text for piece in hint.quote)
            assert quoted in contents[int(hint.module)]
            assert any(piece.matched for piece in hint.quote)


class TestSheets:
    @pytest.mark.parametrize(
        ("said", "minutes"),
        [
            ("7", 420),
            ("7,5", 450),
            ("7 h 30", 450),
            ("7h", 420),
            ("1:30", 90),
            ("90 min", 90),
            ("2 jours", 840),
            ("", 0),
            ("beaucoup", None),
            ("9999999", None),
        ],
    )
    def test_reads_durations_as_people_write_them(self, said: str, minutes: int | None) -> None:
        assert minutes_in(said) == minutes

    @given(st.text(max_size=30))
    def test_reads_any_text_without_failing(self, said: str) -> None:
        found = minutes_in(said)
        assert found is None or found >= 0

    def test_guesses_columns_whatever_their_names(self) -> None:
        headers = ["N°", "Intitulé de la séquence", "Nb d’heures", "dont présentiel", "Objectifs", "Compétences visées"]
        assert guessed_columns(headers) == {"title": 1, "content": 4, "in_person": 3, "hours": 2, "competencies": 5}

    @given(st.lists(st.lists(st.text(max_size=20), max_size=5), max_size=80))
    def test_takes_no_more_than_it_may_and_loses_no_row_silently(self, rows: list[list[str]]) -> None:
        columns = {"title": 0, "hours": 1, "in_person": 2, "competencies": 3}
        reading = read_rows(enumerate(rows, start=2), columns, AIMS)
        assert len(reading.modules) <= MODULES_MOST
        filled = [row for row in rows if any(cell.strip() for cell in row)]
        left = {"error", "no_title", "not_a_duration", "too_many"}
        faulty = {fault.row for fault in reading.faults if fault.why in left}
        assert len(reading.modules) + len(faulty) >= min(len(filled), MODULES_MOST)

    def test_leaves_out_what_a_spreadsheet_could_not_compute(self) -> None:
        columns = {"title": 0, "hours": 1, "content": 2}
        rows = [["#REF!", "7", ""], ["M", "#N/A", ""], ["=A1", "7", ""], ["M", "7", "Err:502"], ["M", "7", "=> Régler"]]
        reading = read_rows(enumerate(rows, start=2), columns, AIMS)
        assert [(fault.row, fault.said) for fault in reading.faults if fault.why == "error"] == [
            (2, "#REF!"),
            (3, "#N/A"),
            (4, "=A1"),
            (5, "Err:502"),
        ]
        assert [module.content for module in reading.modules] == ["=> Régler"]

    def test_names_competencies_by_number_or_by_words(self) -> None:
        reading = read_rows(
            [(2, ["M", "1", "1.1 ; compétence C3; 9.9"])], {"title": 0, "hours": 1, "competencies": 2}, AIMS
        )
        assert reading.modules[0].works == ("c0", "c3")
        assert [fault.said for fault in reading.faults] == ["9.9"]
