# SPDX-License-Identifier: Apache-2.0
"""The canonical bytes of any document, quickly for those built like one seen before.

A *shape* is how a document is built: its keys in their order, the lengths of its arrays, its types and contexts, its
numbers, and where its texts stand. Two documents of one shape differ in texts only, so that the pattern made from the
first gives the canonical form of the second. A document is recognised by comparing all of that, each time; nothing is
believed because of who wrote it. Safe mode was applied to the shape, and the texts are checked again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from jurande.core.proof import pattern
from jurande.core.proof.contexts import ACCEPTED
from jurande.core.proof.errors import ProofError
from jurande.core.proof.jsonld import JsonLdRefused, Slot, context_urls, to_rdf
from jurande.core.proof.limits import DEFAULT_LIMITS, IRI_PATTERN, Limits
from jurande.core.proof.pattern import Pattern
from jurande.core.proof.rdf import Quad, escape_but_nul
from jurande.core.proof.rdfc import HashName, canonicalize

_IRIS = re.compile(rf"{IRI_PATTERN}(?:\n{IRI_PATTERN})*")
# Shapes are small (about 30 kB) and made from documents of strangers: what is kept is bounded, and then forgotten.
_MOST_SHAPES = 256
_MOST_ALIKE = 8
_MOST_STATEMENTS = 400


def canonical_bytes(
    document: Mapping[str, object],
    *,
    contexts: Collection[tuple[str, ...]] = ACCEPTED,
    limits: Limits = DEFAULT_LIMITS,
    hash_name: HashName = "sha256",
) -> bytes:
    """Return the canonical N-Quads (RDFC-1.0) of a JSON-LD document in safe mode, in UTF-8.

    :raises ContextRefused: :raises JsonLdRefused: :raises LimitExceeded: as ``jsonld.to_rdf`` and
        ``rdfc.canonicalize`` do.
    """
    if limits is not DEFAULT_LIMITS or hash_name != "sha256":
        return full_path(document, contexts=contexts, limits=limits, hash_name=hash_name)
    key = tuple(document)
    for shape in _shapes.get(key, ()):
        values = shape.match(document, contexts)
        if values is not None:
            octets = shape.fill(*values)
            return full_path(document, contexts=contexts) if octets is None else octets
    octets = full_path(document, contexts=contexts)
    if octets.count(b"\n") <= _MOST_STATEMENTS:
        _learn(key, document, contexts)
    return octets


def full_path(
    document: Mapping[str, object],
    *,
    contexts: Collection[tuple[str, ...]] = ACCEPTED,
    limits: Limits = DEFAULT_LIMITS,
    hash_name: HashName = "sha256",
) -> bytes:
    """Return the same by the specifications' own steps, whatever was seen before."""
    quads = to_rdf(document, contexts=contexts, limits=limits)
    return canonicalize(quads, hash_name=hash_name, limits=limits).text.encode("utf-8")


class Shape:
    """How one document is built, and the pattern of its canonical form.

    :raises ValueError: at construction, when the document is of no use as a model.
    """

    def __init__(self, document: Mapping[str, object], contexts: Collection[tuple[str, ...]]) -> None:
        """Learn from a document that the full path has accepted."""
        model = _Model(document)
        try:
            quads = to_rdf(model.copy, contexts=contexts)
        except JsonLdRefused:
            raise ValueError("the document is not one with other texts in it") from None
        self.contexts = frozenset(model.contexts)
        self._steps = model.steps
        free = {slot: place for place, slot in model.slots.items() if not slot.fixed}
        iris, texts = _roles(quads)
        if iris & texts or (iris | texts) != {_number(slot) for slot in free}:
            raise ValueError("a value that stands for two things, or for none")
        # IRIs come first among the values, then texts: each kind is checked at once.
        order = [*sorted(iris), *sorted(texts)]
        self._iris = len(iris)
        self._count = len(order)
        self._values = _getter(order)
        self._known = _getter([place for place, slot in model.slots.items() if slot.fixed])
        self._fixed = self._known(model.flat)
        self._constants = model.constants
        rank = {place: number for number, place in enumerate(order)}
        self._pattern = Pattern(_renumbered(quads, rank), len(order))

    def match(self, document: Mapping[str, object], contexts: Collection[tuple[str, ...]]) -> tuple[str, str] | None:
        """Return the IRIs and the texts of ``document``, unchecked, or ``None`` when it is built otherwise.

        Each are one text: checking, escaping and encoding forty of them one by one took half of the time.
        """
        flat: list[object] = [document]
        for place, expected in self._steps:
            value = flat[place]
            if type(expected) is int:
                if type(value) is not list or len(value) != expected:
                    return None
                flat += value
            else:
                if type(value) is not dict or tuple(value) != expected:
                    return None
                flat += value.values()
        for place, kind, constant in self._constants:
            value = flat[place]
            if type(value) is not kind or value != constant:
                return None
        if self._known(flat) != self._fixed or not self.contexts.issubset(contexts):
            return None
        values = self._values(flat)
        try:
            return "\n".join(values[: self._iris]), "\0".join(values[self._iris :])
        except TypeError:  # an object or a number where a text was
            return None

    def fill(self, iris: str, texts: str) -> bytes | None:
        """Return the canonical bytes of the document with these values, or ``None`` when only the full path can tell.

        ``None`` too for a text that cannot stand in its place: the full path then refuses it.
        """
        encoded: list[bytes] = []
        try:
            if self._iris:
                if not _IRIS.fullmatch(iris):
                    return None
                encoded = iris.encode().split(b"\n")
            if self._iris < self._count:
                encoded += escape_but_nul(texts).encode().split(b"\0")
        except UnicodeEncodeError:  # half a character
            return None
        if len(encoded) != self._count:  # a value holds the character that keeps them apart
            return None
        return self._pattern.fill(encoded)


