"""Signatures made elsewhere: what is read of them the day their PDF is filed, and is this PDF ours?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256

from cryptography.hazmat.primitives import serialization
from django.utils.translation import gettext_lazy as _

from jurande.integrations.pdf_signatures import PdfFindings, PdfUnreadable, read_pdf
from jurande.registers.common.refusals import Refused
from jurande.registers.conventions.models import Convention, OutsideSignature, SealedPdf
from jurande.registers.conventions.operations.cachets import files_of
from jurande.registers.conventions.states import SignatureAct
from jurande.registers.documents.models import Document
from jurande.registers.documents.queries import open_content
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor

UNREADABLE = {
    "pdf.too_large": _("Ce fichier est trop lourd pour être lu ici. Une convention pèse moins de 30\u00a0Mo."),
    "pdf.too_long": _(
        "Ce PDF demande trop de temps ou de mémoire pour être lu\u00a0: il n’a pas l’air d’une convention."
    ),
}


class PdfNotReadable(Refused):
    """Nothing can be said of this file."""


def findings_in(content: bytes, certifier: Certifier) -> PdfFindings:
    """What is read of a PDF; «trusted» means a cachet of this certifier, the present one or a former one.

    :raises PdfNotReadable: too large, too long to read, or not a PDF.
    """
    pem = b"".join(each.public_bytes(serialization.Encoding.PEM) for each in files_of(certifier).certificates())
    try:
        return read_pdf(content, trusted_pem=pem)
    except PdfUnreadable as error:
        usual = _("Ce fichier n’est pas un PDF lisible. Choisissez le PDF de la convention, tel que vous l’avez reçu.")
        raise PdfNotReadable(UNREADABLE.get(error.code, usual), field="file") from error


def examine_outside(*, convention: Convention, document: Document, actor: Actor, now: datetime) -> OutsideSignature:
    """Read the signatures of a convention signed elsewhere and keep what is found, shown as found.

    :raises PdfNotReadable: nothing can be said of it.
    """
    with open_content(document) as file:
        found = findings_in(file.read(), convention.certifier)
    row = OutsideSignature(
        convention=convention, document=document, findings=asdict(found), read_at=now, read_by_code=actor.code
    )
    row.save(force_insert=True)
    record(
        chain=convention.certifier.code,
        actor_code=actor.code,
        action=SignatureAct.OUTSIDE_SIGNATURE_READ,
        subject_kind="convention",
        subject_code=convention.code,
        digest=document.blob.sha256,
        now=now,
    )
    return row


@dataclass(frozen=True)
class Comparison:
    """A file beside the one we keep. ``verdict``: «same», «unsigned» (the text before it was signed), «added»
    (something follows our file), «altered» or «other».

    ``pages``: numbers of the pages that do not draw the same thing; ``files``: names of the attachments that differ.
    """

    verdict: str
    sha256: str
    pages: tuple[int, ...] = ()
    page_count: int = 0
    our_page_count: int = 0
    files: tuple[str, ...] = ()
    added_bytes: int = 0
    findings: PdfFindings | None = None


def compare(*, convention: Convention, content: bytes) -> Comparison:
    """Tell whether this file is the sealed convention, and what differs when it is not; nothing is kept.

    :raises PdfNotReadable: not a PDF, or one that cannot be read.
    """
    digest = sha256(content).hexdigest()
    sealed = SealedPdf.objects.select_related("document__blob").filter(convention=convention).first()
    if sealed is not None and digest == sealed.sha256:
        return Comparison("same", digest, findings=findings_in(content, convention.certifier))
    text = convention.text
    if text is not None and digest == text.sha256:
        return Comparison("unsigned" if sealed is not None else "same", digest)
    found = findings_in(content, convention.certifier)
    document = sealed.document if sealed is not None else text.pdf if text is not None else None
    if document is None:
        return Comparison("other", digest, page_count=len(found.pages), findings=found)
    with open_content(document) as file:
        ours = file.read()
    return _differences(content, ours, digest, found, findings_in(ours, convention.certifier))


def _differences(content: bytes, ours: bytes, digest: str, found: PdfFindings, expected: PdfFindings) -> Comparison:
    longest = max(len(found.pages), len(expected.pages))
    pages = tuple(
        number + 1
        for number in range(longest)
        if found.pages[number : number + 1] != expected.pages[number : number + 1]
    )
    names = {name for name, _digest in set(found.files) ^ set(expected.files)}
    common = len(set(found.pages) & set(expected.pages))
    verdict = "added" if content.startswith(ours) else "altered" if common else "other"
    return Comparison(
        verdict,
        digest,
        pages=pages,
        page_count=len(found.pages),
        our_page_count=len(expected.pages),
        files=tuple(sorted(names)),
        added_bytes=len(content) - len(ours) if verdict == "added" else 0,
        findings=found,
    )
