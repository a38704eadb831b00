# SPDX-License-Identifier: Apache-2.0
"""How much work we accept to do for a document that a stranger wrote, and which text we accept to sign.

Bytes and levels of JSON are bounded by ``encoding.jcs.Limits``; here are the bounds on what is made from them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from jurande.core.proof.errors import LimitExceeded, ProofError

LONGEST_TEXT = 20_000
LONGEST_IRI = 2_048

# C0 but tab, line feed and carriage return; DEL and C1; the bidirectional controls, that show a text in another order
# than the signed one; the two code points that are never characters.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
#: Half of a character, that no UTF-8 can hold.
SURROGATE = re.compile("[\ud800-\udfff]")
#: An absolute IRI that can stand between < and >: a scheme, then anything but what N-Quads forbids there.
IRI_PATTERN = '[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f<>"{}|^`\\\\\ud800-\udfff]*'
_IRI = re.compile(IRI_PATTERN)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds, all inclusive: quads of a document, levels of nesting, steps of canonicalisation.

    A step is one neighbour hashed or placed, so that ``steps`` bounds the time: 100,000 take about a third of a second,
    and the hardest graph of W3C that is not a poison takes 8,000.
    """

    quads: int = 20_000
    depth: int = 64
    steps: int = 100_000


DEFAULT_LIMITS = Limits()


class TextRefused(ProofError):
    """The text cannot be signed as it is; ``code`` says which rule it breaks."""

    code = "text.refused"


def clean_text(text: str, *, longest: int = LONGEST_TEXT) -> str:
    """Return ``text`` in Unicode's composed form (NFC), the only one that we sign.

    :raises TextRefused: empty, longer than ``longest`` characters once composed, a control character (bar tab and ends
        of lines), a bidirectional control, or a lone surrogate.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text or len(text) > longest:
        raise TextRefused(f"{len(text)} characters, not 1 to {longest}", code="text.length")
    if _CONTROL.search(text):
        raise TextRefused("a control character", code="text.control")
    if not text.isascii() and SURROGATE.search(text):
        raise TextRefused("half a character", code="text.surrogate")
    return text


def clean_iri(text: str) -> str:
    """Return ``text`` when it is an absolute IRI that can be signed; it is never rewritten.

    :raises TextRefused: relative, longer than ``LONGEST_IRI``, a character that IRIs exclude, or not in NFC.
    """
    if len(text) > LONGEST_IRI or not is_absolute_iri(text):
        raise TextRefused(f"not an absolute IRI: {text[:100]!r}", code="text.iri")
    if not text.isascii() and (clean_text(text) != text):
        raise TextRefused("an IRI that is not in NFC", code="text.iri")
    return text


def is_absolute_iri(text: str) -> bool:
    """Tell whether ``text`` has a scheme and no character that N-Quads forbids in an IRI."""
    return _IRI.fullmatch(text) is not None


def exceeded(what: str) -> LimitExceeded:
    """Return the refusal of an input that costs too much, to be raised."""
    return LimitExceeded(f"more than {what}")
