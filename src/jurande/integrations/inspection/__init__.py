"""What may come in from outside, decided on the bytes (docs/adr/0007-documents.md).

Nothing is executed, decoded into pixels, fetched or written here; nothing is changed in what is examined. It guards
readers against files that do more than show something; it is no antivirus.
"""

from __future__ import annotations

from dataclasses import dataclass

from jurande.integrations.inspection.archives import examine_office
from jurande.integrations.inspection.kinds import FORMATS, Accept, Kind, Reason, Rejected
from jurande.integrations.inspection.names import clean_name
from jurande.integrations.inspection.pdf import examine_pdf
from jurande.integrations.inspection.pictures import examine_jpeg, examine_png, examine_webp
from jurande.integrations.inspection.signatures import refuse_malware_test, refuse_second_format, sniff

__all__ = ["FORMATS", "Accept", "Examined", "Kind", "Reason", "Rejected", "examine"]

STRUCTURES = {
    Kind.PDF: examine_pdf,
    Kind.PNG: examine_png,
    Kind.JPEG: examine_jpeg,
    Kind.WEBP: examine_webp,
}


@dataclass(frozen=True)
class Examined:
    """A file that may come in: what it is, and the name that it is kept under."""

    kind: Kind
    filename: str
    media_type: str


def examine(content: bytes, filename: str, accept: Accept) -> Examined:
    """Decide whether this file may come in for this use, on its bytes; its name must agree with them.

    :raises Rejected: with the first reason met, in this order: size, what it is, whether this use takes it, its name,
        then its structure.
    """
    if len(content) > accept.max_bytes:
        raise Rejected(Reason.TOO_LARGE, limit=str(accept.max_bytes))
    refuse_malware_test(content)
    sniffed = sniff(content)
    kind = examine_office(content) if sniffed is None else sniffed
    if kind is Kind.TEXT and filename.lower().endswith((".csv", ".tsv")):
        kind = Kind.CSV
    if kind not in accept.kinds:
        raise Rejected(Reason.NOT_ACCEPTED, kind=kind.value)
    name = clean_name(filename, kind)
    if kind in STRUCTURES:
        refuse_second_format(content)
        STRUCTURES[kind](content)
    return Examined(kind, name, FORMATS[kind].media_type)
