# SPDX-License-Identifier: Apache-2.0
"""Cutting an export into its fiches without parsing them, and proving that the whole is well formed.

In well-formed XML without a document type, ``<`` opens a tag, a comment, a CDATA section or an instruction, and nothing
else: once those three are skipped, the bytes ``<FICHE>`` are that tag wherever they stand. So the cut cannot be wrong
about a file that expat, which reads every byte of it here, finds well formed; what does not look like the layout of the
State (attributes, nested or empty fiches, anything between two fiches) is refused, never guessed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NoReturn
from xml.etree import ElementTree
from xml.parsers import expat

from jurande.core.errors import CoreError

VERSION = "4.1"
CHUNK_BYTES = 1 << 18
# The largest fiches, with thousands of partners, have one or two million bytes.
MAX_FICHE_BYTES = 32_000_000
DIGEST_BYTES = 16

_TOKEN = re.compile(rb"<!--|<!\[CDATA\[|<\?|</?FICHE>")
_LONGEST_TOKEN = len(b"<![CDATA[")
_CLOSERS = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_END = re.compile(rb"\s*</FICHES\s*>\s*")


class ExportRefused(CoreError):
    """The whole file is refused. ``code`` says why, ``line`` where it was seen (1 is the first).

    ``registers.``: ``encoding``, ``malformed``, ``truncated``, ``declarations`` (a document type or an entity),
    ``root``, ``version``, ``layout``, ``empty``, ``fiche_too_large``.
    """

    def __init__(self, message: str, *, code: str, line: int = 0) -> None:
        """Keep the reason and the line; 0 when no line is to blame."""
        super().__init__(message, code=f"registers.{code}")
        self.line = line


@dataclass(frozen=True, slots=True)
class Span:
    """Where a fiche is in the stream: first byte, number of bytes, line of its first byte; and what it is."""

    offset: int
    length: int
    line: int
    digest: str


def digest_of(content: bytes) -> str:
    """Name these bytes by 32 hexadecimal digits."""
    return hashlib.blake2b(content, digest_size=DIGEST_BYTES).hexdigest()


def spans(stream: BinaryIO) -> Iterator[Span]:
    """Give the fiches of an export in order. Only when the iterator ends was the whole file found to be right.

    ``stream`` is read once, from where it is, which must be its start. ``digest`` is the BLAKE2b of the fiche's bytes,
    32 hexadecimal digits: the same digest is the same bytes, hence the same fiche.

    :raises ExportRefused: the first thing that is wrong with the file, at any step.
    """
    return _Cutter(stream).spans()


class _Cutter:
    """What is known of the bytes read so far: those before ``base`` are done with, ``pending`` holds the rest."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.parser = _strict_parser()
        self.pending = b""
        self.base = 0
        # In ``pending``: where the last fiche ended, the line there, where the next token is looked for, and where the
        # fiche under way began (-1: none).
        self.done = 0
        self.line = 1
        self.at = 0
        self.begun = -1
        self.count = 0
        # What ends the comment, CDATA section or instruction under way.
        self.skipping = b""

    def spans(self) -> Iterator[Span]:
        while chunk := self.stream.read(CHUNK_BYTES):
            self._prove(chunk)
            self.pending += chunk
            yield from self._cut()
            self._let_go()
        self._prove(b"")
        self._demand_end()

    def _cut(self) -> Iterator[Span]:
        """Give the fiches that end in what is pending."""
        while not self.skipping or self._skip():
            token = _TOKEN.search(self.pending, self.at)
            if token is None:
                # The next one may have been cut by the end of what was read.
                self.at = max(self.at, len(self.pending) - _LONGEST_TOKEN + 1)
                return
            self.at = token.end()
            if closer := _CLOSERS.get(token[0]):
                self.skipping = closer
            elif token[0] == b"<FICHE>":
                self._begin(token.start())
            else:
                yield self._finish(token.end())

    def _skip(self) -> bool:
        """Go past the comment, CDATA section or instruction under way, if its end was read."""
        end = self.pending.find(self.skipping, self.at)
        if end < 0:
            self.at = max(self.at, len(self.pending) - len(self.skipping) + 1)
            return False
        self.at = end + len(self.skipping)
        self.skipping = b""
        return True

    def _begin(self, start: int) -> None:
        if self.begun >= 0:
            self._refuse("layout", "a fiche inside a fiche", start)
        between = self.pending[self.done : start]
        if not self.count:
            _examine_head(between + b"</FICHES>")
        elif not between.isspace() and _COMMENT.sub(b"", between).strip():
            self._refuse("layout", "something between two fiches", self.done)
        self.begun = start

    def _finish(self, end: int) -> Span:
        if self.begun < 0:
            self._refuse("layout", "the end of a fiche that did not begin", end)
        content = self.pending[self.begun : end]
        line = self.line + self.pending.count(b"\n", self.done, self.begun)
        self.line = line + content.count(b"\n")
        span = Span(self.base + self.begun, len(content), line, digest_of(content))
        self.begun, self.done, self.count = -1, end, self.count + 1
        return span

    def _let_go(self) -> None:
        """Forget the bytes that no fiche needs any more."""
        keep = self.begun if self.begun >= 0 else self.done
        if len(self.pending) - keep > MAX_FICHE_BYTES:
            self._refuse("fiche_too_large", f"more than {MAX_FICHE_BYTES} bytes without the end of a fiche", keep)
        self.line += self.pending.count(b"\n", self.done, keep)
        self.pending = self.pending[keep:]
        self.base += keep
        self.at -= keep
        self.done = 0
        self.begun = min(self.begun, 0)

    def _demand_end(self) -> None:
        if self.begun >= 0:
            self._refuse("layout", "a fiche whose end is not written </FICHE>", self.begun)
        if not self.count:
            _examine_head(self.pending)
            raise ExportRefused("no fiche", code="empty")
        if not _END.fullmatch(_COMMENT.sub(b"", self.pending)):
            self._refuse("layout", "something after the last fiche", 0)

    def _prove(self, chunk: bytes) -> None:
        """Have expat read the next bytes; no bytes is the end."""
        try:
            self.parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            line = self.parser.ErrorLineNumber
            if not chunk:
                raise ExportRefused("the file stops before its end", code="truncated", line=line) from error
            wrong = (self.pending + chunk)[self.parser.ErrorByteIndex - self.base :][:4]
            code = "malformed" if _begins_in_utf8(wrong) else "encoding"
            raise ExportRefused(str(error), code=code, line=line) from error

    def _refuse(self, code: str, message: str, at: int) -> NoReturn:
        raise ExportRefused(message, code=code, line=self.line + self.pending.count(b"\n", self.done, at))


