"""PDF files: what they would do, what they carry, and whether they end where they say."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator

from pypdf import Configuration, PdfReader, apply_configuration
from pypdf.errors import LimitReachedError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, PdfObject, StreamObject

from jurande.core.proof.carriers.pdf import Metered
from jurande.integrations.inspection.kinds import Reason, Rejected

MAX_PAGES = 2_000
MAX_OBJECTS = 200_000
MAX_DEPTH = 60
MAX_PACKED_BYTES = 100_000_000
MAX_SECONDS = 10.0
# Each object of a suspect document is read, nearly a byte at a time.
MAX_READS = 2_000_000
LIMITS = Configuration(
    zlib_maximum_output_length=30_000_000,
    lzw_maximum_output_length=30_000_000,
    run_length_maximum_output_length=30_000_000,
    brotli_maximum_output_length=30_000_000,
    array_based_stream_maximum_output_length=30_000_000,
    page_tree_maximum_entries=20_000,
    jbig2dec_binary=None,
)
# PDF 32000-1 §12.6: actions that run a program, send, fetch or play. URI, GoTo and the like only move the reader.
ACTIVE_ACTIONS = frozenset({"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Rendition", "/RichMediaExecute"})
EXTERNAL_ACTIONS = frozenset({"/GoToR", "/GoToE"})
ACTIVE_KEYS = frozenset({"/JavaScript", "/JS", "/RichMedia", "/RichMediaContent", "/RichMediaSettings"})
ATTACHMENT_KEYS = frozenset({"/EF", "/EmbeddedFiles"})
ACTIVE_ANNOTATIONS = frozenset({"/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"})


def _spelled(word: str) -> bytes:
    """Match a name however its letters are written: #4a is J."""
    return b"".join(b"(?:%c|#%02x|#%02X)" % (letter, letter, letter) for letter in word.encode())


def _any_name(*words: str) -> bytes:
    return rb"/(?:%s)[^\w]" % b"|".join(map(_spelled, words))


# Seen in the raw bytes, outside any compressed part: an older revision, or an object that only some readers would find.
RAW_ACTIVE = re.compile(_any_name("JavaScript", "Launch", "RichMedia"))
RAW_ATTACHMENT = re.compile(_any_name("EmbeddedFile"))
_REFERENCE = rb"\d{1,10}+[\s\0]{0,8}+(?:[%\s\0]|\d{1,5}+[\s\0]{0,8}+[R%\s\0])"
# What may stand between a name and its value: a little blank space. More of it, or a comment, is suspect in itself;
# without a bound, files made for it would keep the search busy for hours.
_BEFORE = rb"[\s\0]{0,8}+"
_STRANGE = rb"%[ -~\r\n]{3}|[\s\0]"
# Without any of these, there is nothing to look for in the objects one by one, which takes seconds. The short names
# come with what must follow them, or the compressed bytes of any large file would hold one.
SUSPECT = re.compile(
    b"|".join(
        (
            _any_name(*(name[1:] for name in sorted(ACTIVE_ACTIONS | EXTERNAL_ACTIONS | ACTIVE_KEYS - {"/JS"}))),
            _any_name("EmbeddedFile", "EmbeddedFiles", "FileAttachment", "Screen", "Movie", "Sound"),
            b"/(?:%s|%s)%s(?:<<|%s|%s)" % (_spelled("EF"), _spelled("3DD"), _BEFORE, _REFERENCE, _STRANGE),
            b"/%s%s(?:\\[|%s|%s)" % (_spelled("XFA"), _BEFORE, _REFERENCE, _STRANGE),
            b"/%s%s(?:<<|<[0-9A-Fa-f]{4}|\\(\\s?(?:[ -~]{4}|\xfe\xff)|%s|%s)"
            % (_spelled("F"), _BEFORE, _REFERENCE, _STRANGE),
        )
    )
)

