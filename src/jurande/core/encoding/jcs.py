# SPDX-License-Identifier: Apache-2.0
"""JSON with one meaning and one spelling: a strict reader, and the canonical form of RFC 8785 (JCS).

Two programs that read the same bytes must see the same value, or a signature says nothing. The reader therefore
refuses whatever programs disagree on (duplicate keys, NaN, lone surrogates, integers that a double would round), and
the writer produces the only spelling of a value.
Source: RFC 8785; RFC 7493 (I-JSON); ECMA-262, Number::toString.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import NoReturn

from jurande.core.encoding.errors import EncodingError

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None

GREATEST_INTEGER = 2**53 - 1
DEEPEST = 128
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much JSON is too much: bytes of input (inclusive), and levels of nested objects and arrays (inclusive)."""

    size_bytes: int = 4 * 1024 * 1024
    depth: int = 64


DEFAULT_LIMITS = Limits()


def parse(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Json:
    """Return the value of a JSON text that every program reads alike.

    Objects come back as ``dict`` in the order of the text, arrays as ``list``, numbers without fraction and exponent as
    ``int`` up to ±(2^53 - 1), other numbers as ``float``.
    :raises EncodingError: too large, not UTF-8, byte order mark, not JSON, trailing bytes, duplicate key, NaN or a
        number out of range, lone surrogate, too deep. Source: RFC 8259, RFC 7493 §2.
    """
    if len(data) > limits.size_bytes:
        raise EncodingError(f"more than {limits.size_bytes} bytes", code="encoding.json.size")
    if data.startswith(b"\xef\xbb\xbf"):
        raise EncodingError("byte order mark", code="encoding.json.bom")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise EncodingError(f"not UTF-8 at byte {error.start}", code="encoding.json.utf8") from None
    try:
        value: Json = _DECODER.decode(text)
    except RecursionError:
        raise EncodingError(f"more than {limits.depth} levels", code="encoding.json.depth") from None
    except ValueError as error:  # JSONDecodeError, and int() on thousands of digits
        raise EncodingError(f"not JSON: {error}", code="encoding.json.syntax") from None
    if text.count("{") + text.count("[") > limits.depth:  # with fewer brackets it cannot be too deep
        _refuse_deep(value, limits.depth)
    if _SURROGATE_ESCAPE.search(text):  # only an escape can bring one in: UTF-8 has none
        _refuse_lone_surrogates(value)
    return value


def canonical_bytes(value: object) -> bytes:
    """Return the one RFC 8785 spelling of ``value``, in UTF-8.

    Accepts what :func:`parse` returns, and tuples as arrays.
    :raises EncodingError: another type, a key that is not text, NaN or infinity, an integer beyond ±(2^53 - 1), a lone
        surrogate, more than ``DEEPEST`` levels (a cycle is one).
    """
    parts: list[str] = []
    _write(value, parts, DEEPEST)
    try:
        return "".join(parts).encode("utf-8")
    except UnicodeEncodeError:
        raise EncodingError("lone surrogate", code="encoding.json.surrogate") from None


def _write(value: object, parts: list[str], levels: int) -> None:
    if isinstance(value, str):
        parts.append(encode_basestring(value))  # its escapes are exactly those of RFC 8785 §3.2.2.2
    elif isinstance(value, dict):
        _write_object(value, parts, levels)
    elif isinstance(value, (list, tuple)):
        _write_array(value, parts, levels)
    elif value is True:
        parts.append("true")
    elif value is False:
        parts.append("false")
    elif value is None:
        parts.append("null")
    elif isinstance(value, int):
        if abs(value) > GREATEST_INTEGER:
            raise EncodingError("an integer that a double would round", code="encoding.json.number")
        parts.append(int.__repr__(value))
    elif isinstance(value, float):
        parts.append(number_text(value))
    else:
        raise EncodingError(f"JSON has no {type(value).__name__}", code="encoding.json.type")


def _write_array(value: Sequence[object], parts: list[str], levels: int) -> None:
    if not levels:
        raise EncodingError(f"more than {DEEPEST} levels", code="encoding.json.depth")
    separator = "["
    for item in value:
        parts.append(separator)
        _write(item, parts, levels - 1)
        separator = ","
    parts.append("]" if separator == "," else "[]")


def _write_object(value: dict[str, object], parts: list[str], levels: int) -> None:
    if not levels:
        raise EncodingError(f"more than {DEEPEST} levels", code="encoding.json.depth")
    try:
        keys: list[str] = sorted(value) if "".join(value).isascii() else sorted(value, key=_utf16)
    except TypeError:
        raise EncodingError("a key that is not text", code="encoding.json.type") from None
    separator = "{"
    for key in keys:
        item = value[key]
        if type(item) is str:  # most of a document: spared a call
            parts.append(f"{separator}{encode_basestring(key)}:{encode_basestring(item)}")
        else:
            parts.append(f"{separator}{encode_basestring(key)}:")
            _write(item, parts, levels - 1)
        separator = ","
    parts.append("}" if separator == "," else "{}")


def _utf16(key: str) -> bytes:
    # RFC 8785 §3.2.3: keys are compared as UTF-16 code units. A surrogate that stands alone is refused at the end.
    return key.encode("utf-16-be", "surrogatepass")


def number_text(value: float) -> str:
    """Spell a double as ECMAScript does, which RFC 8785 §3.2.2.3 asks for.

    :raises EncodingError: NaN or infinity.
    """
    if value != value or value in (float("inf"), float("-inf")):
        raise EncodingError("JSON has no NaN and no infinity", code="encoding.json.number")
    if value == 0:
        return "0"  # minus zero too
    # Python's repr has the digits we need (the shortest that read back as this double), in another layout.
    mantissa, _, exponent = repr(float(abs(value))).partition("e")
    whole, _, fraction = mantissa.partition(".")
    point = len(whole) + int(exponent or 0)
    digits = whole + fraction
    point -= len(digits) - len(digits.lstrip("0"))
    digits = digits.strip("0")
    sign = "-" if value < 0 else ""
    if len(digits) <= point <= 21:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{fraction}e{point - 1:+d}"


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise EncodingError("an object names the same key twice", code="encoding.json.duplicate_key")
    return found


def _integer(digits: str) -> int | float:
    value = int(digits)
    if abs(value) <= GREATEST_INTEGER:
        return value
    # Larger, it is a double to most programs: taken as one when it is the very spelling of that double.
    if len(digits) > 22 or number_text(float(value)) != digits:
        raise EncodingError("an integer that a double would round", code="encoding.json.number")
    return float(value)


def _double(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise EncodingError("a number beyond the doubles", code="encoding.json.number")
    return value


def _constant(name: str) -> NoReturn:
    raise EncodingError(f"JSON has no {name}", code="encoding.json.number")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_double, parse_constant=_constant
)


def _refuse_deep(value: Json, depth: int) -> None:
    level: list[Json] = [value] if type(value) is dict or type(value) is list else []
    deep = 0
    while level:
        deep += 1
        if deep > depth:
            raise EncodingError(f"more than {depth} levels", code="encoding.json.depth")
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)  # type: ignore[union-attr]
            if type(inner) is dict or type(inner) is list
        ]


def _refuse_lone_surrogates(value: Json) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise EncodingError("lone surrogate", code="encoding.json.surrogate") from None
