"""Word-processing and spreadsheet files: ZIP archives of XML, opened entirely but never to the disk."""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from xml.parsers import expat

from jurande.integrations.inspection.kinds import FORMATS, Kind, Reason, Rejected
from jurande.integrations.inspection.signatures import refuse_malware_test

MAX_ENTRIES = 5_000
MAX_OPENED_BYTES = 200_000_000
# XML of figures shrinks twenty times, monotonous figures three hundred; a bomb a thousand times.
MAX_RATIO = 400
RATIO_MATTERS_BYTES = 20_000_000
CHUNK_BYTES = 1 << 18
END = b"PK\x05\x06"
END_BYTES = 22
LOCAL_BYTES = 30

OOXML = {
    b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": Kind.DOCX,
    b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": Kind.XLSX,
}
ODF = {FORMATS[kind].media_type.encode(): kind for kind in (Kind.ODT, Kind.ODS)}
MACRO_CONTENT = (b"macroEnabled", b"vbaProject", b"ms-office.activeX", b"macrosheet")
MACRO_NAME = re.compile(
    r"(?:^|/)(?:vbaProject.*|vbaData\.xml|activeX/.*|macrosheets/.*|dialogsheets/.*|ctrlProps/.*)$|^(?:Basic|Scripts)/.+",
    re.IGNORECASE,
)
NESTED_NAME = re.compile(
    r"(?:^|/)embeddings/.|\.(?:zip|rar|7z|gz|bz2|xz|tar|jar|cab|iso|docx?|docm|xlsx?|xlsm|pptx?|odt|ods|pdf|exe|dll|js"
    r"|vbs|ps1|bat|cmd|html?|hta|ole)$",
    re.IGNORECASE,
)
NESTED_MAGIC = (
    b"PK\x03\x04",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b\x08",
    b"\xd0\xcf\x11\xe0",
    b"MZ",
    b"\x7fELF",
)
EXTERNAL_NAME = re.compile(r"^xl/(?:externalLinks/|connections\.xml|queryTables/)|(?:^|/)customUI", re.IGNORECASE)
LOCAL_TEMPLATE = re.compile(r"(?:file:///)?[a-z]:[\\/]|[^\\/:]+$", re.IGNORECASE)
DDE = re.compile(r"\bDDE(?:AUTO)?\b", re.IGNORECASE)
REMOTE = re.compile(r"^(?:[a-z][a-z0-9+.-]+:|//|\\\\)", re.IGNORECASE)
XLINK_HREF = "http://www.w3.org/1999/xlink href"


def examine_office(content: bytes) -> Kind:
    """Make sure that these bytes are one office file that can only be read, and say which.

    Every entry is opened, so that sizes and checksums are those of the bytes and not of the directory.

    :raises Rejected: see the ``OFFICE_…`` reasons; ``ARCHIVE`` for a ZIP that is no office file; ``DAMAGED``.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _examine_directory(content, archive)
            kind = _kind_of(archive)
            for entry in archive.infolist():
                _examine_entry(archive, entry)
            return kind
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, expat.ExpatError) as error:
        raise Rejected(Reason.DAMAGED) from error
    except (NotImplementedError, RuntimeError) as error:
        # A compression or an encryption that no office program uses.
        raise Rejected(Reason.DAMAGED) from error


# --- the archive --------------------------------------------------------------------------------


def _examine_directory(content: bytes, archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise Rejected(Reason.OFFICE_BOMB)
    names = [entry.filename for entry in entries]
    if len({name.casefold() for name in names}) != len(names):
        raise Rejected(Reason.OFFICE_HIDDEN)
    for entry in entries:
        _examine_entry_header(entry)
    opened = sum(entry.file_size for entry in entries)
    if opened > MAX_OPENED_BYTES:
        raise Rejected(Reason.OFFICE_BOMB)
    _demand_nothing_between(content, archive, entries)


def _examine_entry_header(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & 0x1:
        raise Rejected(Reason.OFFICE_ENCRYPTED)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Rejected(Reason.DAMAGED)
    name = entry.orig_filename
    if name.startswith(("/", "\\")) or "\\" in name or "\0" in name or ":" in name or ".." in name.split("/"):
        raise Rejected(Reason.OFFICE_PATH)
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Rejected(Reason.OFFICE_PATH)
    if entry.file_size > RATIO_MATTERS_BYTES and entry.file_size > MAX_RATIO * max(1, entry.compress_size):
        raise Rejected(Reason.OFFICE_BOMB)


def _demand_nothing_between(content: bytes, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Make sure that the entries follow one another from the first byte to the directory, and that it ends the file.

    Overlapping entries are how a small archive opens into gigabytes; a gap, or what is before or after, is how a file
    carries what its directory does not list.
    """
    end = len(content) - END_BYTES - len(archive.comment)
    directory_bytes, directory_at = (
        int.from_bytes(content[end + 12 : end + 16], "little"),
        int.from_bytes(content[end + 16 : end + 20], "little"),
    )
    if content[end : end + 4] != END or directory_at + directory_bytes != end or archive.comment:
        raise Rejected(Reason.OFFICE_HIDDEN)
    at = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        start = entry.header_offset
        if start < at:
            raise Rejected(Reason.OFFICE_BOMB)
        # Room for the sizes repeated after the bytes of an entry that was written without knowing them.
        if start - at > 24:
            raise Rejected(Reason.OFFICE_HIDDEN)
        name_bytes, extra_bytes = (
            int.from_bytes(content[start + 26 : start + 28], "little"),
            int.from_bytes(content[start + 28 : start + 30], "little"),
        )
        at = start + LOCAL_BYTES + name_bytes + extra_bytes + entry.compress_size
    if not 0 <= directory_at - at <= 24:
        raise Rejected(Reason.OFFICE_HIDDEN)


