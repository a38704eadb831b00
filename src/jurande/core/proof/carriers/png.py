# SPDX-License-Identifier: Apache-2.0
"""A credential baked into a PNG image: one ``iTXt`` chunk, never compressed, under a keyword of its own.

Source: Open Badges 3.0 §5.3.1; PNG (third edition) §5.3 chunks, §11.3.3.4 iTXt.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from jurande.core.proof.carriers.errors import MOST_CREDENTIAL_BYTES, MOST_IMAGE_BYTES, CarrierRefused

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"openbadgecredential"
MOST_CHUNKS = 20_000

_TEXT_CHUNKS = (b"tEXt", b"zTXt", b"iTXt")
# Keyword, NUL, not compressed, method 0, no language, NUL, no translated keyword, NUL.
_HEADER = KEYWORD + b"\0" + b"\0\0" + b"\0" + b"\0"


def bake_png(image: bytes, credential: str) -> bytes:
    """Return ``image`` with ``credential`` (JSON, or a compact JWT) in its last chunk but one; pixels are untouched.

    :raises CarrierRefused: not a sound PNG, one that carries a credential already, or a credential too large.
    """
    text = credential.encode("utf-8")
    if not 0 < len(text) <= MOST_CREDENTIAL_BYTES:
        raise CarrierRefused(f"a credential of {len(text)} bytes", code="carrier.size")
    end = 0
    for kind, start, content in _chunks(image):
        if kind in _TEXT_CHUNKS and _keyword(content) == KEYWORD:
            raise CarrierRefused("the image carries a credential already", code="carrier.duplicate")
        end = start
    return image[:end] + _chunk(b"iTXt", _HEADER + text) + image[end:]


def extract_png(image: bytes) -> str:
    """Return the text of the credential that ``image`` carries.

    :raises CarrierRefused: not a PNG, a damaged chunk, bytes after its end, more than ``MOST_CHUNKS`` chunks or
        ``MOST_IMAGE_BYTES``; no credential, two of them, or one that is compressed or under another kind of chunk.
    """
    found: list[bytes] = []
    for kind, _, content in _chunks(image):
        if kind in _TEXT_CHUNKS and _keyword(content) == KEYWORD:
            found.append(_text(kind, content))
    if not found:
        raise CarrierRefused("no credential in the image", code="carrier.empty")
    if len(found) > 1:
        raise CarrierRefused(f"{len(found)} credentials in the image", code="carrier.duplicate")
    if len(found[0]) > MOST_CREDENTIAL_BYTES:
        raise CarrierRefused(f"a credential of {len(found[0])} bytes", code="carrier.size")
    try:
        return found[0].decode("utf-8")
    except UnicodeDecodeError:
        raise CarrierRefused("a credential that is not UTF-8", code="carrier.encoding") from None


def _text(kind: bytes, content: bytes) -> bytes:
    if kind != b"iTXt":
        raise CarrierRefused(f"a credential in a {kind.decode()} chunk", code="carrier.chunk_kind")
    rest = content[len(KEYWORD) + 1 :]
    if rest[:2] != b"\0\0":
        raise CarrierRefused("a compressed credential", code="carrier.compressed")
    pieces = rest[2:].split(b"\0", 2)
    if len(pieces) != 3:
        raise CarrierRefused("a text chunk cut short", code="carrier.malformed")
    return pieces[2]


def _keyword(content: bytes) -> bytes:
    return content[:80].partition(b"\0")[0]


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _chunks(image: bytes) -> Iterator[tuple[bytes, int, bytes]]:
    """Yield each chunk: its kind, where it starts, its content; the whole file is accounted for, to the last byte."""
    if len(image) > MOST_IMAGE_BYTES:
        raise CarrierRefused(f"more than {MOST_IMAGE_BYTES} bytes", code="carrier.size")
    if not image.startswith(SIGNATURE):
        raise CarrierRefused("not a PNG", code="carrier.malformed")
    at, kind = len(SIGNATURE), b""
    for number in range(MOST_CHUNKS):
        if len(image) - at < 12:
            raise CarrierRefused("an image cut short", code="carrier.truncated")
        (length,) = struct.unpack_from(">I", image, at)
        kind, end = image[at + 4 : at + 8], at + 12 + length
        if length > MOST_IMAGE_BYTES or end > len(image):
            raise CarrierRefused("an image cut short", code="carrier.truncated")
        content = image[at + 8 : end - 4]
        if struct.unpack_from(">I", image, end - 4)[0] != zlib.crc32(content, zlib.crc32(kind)):
            raise CarrierRefused("a chunk whose check sum is wrong", code="carrier.crc")
        if (number == 0) != (kind == b"IHDR"):
            raise CarrierRefused("a header out of its place", code="carrier.malformed")
        yield kind, at, content
        at = end
        if kind == b"IEND":
            break
    else:
        raise CarrierRefused(f"more than {MOST_CHUNKS} chunks", code="carrier.chunks")
    if at != len(image):
        raise CarrierRefused("bytes after the end of the image", code="carrier.trailing")