# It reports each oddity of a file that it mends; that file is refused or accepted here, and nobody reads the rest.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def examine_pdf(content: bytes) -> None:
    """Make sure that these bytes are one PDF that can only be read: no program, no attachment, no password.

    :raises Rejected: see the ``PDF_…`` reasons; ``DAMAGED`` when it cannot be read; ``TRAILING`` when something follows
        its end.
    """
    if not content.rstrip(b"\0\t\n\x0c\r ").endswith(b"%%EOF"):
        raise Rejected(Reason.TRAILING if b"%%EOF" in content[-4096:] else Reason.DAMAGED)
    try:
        with apply_configuration(LIMITS):
            _examine(content)
    except Rejected:
        raise
    except (RecursionError, MemoryError, LimitReachedError) as error:
        raise Rejected(Reason.PDF_COMPLEX) from error
    except Exception as error:
        # The library may raise anything on bytes made to upset it: what it cannot read does not come in.
        raise Rejected(Reason.DAMAGED) from error
    if RAW_ACTIVE.search(content):
        raise Rejected(Reason.PDF_ACTIVE)
    if RAW_ATTACHMENT.search(content):
        raise Rejected(Reason.PDF_ATTACHMENT)


def _examine(content: bytes) -> None:
    reader = PdfReader(Metered(content, reads=MAX_READS), strict=False)
    if reader.is_encrypted:
        raise Rejected(Reason.PDF_ENCRYPTED)
    pages = reader.get_num_pages()
    if not pages:
        raise Rejected(Reason.DAMAGED)
    if pages > MAX_PAGES:
        raise Rejected(Reason.PDF_PAGES, pages=str(pages), limit=str(MAX_PAGES))
    if not any(SUSPECT.search(text) for text in (content, *_object_streams(reader))):
        return
    deadline = time.monotonic() + MAX_SECONDS
    for count, found in enumerate(_objects(reader)):
        if count > MAX_OBJECTS or time.monotonic() > deadline:
            raise Rejected(Reason.PDF_COMPLEX)
        _examine_object(found)


def _object_streams(reader: PdfReader) -> Iterator[bytes]:
    """Give the bytes of each stream in which the cross-reference table says that objects are packed."""
    opened = 0
    for number in sorted({place[0] for place in reader.xref_objStm.values()}):
        found = reader.get_object(number)
        text = found.get_data() if isinstance(found, StreamObject) else b""
        opened += len(text)
        if opened > MAX_PACKED_BYTES:
            raise Rejected(Reason.PDF_COMPLEX)
        yield text


def _objects(reader: PdfReader) -> Iterator[PdfObject]:
    """Give every object that the cross-reference table knows, those inside object streams too, and the trailer."""
    yield reader.trailer
    numbers = {number for generation in reader.xref.values() for number in generation} | set(reader.xref_objStm)
    for number in sorted(numbers):
        found = reader.get_object(number)
        if found is not None:
            yield found


def _examine_object(found: PdfObject) -> None:
    pending: list[tuple[PdfObject, int]] = [(found, 0)]
    while pending:
        value, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise Rejected(Reason.PDF_COMPLEX)
        if isinstance(value, DictionaryObject):
            _examine_dictionary(value)
            children = list(dict.values(value))
        elif isinstance(value, ArrayObject):
            children = list(list.__iter__(value))
        else:
            continue
        # What an indirect reference points to is examined in its own turn.
        pending += [(child, depth + 1) for child in children if not isinstance(child, IndirectObject)]


def _examine_dictionary(value: DictionaryObject) -> None:
    keys = set(value)
    action, subtype, of_type = (_resolved(value, key) for key in ("/S", "/Subtype", "/Type"))
    if keys & ACTIVE_KEYS or action in ACTIVE_ACTIONS or (subtype in ACTIVE_ANNOTATIONS and "/Rect" in keys):
        raise Rejected(Reason.PDF_ACTIVE)
    if keys & ATTACHMENT_KEYS or subtype == "/FileAttachment" or of_type == "/EmbeddedFile":
        raise Rejected(Reason.PDF_ATTACHMENT)
    if "/XFA" in keys:
        raise Rejected(Reason.PDF_FORM)
    # A stream whose bytes are in another file, or an action that opens one.
    if action in EXTERNAL_ACTIONS or (isinstance(value, StreamObject) and "/F" in keys):
        raise Rejected(Reason.PDF_EXTERNAL)


def _resolved(value: DictionaryObject, key: str) -> str:
    """Give the name under this key, wherever it is written; empty when there is none."""
    found: PdfObject | None = dict.get(value, key)
    found = found.get_object() if isinstance(found, IndirectObject) else found
    return str(found) if isinstance(found, NameObject) else ""
