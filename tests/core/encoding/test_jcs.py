"""Strict reading and canonical writing of JSON, against RFC 8785's own vectors and another implementation."""

from __future__ import annotations

import struct

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from jurande.core.encoding import jcs
from jurande.core.encoding.errors import EncodingError

# RFC 8785, appendix B.
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}
SAFE_INTEGERS = st.integers(-jcs.GREATEST_INTEGER, jcs.GREATEST_INTEGER)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | SAFE_INTEGERS | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=20,
)


def double(bits: str) -> float:
    return struct.unpack(">d", bytes.fromhex(bits))[0]


class TestCanonicalBytes:
    @pytest.mark.parametrize(("bits", "text"), NUMBERS.items())
    def test_spells_numbers_as_the_rfc(self, bits: str, text: str) -> None:
        assert jcs.canonical_bytes(double(bits)) == text.encode()

    def test_gives_the_sample_of_the_rfc(self) -> None:
        # RFC 8785 §3.2.2 and §3.2.4
        source = rb"""{
          "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
          "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
          "literals": [null, true, false]
        }"""
        expected = (
            '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
            '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
        )
        assert jcs.canonical_bytes(jcs.parse(source)) == expected.encode()

    def test_sorts_keys_as_utf_16(self) -> None:
        # RFC 8785 §3.2.3: U+1F600 comes before U+FB33, its first code unit being 0xD83D
        keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
        ordered = list(jcs.parse(jcs.canonical_bytes(dict.fromkeys(keys))))
        assert ordered == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]

    @given(VALUES)
    def test_agrees_with_another_implementation(self, value: object) -> None:
        assert jcs.canonical_bytes(value) == rfc8785.dumps(value)

    @given(VALUES)
    def test_is_read_back_as_it_was(self, value: object) -> None:
        octets = jcs.canonical_bytes(value)
        assert jcs.parse(octets) == value
        assert jcs.canonical_bytes(jcs.parse(octets)) == octets

    @given(st.floats(allow_nan=False, allow_infinity=False))
    def test_keeps_every_double(self, value: float) -> None:
        assert float(jcs.number_text(value)) == value

    @pytest.mark.parametrize(
        ("value", "code"),
        [
            (float("nan"), "encoding.json.number"),
            (float("inf"), "encoding.json.number"),
            (2**53, "encoding.json.number"),
            (-(2**53), "encoding.json.number"),
            ("\ud800", "encoding.json.surrogate"),
            ({"\udc00": 1}, "encoding.json.surrogate"),
            ({1: 2}, "encoding.json.type"),
            ({"a": 1, None: 2}, "encoding.json.type"),
            (b"bytes", "encoding.json.type"),
            ({1, 2}, "encoding.json.type"),
        ],
    )
    def test_refuses_what_json_cannot_say(self, value: object, code: str) -> None:
        with pytest.raises(EncodingError) as refusal:
            jcs.canonical_bytes(value)
        assert refusal.value.code == code

    def test_refuses_a_cycle(self) -> None:
        loop: list[object] = []
        loop.append({"again": loop})
        with pytest.raises(EncodingError) as refusal:
            jcs.canonical_bytes(loop)
        assert refusal.value.code == "encoding.json.depth"

    def test_writes_tuples_and_subclasses_as_what_they_hold(self) -> None:
        class Name(str):
            def __str__(self) -> str:
                return "lies"

        assert jcs.canonical_bytes((Name("a"), True, [], {})) == b'["a",true,[],{}]'


class TestParse:
    @pytest.mark.parametrize(
        ("octets", "code"),
        [
            (b'{"a":1,"a":1}', "encoding.json.duplicate_key"),
            (b'{"a":1,"\\u0061":2}', "encoding.json.duplicate_key"),
            (b'[{"b":{"a":1,"c":2,"a":3}}]', "encoding.json.duplicate_key"),
            (b"NaN", "encoding.json.number"),
            (b"[-Infinity]", "encoding.json.number"),
            (b"1e400", "encoding.json.number"),
            (b"9007199254740993", "encoding.json.number"),
            (b"-9007199254740993", "encoding.json.number"),
            (b"1000000000000000000000", "encoding.json.number"),
            (b"1" + b"0" * 400, "encoding.json.number"),
            (b'"\\ud800"', "encoding.json.surrogate"),
            (b'{"\\uDFFF":1}', "encoding.json.surrogate"),
            (b'"\\udc00\\ud800"', "encoding.json.surrogate"),
            (b"\xef\xbb\xbf{}", "encoding.json.bom"),
            (b'"\xed\xa0\x80"', "encoding.json.utf8"),
            (b'"\xff"', "encoding.json.utf8"),
            ("{}".encode("utf-16"), "encoding.json.utf8"),
            (b"", "encoding.json.syntax"),
            (b"{} {}", "encoding.json.syntax"),
            (b"{}\0", "encoding.json.syntax"),
            (b"[1,]", "encoding.json.syntax"),
            (b"{'a':1}", "encoding.json.syntax"),
            (b'"\x01"', "encoding.json.syntax"),
            (b"01", "encoding.json.syntax"),
            (b"+1", "encoding.json.syntax"),
            (b".5", "encoding.json.syntax"),
            (b"\xc2\xa0{}", "encoding.json.syntax"),
            (b"9" * 5000, "encoding.json.syntax"),
            (b"[" * 65 + b"]" * 65, "encoding.json.depth"),
            (b'{"a":' * 65 + b"1" + b"}" * 65, "encoding.json.depth"),
            (b"[" * 100_000 + b"]" * 100_000, "encoding.json.depth"),
        ],
    )
    def test_refuses_what_programs_read_differently(self, octets: bytes, code: str) -> None:
        with pytest.raises(EncodingError) as refusal:
            jcs.parse(octets)
        assert refusal.value.code == code

    def test_refuses_more_bytes_than_allowed(self) -> None:
        assert jcs.parse(b'"12345678"', jcs.Limits(size_bytes=10)) == "12345678"
        with pytest.raises(EncodingError) as refusal:
            jcs.parse(b'"123456789"', jcs.Limits(size_bytes=10))
        assert refusal.value.code == "encoding.json.size"

    def test_accepts_the_last_level_allowed(self) -> None:
        assert jcs.parse(b"[" * 64 + b"]" * 64)
        assert jcs.parse(b"[{}]", jcs.Limits(depth=2)) == [{}]
        with pytest.raises(EncodingError):
            jcs.parse(b"[{}]", jcs.Limits(depth=1))

    def test_keeps_pairs_of_surrogates_and_names_that_look_special(self) -> None:
        assert jcs.parse(b'{"__proto__":"\\ud83d\\ude00","a":"\\\\ud800"}') == {"__proto__": "😀", "a": "\\ud800"}

    def test_keeps_normal_forms_apart(self) -> None:
        assert len(jcs.parse('{"\u00e9":1,"e\u0301":2}'.encode())) == 2

    def test_takes_a_large_integer_for_the_double_it_spells(self) -> None:
        assert jcs.parse(b"[9007199254740991, 9007199254740992, -1e3]") == [2**53 - 1, 2.0**53, -1000.0]
