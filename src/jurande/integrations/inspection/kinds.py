"""The kinds of file that may come in, and every reason why one is turned away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The white list. A kind is what the bytes are, whatever their name or the browser says."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    DOCX = "docx"
    XLSX = "xlsx"
    ODT = "odt"
    ODS = "ods"
    CSV = "csv"
    TEXT = "text"


@dataclass(frozen=True)
class Format:
    """How a kind is called outside. The first extension is the one given to a name without any."""

    media_type: str
    extensions: tuple[str, ...]


_OOXML = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"
FORMATS: Mapping[Kind, Format] = {
    Kind.PDF: Format("application/pdf", ("pdf",)),
    Kind.PNG: Format("image/png", ("png",)),
    Kind.JPEG: Format("image/jpeg", ("jpg", "jpeg", "jpe", "jfif")),
    Kind.WEBP: Format("image/webp", ("webp",)),
    Kind.DOCX: Format(f"{_OOXML}.wordprocessingml.document", ("docx",)),
    Kind.XLSX: Format(f"{_OOXML}.spreadsheetml.sheet", ("xlsx",)),
    Kind.ODT: Format(f"{_ODF}.text", ("odt",)),
    Kind.ODS: Format(f"{_ODF}.spreadsheet", ("ods",)),
    Kind.CSV: Format("text/csv", ("csv", "tsv")),
    Kind.TEXT: Format("text/plain", ("txt",)),
}


@dataclass(frozen=True)
class Accept:
    """What one use takes: which kinds, and how many bytes at most."""

    kinds: frozenset[Kind]
    max_bytes: int = 20_000_000

    @classmethod
    def only(cls, *kinds: Kind, max_bytes: int = 20_000_000) -> Accept:
        """Take these kinds."""
        return cls(frozenset(kinds), max_bytes)


class Reason(StrEnum):
    """Why a file is turned away: stable codes, that the register turns into sentences."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    DAMAGED = "damaged"
    UNKNOWN = "unknown"
    NOT_ACCEPTED = "not_accepted"

    NAME_INVISIBLE = "name_invisible"
    NAME_DECEPTIVE = "name_deceptive"
    NAME_EXTENSION = "name_extension"

    HTML = "html"
    SVG = "svg"
    XML = "xml"
    SCRIPT = "script"
    EXECUTABLE = "executable"
    ARCHIVE = "archive"
    PICTURE_FORMAT = "picture_format"
    RECORDING = "recording"
    OFFICE_FORMAT = "office_format"
    TEXT_ENCODING = "text_encoding"
    MALWARE_TEST = "malware_test"

    PREFIXED = "prefixed"
    TRAILING = "trailing"
    TWO_FORMATS = "two_formats"

    PICTURE_PIXELS = "picture_pixels"
    PICTURE_ANIMATED = "picture_animated"
    PICTURE_BOMB = "picture_bomb"

    PDF_ENCRYPTED = "pdf_encrypted"
    PDF_PAGES = "pdf_pages"
    PDF_ACTIVE = "pdf_active"
    PDF_ATTACHMENT = "pdf_attachment"
    PDF_EXTERNAL = "pdf_external"
    PDF_FORM = "pdf_form"
    PDF_COMPLEX = "pdf_complex"

    OFFICE_BOMB = "office_bomb"
    OFFICE_ENCRYPTED = "office_encrypted"
    OFFICE_MACRO = "office_macro"
    OFFICE_NESTED = "office_nested"
    OFFICE_EXTERNAL = "office_external"
    OFFICE_PATH = "office_path"
    OFFICE_HIDDEN = "office_hidden"
    OFFICE_ENTITY = "office_entity"


class Rejected(Exception):
    """The file is turned away. ``details``: what the sentence needs to name, such as ``limit`` or ``extension``."""

    def __init__(self, reason: Reason, **details: str) -> None:
        """Keep the reason and its details."""
        super().__init__(reason.value)
        self.reason = reason
        self.details = details
