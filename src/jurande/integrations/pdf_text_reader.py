"""Run by ``pdf_text`` alone, in a process that may die: a PDF comes in, the text of its first pages goes out."""

from __future__ import annotations

import logging
import resource
import sys
from io import BytesIO
from itertools import islice

from pypdf import PdfReader, apply_configuration

MOST_PAGES = 6
MOST_CHARACTERS = 200_000
MOST_BYTES_OF_MEMORY = 768 * 1024 * 1024
MOST_CPU_SECONDS = 3
MOST_STREAM_BYTES = 4_000_000


def main() -> None:
    """Read the standard input, write what its pages say, as UTF-8."""
    be_bounded()
    sys.stdout.buffer.write(text_of(BytesIO(sys.stdin.buffer.read())))


def be_bounded() -> None:
    """Give this process little memory and little time, for good."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES_OF_MEMORY, MOST_BYTES_OF_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def text_of(document: BytesIO) -> bytes:
    """Return what the first pages say, as UTF-8; whatever pypdf raises on a damaged document comes out."""
    with apply_configuration(
        zlib_maximum_output_length=MOST_STREAM_BYTES,
        lzw_maximum_output_length=MOST_STREAM_BYTES,
        run_length_maximum_output_length=MOST_STREAM_BYTES,
        brotli_maximum_output_length=MOST_STREAM_BYTES,
        array_based_stream_maximum_output_length=MOST_STREAM_BYTES,
        jbig2dec_binary=None,
    ):
        pages = islice(PdfReader(document).pages, MOST_PAGES)
        text = "\n".join(page.extract_text() for page in pages)
    return text[:MOST_CHARACTERS].encode("utf-8", "replace")


if __name__ == "__main__":
    main()
