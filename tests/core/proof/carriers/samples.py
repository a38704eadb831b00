"""Small invented files that can carry a credential."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from pypdf import PdfWriter

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
SVG = b'<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="8"><rect/></svg>\n'
JSON = '{"name":"Réparation «niveau 2» ]]> & <b>"}'
JWT = "eyJhbGciOiJFZERTQSJ9.e30.AAAA"


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(*extra: bytes) -> bytes:
    """A grey square of 8 × 8, with ``extra`` chunks before its end."""
    header = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" + b"\x80" * 8 * 8 + b"\0" * 7)
    return PNG_SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + b"".join(extra) + chunk(b"IEND", b"")


def credential_chunk(text: bytes, *, kind: bytes = b"iTXt", flags: bytes = b"\0\0") -> bytes:
    return chunk(kind, b"openbadgecredential\0" + flags + b"\0\0" + text)


def svg(content: str, *, before: str = "", root: str = 'xmlns="http://www.w3.org/2000/svg"') -> bytes:
    return f"{before}<svg {root}>{content}<rect/></svg>".encode()


def element(text: str = "", attributes: str = "") -> str:
    return (
        f'<openbadges:credential xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0" {attributes}>'
        f"{text}</openbadges:credential>"
    )


def pdf(**attachments: bytes) -> bytes:
    """One blank page, and the files attached to it."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    for name, content in attachments.items():
        writer.add_attachment(name, content)
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def laid_out(*objects: bytes) -> bytes:
    """A PDF of these objects, written as they are; the first is its root."""
    written, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        places.append(b"%010d 00000 n \n" % len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    size = len(objects) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, b"".join(places))
    return bytes(written) + table + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(written))