def _strict_parser() -> expat.XMLParserType:
    """Make a parser that reads UTF-8 whatever the file says, and refuses another root and any document type."""
    parser = expat.ParserCreate(encoding="utf-8")

    def root(name: str, attributes: dict[str, str]) -> None:
        if name != "FICHES":
            raise ExportRefused(f"the root is {name[:60]!r}", code="root", line=parser.CurrentLineNumber)
        parser.StartElementHandler = None

    def document_type(*declared: object) -> None:
        raise ExportRefused("a document type", code="declarations", line=parser.CurrentLineNumber)

    parser.StartElementHandler = root
    parser.StartDoctypeDeclHandler = document_type
    return parser


def _examine_head(head: bytes) -> None:
    """Make sure that what precedes the first fiche is the root and its version, and nothing else."""
    try:
        root = ElementTree.fromstring(head)  # noqa: S314  # expat found no document type in it
    except ElementTree.ParseError as error:
        raise ExportRefused("something is open before the first fiche", code="layout", line=1) from error
    version = (root.findtext("VERSION_FLUX") or "").strip()
    if version != VERSION:
        raise ExportRefused(f"VERSION_FLUX is {version[:20]!r}, not {VERSION}", code="version", line=1)
    if len(root) != 1:
        raise ExportRefused(f"unknown element {root[-1].tag[:60]!r}", code="layout", line=1)


def _begins_in_utf8(sample: bytes) -> bool:
    try:
        sample.decode()
    except UnicodeDecodeError as error:
        # A character cut at the end of the sample says nothing.
        return error.start > 0 or error.reason == "unexpected end of data"
    return True
