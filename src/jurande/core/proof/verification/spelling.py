# SPDX-License-Identifier: Apache-2.0
"""Step 2, second half: the JSON that will be read says what was signed, and says it where readers look.

A Data Integrity signature covers statements, not JSON: ``validUntil`` written under its full address, or hung from a
second description of the same credential, makes the same statements, so that the signature holds while every reader of
the JSON overlooks it. A revoked credential would then look as if it had no status. One spelling is accepted: words, not
addresses; ``id`` and ``type``, not keywords; the credential and its statuses each described once.
Source: VC Data Integrity 1.0 §2.4.1 (context validation).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from jurande.core.encoding.jcs import Json
from jurande.core.proof.errors import ProofError

_KEYWORDS = frozenset({"@context", "@value", "@language", "@json"})


class SpellingRefused(ProofError):
    """The document says, in another spelling than the usual one, what readers would overlook."""

    code = "safe_mode.spelling"


def check_spelling(document: Mapping[str, Json]) -> None:
    """Return when every key is a word, every type too, and nothing is said of the credential out of its place.

    Proofs are left out: they are read whole, and nothing in them is optional.
    :raises SpellingRefused: otherwise.
    """
    named = [document.get("id"), *(node.get("id") for node in _nodes(document.get("credentialStatus")))]
    watched = {name for name in named if isinstance(name, str)}
    described: set[str] = set()
    waiting: list[Json] = [{name: value for name, value in document.items() if name != "proof"}]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            for name in value:
                if ":" in name or (name[:1] == "@" and name not in _KEYWORDS):
                    raise SpellingRefused(f"«{name[:100]}» in place of a word")
            if any(isinstance(kind, str) and ":" in kind for kind in _list(value.get("type"))):
                raise SpellingRefused("an address in place of a type")
            identifier = value.get("id")
            if isinstance(identifier, str) and identifier in watched and len(value) > 1:
                if identifier in described:
                    raise SpellingRefused(
                        f"{identifier[:100]} is described in two places", code="safe_mode.described_twice"
                    )
                described.add(identifier)
            waiting += [inner for name, inner in value.items() if name != "@context"]


def _nodes(value: Json) -> Iterable[dict[str, Json]]:
    return (node for node in _list(value) if isinstance(node, dict))


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]
