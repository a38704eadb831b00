"""Adding to a PDF without touching a byte of it: pages, with what makes them readable aloud, and attached files.

An incremental update: the file that was there is the beginning of the one that comes out. Made for the PDFs that
:mod:`typesetting` makes (flat page tree, flat parent tree, PDF/A-3a); it is not for anybody else's.
Source: ISO 32000-1 §7.5.6 (updates), §14.7 (logical structure); ISO 19005-3 §6.8 (embedded files).
"""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import embed, generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader


def update_of(content: bytes) -> IncrementalPdfFileWriter:
    """Open a PDF of ours for what is to be added to it."""
    return IncrementalPdfFileWriter(BytesIO(content))


def _number(value: int) -> generic.NumberObject:
    return generic.NumberObject(value)  # type: ignore[no-untyped-call]


def append_pages(writer: IncrementalPdfFileWriter, content: bytes) -> None:
    """Add the pages of another PDF of ours at the end, with what a screen reader says of them."""
    reader = PdfFileReader(BytesIO(content))
    pages, structure = reader.root["/Pages"], reader.root.raw_get("/StructTreeRoot")
    # In one go: the pages and the structure point to one another.
    wanted = generic.ArrayObject([*pages["/Kids"], structure])
    wanted.container_ref = reader.root.container_ref
    imported: Any = writer.import_object(wanted)
    kids, tree = list(imported)[:-1], imported[len(imported) - 1]
    _join_structure(writer, tree, [kid.get_object() for kid in kids])
    root = writer.root["/Pages"]
    for kid in kids:
        page = kid.get_object()
        page["/Parent"] = writer.root.raw_get("/Pages")
        root["/Kids"].append(kid)
    root["/Count"] = _number(int(root["/Count"]) + len(kids))
    writer.update_container(root["/Kids"])
    writer.update_container(root)


def _join_structure(
    writer: IncrementalPdfFileWriter, tree: generic.DictionaryObject, pages: list[generic.DictionaryObject]
) -> None:
    """Hang the elements of ``tree`` under ours; pages are found again in the parent tree by numbers of their own."""
    ours = writer.root["/StructTreeRoot"]
    first = int(ours["/ParentTreeNextKey"])
    numbers = list(tree["/ParentTree"]["/Nums"])
    for position in range(0, len(numbers), 2):
        ours["/ParentTree"]["/Nums"].extend([_number(first + int(numbers[position])), numbers[position + 1]])
    ours["/ParentTreeNextKey"] = _number(first + int(tree["/ParentTreeNextKey"]))
    for page in pages:
        page["/StructParents"] = _number(first + int(page["/StructParents"]))
    for element in tree["/K"]:
        element.get_object()["/P"] = writer.root.raw_get("/StructTreeRoot")
        ours["/K"].append(element)
    writer.update_container(ours["/ParentTree"]["/Nums"])
    writer.update_container(ours["/ParentTree"])
    writer.update_container(ours["/K"])
    writer.update_container(ours)


def attach(
    writer: IncrementalPdfFileWriter, name: str, content: bytes, *, media_type: str, description: str, at: datetime
) -> None:
    """Attach a file, as PDF/A-3 wants it: dated, described, tied to the document that it supplements."""
    stream = embed.EmbeddedFileObject.from_file_data(
        writer, content, mime_type=media_type, params=embed.EmbeddedFileParams(modification_date=at)
    )
    file = embed.FileSpec(
        name, file_name=name, embedded_data=stream, description=description, af_relationship=pdf_name("/Supplement")
    )
    # Not by embed_file(), which would make a PDF 2.0 of it: PDF/A-3 is a PDF 1.7.
    added = writer.add_object(file.as_pdf_object())
    names = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
    before = sum(2 for held in list(names)[::2] if str(held) < name)
    names.insert(before, added)
    names.insert(before, pdf_string(name))
    writer.root["/AF"].append(added)
    writer.update_container(names)
    writer.update_container(writer.root["/AF"])


def page_count(writer: IncrementalPdfFileWriter) -> int:
    """How many pages there are, with those that were added."""
    return int(writer.root["/Pages"]["/Count"])


def draw(
    writer: IncrementalPdfFileWriter, drawing: bytes, *, page: int, box: tuple[int, int, int, int], says: str
) -> None:
    """Lay a one-page PDF over a rectangle of a page (x1, y1, x2, y2 in points), as a stamp that says ``says``.

    The page's own instructions do not change: the drawing is an annotation of its own, which prints with it.
    """
    # The library's own types stop at its door.
    made: Any = generic
    page_of: Any = writer
    form = page_of.import_page_as_xobject(PdfFileReader(BytesIO(drawing)))
    stamp = made.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Stamp"),
            pdf_name("/Rect"): generic.ArrayObject(_number(side) for side in box),
            pdf_name("/Contents"): pdf_string(says),
            # Printed with the page, and neither moved nor changed.
            pdf_name("/F"): _number(4 + 64 + 128),
            pdf_name("/AP"): made.DictionaryObject({pdf_name("/N"): form}),
        }
    )
    place, _resources = page_of.find_page_for_modification(page)
    page_of.register_annotation(place, writer.add_object(stamp))
