# SPDX-License-Identifier: Apache-2.0
"""The canonical form of a document, with holes: computed once, then filled by substitution, sorting and no more.

Documents that differ only in some texts have statements that differ only there. A pattern keeps the canonical N-Quads
as blocks of bytes whose inner order no text can change; filling it is one format, and one sort of the blocks. Whenever
the texts could change more than their own place (two subjects become one, two blank nodes look alike), it says so and
the caller takes the full path. ``docs/algorithms/credentials.md`` argues why the result is the same to the byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from itertools import groupby
from operator import itemgetter

from jurande.core.proof.jsonld import Slot
from jurande.core.proof.rdf import Quad

_MARK = "jurande.slot."
_HOLE = re.compile(re.escape(_MARK) + r"(\d+):")
_MOST_BLANK_NODES = 32

#: A line, or several: pieces of constant text, and holes given by the number of their value.
type _Parts = tuple[str | int, ...]


def slot(number: int, original: str) -> Slot:
    """Return the text that holds the place of value ``number`` in a document to be made a pattern."""
    return Slot(f"{_MARK}{number}:", original)


def can_hold_slots(texts: Iterable[str]) -> bool:
    """Tell whether no text of a document looks like the place of a value."""
    return not any(_MARK in text for text in texts)


def slot_number(term: str) -> int | None:
    """Return the number of the value that stands in a term of a statement, if any."""
    found = _HOLE.search(term)
    return int(found[1]) if found else None


#: Bytes with holes, and what picks their values among all the values.
type _Format = tuple[bytes, Callable[[Sequence[bytes]], tuple[bytes, ...]]]


def _format(parts: _Parts) -> _Format:
    octets = b"".join(b"%b" if isinstance(part, int) else part.encode().replace(b"%", b"%%") for part in parts)
    places = [part for part in parts if isinstance(part, int)]
    if not places:
        return octets, lambda values: ()
    # itemgetter of one place gives the value itself and no tuple: ask for it twice, and write the second in no byte.
    return (octets, itemgetter(*places)) if len(places) > 1 else (octets + b"%.0b", itemgetter(*places, *places))


def _filled(formats: Iterable[_Format], values: Sequence[bytes]) -> list[bytes]:
    return [octets % places(values) for octets, places in formats]


class Pattern:
    """The canonical form of every document that has the statements ``quads``, but for its texts.

    :raises ValueError: at construction, when there are too many blank nodes for it to be worth it.
    """

    def __init__(self, quads: Iterable[Quad], slots: int) -> None:
        """Prepare the blocks; ``slots`` is how many values there are, numbered from 0."""
        distinct = sorted(set(quads))
        self._nodes = {label: slots + rank for rank, label in enumerate(_blank_nodes(distinct))}
        if len(self._nodes) > _MOST_BLANK_NODES:
            raise ValueError("too many blank nodes")
        blocks: list[_Parts] = []
        undecided: list[_Parts] = []
        subjects: list[int] = []
        constants: set[str] = set()
        for subject, group in groupby(distinct, key=itemgetter(0)):
            holes = [piece for piece in self._pieces(subject) if isinstance(piece, int)]
            subjects += holes
            if not holes:
                constants.add(subject[1:-1])
            settled, rows = _blocks([self._row(quad) for quad in group], 2 * len(holes))
            blocks += settled
            undecided += rows
        self._undecided = len(undecided)
        self._count = len(subjects)
        # Twice the first place: itemgetter of one place gives no tuple.
        self._subjects = itemgetter(*subjects, subjects[0]) if subjects else None
        self._constant_subjects = {subject.encode() for subject in constants}
        varying = [block for block in blocks if any(isinstance(part, int) for part in block)]
        self._constant = ["".join(map(str, block)).encode() for block in blocks if block not in varying]
        self._varying = [_format(parts) for parts in (*undecided, *varying)]
        self._first_degree = [
            [_format(self._seen_from(node, quad)) for quad in distinct if node in quad] for node in self._nodes
        ]

    def fill(self, values: Sequence[bytes]) -> bytes | None:
        """Return the canonical N-Quads for these values, each escaped and encoded for its place.

        ``None`` when the values make statements, subjects or blank nodes coincide: only the full path can tell then.
        """
        if self._nodes:
            labels = self._labels(values)
            if labels is None:
                return None
            values = [*values, *labels]
        if self._subjects is not None:
            names = set(self._subjects(values))
            if len(names) != self._count or not names.isdisjoint(self._constant_subjects):
                return None
        blocks = _filled(self._varying, values)
        if self._undecided and len(set(blocks[: self._undecided])) != self._undecided:
            return None
        blocks += self._constant
        blocks.sort()
        return b"".join(blocks)

    def _labels(self, values: Sequence[bytes]) -> list[bytes] | None:
        """Return the rank of each blank node, when its own statements set it apart (RDFC-1.0 §4.4.3 steps 3 and 4)."""
        if len(self._nodes) == 1:
            return [b"0"]
        digests = [sha256(b"".join(sorted(_filled(rows, values)))).digest() for rows in self._first_degree]
        if len(set(digests)) != len(digests):
            return None
        rank = {digest: str(number).encode() for number, digest in enumerate(sorted(digests))}
        return [rank[digest] for digest in digests]

    def _row(self, quad: Quad) -> _Parts:
        """Cut the line of a statement at its holes: first and last pieces are text, every other one a hole."""
        parts: list[str | int] = [""]
        for number, term in enumerate(quad):
            pieces = self._pieces(term)
            parts[-1] = f"{parts[-1]}{' ' if number and term else ''}{pieces[0]}"
            parts += pieces[1:]
        parts[-1] = f"{parts[-1]} .\n"
        return tuple(parts)

    def _pieces(self, term: str) -> _Parts:
        if term in self._nodes:
            return "_:c14n", self._nodes[term], ""
        found = _HOLE.search(term)
        return (term[: found.start()], int(found[1]), term[found.end() :]) if found else (term,)

    def _seen_from(self, node: str, quad: Quad) -> _Parts:
        subject, predicate, value, graph = (
            term if term[:1] != "_" else "_:a" if term == node else "_:z" for term in quad
        )
        return self._row((subject, predicate, value, graph))


def _blank_nodes(quads: Iterable[Quad]) -> list[str]:
    return sorted({term for subject, _, value, graph in quads for term in (subject, value, graph) if term[:1] == "_"})


def _blocks(rows: list[_Parts], after: int) -> tuple[list[_Parts], list[_Parts]]:
    """Group the lines of one subject into blocks whose inner order is settled by what is constant, and the others.

    Two lines are settled when their constant beginnings, after the subject, differ before a hole is met. The lines that
    are not are the second result: they are sorted each time. ``after`` is the piece where the subject is over.
    """

    def beginning(row: _Parts) -> str:
        return str(row[after])

    blocks: list[_Parts] = [()]
    undecided: list[_Parts] = []
    ordered = sorted(rows, key=beginning)
    while ordered:
        first = beginning(ordered[0])
        alike = [row for row in ordered if beginning(row).startswith(first)]
        ordered = ordered[len(alike) :]
        if len(alike) == 1:
            blocks[-1] += alike[0]
        else:
            undecided += alike
            blocks.append(())
    return [block for block in blocks if block], undecided
