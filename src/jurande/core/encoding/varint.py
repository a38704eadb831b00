# SPDX-License-Identifier: Apache-2.0
"""Unsigned variable-length integers, seven bits a byte, lowest first. Source: multiformats/unsigned-varint."""

from __future__ import annotations

from jurande.core.encoding.errors import EncodingError

GREATEST = 2**63 - 1


def encode(number: int) -> bytes:
    """Return the shortest spelling of ``number``, at most nine bytes.

    :raises EncodingError: negative, or beyond 2^63 - 1.
    """
    if not 0 <= number <= GREATEST:
        raise EncodingError("outside 0 … 2^63 - 1", code="encoding.varint")
    octets = bytearray()
    while number > 0x7F:
        octets.append(number & 0x7F | 0x80)
        number >>= 7
    octets.append(number)
    return bytes(octets)


def decode(data: bytes, start: int = 0) -> tuple[int, int]:
    """Return the number spelt at ``start``, and the position after it.

    :raises EncodingError: cut short, longer than nine bytes, or not the shortest spelling.
    """
    number = 0
    for place, octet in enumerate(data[start : start + 9]):
        number |= (octet & 0x7F) << (7 * place)
        if octet < 0x80:
            if octet == 0 and place:
                raise EncodingError("not the shortest spelling", code="encoding.varint")
            return number, start + place + 1
    raise EncodingError("cut short or too long", code="encoding.varint")
