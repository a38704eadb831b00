from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jurande.core.france.comparison import Change, compare, words_changed
from jurande.core.france.referentiels import Bloc, Competency, Criterion, Referentiel


def whole(*blocs: list[tuple[str, str]]) -> Referentiel:
    return Referentiel(
        "Titre",
        blocs=tuple(
            Bloc(f"B{number}", f"Bloc {number}", competencies=tuple(Competency(key, text) for key, text in one))
            for number, one in enumerate(blocs, start=1)
        ),
    )


A, B, C = ("a", "Mesurer les écarts"), ("b", "Souder un circuit"), ("c", "Établir un devis")


class TestCompare:
    def test_says_nothing_of_the_same(self) -> None:
        assert compare(whole([A, B]), whole([A, B])).changed == []

    def test_tells_added_and_removed(self) -> None:
        outcome = compare(whole([A, B]), whole([A, C]))
        assert [one.after.text for one in outcome.of(Change.ADDED) if one.after] == ["Établir un devis"]
        assert [one.before.text for one in outcome.of(Change.REMOVED) if one.before] == ["Souder un circuit"]

    def test_knows_a_line_by_its_key_however_reworded(self) -> None:
        (one,) = compare(whole([A]), whole([("a", "Tout autre chose")])).changed
        assert one.change == Change.REWORDED

    def test_knows_a_line_without_a_common_key_by_its_words(self) -> None:
        (one,) = compare(whole([A]), whole([("z", "Mesurer tous les écarts")])).changed
        assert [(piece.change, piece.text) for piece in one.pieces if piece.change != Change.SAME] == [
            (Change.ADDED, " tous")
        ]

    def test_shows_what_moved_only(self) -> None:
        moved = compare(whole([A, B, C]), whole([C, A, B])).moved
        assert [one.after.text for one in moved if one.after] == ["Établir un devis"]

    def test_shows_a_move_to_another_bloc(self) -> None:
        (one,) = compare(whole([A, B], [C]), whole([A], [B, C])).changed
        assert (one.moved, one.before.bloc if one.before else 0, one.after.bloc if one.after else 0) == (True, 1, 2)

    def test_puts_what_was_removed_where_it_stood(self) -> None:
        outcome = compare(whole([A, B, C]), whole([A, C]))
        shown = [(one.after or one.before).text for one in outcome.differences if one.kind == "competency"]  # type: ignore[union-attr]
        assert shown == ["Mesurer les écarts", "Souder un circuit", "Établir un devis"]

    def test_compares_criteria_too(self) -> None:
        bare = whole([A])
        more = Referentiel(
            "Titre", blocs=(Bloc("B1", "Bloc 1", competencies=(Competency(*A, criteria=(Criterion("k", "Net"),)),)),)
        )
        assert [one.kind for one in compare(bare, more).changed] == ["criterion"]


lines = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(["Un geste", "Deux gestes", "Autre", ""])),
    max_size=6,
    unique_by=lambda pair: pair[0],
)


@given(lines, lines, lines, lines)
def test_every_line_of_both_versions_is_told_once(
    a: list[tuple[str, str]], b: list[tuple[str, str]], c: list[tuple[str, str]], d: list[tuple[str, str]]
) -> None:
    former, new = whole(a, b), whole(c, d)
    told = compare(former, new).differences
    before = sorted((one.before.bloc, one.before.rank, one.before.text) for one in told if one.before)
    after = sorted((one.after.bloc, one.after.rank, one.after.text) for one in told if one.after)
    assert len(before) == 2 + len(former.competencies)
    assert len(after) == 2 + len(new.competencies)
    assert len(set(before)) == len(before)


@given(st.text(max_size=80), st.text(max_size=80))
def test_the_pieces_give_both_texts_back(before: str, after: str) -> None:
    pieces = words_changed(before, after)
    assert "".join(one.text for one in pieces if one.change != Change.ADDED) == before
    assert "".join(one.text for one in pieces if one.change != Change.REMOVED) == after
