"""What a PDF that a stranger hands over carries and says, read in a process of its own with little memory and time.

A page can be made to keep its reader busy for ever, a stream to open into gigabytes: what happens there stops there.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from jurande.core.errors import CoreError
from jurande.core.proof.carriers.errors import CarrierRefused

LONGEST_SECONDS = 8.0
_TEXT = Path(__file__).with_name("pdf_text_reader.py")
_HANDED = Path(__file__).with_name("pdf_handed_reader.py")


class NoText(CoreError):
    """No text could be read: not a PDF, encrypted, damaged, or made to take too long."""

    code = "pdf.no_text"


@dataclass(frozen=True)
class Handed:
    """What was found in a PDF: the credential it carries, or the code of why there is none; what its pages say.

    ``words``: None when they could not be read.
    """

    credential: str = ""
    refused: str = ""
    words: str | None = None

    def attached(self) -> str:
        """Return the credential. :raises CarrierRefused: there is none that could be read."""
        if self.refused:
            raise CarrierRefused("a PDF that carries no credential that can be read", code=self.refused)
        return self.credential

    def text(self) -> str:
        """Return the text of the first pages, empty for pages that are pictures. :raises NoText: none was read."""
        if self.words is None:
            raise NoText("no page of it could be read")
        return self.words


def read_handed(content: bytes) -> Handed:
    """Read both at once; a PDF whose reading is stopped before anything is found is told as ``carrier.costly``."""
    ended, told = _read(_HANDED, content)
    line, _end, words = told.partition(b"\n")
    try:
        found = json.loads(line)
    except ValueError:
        return Handed(refused="carrier.costly")
    return Handed(**found, words=words.decode("utf-8", "replace") if ended == 0 else None)


def page_text(content: bytes) -> str:
    """Return the text of the first pages, empty for pages that are pictures.

    :raises NoText: nothing could be read of it within the bounds.
    """
    ended, told = _read(_TEXT, content)
    if ended:
        raise NoText(f"ended with {ended}")
    return told.decode("utf-8", "replace")


def _read(reader: Path, content: bytes) -> tuple[int, bytes]:
    """How that process ended, and what it wrote until then."""
    try:
        read = subprocess.run(  # noqa: S603 - our own file, with this interpreter; the bytes go by the standard input
            [sys.executable, "-I", str(reader)],
            input=content,
            capture_output=True,
            timeout=LONGEST_SECONDS,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired as late:
        return -1, late.stdout or b""
    return read.returncode, read.stdout
