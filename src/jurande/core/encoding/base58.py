# SPDX-License-Identifier: Apache-2.0
"""Base 58 in Bitcoin's alphabet: bytes as one number, written without the letters that eyes confuse.

Each leading zero byte is a leading ``1``. The work grows with the square of the length, so both ways are bounded.
Source: draft-msporny-base58-03; Controlled Identifiers 1.0 §2.4 (base58-btc).
"""

from __future__ import annotations

from jurande.core.encoding.errors import EncodingError

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LONGEST_BYTES = 1024

# Ten characters at a time: 58^10 < 2^60, so the inner loops run on small numbers.
_STEP = 10
_BIG = 58**_STEP
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
_VALUES = {character: value for value, character in enumerate(ALPHABET)}


def encode(data: bytes) -> str:
    """Return the base 58 text of ``data``.

    :raises EncodingError: more than ``LONGEST_BYTES`` bytes.
    """
    if len(data) > LONGEST_BYTES:
        raise EncodingError(f"more than {LONGEST_BYTES} bytes", code="encoding.base58.size")
    zeros = len(data) - len(data.lstrip(b"\0"))
    number = int.from_bytes(data)
    pieces: list[str] = []
    while number:
        number, low = divmod(number, _BIG)
        for _ in range(_STEP // 2):
            low, pair = divmod(low, 3364)
            pieces.append(_PAIRS[pair])
    pieces.reverse()
    return "1" * zeros + "".join(pieces).lstrip("1")


def decode(text: str, *, longest_bytes: int = LONGEST_BYTES) -> bytes:
    """Return the bytes that ``text`` spells; every text has at most one reading, and every reading one text.

    :raises EncodingError: a character outside the alphabet, or more than ``longest_bytes`` bytes.
    """
    if len(text) > longest_bytes * 11 // 8 + 1:
        raise EncodingError(f"more than {longest_bytes} bytes", code="encoding.base58.size")
    ones = len(text) - len(text.lstrip("1"))
    number = 0
    try:
        for start in range(ones, len(text), _STEP):
            piece = text[start : start + _STEP]
            low = 0
            for character in piece:
                low = low * 58 + _VALUES[character]
            number = number * 58 ** len(piece) + low
    except KeyError:
        raise EncodingError("a character outside base 58", code="encoding.base58.alphabet") from None
    octets = b"\0" * ones + number.to_bytes((number.bit_length() + 7) // 8)
    if len(octets) > longest_bytes:
        raise EncodingError(f"more than {longest_bytes} bytes", code="encoding.base58.size")
    return octets
