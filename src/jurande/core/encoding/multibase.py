# SPDX-License-Identifier: Apache-2.0
"""Multibase: one letter that says the base, then the text. Only the two bases that credentials use.

Source: Controlled Identifiers 1.0 §2.4 (``z`` base58-btc, ``u`` base64url without padding).
"""

from __future__ import annotations

from typing import Literal

from jurande.core.encoding import base58, base64url
from jurande.core.encoding.errors import EncodingError

type Base = Literal["z", "u"]


def encode(data: bytes, base: Base = "z") -> str:
    """Return ``data`` as multibase text: ``z`` + base 58, or ``u`` + base64url.

    :raises EncodingError: too long for base 58.
    """
    return "z" + base58.encode(data) if base == "z" else "u" + base64url.encode(data)


def decode(text: str, *, base: Base | None = None) -> bytes:
    """Return the bytes of a multibase text; ``base`` demands one of the two.

    :raises EncodingError: empty, another base than the one demanded or than ``z`` and ``u``, or malformed.
    """
    letter = text[:1]
    if letter not in ("z", "u") or (base is not None and letter != base):
        raise EncodingError(f"multibase prefix {letter!r}", code="encoding.multibase.prefix")
    return base58.decode(text[1:]) if letter == "z" else base64url.decode(text[1:])
