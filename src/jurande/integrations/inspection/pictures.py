"""Pictures, read by their structure alone: dimensions come from the header, no pixel is ever decoded here."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from jurande.integrations.inspection.kinds import Reason, Rejected

# A telephone takes 12 to 50 million; a browser needs four bytes for each.
MAX_PIXELS = 64_000_000
MAX_SIDE = 30_000
MAX_CHUNKS = 100_000
# What a compressed comment or colour profile may open into.
MAX_METADATA_BYTES = 4_000_000
INFLATE_BYTES = 1 << 20
PIECE_BYTES = 1 << 14

PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
PNG_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
# Adam7: first column, first row, column step, row step of each pass.
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))

JPEG_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])", re.DOTALL)
JPEG_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
# A progressive picture has about ten; thousands of them keep a decoder busy for minutes.
JPEG_MAX_SCANS = 200
JPEG_MAX_PICTURES = 8
SAMSUNG_NOTE_BYTES = 65_536


def examine_png(content: bytes) -> None:
    """Make sure that these bytes are one still PNG picture and nothing else, within the limits.

    :raises Rejected: damaged, animated, too many pixels, something after its end, or a compressed part that opens into
        more than it should.
    """
    chunks = _png_chunks(content)
    name, body = next(chunks, (b"", b""))
    if name != b"IHDR" or len(body) != 13:
        raise Rejected(Reason.DAMAGED)
    expected_bytes = _png_pixel_bytes(body)
    pixels = zlib.decompressobj()
    produced = 0
    for name, body in chunks:
        if name == b"acTL":
            raise Rejected(Reason.PICTURE_ANIMATED)
        if name == b"IDAT":
            produced += _inflated_bytes(pixels, body, expected_bytes - produced)
        elif name == b"IHDR":
            raise Rejected(Reason.DAMAGED)
        elif (compressed := _png_compressed_part(name, body)) is not None:
            _inflated_bytes(zlib.decompressobj(), compressed, MAX_METADATA_BYTES)
    if produced != expected_bytes or not pixels.eof:
        raise Rejected(Reason.DAMAGED)


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give each chunk with its body, its checksum verified, up to the end, which must be that of the file."""
    at = 8
    for _ in range(MAX_CHUNKS):
        length = int.from_bytes(content[at : at + 4], "big")
        name, end = content[at + 4 : at + 8], at + 12 + length
        if not name.isalpha() or end > len(content):
            raise Rejected(Reason.DAMAGED)
        body = content[at + 8 : end - 4]
        if zlib.crc32(body, zlib.crc32(name)) != int.from_bytes(content[end - 4 : end], "big"):
            raise Rejected(Reason.DAMAGED)
        if name == b"IEND":
            if content[end:].strip(b"\0\r\n "):
                raise Rejected(Reason.TRAILING)
            return
        yield name, body
        at = end
    raise Rejected(Reason.DAMAGED)


def _png_pixel_bytes(header: bytes) -> int:
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    depth, colour, compression, filtering, interlace = header[8:]
    _demand_reasonable_size(width, height)
    if depth not in PNG_DEPTHS.get(colour, ()) or compression or filtering or interlace > 1:
        raise Rejected(Reason.DAMAGED)
    bits = depth * PNG_CHANNELS[colour]
    passes = ADAM7 if interlace else ((0, 0, 1, 1),)
    total = 0
    for first_column, first_row, column_step, row_step in passes:
        columns = (width - first_column + column_step - 1) // column_step
        rows = (height - first_row + row_step - 1) // row_step
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * bits + 7) // 8)
    return total


def _png_compressed_part(name: bytes, body: bytes) -> bytes | None:
    if name in (b"zTXt", b"iCCP"):
        return body[body.find(b"\0") + 2 :]
    if name == b"iTXt":
        keyword_end = body.find(b"\0")
        if keyword_end >= 0 and body[keyword_end + 1 : keyword_end + 2] == b"\x01":
            return body[keyword_end + 3 :].split(b"\0", 2)[-1]
    return None


def _inflated_bytes(stream: zlib._Decompress, compressed: bytes, limit: int) -> int:
    """Count what comes out, keeping none of it.

    :raises Rejected: ``PICTURE_BOMB`` past ``limit``, ``DAMAGED`` when it cannot be read.
    """
    produced = 0
    try:
        # In small pieces: what is left of each is copied at every turn.
        for at in range(0, len(compressed), PIECE_BYTES):
            piece = compressed[at : at + PIECE_BYTES]
            while piece and not stream.eof:
                produced += len(stream.decompress(piece, INFLATE_BYTES))
                if produced > limit:
                    raise Rejected(Reason.PICTURE_BOMB)
                piece = stream.unconsumed_tail
    except zlib.error as error:
        raise Rejected(Reason.DAMAGED) from error
    return produced