def _kind_of(archive: zipfile.ZipFile) -> Kind:
    names = archive.namelist()
    if names and names[0] == "mimetype":
        kind = ODF.get(_read(archive, "mimetype", limit=200))
        if kind is None:
            raise Rejected(Reason.OFFICE_FORMAT)
        if b"encryption-data" in _read(archive, "META-INF/manifest.xml"):
            raise Rejected(Reason.OFFICE_ENCRYPTED)
        return kind
    if "[Content_Types].xml" not in names:
        raise Rejected(Reason.ARCHIVE)
    types = _read(archive, "[Content_Types].xml")
    if any(mark in types for mark in MACRO_CONTENT):
        raise Rejected(Reason.OFFICE_MACRO)
    kinds = {kind for media_type, kind in OOXML.items() if b'"' + media_type + b'"' in types}
    if len(kinds) != 1:
        raise Rejected(Reason.OFFICE_FORMAT)
    return kinds.pop()


def _read(archive: zipfile.ZipFile, name: str, limit: int = 1_000_000) -> bytes:
    try:
        with archive.open(name) as part:
            content = part.read(limit + 1)
    except KeyError as error:
        raise Rejected(Reason.DAMAGED) from error
    if len(content) > limit:
        raise Rejected(Reason.OFFICE_BOMB)
    return content


# --- each entry ---------------------------------------------------------------------------------


def _examine_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    if entry.is_dir():
        return
    name = entry.filename
    if MACRO_NAME.search(name):
        raise Rejected(Reason.OFFICE_MACRO)
    if EXTERNAL_NAME.search(name):
        raise Rejected(Reason.OFFICE_EXTERNAL)
    if NESTED_NAME.search(name):
        raise Rejected(Reason.OFFICE_NESTED)
    reader = _reader_of(name)
    with archive.open(entry) as part:
        previous = b""
        while chunk := part.read(CHUNK_BYTES):
            if not previous:
                _examine_beginning(chunk)
            joined = previous + chunk
            refuse_malware_test(joined)
            if b"<!DOCTYPE" in joined or b"<!ENTITY" in joined:
                raise Rejected(Reason.OFFICE_ENTITY)
            previous = joined[-100:]
            if reader is not None:
                reader.feed(chunk)
    if reader is not None:
        reader.close()


def _examine_beginning(chunk: bytes) -> None:
    if chunk.startswith(NESTED_MAGIC):
        raise Rejected(Reason.OFFICE_NESTED)
    # XML in two bytes a letter would pass under what is searched for here; no office program writes it.
    if chunk.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")):
        raise Rejected(Reason.OFFICE_ENTITY)


class _Reader:
    """Reads the elements of one XML part, of which it keeps nothing but what must be refused."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self.start
        self.parser.StartDoctypeDeclHandler = self.doctype

    def feed(self, chunk: bytes) -> None:
        self.parser.Parse(chunk, False)

    def close(self) -> None:
        self.parser.Parse(b"", True)

    def doctype(self, *declared: object) -> None:
        raise Rejected(Reason.OFFICE_ENTITY)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError


class _Relations(_Reader):
    """OOXML relations: a hyperlink may lead outside, nothing else may be fetched from there."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if attributes.get("TargetMode", "").strip().lower() != "external":
            return
        kind, target = attributes.get("Type", "").rpartition("/")[2], attributes.get("Target", "")
        # Word writes where the template was on its author's disk; only one on a server would be fetched.
        is_local_template = kind == "attachedTemplate" and LOCAL_TEMPLATE.match(target)
        if kind != "hyperlink" and not is_local_template:
            raise Rejected(Reason.OFFICE_EXTERNAL)


class _WordText(_Reader):
    """A Word part: a field may not ask another program for its value."""

    def __init__(self) -> None:
        super().__init__()
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.reading = False
        self.instructions = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.reading = name.endswith(" instrText")
        if name.endswith(" fldSimple"):
            self.instructions += " " + " ".join(attributes.values())
        elif name.endswith(" fldChar"):
            self.instructions += " "

    def end(self, name: str) -> None:
        self.reading = False

    def text(self, characters: str) -> None:
        if self.reading:
            self.instructions += characters

    def close(self) -> None:
        super().close()
        if DDE.search(self.instructions):
            raise Rejected(Reason.OFFICE_EXTERNAL)


class _OpenDocument(_Reader):
    """An OpenDocument part: only a hyperlink may lead outside, and nothing may run."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        short = name.rpartition(":")[2].replace(":", " ")
        if "script:1.0" in name and name.endswith("event-listener"):
            raise Rejected(Reason.OFFICE_MACRO)
        if short.endswith(("dde-connection-decl", "dde-source", "dde-link")):
            raise Rejected(Reason.OFFICE_EXTERNAL)
        target = attributes.get(XLINK_HREF, "").strip()
        if target.startswith("vnd.sun.star.script:"):
            raise Rejected(Reason.OFFICE_MACRO)
        is_hyperlink = name.endswith((":text:1.0 a", ":drawing:1.0 a"))
        if target and not is_hyperlink and REMOTE.match(target):
            raise Rejected(Reason.OFFICE_EXTERNAL)


def _reader_of(name: str) -> _Reader | None:
    if name.lower().endswith(".rels"):
        return _Relations()
    if name.startswith("word/") and name.lower().endswith(".xml"):
        return _WordText()
    if name in ("content.xml", "styles.xml", "meta.xml", "settings.xml"):
        return _OpenDocument()
    return None
