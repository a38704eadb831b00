# SPDX-License-Identifier: Apache-2.0
"""A JSON-LD document to RDF statements, in safe mode: whatever would be left out of them is refused.

JSON-LD drops in silence what it does not understand: a word that no context defines, a relative IRI, ``null``. What is
dropped is not signed, and a reader would still see it. Here each value of the document becomes a statement, or the
document is refused. Expansion, flattening and conversion are one walk, since nothing else needs the stages between.
Source: JSON-LD 1.1 Processing Algorithms and API (W3C, 16 July 2020), §5.1 expansion, §5.3 value expansion, §7.1 node
map generation, §8.1 and §8.2 RDF conversion.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise

from jurande.core.encoding import jcs
from jurande.core.encoding.errors import EncodingError
from jurande.core.proof.contexts import ACCEPTED, ContextRefused
from jurande.core.proof.errors import ProofError
from jurande.core.proof.jsonld.words import NOTHING, Term, Words
from jurande.core.proof.limits import DEFAULT_LIMITS, SURROGATE, Limits, exceeded, is_absolute_iri
from jurande.core.proof.rdf import RDF, XSD, Quad, literal

_TYPE = f"<{RDF}type>"
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_BLANK = re.compile(r"_:[A-Za-z0-9][A-Za-z0-9_-]*")
_PLAIN = Term("")


class JsonLdRefused(ProofError):
    """Part of the document would not be signed; ``code`` says why and ``path`` where (keys, from the outside in)."""

    code = "jsonld.unsupported"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        """Keep the reason; the walk adds the path on its way out."""
        super().__init__(message, code=code)
        self.path: list[str] = []

    def __str__(self) -> str:
        """Name the place, then the reason."""
        return f"{'.'.join(self.path) or 'document'}: {super().__str__()}"


class Slot(str):
    """A text that stands for others: the walk tells whether they could take its place without changing the rest.

    The text itself is a made-up absolute IRI. Where the meaning of the document depends on the value (a type, a word of
    a vocabulary, a value that is hashed whole), the walk goes on with ``original`` and says so in ``fixed``.
    """

    original: str
    fixed: bool

    def __new__(cls, text: str, original: str) -> Slot:
        """Return ``text``, standing for ``original``."""
        slot = super().__new__(cls, text)
        slot.original = original
        slot.fixed = False
        return slot


def to_rdf(
    document: Mapping[str, object],
    *,
    contexts: Collection[tuple[str, ...]] = ACCEPTED,
    limits: Limits = DEFAULT_LIMITS,
) -> list[Quad]:
    """Return every statement of ``document``, a parsed JSON object; blank nodes get labels of this call.

    ``contexts`` are the exact ``@context`` arrays that the document, and each document inside it, may have.
    :raises ContextRefused: another array of contexts. :raises JsonLdRefused: a value that would become no statement, or
        a feature that no credential needs. :raises LimitExceeded: too deep or too long.
    """
    walk = _Walk(contexts, limits)
    if not isinstance(document, dict) or "@context" not in document:
        raise JsonLdRefused("not an object with a context", code="jsonld.no_context")
    walk.node(document, NOTHING, _PLAIN, "", limits.depth)
    if not walk.quads:
        raise JsonLdRefused("the document says nothing", code="jsonld.empty")
    return walk.quads


def context_urls(value: object) -> tuple[str, ...]:
    """Return the addresses of a ``@context``: a text or an array of texts.

    :raises ContextRefused: an inline context, or anything else.
    """
    urls = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list | tuple) else ()
    if not urls or not all(isinstance(url, str) for url in urls):
        raise ContextRefused("a context that is not a list of addresses", code="context.inline")
    return urls


class _Walk:
    """One document: the statements found so far, and the labels given to its blank nodes."""

    def __init__(self, contexts: Collection[tuple[str, ...]], limits: Limits) -> None:
        self.contexts = contexts
        self.limits = limits
        self.quads: list[Quad] = []
        self.labels: dict[str, str] = {}
        self.count = 0

    def node(self, element: dict[str, object], words: Words, term: Term, graph: str, depth: int) -> str:
        """Say everything of one object, the value of a property defined by ``term``, and return its name (§5.1.2)."""
        if not depth:
            raise exceeded(f"{self.limits.depth} levels")
        if len(self.quads) > self.limits.quads:
            raise exceeded(f"{self.limits.quads} statements")
        # Step 7: words that came with a type do not reach the objects below, but for a mere reference.
        if words.previous is not None and not _is_reference(element, words):
            words = words.previous
        words = words.under_property(term)  # step 8
        if "@context" in element:  # step 9
            urls = context_urls(element["@context"])
            if urls not in self.contexts:
                raise ContextRefused(f"these contexts, in this order: {', '.join(urls)[:300]}", code="context.refused")
            words = words.under(urls)
        outer = words  # step 10
        types = _types(element, words)
        words = words.under_types(types)  # step 11
        subject = self.name(element, words)
        for name in types:
            self.quads.append((subject, _TYPE, self.type_iri(name, outer), graph))
        for key, value in element.items():  # step 13
            try:
                self.entry(subject, key, value, words, graph, depth)
            except JsonLdRefused as refusal:
                refusal.path.insert(0, key)
                raise
        return subject

    def name(self, element: dict[str, object], words: Words) -> str:
        """Return the IRI of an object, or a new blank node."""
        keys = [key for key in element if key == "@id" or (key in words.terms and words.terms[key].iri == "@id")]
        if not keys:
            return self.blank()
        if len(keys) > 1:
            raise JsonLdRefused("two identifiers", code="jsonld.colliding_keywords")
        return self.iri(element[keys[0]], words)

    def entry(self, subject: str, key: str, value: object, words: Words, graph: str, depth: int) -> None:
        """Say what one key of an object says."""
        term = words.terms.get(key)
        if term is None:
            if key in ("@context", "@id", "@type"):
                return
            term = Term(_undefined(key, words))
        elif term.iri[0] == "@":  # id and type, already said
            return
        predicate = f"<{term.iri}>"
        if term.type == "@json":
            self.quads.append((subject, predicate, _json_literal(value), graph))
        elif term.container == "@list":
            items = value if isinstance(value, list) else [value]
            self.list(subject, predicate, [self.value(item, words, term, graph, depth) for item in items], graph)
        elif term.container == "@graph":
            for item in value if isinstance(value, list) else [value]:
                if not isinstance(item, dict):
                    raise JsonLdRefused("a graph that is not an object")
                name = self.blank()
                self.node(item, words, term, name, depth - 1)
                self.quads.append((subject, predicate, name, graph))
        elif isinstance(value, list):
            for item in value:
                self.quads.append((subject, predicate, self.value(item, words, term, graph, depth), graph))
        else:
            self.quads.append((subject, predicate, self.value(value, words, term, graph, depth), graph))

    def list(self, subject: str, predicate: str, items: list[str], graph: str) -> None:
        """Say an ordered list (§8.3)."""
        cells = [self.blank() for _ in items]
        self.quads.append((subject, predicate, cells[0] if cells else f"<{RDF}nil>", graph))
        for cell, item in zip(cells, items, strict=True):
            self.quads.append((cell, f"<{RDF}first>", item, graph))
        for cell, rest in pairwise([*cells, f"<{RDF}nil>"]):
            self.quads.append((cell, f"<{RDF}rest>", rest, graph))

    def value(self, value: object, words: Words, term: Term, graph: str, depth: int) -> str:
        """Return the term for one value of a property, after saying what it says if it is an object (§5.3, §8.2)."""
        if isinstance(value, str):
            if term.type == "@id":
                return self.iri(value, words.under_property(term))
            if term.type == "@vocab":
                return self.iri(_fixed(value), words.under_property(term), vocab=True)
            return _text_literal(value, term.type)
        if isinstance(value, dict):
            if "@value" in value:
                return _value_object(value, words.under_property(term))
            return self.node(value, words, term, graph, depth - 1)
        return _number(value, "" if term.type.startswith("@") else term.type)

    def iri(self, value: object, words: Words, *, vocab: bool = False) -> str:
        """Return an IRI, or the label of a blank node that the document names itself."""
        if not isinstance(value, str):
            raise JsonLdRefused("an identifier that is not a text", code="jsonld.invalid_id")
        if isinstance(value, Slot) and (words.has_prefixes or value.original.startswith("_:")):
            value = _fixed(value)
        if _BLANK.fullmatch(value):
            label = self.labels.get(value)
            if label is None:
                label = self.labels[value] = self.blank()
            return label
        expanded = words.expand(value, vocab=vocab)
        if not is_absolute_iri(expanded):
            raise JsonLdRefused(f"{value[:100]!r} is not an absolute IRI", code="jsonld.relative_iri")
        return f"<{expanded}>"

    def type_iri(self, name: str, words: Words) -> str:
        expanded = words.expand(name, vocab=True)
        if not is_absolute_iri(expanded):
            raise JsonLdRefused(f"no context defines the type {name[:100]!r}", code="jsonld.unknown_type")
        return f"<{expanded}>"

    def blank(self) -> str:
        self.count += 1
        return f"_:b{self.count}"


def _is_reference(element: dict[str, object], words: Words) -> bool:
    if len(element) != 1:
        return False
    [key] = element
    return key == "@id" or (key in words.terms and words.terms[key].iri == "@id")


def _types(element: dict[str, object], words: Words) -> list[str]:
    found: list[str] = []
    for key, value in element.items():
        if key == "@type" or (key in words.terms and words.terms[key].iri == "@type"):
            if found:
                raise JsonLdRefused("types under two keys", code="jsonld.colliding_keywords")
            names: Iterable[object] = value if isinstance(value, list) else [value]
            for name in names:
                if not isinstance(name, str) or name.startswith(("@", "_:")):
                    raise JsonLdRefused("a type that is not a text", code="jsonld.unknown_type")
                found.append(_fixed(name))
    return found


def _undefined(key: str, words: Words) -> str:
    """Return the IRI of a key that is no word: an absolute IRI, a short one, or any word under a ``@vocab``."""
    if key.startswith("@"):
        raise JsonLdRefused(f"the keyword {key[:100]!r} is not accepted here", code="jsonld.keyword")
    expanded = words.expand(key, vocab=True)
    if not is_absolute_iri(expanded):
        raise JsonLdRefused(f"no context defines {key[:100]!r}", code="jsonld.undefined_term")
    return expanded


def _fixed(value: str) -> str:
    if isinstance(value, Slot):
        value.fixed = True
        return value.original
    return value


def _value_object(element: dict[str, object], words: Words) -> str:
    """Return the literal of ``{"@value": …}`` (§5.1.2 step 15)."""
    kinds = {key: _fixed(value) if isinstance(value, str) else value for key, value in element.items()}
    value, language, kind = kinds.pop("@value"), kinds.pop("@language", ""), kinds.pop("@type", "")
    if "@direction" in kinds:
        raise JsonLdRefused("RDF has no place for a direction: it would not be signed", code="jsonld.direction")
    if kinds:
        raise JsonLdRefused(f"{', '.join(sorted(kinds))[:100]} in a value", code="jsonld.keyword")
    if not isinstance(language, str) or not isinstance(kind, str) or (language and kind):
        raise JsonLdRefused("a language and a type, or neither as a text", code="jsonld.invalid_value")
    if kind == "@json":
        return _json_literal(value)
    if kind:
        kind = words.expand(kind, vocab=True)
        if not is_absolute_iri(kind):
            raise JsonLdRefused("a type of value that is not absolute", code="jsonld.unknown_type")
    if "@language" in element:
        if not isinstance(value, str) or not _LANGUAGE.fullmatch(language):
            raise JsonLdRefused("a language that is none, or of no text", code="jsonld.language")
        return _text_literal(value, language=language.lower())  # as PyLD and jsonld.js do; §5.3 lets them
    return _text_literal(value, kind) if isinstance(value, str) else _number(value, kind)


def _text_literal(value: str, datatype: str = "", language: str = "") -> str:
    if not value.isascii() and SURROGATE.search(value):
        raise JsonLdRefused("half a character", code="jsonld.surrogate")
    return literal(value, datatype, language)


def _number(value: object, datatype: str) -> str:
    """Return the literal of a number or a truth value (§8.2.2 steps 8 to 11); nothing else is left at this point."""
    if isinstance(value, bool):
        return literal("true" if value else "false", datatype or XSD + "boolean")
    if value is None:
        raise JsonLdRefused("null says nothing", code="jsonld.null")
    if not isinstance(value, int | float):
        raise JsonLdRefused("a list in a list", code="jsonld.list_of_lists")
    try:
        jcs.canonical_bytes(value)  # refuses what a double would round, NaN and infinities
    except EncodingError as error:
        raise JsonLdRefused(str(error), code="jsonld.number") from None
    if value % 1 != 0 or abs(value) >= 1e21 or datatype == XSD + "double":
        mantissa, exponent = f"{value:.15E}".split("E")
        mantissa = mantissa.rstrip("0")
        return literal(f"{mantissa}{'0' if mantissa[-1] == '.' else ''}E{int(exponent)}", datatype or XSD + "double")
    return literal(f"{int(value)}", datatype or XSD + "integer")


def _json_literal(value: object) -> str:
    for slot in _slots(value):
        slot.fixed = True
    try:
        return literal(jcs.canonical_bytes(_original(value)).decode("utf-8"), RDF + "JSON")
    except EncodingError as error:
        raise JsonLdRefused(str(error), code="jsonld.json") from None


def _slots(value: object) -> Iterable[Slot]:
    if isinstance(value, Slot):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _slots(inner)


def _original(value: object) -> object:
    if isinstance(value, Slot):
        return value.original
    if isinstance(value, dict):
        return {key: _original(inner) for key, inner in value.items()}
    return [_original(inner) for inner in value] if isinstance(value, list) else value
