# SPDX-License-Identifier: Apache-2.0
"""How French is folded so that it is found however it was typed."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "’": " ", "'": " ", "-": " "})
_SPACES = re.compile(r"\s+")


def fold(text: str) -> str:
    """Return ``text`` in lower case, without accents, ligatures, apostrophes, hyphens nor double spaces.

    «L’Établi  toulousain» → «l etabli toulousain». The outcome is for searching and sorting, never for showing.
    """
    lowered = text.lower().translate(_LETTERS)
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(letter))
    return _SPACES.sub(" ", bare).strip()
