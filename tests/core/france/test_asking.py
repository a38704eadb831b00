from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurande.core.france.asking import ABBREVIATIONS, TERMS_MOST, one_typo_away, question
from jurande.core.france.spelling import fold
from jurande.core.france.stems import distinct_words, stem, words


class TestFold:
    @given(st.text())
    def test_changes_nothing_the_second_time(self, text: str) -> None:
        assert fold(fold(text)) == fold(text)

    @pytest.mark.parametrize(
        ("text", "folded"), [("℡", "tel"), ("Ⓐ", "a"), ("İ", "i"), ("STRAẞE", "strasse"), ("Œuvre", "oeuvre")]
    )
    def test_folds_case_after_what_comes_apart(self, text: str, folded: str) -> None:
        assert fold(text) == folded


def stems(text: str) -> set[str]:
    return {stem(word) for word in distinct_words([text])}


class TestStems:
    def test_do_not_depend_on_accents_case_or_plural(self) -> None:
        assert stems("Développé à l’arc : les Métiers") == stems("DEVELOPPE arc metier")

    def test_leave_out_what_says_nothing(self) -> None:
        assert words("L’étude de la qualité et d’un sol") == ["etude", "qualite", "sol"]

    def test_read_accents_written_apart(self) -> None:
        assert words("E\u0301tude") == ["etude"]

    @given(st.text(max_size=80))
    def test_are_latin_letters_and_figures_whatever_the_text(self, text: str) -> None:
        assert all(re.fullmatch(r"[a-z0-9]{1,40}", one) for one in stems(text))


class TestQuestion:
    @pytest.mark.parametrize("typed", ["RNCP37674", "rncp 37674", "RNCP-37674", "Rncp\u00a0037674"])
    def test_reads_a_code_however_it_is_typed(self, typed: str) -> None:
        assert [term.alternatives for term in question(typed).terms] == [(("rncp37674",),)]

    def test_reads_the_code_of_a_bloc(self) -> None:
        assert question("RNCP37674 BC2 web").terms[0].typed == "rncp37674bc02"

    def test_asks_for_the_words_of_an_abbreviation_or_for_itself(self) -> None:
        (short,) = question("IA").terms
        assert short.alternatives == (("ia",), ("intelligent", "artificiel"))

    def test_asks_for_the_abbreviation_of_words_in_full(self) -> None:
        (run,) = question("ressources humaines").terms
        assert ("rh",) in run.alternatives

    def test_of_nothing_is_empty(self) -> None:
        assert question("").is_empty
        assert question("de la « » OR * ^ \" ' -- مرحبا").terms[0].typed == "or"

    @given(st.text(max_size=500))
    def test_is_never_refused_and_holds_only_what_needs_no_escaping(self, text: str) -> None:
        asked = question(text)
        assert len(asked.terms) <= TERMS_MOST
        assert all(re.fullmatch(r"[a-z0-9]+", one) for t in asked.terms for a in t.alternatives for one in a)

    def test_abbreviations_are_known_by_more_than_one_word(self) -> None:
        assert all(len(words(full)) > 1 for full in ABBREVIATIONS.values())


class TestOneTypoAway:
    @pytest.mark.parametrize("slip", ["inteligence", "intelliggence", "intelligance", "intellgience"])
    def test_holds_each_slip(self, slip: str) -> None:
        assert slip in one_typo_away("intelligence")
        assert "intelligence" in one_typo_away(slip)

    def test_does_not_hold_two_slips(self) -> None:
        assert "inteligance" not in one_typo_away("intelligence")
