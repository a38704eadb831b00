# SPDX-License-Identifier: Apache-2.0
"""French words as they are searched for: folded, without the words that say nothing, cut to their stem.

The stem is Snowball's for French (M. F. Porter, 2001), of the folded word: accents must not matter, and the same words
must be found on every database. Each word keeps Latin letters and figures only, so that it needs no escaping anywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from snowballstemmer import stemmer

from jurande.core.france.spelling import fold

# Longer ones are noise: a base64 picture pasted in a fiche, a key held down.
WORD_MOST = 40
KNOWN_WORDS = 50_000
_RAW = re.compile(r"[^\W_]+")
_CLEAN = re.compile(r"[a-z0-9]+")
_cut = stemmer("french").stemWord

# Articles, elisions, prepositions and pronouns. No word of a trade is among them: «or», «bois», «sol» stay.
_SAYING_NOTHING = (
    "a afin ainsi au aux avec c ce ces cet cette chez d dans de des du elle en entre est et etre eux il ils j l la le "
    "les leur leurs m mais n ne notre nos on ou par pas pour qu que qui s sa se ses si son sont sous sur t te un une "
    "vers vos votre vous y"
)
STOPWORDS = frozenset(_SAYING_NOTHING.split())


def words(text: str) -> list[str]:
    """Return the folded words of ``text`` that say something, in order, repeated as they are."""
    return [word for chunk in text.split() for word in _folded(chunk)]


@lru_cache(KNOWN_WORDS)
def stem(word: str) -> str:
    """Return the stem of one folded word; figures and words of one or two letters are their own."""
    return word if word.isdigit() or len(word) < 3 else str(_cut(word))


def distinct_words(texts: Iterable[str]) -> set[str]:
    """Return the distinct words of the texts, in no order. Chunks between spaces are remembered: folding is slow."""
    chunks: set[str] = set()
    for text in texts:
        chunks.update(text.split())
    found: set[str] = set()
    for chunk in chunks:
        found.update(_folded(chunk))
    return found


@lru_cache(KNOWN_WORDS)
def _folded(chunk: str) -> tuple[str, ...]:
    kept = (word for raw in _RAW.findall(unicodedata.normalize("NFC", chunk)) for word in _CLEAN.findall(fold(raw)))
    return tuple(word for word in kept if word not in STOPWORDS and len(word) <= WORD_MOST)
