"""Reading and judging the signatures of somebody's PDF, and telling where two PDFs differ.

A PDF from outside may be made to eat a machine: it is read by another process, bounded in time and in memory, which
dies alone. What is found is told as found: «intact» is what the arithmetic says, «trusted» only that the certificate is
one of those the caller named, «qualified» only what the certificate claims of itself.
Source: ISO 32000-1 §12.8; ETSI EN 319 142-1; ETSI EN 319 412-5 §4.2 (QCStatements).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import resource
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from typing import Any

from asn1crypto import pem, x509
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import SigningError, UnacceptableSignerError
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from jurande.core.errors import CoreError
from jurande.integrations.apart import apart

LARGEST_BYTES = 30_000_000
MOST_SIGNATURES = 20
MOST_PAGES = 2_000
CPU_SECONDS = 10
WALL_SECONDS = 20
MEMORY_BYTES = 1_000_000_000
_QUALIFIED = "0.4.0.1862.1.1"
_CHANGES = {
    ModificationLevel.NONE: "none",
    ModificationLevel.LTA_UPDATES: "none",
    ModificationLevel.FORM_FILLING: "filled",
    ModificationLevel.ANNOTATIONS: "annotated",
    ModificationLevel.OTHER: "changed",
}


class PdfUnreadable(CoreError):
    """Nothing can be said of this PDF; ``code`` says why: too large, too long to read, or malformed."""

    code = "pdf.unreadable"


@dataclass(frozen=True, slots=True)
class SignatureFinding:
    """One signature, or document time stamp, of a PDF. Instants are ISO, in UTC; a text is empty when nothing says it.

    ``claimed_at`` is the signer's word, ``timestamped_at`` an authority's. ``intact``: the bytes signed are these and
    the key is that of the certificate. ``whole``: nothing was added to the file since; ``changes``: what such
    additions do («none», «filled», «annotated», «changed»). ``forbidden``: the signer had forbidden them.
    """

    kind: str
    signer: str
    organisation: str
    issuer: str
    self_signed: bool
    fingerprint: str
    valid_from: str
    valid_until: str
    claimed_at: str
    timestamped_at: str
    intact: bool
    whole: bool
    changes: str
    certified: bool
    forbidden: bool
    trusted: bool
    says_qualified: bool
    problem: str

    @property
    def in_validity(self) -> bool:
        """Whether the certificate was valid at the instant that is proved, or else claimed."""
        at = self.timestamped_at or self.claimed_at
        return bool(at) and self.valid_from <= at <= self.valid_until


@dataclass(frozen=True, slots=True)
class PdfFindings:
    """What was read of a PDF: its signatures, the fingerprint of what each page draws, and of each attached file."""

    signatures: tuple[SignatureFinding, ...]
    pages: tuple[str, ...]
    files: tuple[tuple[str, str], ...]


def read_pdf(content: bytes, *, trusted_pem: bytes = b"") -> PdfFindings:
    """Judge the signatures of a PDF against the certificates of ``trusted_pem``, in a process of its own.

    :raises PdfUnreadable: over ``LARGEST_BYTES``, over the time or the memory given, encrypted, or malformed.
    """
    if len(content) > LARGEST_BYTES:
        raise PdfUnreadable("too large", code="pdf.too_large")
    asked = len(trusted_pem).to_bytes(4, "big") + trusted_pem + content
    try:
        done = subprocess.run(
            [sys.executable, "-m", "jurande.integrations.pdf_signatures"],
            input=asked,
            capture_output=True,
            timeout=WALL_SECONDS,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PdfUnreadable("too long to read", code="pdf.too_long") from None
    if done.returncode != 0:
        code = "pdf.too_long" if done.returncode < 0 else "pdf.unreadable"
        raise PdfUnreadable("its reader gave up", code=code)
    told = json.loads(done.stdout)
    if "refused" in told:
        raise PdfUnreadable(told["refused"])
    return findings_of(told)


def findings_of(told: dict[str, Any]) -> PdfFindings:
    """Turn what was kept as JSON back into findings."""
    known = {field.name for field in fields(SignatureFinding)}
    return PdfFindings(
        tuple(SignatureFinding(**{k: v for k, v in each.items() if k in known}) for each in told["signatures"]),
        tuple(told["pages"]),
        tuple((name, digest) for name, digest in told["files"]),
    )


# --- in the other process -----------------------------------------------------------------------


def judge(content: bytes, *, trusted_pem: bytes = b"") -> PdfFindings:
    """What ``read_pdf`` does in the other process; nothing bounds it here."""
    trusted = tuple(_certificates(trusted_pem))
    reader = PdfFileReader(BytesIO(content), strict=False)
    if reader.encrypted:
        raise PdfError("encrypted")
    signatures = []
    for count, embedded in enumerate(reader.embedded_signatures):
        if count >= MOST_SIGNATURES:
            raise PdfError("too many signatures")
        try:
            signatures.append(_finding(embedded, trusted))
        except (SignatureValidationError, ValueError, TypeError) as error:
            signatures.append(_unreadable(error))
    return PdfFindings(tuple(signatures), tuple(_pages(reader)), tuple(sorted(_files(reader))))


def _finding(embedded: EmbeddedPdfSignature, trusted: tuple[x509.Certificate, ...]) -> SignatureFinding:
    is_stamp = str(embedded.sig_object_type) == "/DocTimeStamp"
    certificate = embedded.signer_cert
    context = ValidationContext(trust_roots=list(trusted), allow_fetching=False, revocation_mode="soft-fail")
    problem = ""
    status: Any = None
    try:
        if is_stamp:
            status = apart(partial(validate_pdf_timestamp, embedded, context))
        else:
            any_use = KeyUsageConstraints(key_usage=set(), extd_key_usage=set())
            status = apart(partial(validate_pdf_signature, embedded, context, key_usage_settings=any_use))
    except (SignatureValidationError, SigningError, UnacceptableSignerError, PdfError, ValueError, TypeError) as error:
        problem = str(error)[:200]
    intact = bool(status and status.intact and status.valid)
    coverage = status.coverage if status else None
    subject, issuer = certificate.subject.native, certificate.issuer.native
    stamped = getattr(status, "timestamp_validity", None) if status else None
    at = status.timestamp if is_stamp and status else (stamped.timestamp if stamped and stamped.valid else None)
    validity = certificate["tbs_certificate"]["validity"]
    return SignatureFinding(
        kind="timestamp" if is_stamp else "signature",
        signer=_text(subject.get("common_name") or certificate.subject.human_friendly),
        organisation=_text(subject.get("organization_name", "")),
        issuer=_text(issuer.get("common_name") or certificate.issuer.human_friendly),
        self_signed=certificate.self_issued,
        fingerprint=certificate.sha256.hex(),
        valid_from=_instant(validity["not_before"].native),
        valid_until=_instant(validity["not_after"].native),
        claimed_at=_instant(embedded.self_reported_timestamp),
        timestamped_at=_instant(at),
        intact=intact,
        whole=coverage == SignatureCoverageLevel.ENTIRE_FILE,
        changes=_changes(status),
        certified=_permission(embedded) is not None,
        forbidden=bool(status and getattr(status, "docmdp_ok", None) is False),
        trusted=bool(status and status.trusted) or certificate.sha256 in {each.sha256 for each in trusted},
        says_qualified=_says_qualified(certificate),
        problem=problem,
    )


def _unreadable(error: Exception) -> SignatureFinding:
    """A signature of which nothing can be read, its certificate the least: it is told, and it proves nothing."""
    texts = dict.fromkeys(
        (
            "signer",
            "organisation",
            "issuer",
            "fingerprint",
            "valid_from",
            "valid_until",
            "claimed_at",
            "timestamped_at",
        ),
        "",
    )
    marks = dict.fromkeys(
        ("self_signed", "intact", "whole", "certified", "forbidden", "trusted", "says_qualified"), False
    )
    return SignatureFinding(kind="signature", changes="changed", problem=str(error)[:200], **texts, **marks)  # type: ignore[arg-type]


def _changes(status: Any) -> str:
    level = getattr(status, "modification_level", None)
    return _CHANGES.get(level, "changed") if level is not None else "changed"


def _permission(embedded: EmbeddedPdfSignature) -> object:
    try:
        return embedded.docmdp_level
    except SignatureValidationError:
        return None


def _says_qualified(certificate: x509.Certificate) -> bool:
    for extension in certificate["tbs_certificate"]["extensions"] or []:
        if extension["extn_id"].native == "qc_statements":
            return any(each["statement_id"].dotted == _QUALIFIED for each in extension["extn_value"].parsed)
    return False


def _pages(reader: PdfFileReader) -> Iterator[str]:
    """The fingerprint of what each page draws: its instructions, decoded, and nothing of how they were packed."""
    total = int(reader.root["/Pages"]["/Count"])
    if total > MOST_PAGES:
        raise PdfError("too many pages")
    for number in range(total):
        page = reader.find_page_for_modification(number)[0].get_object()  # type: ignore[no-untyped-call]
        contents = page.get("/Contents")
        streams = (
            [contents[i] for i in range(len(contents))] if isinstance(contents, generic.ArrayObject) else [contents]
        )
        digest = hashlib.sha256()
        for stream in streams:
            if isinstance(stream, generic.StreamObject):
                digest.update(stream.data)
        yield digest.hexdigest()


def _files(reader: PdfFileReader) -> Iterator[tuple[str, str]]:
    with contextlib.suppress(KeyError):
        names = reader.root["/Names"]["/EmbeddedFiles"]["/Names"]
        for position in range(0, len(names) - 1, 2):
            held = names[position + 1]["/EF"]["/F"].data
            yield _text(names[position]), hashlib.sha256(held).hexdigest()


def _text(value: object) -> str:
    several = value if isinstance(value, list) else [value]
    return ", ".join(str(each) for each in several)[:200]


def _instant(at: datetime | None) -> str:
    if at is None:
        return ""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="seconds")


def _certificates(given: bytes) -> Iterable[x509.Certificate]:
    return load_certs_from_pemder_data(given) if pem.detect(given) else ()


def main() -> None:
    """Read the certificates and the PDF from the standard input; write what is found as JSON."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    logging.disable(logging.CRITICAL)
    asked = sys.stdin.buffer.read()
    size = int.from_bytes(asked[:4], "big")
    try:
        found = judge(asked[4 + size :], trusted_pem=asked[4 : 4 + size])
        told: dict[str, Any] = asdict(found)
    except MemoryError:
        os._exit(1)
    except Exception as error:
        # Whatever a hostile file makes the library raise, the answer is the same: unreadable.
        told = {"refused": f"{type(error).__name__}: {error}"[:300]}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
