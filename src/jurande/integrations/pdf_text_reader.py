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
MOST_CPU_SECONDS = 6
MOST_STREAM_BYTES = 8_000_000


def main() -> None:
    """Read the standard input, write what its pages say, as UTF-8."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES_OF_MEMORY, MOST_BYTES_OF_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    with apply_configuration(
        zlib_maximum_output_length=MOST_STREAM_BYTES,
        lzw_maximum_output_length=MOST_STREAM_BYTES,
        run_length_maximum_output_length=MOST_STREAM_BYTES,
        brotli_maximum_output_length=MOST_STREAM_BYTES,
        array_based_stream_maximum_output_length=MOST_STREAM_BYTES,
        jbig2dec_binary=None,
    ):
        pages = islice(PdfReader(BytesIO(sys.stdin.buffer.read())).pages, MOST_PAGES)
        text = "\n".join(page.extract_text() for page in pages)
    sys.stdout.buffer.write(text[:MOST_CHARACTERS].encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
