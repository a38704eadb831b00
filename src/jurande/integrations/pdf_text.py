"""The words of a PDF that a stranger hands over, read in a process of its own, with little memory and little time.

A page can be made to keep its reader busy for ever: what happens there stops there.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from jurande.core.errors import CoreError

LONGEST_SECONDS = 8.0
_READER = Path(__file__).with_name("pdf_text_reader.py")


class NoText(CoreError):
    """No text could be read: not a PDF, encrypted, damaged, or made to take too long."""

    code = "pdf.no_text"


def page_text(content: bytes) -> str:
    """Return the text of the first pages, empty for pages that are pictures.

    :raises NoText: nothing could be read of it within the bounds.
    """
    try:
        read = subprocess.run(  # noqa: S603 - our own file, with this interpreter; the bytes go by the standard input
            [sys.executable, "-I", str(_READER)],
            input=content,
            capture_output=True,
            timeout=LONGEST_SECONDS,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired:
        raise NoText("it took too long") from None
    if read.returncode:
        raise NoText(f"ended with {read.returncode}")
    return read.stdout.decode("utf-8", "replace")
