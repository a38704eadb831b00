"""What a file is, by its bytes alone; and whether it is something else at the same time."""

from __future__ import annotations

import re

from jurande.integrations.inspection.kinds import Kind, Reason, Rejected

# The string that antivirus makers agreed on to try a guard with; in two pieces, for this file not to be one.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + rb"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
OFFICE_MAGIC = b"PK\x03\x04"
MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"%PDF-", Kind.PDF),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"\xff\xd8\xff", Kind.JPEG),
)
# Known, and not on the white list: each deserves a sentence that says what to do instead.
REFUSED: tuple[tuple[bytes, Reason], ...] = (
    (b"GIF87a", Reason.PICTURE_FORMAT),
    (b"GIF89a", Reason.PICTURE_FORMAT),
    (b"II*\x00", Reason.PICTURE_FORMAT),
    (b"MM\x00*", Reason.PICTURE_FORMAT),
    (b"8BPS", Reason.PICTURE_FORMAT),
    (b"%!PS", Reason.PICTURE_FORMAT),
    (b"\xc5\xd0\xd3\xc6", Reason.PICTURE_FORMAT),
    (b"\x00\x00\x00\x0cjP  ", Reason.PICTURE_FORMAT),
    (b"{\\rtf", Reason.OFFICE_FORMAT),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Reason.OFFICE_FORMAT),
    (b"\x7fELF", Reason.EXECUTABLE),
    (b"\xca\xfe\xba\xbe", Reason.EXECUTABLE),
    (b"\xcf\xfa\xed\xfe", Reason.EXECUTABLE),
    (b"\xce\xfa\xed\xfe", Reason.EXECUTABLE),
    (b"#!", Reason.SCRIPT),
    (b"PK\x05\x06", Reason.ARCHIVE),
    (b"Rar!\x1a\x07", Reason.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", Reason.ARCHIVE),
    (b"\x1f\x8b", Reason.ARCHIVE),
    (b"\xfd7zXZ\x00", Reason.ARCHIVE),
    (b"\x28\xb5\x2f\xfd", Reason.ARCHIVE),
    (b"MSCF\x00\x00\x00\x00", Reason.ARCHIVE),
    (b"\x1aE\xdf\xa3", Reason.RECORDING),
    (b"\xff\xfe", Reason.TEXT_ENCODING),
    (b"\xfe\xff", Reason.TEXT_ENCODING),
)
# These are also how an honest text may begin: they count only among bytes that are not text.
REFUSED_IF_BINARY: tuple[tuple[bytes, Reason], ...] = (
    (b"MZ", Reason.EXECUTABLE),
    (b"BM", Reason.PICTURE_FORMAT),
    (b"BZh", Reason.ARCHIVE),
    (b"OggS", Reason.RECORDING),
    (b"ID3", Reason.RECORDING),
)
PICTURE_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis")
NOT_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
# The bytes that Windows-1252 does not define.
NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
MARKUP = re.compile(
    rb"<(?:(?P<svg>svg)|(?P<php>\?php|\?=)|(?P<html>!doctype\s+html|html|head|body|script|iframe|meta|style|title|img|a"
    rb"|div|table|form|object|embed|link|base|!--))(?=[\s>/]|$)",
    re.IGNORECASE,
)
# Markup that has no business inside a picture or a PDF: what makes a file two things at once.
FOREIGN_MARKUP = re.compile(rb"<(?:script|html|iframe|svg|!doctype\s+html|\?php)[\s>]", re.IGNORECASE)
SNIFFED_BYTES = 2048
ARCHIVE_END = b"PK\x05\x06"
ARCHIVE_TAIL = 65_557


def sniff(content: bytes) -> Kind | None:
    """Tell what the bytes are; None for an archive in the ZIP format, which only its entries can tell.

    CSV and plain text are told apart by their names alone, later: here both are ``TEXT``.

    :raises Rejected: empty, known and not allowed, or unknown.
    """
    if not content:
        raise Rejected(Reason.EMPTY)
    for magic, kind in MAGIC:
        if content.startswith(magic):
            return kind
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return Kind.WEBP
    if content.startswith(OFFICE_MAGIC):
        return None
    for magic, reason in REFUSED:
        if content.startswith(magic):
            raise Rejected(reason)
    if content[4:8] == b"ftyp":
        raise Rejected(Reason.PICTURE_FORMAT if content[8:12] in PICTURE_BRANDS else Reason.RECORDING)
    if b"%PDF-" in content[:1024]:
        raise Rejected(Reason.PREFIXED)
    if NOT_TEXT.search(content):
        raise _not_text(content)
    _demand_plain_text(content)
    return Kind.TEXT


def _not_text(content: bytes) -> Rejected:
    for magic, reason in REFUSED_IF_BINARY:
        if content.startswith(magic):
            return Rejected(reason)
    # Something before a ZIP archive, which ZIP readers skip: a self-extracting archive, or a file that hides one.
    if _ends_with_archive(content):
        return Rejected(Reason.ARCHIVE)
    return Rejected(Reason.UNKNOWN)


def _demand_plain_text(content: bytes) -> None:
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if NOT_CP1252.search(content):
            raise Rejected(Reason.UNKNOWN) from None
    beginning = content.removeprefix(b"\xef\xbb\xbf")[:SNIFFED_BYTES]
    found = MARKUP.search(beginning)
    if found:
        reasons = {"svg": Reason.SVG, "php": Reason.SCRIPT, "html": Reason.HTML}
        raise Rejected(reasons[found.lastgroup or "html"])
    if beginning.lstrip()[:5].lower() == b"<?xml":
        raise Rejected(Reason.XML)
    if beginning.lstrip()[:2] == b"#!":
        raise Rejected(Reason.SCRIPT)


def refuse_second_format(content: bytes) -> None:
    """Turn away a picture or a PDF that is also an archive or a page: each reader would see another file.

    :raises Rejected: ``TWO_FORMATS``.
    """
    is_archive = (
        _ends_with_archive(content)
        or b"Rar!\x1a\x07" in content
        or b"7z\xbc\xaf\x27\x1c" in content
        or content[257:262] == b"ustar"
        or content[32769:32774] == b"CD001"
    )
    if is_archive or FOREIGN_MARKUP.search(content):
        raise Rejected(Reason.TWO_FORMATS)


def _ends_with_archive(content: bytes) -> bool:
    """Tell whether a ZIP reader would find a directory at the end, as it looks for it: backwards."""
    start = max(0, len(content) - ARCHIVE_TAIL)
    at = content.rfind(ARCHIVE_END, start)
    while at >= 0:
        directory_bytes = int.from_bytes(content[at + 12 : at + 16], "little")
        if len(content) - at >= 22 and (
            directory_bytes == 0 or content[max(0, at - directory_bytes) :][:4] == b"PK\x01\x02"
        ):
            return True
        at = content.rfind(ARCHIVE_END, start, at)
    return False


def refuse_malware_test(content: bytes) -> None:
    """Turn away the file that is used to try antivirus programs: whoever sends it wants to know whether we look.

    :raises Rejected: ``MALWARE_TEST``.
    """
    if EICAR in content:
        raise Rejected(Reason.MALWARE_TEST)
