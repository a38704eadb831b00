# SPDX-License-Identifier: Apache-2.0
"""What each word of a document means at one place of it: JSON-LD's «active context», for the frozen contexts only.

The contexts in ``contexts`` use a small part of JSON-LD: ``@id``, ``@type``, ``@container`` (set, list, graph), scoped
``@context``, ``@protected``, ``@vocab``. That part is done here, as the specification says; any other keyword in a
context is refused when the context is first used, and thus by the test that uses them all.
Source: JSON-LD 1.1 Processing Algorithms and API (W3C, 16 July 2020), §4.1 context processing, §4.2 create term
definition, §5.2 IRI expansion.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from jurande.core.proof.contexts import ContextRefused, definition

_CONTAINERS = ("", "@set", "@list", "@graph")
_KEYWORD_TYPES = ("@id", "@vocab", "@json")
_GENERIC_DELIMITERS = ":/?#[]@"
# The frozen contexts lead to a few dozen of these; a document cannot name a way to more, and if one did it would only
# empty the cache.
_MOST_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Term:
    """What one word means. ``scoped`` is the JSON text of the context that it brings with it, or empty."""

    iri: str
    type: str = ""
    container: str = ""
    scoped: str = ""
    prefix: bool = False
    protected: bool = field(default=False, compare=False)


class Words:
    """The words that are defined at a place, never changed once made; equal ones are one object.

    ``previous`` is what the words go back to in the objects below, when a type brought these (it holds for its own
    object only). ``has_prefixes`` tells whether a text like ``cred:x`` could be short for something else.
    """

    def __init__(self, terms: Mapping[str, Term], vocab: str, previous: Words | None) -> None:
        """Hold ``terms``; made by :func:`_intern` alone."""
        self.terms = terms
        self.vocab = vocab
        self.previous = previous
        self.has_prefixes = any(term.prefix for term in terms.values())
        self._known: dict[object, Words] = {}

    def under(self, urls: tuple[str, ...]) -> Words:
        """Return the words once the contexts at ``urls`` are applied in turn.

        :raises ContextRefused: an unknown context, or one that redefines a protected word.
        """
        known = self._known.get(urls)
        if known is None:
            known = self
            for url in urls:
                known = _apply(known, definition(url))
            self._known[urls] = known
        return known

    def under_property(self, term: Term) -> Words:
        """Return the words for the value of a property, which may bring its own context (it may redefine anything)."""
        if not term.scoped:
            return self
        known = self._known.get(term.scoped)
        if known is None:
            known = self._known[term.scoped] = _apply(self, _parse(term.scoped), override_protected=True)
        return known

    def under_types(self, types: list[str]) -> Words:
        """Return the words for an object of these types, taken in the order of code points; they hold for it alone."""
        scoped = tuple(self.terms[name].scoped for name in sorted(types) if name in self.terms)
        if not any(scoped):
            return self
        known = self._known.get(scoped)
        if known is None:
            known = self
            for text in filter(None, scoped):
                known = _apply(known, _parse(text), propagate=False)
            self._known[scoped] = known
        return known

    def expand(self, text: str, *, vocab: bool) -> str:
        """Return the IRI that ``text`` stands for, or ``text`` itself when it stands for nothing else (§5.2).

        With ``vocab`` it may be a word; without, only an IRI or a short one. The caller checks that the result is
        absolute.
        """
        if vocab and text in self.terms:
            return self.terms[text].iri
        prefix, colon, rest = text.partition(":")
        if colon:
            found = self.terms.get(prefix)
            return found.iri + rest if found and found.prefix and not rest.startswith("//") else text
        return self.vocab + text if vocab else text


_interned: dict[object, Words] = {}


def _intern(terms: dict[str, Term], vocab: str, previous: Words | None) -> Words:
    key = (frozenset((name, term, term.protected) for name, term in terms.items()), vocab, previous)
    if len(_interned) >= _MOST_KEPT:
        _interned.clear()
    return _interned.setdefault(key, Words(terms, vocab, previous))


def _apply(
    words: Words, context: Mapping[str, object] | None, *, override_protected: bool = False, propagate: bool = True
) -> Words:
    """Process one context (§4.1.2)."""
    previous = words.previous if propagate else words.previous or words
    if context is None:  # step 5.1: forget everything
        if not override_protected and any(term.protected for term in words.terms.values()):
            raise ContextRefused("a context that forgets protected words", code="context.protected")
        return _intern({}, "", previous if not propagate else None)
    vocab = words.vocab
    if "@vocab" in context:
        vocab = _text(context["@vocab"])
    terms = dict(words.terms)
    protected = context.get("@protected") is True
    making = _Definitions(context, terms, vocab, protected, override_protected)
    for name in context:
        if name not in ("@vocab", "@protected", "@version"):
            making.define(name)
    return _intern(terms, vocab, previous)


class _Definitions:
    """The words of one context, each defined after those it is written with (§4.2.2)."""

    def __init__(
        self,
        context: Mapping[str, object],
        terms: dict[str, Term],
        vocab: str,
        protected: bool,
        override_protected: bool,
    ) -> None:
        self.context = context
        self.terms = terms
        self.vocab = vocab
        self.protected = protected
        self.override_protected = override_protected
        self.done: dict[str, bool] = {}

    def define(self, name: str) -> None:
        if name in self.done:
            if not self.done[name]:
                raise ContextRefused(f"{name!r} is defined by itself", code="context.unsupported")
            return
        if name.startswith("@") or ":" in name:
            raise ContextRefused(
                f"a frozen context defines {name!r}: keywords and short IRIs are not done here",
                code="context.unsupported",
            )
        self.done[name] = False
        previous = self.terms.pop(name, None)
        made = self.make(name, self.context[name])
        if previous is not None and previous.protected and not self.override_protected:
            if made != previous:
                raise ContextRefused(f"«{name}» is protected and may not be redefined", code="context.protected")
            made = previous
        self.terms[name] = made
        self.done[name] = True

    def make(self, name: str, value: object) -> Term:
        simple = isinstance(value, str)
        entry = {"@id": value} if simple else value
        if not isinstance(entry, dict) or not entry.keys() <= {"@id", "@type", "@container", "@context", "@protected"}:
            raise ContextRefused(
                f"a frozen context defines {name!r} with a keyword that is not done here", code="context.unsupported"
            )
        iri = self.expand(_text(entry["@id"]))
        kind, container = self.type_of(entry), _text(entry.get("@container", ""))
        if container not in _CONTAINERS or (iri.startswith("@") and iri not in ("@id", "@type")):
            raise ContextRefused(
                f"a frozen context defines {name!r} as something that is not done here", code="context.unsupported"
            )
        scoped = json.dumps(entry["@context"], sort_keys=True) if "@context" in entry else ""
        prefix = simple and iri[-1] in _GENERIC_DELIMITERS
        return Term(iri, kind, container, scoped, prefix, entry.get("@protected", self.protected) is True)

    def type_of(self, entry: Mapping[str, object]) -> str:
        kind = _text(entry.get("@type", ""))
        return kind if kind in _KEYWORD_TYPES or not kind else self.expand(kind)

    def expand(self, text: str) -> str:
        if text.startswith("@"):
            return text
        prefix, colon, rest = text.partition(":")
        for name in (text, prefix):
            if name in self.context:
                self.define(name)
        if text in self.terms:
            return self.terms[text].iri
        if colon:
            found = self.terms.get(prefix)
            return found.iri + rest if found and found.prefix and not rest.startswith("//") else text
        if not self.vocab:
            raise ContextRefused(f"a frozen context uses {text!r}, that nothing defines", code="context.unsupported")
        return self.vocab + text


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ContextRefused(f"a frozen context has {value!r} where a text is expected", code="context.unsupported")
    return value


@lru_cache(maxsize=512)
def _parse(text: str) -> dict[str, object] | None:
    found: dict[str, object] | None = json.loads(text)
    return found


NOTHING = _intern({}, "", None)
