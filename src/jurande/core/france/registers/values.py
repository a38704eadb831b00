# SPDX-License-Identifier: Apache-2.0
"""How the State writes a day, a SIRET, a text and a list, and what is said of one that is wrong."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from xml.etree.ElementTree import Element

from jurande.core.france.identifiers import IdentifierRefused, siret

OLDEST_YEAR, LAST_YEAR = 1900, 2200
_BULLET = re.compile(r"^(?:[-–—•·▪◦*>]\s*)+(?=\S)")
_DAY = re.compile(r"([0-3]\d)/([01]\d)/(\d{4})", re.ASCII)
_DOUBLED = bytes.maketrans(b"0123456789", b"0246813579")


class Wrong(Exception):
    """A value that cannot be kept: where it is written, what it says, why not (see ``Rejected``)."""

    def __init__(self, field: str, value: str, reason: str) -> None:
        """Keep the three."""
        super().__init__(field)
        self.field, self.value, self.reason = field, value, reason


def day(field: str, written: str | None) -> date | None:
    """Read JJ/MM/AAAA; nothing is None.

    :raises Wrong: ``date``.
    """
    try:
        return parsed_day(written or "")
    except ValueError:
        raise Wrong(field, (written or "").strip(), "date") from None


@lru_cache(maxsize=50_000)
def parsed_day(written: str) -> date | None:
    """Read JJ/MM/AAAA; blanks are None. Files hold the same few thousand days hundreds of thousands of times.

    :raises ValueError: no such day, or one that no register can hold.
    """
    written = written.strip()
    if not written:
        return None
    match = _DAY.fullmatch(written)
    if match is None or not OLDEST_YEAR <= int(match[3]) <= LAST_YEAR:
        raise ValueError(written)
    return date(int(match[3]), int(match[2]), int(match[1]))


@lru_cache(maxsize=65_536)
def canonical_siret(field: str, written: str) -> str:
    """Read a SIRET, with the TAB that some exports put before it.

    :raises Wrong: ``siret``, ``missing``.
    """
    digits = written.strip()
    if _is_plain_siret(digits):
        return digits
    try:
        return siret(digits)
    except IdentifierRefused:
        raise Wrong(field, digits, "siret" if digits else "missing") from None


def _is_plain_siret(digits: str) -> bool:
    """Check the two Luhn sums of a SIRET written as it should be, thirty times faster than reading any spelling."""
    if len(digits) != 14 or not (digits.isdecimal() and digits.isascii()):
        return False
    place = digits.encode()
    house = place[:9]
    # 48 is the code of «0».
    return (sum(house[::2]) + sum(house[1::2].translate(_DOUBLED)) - 9 * 48) % 10 == 0 and (
        sum(place[1::2]) + sum(place[::2].translate(_DOUBLED)) - 14 * 48
    ) % 10 == 0


def child(part: Element | None, tag: str) -> str:
    """Give the text of the first child of this tag, without the blanks around it; empty when there is none."""
    text = part.findtext(tag) if part is not None else None
    return text.strip() if text else ""


def required(part: Element, tag: str) -> str:
    """Give the text of a child that must be there.

    :raises Wrong: ``missing``.
    """
    written = child(part, tag)
    if not written:
        raise Wrong(tag, "", "missing")
    return written


def texts(part: Element, tag: str) -> list[str]:
    """Give the texts of the descendants of this tag."""
    return [text for element in part.iter(tag) if (text := (element.text or "").strip())]


def lines_of(text: str) -> list[str]:
    """Split a list: one item a line, where the export writes a line break as two spaces or more; without bullets.

    What only announces the list or its parts stays an item: the export does not tell them apart.
    """
    return [_BULLET.sub("", line) for line in _lines(text)]


def unwrapped(text: str) -> str:
    """Give a text its line breaks back."""
    text = text.strip()
    # Titles and names, three texts in four, have none.
    return text if "  " not in text and "\n" not in text and "\t" not in text else "\n".join(_lines(text))


def _lines(text: str) -> list[str]:
    flat = text.replace("\n", "  ").replace("\t", "  ") if "\n" in text or "\t" in text else text
    return [line for part in flat.split("  ") if (line := part.strip())]
