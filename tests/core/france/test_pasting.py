from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurande.core.france.pasting import LONGEST_ITEM, MOST_ITEMS, proposed


def texts(pasted: str) -> list[str]:
    return [one.text for one in proposed(pasted)]


class TestProposed:
    @pytest.mark.parametrize(
        "pasted",
        [
            "- Mesurer les écarts\n- Souder un circuit",
            "• Mesurer les écarts ;\n• Souder un circuit.".replace("circuit.", "circuit"),
            "1. Mesurer les écarts\n2. Souder un circuit",
            "1) Mesurer les écarts\n2) Souder un circuit",
            "1.1. Mesurer les écarts\n1.2. Souder un circuit",
            "a) Mesurer les écarts\nb) Souder un circuit",
            "C1. Mesurer les écarts\nC2. Souder un circuit",
            "C.1.1 : Mesurer les écarts\nC.1.2 : Souder un circuit",
            "\uf0b7\tMesurer les écarts\n\uf0b7\tSouder un circuit",
            "o\tMesurer les écarts\no\tSouder un circuit",
            "- Mesurer les écarts  - Souder un circuit",
            "* C1. Mesurer les écarts   * C2. Souder un circuit",
            "Mesurer les écarts\nSouder un circuit",
            "Mesurer les écarts\r\n\r\nSouder un circuit",
            "Mesurer les écarts ; Souder un circuit",
            "Les compétences visées sont :\n- Mesurer les écarts\n- Souder un circuit",
            "- Mesurer les\n  écarts\n- Souder un circuit",
            "- Mesurer les\u00a0écarts\n\n3\n- Sou\u00adder un circuit",
        ],
    )
    def test_finds_both_items(self, pasted: str) -> None:
        assert texts(pasted) == ["Mesurer les écarts", "Souder un circuit"]

    @pytest.mark.parametrize(
        "pasted",
        [
            "N°\tCompétence\tCritères\n1\tMesurer les écarts\tLe calibre\n2\tSouder un circuit\tLa soudure est nette et durable",
            "1\tMesurer les écarts\n2\tSouder un circuit",
            "| Compétences | Durée |\n|---|---|\n| Mesurer les écarts | 7 h |\n| Souder un circuit | 3 h |",
            'Bloc\tCompétences\n1\t"Mesurer\nles écarts"\n2\tSouder un circuit',
        ],
    )
    def test_reads_the_right_column_of_a_table(self, pasted: str) -> None:
        assert texts(pasted) == ["Mesurer les écarts", "Souder un circuit"]

    def test_makes_whole_a_word_cut_by_a_page(self) -> None:
        pasted = "• Réaliser un diag-\nnostic complet\n• Faire du savoir-\nfaire un atout"
        assert texts(pasted) == ["Réaliser un diagnostic complet", "Faire du savoir-faire un atout"]

    def test_makes_whole_a_word_cut_without_a_hyphen(self) -> None:
        assert texts("• Poser un diagn\nostic\n• Discuter le diagnostic") == [
            "Poser un diagnostic",
            "Discuter le diagnostic",
        ]

    def test_parts_a_paragraph_where_each_verb_begins(self) -> None:
        pasted = "Recueillir les besoins Identifier les questions Évaluer les risques"
        assert texts(pasted) == ["Recueillir les besoins", "Identifier les questions", "Évaluer les risques"]

    def test_leaves_a_proper_name_alone(self) -> None:
        assert texts("Installer un poste sous Windows Server récent") == [
            "Installer un poste sous Windows Server récent"
        ]

    def test_takes_headings_for_blocs(self) -> None:
        pasted = "Bloc 1 : Diagnostiquer\n• Mesurer\nBLOC 2 - Réparer\n• Souder\nRNCP49021BC03 Conseiller\n• Chiffrer"
        assert [(one.kind, one.text) for one in proposed(pasted)] == [
            ("bloc", "Diagnostiquer"),
            ("competency", "Mesurer"),
            ("bloc", "Réparer"),
            ("competency", "Souder"),
            ("bloc", "Conseiller"),
            ("competency", "Chiffrer"),
        ]

    def test_finds_nothing_where_there_is_no_word(self) -> None:
        assert proposed(" \n- \n• 12\n---") == []

    @given(st.text(max_size=400))
    def test_takes_anything(self, pasted: str) -> None:
        found = proposed(pasted)
        assert len(found) <= MOST_ITEMS
        assert all(0 < len(one.text) <= LONGEST_ITEM and "\n" not in one.text for one in found)

    @given(
        st.lists(
            st.lists(st.text(string.ascii_lowercase, min_size=2, max_size=9), min_size=2, max_size=8).map(
                lambda words: " ".join(["Savoir", *words])
            ),
            min_size=2,
            max_size=12,
        ),
        st.sampled_from(["- ", "• ", "* ", "– ", "\uf0b7 ", "1. ", "12) "]),
    )
    def test_gives_a_list_back_as_it_was(self, items: list[str], mark: str) -> None:
        assert texts("\n".join(f"{mark}{item}" for item in items)) == items
