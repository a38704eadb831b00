"""Which letters the faces of paper can draw: read from their own tables, once."""

from __future__ import annotations

import struct
import unicodedata
from functools import cache
from pathlib import Path

FONTS = Path(__file__).resolve().parent / "fonts"
# The faces in which names are written, and the one that takes over for Arabic.
OF_NAMES = ("SourceSerif4Display-Regular.ttf", "Amiri_400Regular.ttf")


def undrawable(text: str) -> str:
    """Give the letters of ``text`` that no face of ours can draw, each once, in order; empty when all can be.

    Letters are looked for as they are drawn: an accent after its letter counts with it when they are one sign.
    """
    known = _drawable()
    found = []
    for sign in unicodedata.normalize("NFC", text):
        hidden = unicodedata.category(sign) in ("Cf", "Zs", "Cc")
        if not hidden and ord(sign) not in known and sign not in found:
            found.append(sign)
    return "".join(found)


@cache
def _drawable() -> frozenset[int]:
    return frozenset(point for name in OF_NAMES for point in _points((FONTS / name).read_bytes()))


def _points(font: bytes) -> set[int]:
    """Read the character map of an OpenType font (formats 4 and 12). Source: OpenType 1.9, «cmap»."""
    (count,) = struct.unpack_from(">H", font, 4)
    tables = {font[at : at + 4]: struct.unpack_from(">II", font, at + 8) for at in range(12, 12 + 16 * count, 16)}
    start, _length = tables[b"cmap"]
    (parts,) = struct.unpack_from(">H", font, start + 2)
    points: set[int] = set()
    for part in range(parts):
        (offset,) = struct.unpack_from(">I", font, start + 4 + 8 * part + 4)
        at = start + offset
        (form,) = struct.unpack_from(">H", font, at)
        if form == 4:
            (double,) = struct.unpack_from(">H", font, at + 6)
            ends = struct.unpack_from(f">{double // 2}H", font, at + 14)
            starts = struct.unpack_from(f">{double // 2}H", font, at + 16 + double)
            for first, last in zip(starts, ends, strict=True):
                points.update(range(first, min(last, 0xFFFE) + 1))
        elif form == 12:
            (groups,) = struct.unpack_from(">I", font, at + 12)
            for group in range(groups):
                first, last = struct.unpack_from(">II", font, at + 16 + 12 * group)
                points.update(range(first, last + 1))
    return points
