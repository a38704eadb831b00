# SPDX-License-Identifier: Apache-2.0
"""Decompression that stops: a list of 16 MiB holds 134 million entries, and a bomb of 1 MiB would hold a gibibyte."""

from __future__ import annotations

import zlib
from enum import IntEnum

from jurande.core.proof.status.errors import StatusRefused

MOST_BYTES = 16 * 1024 * 1024


class Wrapping(IntEnum):
    """What surrounds the compressed bytes; the values are zlib's ``wbits``."""

    ZLIB = 15
    GZIP = 31


def inflate(compressed: bytes, wrapping: Wrapping, *, most_bytes: int = MOST_BYTES) -> bytes:
    """Return what one compressed stream holds.

    :raises StatusRefused: more than ``most_bytes`` (nothing beyond is ever produced), a damaged or truncated stream,
        or bytes after its end.
    """
    stream = zlib.decompressobj(wrapping)
    try:
        octets = stream.decompress(compressed, most_bytes + 1)
    except zlib.error as error:
        raise StatusRefused(str(error), code="status.list_damaged") from None
    if len(octets) > most_bytes:
        raise StatusRefused(f"more than {most_bytes} bytes", code="status.list_bomb")
    if not stream.eof or stream.unused_data:
        raise StatusRefused("a stream cut short, or followed by something", code="status.list_damaged")
    return octets
