"""Files made by code, honest and hostile: no binary is kept in the repository."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from openpyxl import Workbook
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)

# --- pictures -----------------------------------------------------------------------------------


def picture(kind: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise(size, 40).convert(mode).save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(
    width: int = 4,
    height: int = 4,
    *,
    pixels: bytes | None = None,
    extra: bytes = b"",
    colour: int = 2,
    depth: int = 8,
    interlace: int = 0,
) -> bytes:
    """A PNG written by hand, so that each part can lie."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    pixels = (b"\0" + b"\x80" * 3 * width) * height if pixels is None else pixels
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + extra
        + chunk(b"IDAT", zlib.compress(pixels))
        + chunk(b"IEND", b"")
    )


def jpeg_of(width: int, height: int) -> bytes:
    """A true JPEG whose header claims other dimensions."""
    content = picture("JPEG")
    at = content.index(b"\xff\xc0")
    return content[: at + 5] + struct.pack(">HH", height, width) + content[at + 9 :]


# --- PDF ----------------------------------------------------------------------------------------


def pdf_of(writer: PdfWriter) -> bytes:
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def pdf(pages: int = 1) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    return pdf_of(writer)


def dictionary(**values: PdfObject | str | int) -> DictionaryObject:
    made = DictionaryObject()
    for key, value in values.items():
        if isinstance(value, str):
            value = NameObject(value) if value.startswith("/") else TextStringObject(value)
        elif isinstance(value, int):
            value = NumberObject(value)
        made[NameObject(f"/{key}")] = value
    return made


def pdf_with_root(**entries: PdfObject) -> bytes:
    """A page, and these entries in the catalogue."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    for key, value in entries.items():
        writer.root_object[NameObject(f"/{key}")] = writer._add_object(value)
    return pdf_of(writer)


def pdf_with_annotation(annotation: DictionaryObject) -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    annotation[NameObject("/Rect")] = ArrayObject([NumberObject(0)] * 4)
    page[NameObject("/Annots")] = ArrayObject([writer._add_object(annotation)])
    return pdf_of(writer)


def packed_pdf(
    *packed: bytes, catalogue: bytes = b"", filters: bytes = b"/FlateDecode", raw: bytes | None = None
) -> bytes:
    """A PDF 1.5 whose objects 5, 6… are packed in a compressed stream, where no search of the bytes sees them."""
    heads, bodies = [], b""
    for number, body in enumerate(packed, start=5):
        heads.append(b"%d %d" % (number, len(bodies)))
        bodies += body + b" "
    head = b" ".join(heads) + b" "
    stream = zlib.compress(head + bodies) if raw is None else raw
    parts = [
        b"%PDF-1.5\n",
        b"1 0 obj\n<</Type/Catalog/Pages 2 0 R" + catalogue + b">>\nendobj\n",
        b"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n",
        b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>\nendobj\n",
        b"4 0 obj\n<</Type/ObjStm/N %d/First %d/Filter %s/Length %d>>\nstream\n%s\nendstream\nendobj\n"
        % (len(packed), len(head), filters, len(stream), stream),
    ]
    offsets, at = [], 0
    for part in parts:
        offsets.append(at)
        at += len(part)
    rows = [(0, 0, 65535), *((1, offset, 0) for offset in offsets[1:]), *((2, 4, i) for i in range(len(packed)))]
    table_number = len(rows)
    rows.append((1, at, 0))
    table = zlib.compress(b"".join(struct.pack(">BIH", *row) for row in rows))
    parts.append(
        b"%d 0 obj\n<</Type/XRef/Size %d/W[1 4 2]/Root 1 0 R/Filter/FlateDecode/Length %d>>\n"
        b"stream\n%s\nendstream\nendobj\n" % (table_number, len(rows), len(table), table)
    )
    return b"".join(parts) + b"startxref\n%d\n%%%%EOF\n" % at


# --- office files -------------------------------------------------------------------------------

OOXML = "application/vnd.openxmlformats-officedocument"
TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'
)
RELATION = (
    '<Relationship Id="rId1" Type="http://schemas/officeDocument/relationships/{kind}" Target="{target}" {mode}/>'
)
WORD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{inside}</w:body></w:document>'
)


def zipped(entries: dict[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def word_parts(
    inside: str = "<w:p/>", main: str = f"{OOXML}.wordprocessingml.document.main+xml"
) -> dict[str, bytes | str]:
    return {
        "[Content_Types].xml": TYPES.format(main=main),
        "_rels/.rels": RELATIONS.format(
            inside=RELATION.format(kind="officeDocument", target="word/document.xml", mode="")
        ),
        "word/document.xml": WORD.format(inside=inside),
    }


def docx(more: dict[str, bytes | str] | None = None, inside: str = "<w:p/>") -> bytes:
    return zipped({**word_parts(inside), **(more or {})})


def docx_related(kind: str, target: str) -> bytes:
    relation = RELATION.format(kind=kind, target=target, mode='TargetMode="External"')
    return docx({"word/_rels/document.xml.rels": RELATIONS.format(inside=relation)})


def xlsx() -> bytes:
    book = Workbook()
    for row in range(200):
        book.active.append([f"Nom {row}", row, row * 2.5])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


ODF_NAMESPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:script="urn:oasis:names:tc:opendocument:xmlns:script:1.0" '
    'xmlns:xlink="http://www.w3.org/1999/xlink"'
)


def opendocument(
    inside: str = "", kind: str = "text", manifest: str = "<m/>", more: dict[str, bytes | str] | None = None
) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}", zipfile.ZIP_STORED)
        archive.writestr("content.xml", f"<office:document-content {ODF_NAMESPACES}>{inside}</office:document-content>")
        archive.writestr("META-INF/manifest.xml", manifest)
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return buffer.getvalue()
