"""Base 58, base 64, multibase, varint: one spelling a value, and vectors from the specifications."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurande.core.encoding import base58, base64std, base64url, multibase, varint
from jurande.core.encoding.errors import EncodingError


class TestBase58:
    @pytest.mark.parametrize(
        ("octets", "text"),
        [  # draft-msporny-base58, §5
            (b"Hello World!", "2NEpo7TZRRrLZSi2U"),
            (
                b"The quick brown fox jumps over the lazy dog.",
                "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
            ),
            (bytes.fromhex("0000287fb4cd"), "11233QC4"),
            (b"", ""),
            (b"\0", "1"),
            (b"\0" * 40, "1" * 40),
        ],
    )
    def test_gives_the_vectors_of_the_draft(self, octets: bytes, text: str) -> None:
        assert base58.encode(octets) == text
        assert base58.decode(text) == octets

    @given(st.binary(max_size=200))
    def test_is_read_back_as_it_was(self, octets: bytes) -> None:
        assert base58.decode(base58.encode(octets)) == octets

    @given(st.text(base58.ALPHABET, max_size=100))
    def test_has_one_text_for_each_value(self, text: str) -> None:
        assert base58.encode(base58.decode(text)) == text

    @pytest.mark.parametrize("text", ["0", "O", "I", "l", "2NEpo7TZRRrLZSi2U ", "é", "2+", "２"])
    def test_refuses_another_alphabet(self, text: str) -> None:
        with pytest.raises(EncodingError):
            base58.decode(text)

    def test_bounds_its_work(self) -> None:
        longest = b"\xff" * base58.LONGEST_BYTES
        assert base58.decode(base58.encode(longest)) == longest
        for refused in (
            lambda: base58.encode(longest + b"\0"),
            lambda: base58.decode("z" * 1_000_000),
            lambda: base58.decode(base58.encode(bytes(33)), longest_bytes=32),
            lambda: base58.decode(base58.encode(b"\xff" * 33), longest_bytes=32),
        ):
            with pytest.raises(EncodingError) as refusal:
                refused()
            assert refusal.value.code == "encoding.base58.size"


class TestBase64:
    @given(st.binary())
    def test_agrees_with_the_standard_library(self, octets: bytes) -> None:
        assert base64std.encode(octets) == base64.b64encode(octets).decode()
        assert base64url.encode(octets) == base64.urlsafe_b64encode(octets).decode().rstrip("=")
        assert base64std.decode(base64std.encode(octets)) == octets
        assert base64url.decode(base64url.encode(octets)) == octets

    @pytest.mark.parametrize("text", ["AQ==", "AR", "A", "AQ\n", " AQ", "A+", "A/", "AQé", "=", "AQ=", "A Q", "AQA\0"])
    def test_refuses_any_other_spelling_for_urls(self, text: str) -> None:
        with pytest.raises(EncodingError):
            base64url.decode(text)

    @pytest.mark.parametrize("text", ["AQ", "AQ=", "AR==", "AQ==\n", "AQ== ", "A-==", "A_==", "AQ==AQ==", "====", "é"])
    def test_refuses_any_other_standard_spelling(self, text: str) -> None:
        with pytest.raises(EncodingError):
            base64std.decode(text)


class TestMultibase:
    @given(st.binary(max_size=100), st.sampled_from(["z", "u"]))
    def test_is_read_back_as_it_was(self, octets: bytes, base: multibase.Base) -> None:
        text = multibase.encode(octets, base)
        assert text[0] == base
        assert multibase.decode(text) == multibase.decode(text, base=base) == octets

    @pytest.mark.parametrize("text", ["", "mAQ", "fff", "Z2NE", "UAQ", "uAQ==", "z0"])
    def test_refuses_other_bases_and_malformed_text(self, text: str) -> None:
        with pytest.raises(EncodingError):
            multibase.decode(text)

    def test_refuses_another_base_than_the_one_demanded(self) -> None:
        with pytest.raises(EncodingError) as refusal:
            multibase.decode("uAQ", base="z")
        assert refusal.value.code == "encoding.multibase.prefix"


class TestVarint:
    @pytest.mark.parametrize(
        ("number", "octets"),
        [  # multiformats/unsigned-varint
            (0, "00"),
            (1, "01"),
            (127, "7f"),
            (128, "8001"),
            (255, "ff01"),
            (300, "ac02"),
            (16384, "808001"),
            (2**63 - 1, "ffffffffffffffff7f"),
        ],
    )
    def test_gives_the_vectors_of_the_specification(self, number: int, octets: str) -> None:
        assert varint.encode(number).hex() == octets
        assert varint.decode(bytes.fromhex("aa" + octets + "bb"), 1) == (number, 1 + len(octets) // 2)

    @pytest.mark.parametrize("octets", ["", "80", "8100", "8000", "ffffffffffffffffff", "ffffffffffffffffff01"])
    def test_refuses_other_spellings(self, octets: str) -> None:
        with pytest.raises(EncodingError):
            varint.decode(bytes.fromhex(octets))

    @pytest.mark.parametrize("number", [-1, 2**63])
    def test_refuses_numbers_outside(self, number: int) -> None:
        with pytest.raises(EncodingError):
            varint.encode(number)
