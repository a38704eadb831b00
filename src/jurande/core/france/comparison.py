# SPDX-License-Identifier: Apache-2.0
"""Two versions of a référentiel side by side: what was added, removed, reworded (and which words), or moved."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from jurande.core.france.referentiels import Referentiel

# Below this share of common words, two texts without a common key are two competencies, not one reworded.
ALIKE = 0.6
# Beyond as many pairs, texts without a common key are matched when equal only: comparing all would take minutes.
MOST_PAIRS = 40_000
_WORDS = re.compile(r"\w+|[^\w\s]|\s+")


class Change(StrEnum):
    """What became of a line."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    REWORDED = "reworded"


@dataclass(frozen=True)
class Piece:
    """A run of words: in both texts, only in the former, or only in the new one."""

    change: Change
    text: str


@dataclass(frozen=True)
class Line:
    """A line of either version, with its place (bloc number and rank from 1, 0 for what has none)."""

    kind: str  # bloc, competency, criterion, activity
    key: str
    text: str
    bloc: int = 0
    rank: int = 0
    parent: str = ""


@dataclass(frozen=True)
class Difference:
    """A line in the former version, in the new one, or in both."""

    change: Change
    kind: str
    before: Line | None
    after: Line | None
    moved: bool = False
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """Everything that differs, in the order of the new version; what was removed comes where it stood."""

    differences: tuple[Difference, ...]

    def of(self, change: Change) -> list[Difference]:
        """Those of one change."""
        return [one for one in self.differences if one.change == change]

    @property
    def moved(self) -> list[Difference]:
        """Those that changed place, reworded or not."""
        return [one for one in self.differences if one.moved]

    @property
    def changed(self) -> list[Difference]:
        """Those that are not the same in the same place."""
        return [one for one in self.differences if one.change != Change.SAME or one.moved]


def compare(former: Referentiel, new: Referentiel) -> Comparison:
    """Compare two versions line by line.

    Lines are the same when they bear the same key, else when they have the same text, else when most of their words
    are common. A line is moved when it changed bloc, or when its order among those kept in its bloc changed.
    """
    before, after = _lines(former), _lines(new)
    pairs = _paired(before, after)
    moved = _moved(pairs)
    partner = {id(b): a for b, a in pairs}
    met = {id(a): b for b, a in pairs}
    differences = [_difference(met.get(id(line)), line, moved) for line in after]
    for place, line in enumerate(before):
        if id(line) not in partner:
            follows = next((partner[id(one)] for one in reversed(before[:place]) if id(one) in partner), None)
            where = next((i for i, d in enumerate(differences) if d.after is follows), -1) + 1
            while where < len(differences) and differences[where].change == Change.REMOVED:
                where += 1
            differences.insert(where, Difference(Change.REMOVED, line.kind, line, None))
    return Comparison(tuple(differences))


