from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurande.core.encoding.bits import BitString
from jurande.core.encoding.errors import EncodingError


class TestBitString:
    def test_puts_the_first_bit_on_the_left(self) -> None:
        assert BitString.zeros(16).replaced([0, 15], True).octets == b"\x80\x01"
        assert BitString(b"\x40")[1]

    @given(st.sets(st.integers(0, 1023)))
    def test_remembers_which_bits_are_one(self, indexes: set[int]) -> None:
        bits = BitString.zeros(1024).replaced(indexes, True)
        assert list(bits.ones()) == sorted(indexes)
        assert bits.count() == len(indexes)
        assert [index for index, bit in enumerate(bits) if bit] == sorted(indexes)
        assert bits.replaced(indexes, False) == BitString.zeros(1024)

    def test_leaves_the_original_as_it_was(self) -> None:
        bits = BitString.zeros(8)
        bits.replaced([3], True)
        assert bits.count() == 0

    @pytest.mark.parametrize("index", [-1, 8, 2**53])
    def test_refuses_a_bit_outside(self, index: int) -> None:
        with pytest.raises(EncodingError):
            BitString.zeros(8)[index]
        with pytest.raises(EncodingError):
            BitString.zeros(8).replaced([index], True)

    @pytest.mark.parametrize("size", [-8, 7, 9])
    def test_refuses_a_size_that_is_no_multiple_of_eight(self, size: int) -> None:
        with pytest.raises(EncodingError):
            BitString.zeros(size)