class _Model:
    """A document taken apart level by level, and a copy of it with a slot for each text."""

    def __init__(self, document: Mapping[str, object]) -> None:
        self.steps: list[tuple[int, tuple[str, ...] | int]] = []
        self.slots: dict[int, Slot] = {}
        self.constants: list[tuple[int, type, object]] = []
        self.contexts: list[tuple[str, ...]] = []
        self.copy: dict[str, object] = {}
        self.flat: list[object]
        flat = self.flat = [document]
        copies: list[object] = [self.copy]
        frozen = [False]
        place = 0
        while place < len(flat):
            value, made = flat[place], copies[place]
            if isinstance(value, dict) and isinstance(made, dict):
                self.steps.append((place, tuple(value)))
                if "@context" in value and not frozen[place]:
                    self.contexts.append(context_urls(value["@context"]))
                for key, inner in value.items():
                    made[key] = self._copy(len(flat), inner, frozen[place] or key == "@context")
                    frozen.append(frozen[place] or key == "@context")
                    flat.append(inner)
                    copies.append(made[key])
            elif isinstance(value, list) and isinstance(made, list):
                self.steps.append((place, len(value)))
                for inner in value:
                    made.append(self._copy(len(flat), inner, frozen[place]))
                    frozen.append(frozen[place])
                    flat.append(inner)
                    copies.append(made[-1])
            place += 1
        keys = (key for _, step in self.steps if isinstance(step, tuple) for key in step)
        if not pattern.can_hold_slots((*keys, *(value for value in flat if isinstance(value, str)))):
            raise ValueError("a text that looks like the place of a value")

    def _copy(self, place: int, value: object, frozen: bool) -> object:
        if isinstance(value, dict | list):
            return type(value)()
        if isinstance(value, str) and not frozen:
            self.slots[place] = pattern.slot(place, value)
            return self.slots[place]
        self.constants.append((place, type(value), value))
        return value


def _number(slot: Slot) -> int:
    number = pattern.slot_number(slot)
    if number is None:
        raise ValueError("not a slot")
    return number


def _roles(quads: list[Quad]) -> tuple[set[int], set[int]]:
    """Return which values stand as IRIs, and which as texts."""
    roles: tuple[set[int], set[int]] = (set(), set())
    for quad in quads:
        for term in quad:
            number = pattern.slot_number(term)
            if number is not None:
                roles[term[0] == '"'].add(number)
    return roles


def _renumbered(quads: list[Quad], rank: Mapping[int, int]) -> Iterator[Quad]:
    def term(text: str) -> str:
        number = pattern.slot_number(text)
        if number is None:
            return text
        return text.replace(pattern.slot(number, ""), pattern.slot(rank[number], ""))

    return ((term(s), term(p), term(o), term(g)) for s, p, o, g in quads)


def _getter(places: list[int]) -> Callable[[Sequence[object]], Sequence[Any]]:
    if len(places) > 1:
        return itemgetter(*places)
    # A slice keeps the result a sequence, which a single place would not.
    only = slice(places[0], places[0] + 1) if places else slice(0)
    return lambda flat: flat[only]


_shapes: dict[tuple[str, ...], tuple[Shape, ...]] = {}


def _learn(key: tuple[str, ...], document: Mapping[str, object], contexts: Collection[tuple[str, ...]]) -> None:
    """Keep the shape of a document that the full path has just accepted."""
    try:
        shape = Shape(document, contexts)
    except (ValueError, ProofError):
        return
    if len(_shapes) >= _MOST_SHAPES:
        _shapes.clear()
    _shapes[key] = (shape, *_shapes.get(key, ())[: _MOST_ALIKE - 1])
