# SPDX-License-Identifier: Apache-2.0
"""Standard base 64, with its padding, and nothing but its one spelling. Source: RFC 4648 §4."""

from __future__ import annotations

import binascii

from jurande.core.encoding.errors import EncodingError


def encode(data: bytes) -> str:
    """Return ``data`` in standard base 64, padded."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def decode(text: str) -> bytes:
    """Return the bytes that ``text`` spells.

    :raises EncodingError: missing padding, white space, another alphabet, or spare bits that are not zero: anything
        that :func:`encode` would have written otherwise.
    """
    try:
        octets = binascii.a2b_base64(text.encode("ascii"))
    except (UnicodeEncodeError, binascii.Error):
        raise EncodingError("not base64", code="encoding.base64") from None
    if encode(octets) != text:  # a2b_base64 forgives; writing it again does not
        raise EncodingError("not the one base64 spelling of these bytes", code="encoding.base64")
    return octets
