# SPDX-License-Identifier: Apache-2.0
"""The JSON that will be read says what was signed, and says it where readers look.

A Data Integrity signature covers statements, not JSON: ``validUntil`` written under its full address, or hung from a
second description of the same credential, makes the same statements, so that the signature holds while every reader of
the JSON overlooks it. A revoked credential would then look as if it had no status. One spelling is accepted: words, not
addresses; properties, not the classes that share their address (Open Badges' ``Criteria`` for ``criteria``); ``id`` and
``type``, not keywords; each type once; the credential and its statuses described in one place, though an embedded
endorsement may comment on the credential.
Source: VC Data Integrity 1.0 §2.4.1 (context validation).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jurande.core.encoding.jcs import Json
from jurande.core.proof.contexts import FILES, definition
from jurande.core.proof.errors import ProofError

_KEYWORDS = frozenset({"@context", "@value", "@language", "@json"})
_ENDORSED = frozenset({"id", "type", "endorsementComment"})
_REFERENCE = frozenset({"id", "type"})


class SpellingRefused(ProofError):
    """The document says, in another spelling than the usual one, what readers would overlook."""

    code = "safe_mode.spelling"


def check_spelling(document: Mapping[str, Json]) -> None:
    """Return when every key is a word, every type too, and nothing is said of the credential out of its place.

    Proofs are left out: they are read whole, and nothing in them is optional.
    :raises SpellingRefused: otherwise.
    """
    entries = [node for node in _list(document.get("credentialStatus")) if isinstance(node, dict)]
    allowed = {name: _REFERENCE for node in entries if isinstance(name := node.get("id"), str)}
    if isinstance(name := document.get("id"), str):
        allowed[name] = _ENDORSED
    in_place = [id(node) for node in entries]
    top = {name: value for name, value in document.items() if name != "proof"}
    waiting: list[Json] = [top]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            _check_words(value)
            name = value.get("id")
            elsewhere = value is not top and id(value) not in in_place
            if elsewhere and isinstance(name, str) and not value.keys() <= allowed.get(name, value.keys()):
                raise SpellingRefused(f"{name[:100]} is described elsewhere", code="safe_mode.described_twice")
            waiting += [inner for word, inner in value.items() if word != "@context"]


def _check_words(node: Mapping[str, Json]) -> None:
    if not _USUAL.issuperset(node):
        for word in node:
            if _is_misspelt(word):
                raise SpellingRefused(f"«{word[:100]}» in place of a word")
    kinds = [kind for kind in _list(node.get("type")) if isinstance(kind, str)]
    if any(":" in kind for kind in kinds):
        raise SpellingRefused("an address in place of a type")
    if len(kinds) > 1 and len(set(kinds)) != len(kinds):
        raise SpellingRefused("the same type twice")


def _is_misspelt(word: str) -> bool:
    return ":" in word or (word[:1] == "@" and word not in _KEYWORDS) or word[:1].isupper()


def _usual_words(definitions: Json) -> Iterator[str]:
    for word, meaning in definitions.items() if isinstance(definitions, dict) else ():
        if not _is_misspelt(word):
            yield word
        if isinstance(meaning, dict):
            yield from _usual_words(meaning.get("@context"))


#: What our contexts define and that is well spelt: most documents have no other word, and are soon read.
_USUAL = frozenset({"@context", *(word for url in FILES for word in _usual_words(definition(url)))})  # type: ignore[arg-type]


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]
