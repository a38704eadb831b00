# SPDX-License-Identifier: Apache-2.0
"""Base 64 for URLs, without padding, and nothing but its one spelling. Source: RFC 4648 §5, RFC 7515 §2."""

from __future__ import annotations

import binascii

from jurande.core.encoding.errors import EncodingError

_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")


def encode(data: bytes) -> str:
    """Return ``data`` in base 64 for URLs, without padding."""
    return binascii.b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URL).decode("ascii")


def decode(text: str) -> bytes:
    """Return the bytes that ``text`` spells.

    :raises EncodingError: padding, white space, another alphabet, an impossible length or spare bits that are not zero:
        anything that :func:`encode` would have written otherwise.
    """
    try:
        letters = text.encode("ascii")
        octets = binascii.a2b_base64(letters.translate(_FROM_URL) + b"=" * (-len(letters) % 4))
    except (UnicodeEncodeError, binascii.Error):
        raise EncodingError("not base64url", code="encoding.base64url") from None
    if encode(octets) != text:  # a2b_base64 forgives; writing it again does not
        raise EncodingError("not the one base64url spelling of these bytes", code="encoding.base64url")
    return octets