def _demand_reasonable_size(width: int, height: int) -> None:
    if not width or not height:
        raise Rejected(Reason.DAMAGED)
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise Rejected(Reason.PICTURE_PIXELS, width=str(width), height=str(height), limit=str(MAX_PIXELS // 1_000_000))


# --- JPEG ---------------------------------------------------------------------------------------


def examine_jpeg(content: bytes) -> None:
    """Make sure that these bytes are one JPEG picture, within the limits, and nothing else.

    What telephones put after a picture is allowed: further JPEG pictures (its luminance map, a smaller one) and
    Samsung's short note. A film, an archive or anything else there is not.

    :raises Rejected: damaged, too many pixels, or something after its end.
    """
    at = 0
    for _ in range(JPEG_MAX_PICTURES):
        at = _jpeg_end(content, at)
        at = len(content) - len(content[at:].lstrip(b"\0\r\n "))
        if at >= len(content) or _is_samsung_note(content[at:]):
            return
        if not content.startswith(b"\xff\xd8\xff", at):
            break
    raise Rejected(Reason.TRAILING)


@dataclass
class _Jpeg:
    has_frame: bool = False
    scans: int = 0


def _jpeg_end(content: bytes, start: int) -> int:
    """Follow the segments of the picture that begins at ``start``; give where it ends."""
    seen, at = _Jpeg(), start + 2
    for _ in range(MAX_CHUNKS):
        found = JPEG_MARKER.match(content, at)
        if not found:
            raise Rejected(Reason.DAMAGED)
        marker, at = found[1][0], found.end()
        if marker == 0xD9:
            if not seen.has_frame or not seen.scans:
                raise Rejected(Reason.DAMAGED)
            return at
        at = _jpeg_after_segment(content, marker, at, seen)
    raise Rejected(Reason.DAMAGED)


def _jpeg_after_segment(content: bytes, marker: int, at: int, seen: _Jpeg) -> int:
    length = int.from_bytes(content[at : at + 2], "big")
    if length < 2 or at + length > len(content) or marker in (0x01, 0xD8):
        raise Rejected(Reason.DAMAGED)
    if marker in JPEG_FRAMES:
        if seen.has_frame or length < 8:
            raise Rejected(Reason.DAMAGED)
        seen.has_frame = True
        height, width = int.from_bytes(content[at + 3 : at + 5], "big"), int.from_bytes(content[at + 5 : at + 7], "big")
        _demand_reasonable_size(width, height)
    at += length
    if marker == 0xDA:
        seen.scans += 1
        following = JPEG_MARKER.search(content, at)
        if not following or seen.scans > JPEG_MAX_SCANS:
            raise Rejected(Reason.DAMAGED)
        at = following.start()
    return at


def _is_samsung_note(rest: bytes) -> bool:
    """Recognise the note that ends in ``SEFT``: a table ``SEFH`` of fields, a few hundred bytes without a film."""
    table_bytes = int.from_bytes(rest[-8:-4], "little")
    return (
        len(rest) <= SAMSUNG_NOTE_BYTES
        and rest.endswith(b"SEFT")
        and rest[max(0, len(rest) - 8 - table_bytes) :].startswith(b"SEFH")
        and b"ftyp" not in rest
    )


# --- WebP ---------------------------------------------------------------------------------------


def examine_webp(content: bytes) -> None:
    """Make sure that these bytes are one still WebP picture and nothing else, within the limits.

    :raises Rejected: damaged, animated, too many pixels, or something after its end.
    """
    size = int.from_bytes(content[4:8], "little")
    end = 8 + size + size % 2
    if len(content) < 8 + size or size < 12:
        raise Rejected(Reason.DAMAGED)
    if content[end:].strip(b"\0\r\n "):
        raise Rejected(Reason.TRAILING)
    at = 12
    names: list[bytes] = []
    while at + 8 <= 8 + size:
        name, length = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        body = content[at + 8 : at + 8 + length]
        if len(body) != length or at + 8 + length > 8 + size or len(names) > MAX_CHUNKS:
            raise Rejected(Reason.DAMAGED)
        if name in (b"ANIM", b"ANMF"):
            raise Rejected(Reason.PICTURE_ANIMATED)
        if name in (b"VP8X", b"VP8 ", b"VP8L"):
            _demand_reasonable_size(*_webp_dimensions(name, body))
        names.append(name)
        at += 8 + length + length % 2
    if not names or names[0] not in (b"VP8X", b"VP8 ", b"VP8L") or not {b"VP8 ", b"VP8L"}.intersection(names):
        raise Rejected(Reason.DAMAGED)


def _webp_dimensions(name: bytes, body: bytes) -> tuple[int, int]:
    if name == b"VP8X" and len(body) >= 10:
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if name == b"VP8 " and body[3:6] == b"\x9d\x01\x2a" and len(body) >= 10:
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    if name == b"VP8L" and body[:1] == b"\x2f" and len(body) >= 5:
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    raise Rejected(Reason.DAMAGED)
