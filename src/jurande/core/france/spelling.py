# SPDX-License-Identifier: Apache-2.0
"""How French is folded so that it is found however it was typed."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "’": " ", "'": " ", "-": " ", "‐": " "})
_SPACES = re.compile(r"\s+")


def fold(text: str) -> str:
    """Return ``text`` in lower case, without accents, ligatures, apostrophes, hyphens nor double spaces.

    «L’Établi  toulousain» → «l etabli toulousain». The outcome is for searching and sorting, never for showing. Folding
    it again changes nothing.
    """
    # Case after decomposition: ℡ and Ⓐ come apart into capitals. Then once more: small letters may come apart too.
    bare = _undecorated(_undecorated(text).casefold())
    return _SPACES.sub(" ", bare.translate(_LETTERS)).strip()


def _undecorated(text: str) -> str:
    if text.isascii():
        return text
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
