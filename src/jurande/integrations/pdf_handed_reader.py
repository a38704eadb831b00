"""Run by ``pdf_text`` alone, in a process that may die: a PDF comes in; what it carries, then what it says, go out."""

from __future__ import annotations

import json
import sys

from jurande.core.proof.carriers.errors import CarrierRefused
from jurande.core.proof.carriers.pdf import Metered, extract_pdf
from jurande.integrations.pdf_text_reader import be_bounded, text_of


def main() -> None:
    """Read the standard input; write one line of JSON on the credential, then the text, where it can be read."""
    be_bounded()
    document = sys.stdin.buffer.read()
    try:
        told = {"credential": extract_pdf(document)}
    except CarrierRefused as refusal:
        told = {"refused": refusal.code}
    # Told at once: reading the pages may kill this process.
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n")
    sys.stdout.buffer.flush()
    if told.get("refused") == "carrier.costly":
        sys.exit(1)
    sys.stdout.buffer.write(text_of(Metered(document)))


if __name__ == "__main__":
    main()