def words_changed(before: str, after: str) -> tuple[Piece, ...]:
    """Cut two texts into what they share and what each alone has; joined, the pieces of a side give its text back."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece(Change.SAME, "".join(old[i1:i2])))
            continue
        if i2 > i1:
            pieces.append(Piece(Change.REMOVED, "".join(old[i1:i2])))
        if j2 > j1:
            pieces.append(Piece(Change.ADDED, "".join(new[j1:j2])))
    return tuple(pieces)


def _lines(whole: Referentiel) -> list[Line]:
    lines = [Line("activity", one.key, one.text, rank=rank) for rank, one in enumerate(whole.activities, start=1)]
    for number, bloc in enumerate(whole.blocs, start=1):
        lines.append(Line("bloc", bloc.key, bloc.text, rank=number))
        for rank, one in enumerate(bloc.competencies, start=1):
            lines.append(Line("competency", one.key, one.text, number, rank, bloc.key))
            lines += [
                Line("criterion", criterion.key, criterion.text, number, position, one.key)
                for position, criterion in enumerate(one.criteria, start=1)
            ]
    return lines


def _paired(before: Sequence[Line], after: Sequence[Line]) -> list[tuple[Line, Line]]:
    pairs: list[tuple[Line, Line]] = []
    for alike in (_by_key, _by_text):
        taken = {id(line) for pair in pairs for line in pair}
        waiting: dict[tuple[str, str], list[Line]] = {}
        for line in before:
            if id(line) not in taken and alike(line) is not None:
                waiting.setdefault((line.kind, str(alike(line))), []).append(line)
        for line in after:
            same = waiting.get((line.kind, str(alike(line)))) if id(line) not in taken and alike(line) else None
            if same:
                pairs.append((same.pop(0), line))
    return pairs + _resembling(before, after, pairs)


def _by_key(line: Line) -> str | None:
    return line.key or None


def _by_text(line: Line) -> str | None:
    return " ".join(line.text.casefold().split()) or None


def _resembling(
    before: Sequence[Line], after: Sequence[Line], pairs: Sequence[tuple[Line, Line]]
) -> list[tuple[Line, Line]]:
    taken = {id(line) for pair in pairs for line in pair}
    left = [line for line in before if id(line) not in taken]
    right = [line for line in after if id(line) not in taken]
    if len(left) * len(right) > MOST_PAIRS:
        return []
    scores = [
        (score, i, j)
        for i, old in enumerate(left)
        for j, new in enumerate(right)
        if old.kind == new.kind and (score := _likeness(old.text, new.text)) >= ALIKE
    ]
    found, used_left, used_right = [], set[int](), set[int]()
    for _score, i, j in sorted(scores, key=lambda one: (-one[0], one[1], one[2])):
        if i not in used_left and j not in used_right:
            used_left.add(i)
            used_right.add(j)
            found.append((left[i], right[j]))
    return found


def _likeness(one: str, other: str) -> float:
    first, second = re.findall(r"\w+", one.casefold()), re.findall(r"\w+", other.casefold())
    common = len(set(first) & set(second))
    # The shared vocabulary bounds the ratio: the slow measure is taken only where it may succeed.
    if not common or 2 * common / (len(set(first)) + len(set(second))) < ALIKE:
        return 0.0
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def _moved(pairs: Sequence[tuple[Line, Line]]) -> set[int]:
    """Give the new lines that changed parent, or that are out of the longest run kept in order under their parent."""
    parents = {new.key: old.key for old, new in pairs if new.key}
    moved = set[int]()
    families: dict[tuple[str, str], list[tuple[Line, Line]]] = {}
    for old, new in pairs:
        if parents.get(new.parent, new.parent) != old.parent:
            moved.add(id(new))
        else:
            families.setdefault((new.kind, new.parent), []).append((old, new))
    for family in families.values():
        inorder = sorted(family, key=lambda pair: pair[1].rank)
        kept = _longest_rising([old.rank for old, _new in inorder])
        moved |= {id(new) for place, (_old, new) in enumerate(inorder) if place not in kept}
    return moved


def _longest_rising(ranks: Sequence[int]) -> set[int]:
    """Give the places of a longest strictly rising run."""
    best: list[int] = []
    previous: list[int | None] = [None] * len(ranks)
    for place, rank in enumerate(ranks):
        low = next((i for i, held in enumerate(best) if ranks[held] >= rank), len(best))
        previous[place] = best[low - 1] if low else None
        best[low : low + 1] = [place]
    chosen: set[int] = set()
    at = best[-1] if best else None
    while at is not None:
        chosen.add(at)
        at = previous[at]
    return chosen


def _difference(before: Line | None, after: Line, moved: set[int]) -> Difference:
    if before is None:
        return Difference(Change.ADDED, after.kind, None, after)
    if before.text == after.text:
        return Difference(Change.SAME, after.kind, before, after, moved=id(after) in moved)
    pieces = words_changed(before.text, after.text)
    return Difference(Change.REWORDED, after.kind, before, after, moved=id(after) in moved, pieces=pieces)
