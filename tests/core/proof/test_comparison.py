"""A forged word is found, shown beside the true one, and named when the record knows what it is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jurande.core.proof.comparison import Difference, Said, compare_documents, compare_pages

NAME = Said("holder", "Inès Carvalho")
TITLE = Said("title", "Diagnostiquer une panne électrique")
DAY = Said("awarded_on", "14 octobre 2026", ("14/10/2026", "14 October 2026"))
SAID = (NAME, TITLE, DAY)
PAGE = (
    "Micro-certification de l’Institut\nDiagnostiquer une panne électrique\nInès Carvalho\n"
    "a été reconnue capable, le 14 octobre 2026 à Strasbourg. Numéro 7KQ4-M2XD"
)


class TestComparingPages:
    def test_finds_nothing_in_a_copy_however_its_lines_break(self) -> None:
        found = compare_pages(SAID, PAGE, PAGE.replace(" ", "\n").upper())
        assert (found.differences, found.is_same_page) == ((), True)

    def test_shows_the_whole_name_when_one_letter_of_it_changed(self) -> None:
        found = compare_pages(SAID, PAGE, PAGE.replace("Carvalho", "Carvalha"))
        assert found.differences == (Difference("holder", "Inès Carvalho", "Inès Carvalha"),)

    def test_shows_what_took_the_place_of_a_name(self) -> None:
        found = compare_pages(SAID, PAGE, PAGE.replace("Inès Carvalho", "Jean Petit de Lille"))
        assert found.differences == (Difference("holder", "Inès Carvalho", "Jean Petit de Lille"),)

    def test_sees_a_word_added_to_a_name(self) -> None:
        found = compare_pages(SAID, PAGE, PAGE.replace("Carvalho", "Carvalho Martin"))
        assert found.differences == (Difference("holder", "Inès Carvalho", "Inès Carvalho Martin"),)

    def test_takes_an_accent_for_a_difference_but_not_its_composition(self) -> None:
        composed = PAGE.replace("è", "e\u0300")
        assert not compare_pages(SAID, PAGE, composed).differences
        assert compare_pages(SAID, PAGE, PAGE.replace("è", "e")).differences

    def test_shows_other_words_that_changed_without_a_name_for_them(self) -> None:
        found = compare_pages(SAID, PAGE, PAGE.replace("Strasbourg.", "Paris"))
        beside = ("2026 à Strasbourg. Numéro 7KQ4-M2XD", "2026 à Paris Numéro 7KQ4-M2XD")
        assert found.differences == (Difference("", *beside),)

    def test_shows_once_what_changed_the_same_way_twice(self) -> None:
        twice = f"{PAGE}\n{PAGE}"
        changed = twice.replace("14 octobre", "13 octobre")
        assert compare_pages((NAME,), twice, changed).differences == (
            Difference("", "capable, le 14 octobre 2026", "capable, le 13 octobre 2026"),
        )

    def test_looks_only_for_what_the_record_says_on_another_page(self) -> None:
        other = "Bulletin. Candidate : Inès Carvalhe. Épreuve : Diagnostiquer une panne électrique, le 14/10/2026."
        found = compare_pages(SAID, PAGE, other)
        assert found.differences == (Difference("holder", "Inès Carvalho", "Inès Carvalhe"),)
        assert not found.is_same_page

    @given(st.text(max_size=300), st.text(max_size=300))
    def test_never_fails_on_what_a_stranger_wrote(self, original: str, handed: str) -> None:
        compare_pages(SAID, original, handed)


class TestComparingDocuments:
    def test_names_the_member_that_changed_and_leaves_proofs_aside(self) -> None:
        ours = {"name": "A", "credentialSubject": {"achievement": {"name": "Velo"}}, "proof": {"x": 1}}
        theirs = {"name": "A", "credentialSubject": {"achievement": {"name": "Moto"}}, "proof": {"x": 2}}
        assert compare_documents(ours, theirs) == (Difference("credentialSubject.achievement.name", "Velo", "Moto"),)

    def test_tells_what_was_added_and_what_was_taken_away(self) -> None:
        assert set(compare_documents({"a": ["1", "2"]}, {"a": ["1"], "b": True})) == {
            Difference("a[1]", "2", ""),
            Difference("b", "", "True"),
        }
