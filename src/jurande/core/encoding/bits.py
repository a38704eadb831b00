# SPDX-License-Identifier: Apache-2.0
"""Strings of bits, the left-most first: bit 0 is the highest bit of the first byte.

Source: Bitstring Status List 1.0 §2.2 («the first index, with a value of zero, is located at the left-most bit»).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jurande.core.encoding.errors import EncodingError


@dataclass(frozen=True, slots=True)
class BitString:
    """A fixed number of bits, a multiple of eight, held as bytes."""

    octets: bytes

    @classmethod
    def zeros(cls, size: int) -> BitString:
        """Return ``size`` bits, all 0.

        :raises EncodingError: ``size`` is negative or no multiple of eight.
        """
        if size < 0 or size % 8:
            raise EncodingError("a size that is no multiple of eight", code="encoding.bits.size")
        return cls(bytes(size // 8))

    def __len__(self) -> int:
        """Return the number of bits."""
        return len(self.octets) * 8

    def __getitem__(self, index: int) -> bool:
        """Return the bit at ``index``, from 0 to ``len - 1``; a negative index is refused, not counted from the end.

        :raises EncodingError: outside.
        """
        if not 0 <= index < len(self.octets) * 8:
            raise EncodingError("no such bit", code="encoding.bits.index")
        return bool(self.octets[index >> 3] & (0x80 >> (index & 7)))

    def __iter__(self) -> Iterator[bool]:
        """Yield every bit, in order."""
        return (self[index] for index in range(len(self)))

    def replaced(self, indexes: Iterable[int], bit: bool) -> BitString:
        """Return a copy where the bits at ``indexes`` are ``bit``.

        :raises EncodingError: an index outside.
        """
        octets = bytearray(self.octets)
        size = len(octets) * 8
        for index in indexes:
            if not 0 <= index < size:
                raise EncodingError("no such bit", code="encoding.bits.index")
            mask = 0x80 >> (index & 7)
            octets[index >> 3] = octets[index >> 3] | mask if bit else octets[index >> 3] & ~mask
        return BitString(bytes(octets))

    def ones(self) -> Iterator[int]:
        """Yield the indexes of the bits that are 1, rising; empty stretches cost next to nothing."""
        for place, octet in enumerate(self.octets):
            if octet:
                yield from (place * 8 + offset for offset in range(8) if octet & (0x80 >> offset))

    def count(self) -> int:
        """Return how many bits are 1."""
        return int.from_bytes(self.octets).bit_count()
