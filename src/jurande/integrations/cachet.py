"""The cachet of a certifier on a PDF: PAdES baseline B, certified so that any later change shows.

A legal person puts a cachet as a person signs. The key is in an encrypted file (:mod:`key_files`), its certificate
beside it: self-signed when made here, somebody else's when imported. What a former key stamped stays valid, for each
PDF carries its own certificate; nothing is ever removed from the folder.
Source: ETSI EN 319 142-1 (PAdES B-B, B-T); ISO 32000-1 §12.8.2.2 (DocMDP); ETSI EN 319 412-1 §5.1.4 (NTRFR-…).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import signers, timestamps
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from jurande.core.errors import CoreError
from jurande.core.proof.signer import KeySigner
from jurande.integrations.apart import apart
from jurande.integrations.key_files import KeyFileRefused, open_key_file, write_key_file
from jurande.integrations.outbound import Server, Unreachable

FIELD = "Cachet"
# The drawing fills its box, edge to edge.
FILLS = SimpleBoxLayoutRule(AxisAlignment.ALIGN_MID, AxisAlignment.ALIGN_MID, Margins(0, 0, 0, 0))
# Long enough for the life of a convention and of the litigation after it; a certificate is replaced when one likes.
VALIDITY = timedelta(days=3652)
LARGEST_PKCS12_BYTES = 256 * 1024
LARGEST_TIMESTAMP_BYTES = 64 * 1024
SMALLEST_RSA_BITS = 2048
# RSA, for every reader of PDF knows it; a PDF signed on an elliptic curve is a PDF 2.0, which PDF/A-3 is not.
RSA_BITS = 3072
# The passphrase of these files comes from the keyring (256 bits): making it dear to guess would protect nothing.
FILE_COST = 2**10


class CachetRefused(CoreError):
    """This cachet cannot be made, imported or applied; ``code`` says why."""

    code = "cachet.unusable"


@dataclass(frozen=True, slots=True)
class Cachet:
    """A key that stamps, and its certificate first, then those of its issuers if any."""

    signer: KeySigner
    certificates: tuple[x509.Certificate, ...]

    @property
    def certificate(self) -> x509.Certificate:
        """What each stamped PDF shows of the key."""
        return self.certificates[0]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, in hexadecimal."""
        return fingerprint_of(self.certificate)


def fingerprint_of(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate, in hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def self_signed(*, name: str, siren: str, now: datetime) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """Make a key and its certificate, which nobody vouches for but itself: readers say so."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name[:64]),
            x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, f"NTRFR-{siren}"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Cachet {name}"[:64]),
        ]
    )
    usage = dict.fromkeys(
        (
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now.replace(microsecond=0))
        .not_valid_after(now.replace(microsecond=0) + VALIDITY)
        # Its own issuer, and nobody else's: what a reader needs in order to name the issuer that it does not trust.
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=True, content_commitment=True, key_cert_sign=True, **usage), critical=True
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def from_pkcs12(
    content: bytes, password: str, *, now: datetime
) -> tuple[rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, tuple[x509.Certificate, ...]]:
    """Read the key and the certificates of a PKCS #12 file, as a trust service provider gives them.

    :raises CachetRefused: not such a file, another password, a key that we do not use, a certificate that is not of
        this key, has expired, or may not sign.
    """
    if len(content) > LARGEST_PKCS12_BYTES:
        raise CachetRefused("too large for a PKCS #12 file", code="cachet.not_pkcs12")
    try:
        held = pkcs12.load_pkcs12(content, password.encode())
    except ValueError as error:
        raise CachetRefused(str(error), code="cachet.not_pkcs12") from None
    key, main = held.key, held.cert
    if key is None or main is None:
        raise CachetRefused("no key, or no certificate", code="cachet.incomplete")
    if isinstance(key, rsa.RSAPrivateKey):
        fits = key.key_size >= SMALLEST_RSA_BITS
    else:
        fits = isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in ("secp256r1", "secp384r1")
    if not fits or not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise CachetRefused("a kind of key that we do not use", code="cachet.key_kind")
    certificate = main.certificate
    if certificate.public_key() != key.public_key():
        raise CachetRefused("the certificate is of another key", code="cachet.incomplete")
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise CachetRefused("the certificate is not valid today", code="cachet.expired")
    if not _may_sign(certificate):
        raise CachetRefused("the certificate may not sign", code="cachet.usage")
    return key, (certificate, *(each.certificate for each in held.additional_certs))


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.digital_signature or usage.content_commitment


@dataclass(frozen=True, slots=True)
class CachetFiles:
    """The cachets of one certifier, in one folder: each its key file and its certificates, and which one is in use."""

    folder: Path
    passphrase_of: Callable[[Path], str]

    def current(self) -> Cachet | None:
        """Return the cachet in use; None when none was ever made.

        :raises CachetRefused: its files are there and cannot be used.
        """
        try:
            name = (self.folder / "current").read_text("ascii").strip()
        except FileNotFoundError:
            return None
        path = self.folder / f"{name}.json"
        try:
            certificates = tuple(x509.load_pem_x509_certificates(path.with_suffix(".pem").read_bytes()))
            cachet = Cachet(open_key_file(path, passphrase=self.passphrase_of(path)), certificates)
        except (OSError, ValueError, KeyFileRefused) as error:
            raise CachetRefused(f"{path}: {error}") from error
        if not cachet.fingerprint.startswith(name):
            raise CachetRefused(f"{path}: its certificate is another one")
        return cachet

    def keep(
        self, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, certificates: tuple[x509.Certificate, ...]
    ) -> Cachet:
        """Keep a key with its certificates and use it from now on; those before it stay in the folder.

        :raises CachetRefused: it is there already, or the disk refused.
        """
        name = fingerprint_of(certificates[0])[:32]
        path = self.folder / f"{name}.json"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            method = f"urn:x509:sha256:{fingerprint_of(certificates[0])}"
            pem = b"".join(each.public_bytes(serialization.Encoding.PEM) for each in certificates)
            _write(path.with_suffix(".pem"), pem)
            write_key_file(path, key, verification_method=method, passphrase=self.passphrase_of(path), cost=FILE_COST)
            _write(self.folder / "current", name.encode("ascii"))
        except (OSError, KeyFileRefused) as error:
            raise CachetRefused(f"{path}: {error}") from error
        return Cachet(KeySigner(method, key), certificates)

    def certificates(self) -> tuple[x509.Certificate, ...]:
        """Every certificate that ever stamped here, the former ones too: what our own PDFs are judged by."""
        return tuple(
            x509.load_pem_x509_certificates(path.read_bytes())[0] for path in sorted(self.folder.glob("*.pem"))
        )


def _write(path: Path, content: bytes) -> None:
    """Replace the file whole, or not at all; closed to others."""
    descriptor, made = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(made).replace(path)


# --- applying it --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stamp:
    """Where the cachet is seen: a one-page PDF, drawn in ``box`` (x1, y1, x2, y2 in points) of the last page."""

    page: bytes
    box: tuple[int, int, int, int]


class TimeStamper(timestamps.TimeStamper):
    """Asks a time stamping authority, by the rules of :mod:`outbound`. Source: RFC 3161 §3.4."""

    def __init__(self, url: str, *, only_public: bool = True) -> None:
        """Keep its address."""
        super().__init__()  # type: ignore[no-untyped-call]
        self.url = url
        self.only_public = only_public

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Send the request and read the answer.

        :raises TimestampRequestError: no answer that we accept.
        """
        try:
            with closing(Server(self.url, only_public=self.only_public)) as server:
                answer = server.post(
                    "", req.dump(), media_type="application/timestamp-query", largest_bytes=LARGEST_TIMESTAMP_BYTES
                )
            if answer.status != 200:
                raise TimestampRequestError(f"status {answer.status}")
            return tsp.TimeStampResp.load(answer.body, strict=True)
        except (Unreachable, ValueError) as error:
            raise TimestampRequestError(str(error)) from error


class _Signer(signers.PdfSigner):
    """Dates what it signs with the instant that it is given, not with its own clock."""

    at: datetime

    def init_signing_session(self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.at
        return session


def apply(
    writer: IncrementalPdfFileWriter,
    cachet: Cachet,
    *,
    reason: str,
    at: datetime,
    stamp: Stamp | None = None,
    page: int = -1,
    timestamper: timestamps.TimeStamper | None = None,
) -> bytes:
    """Stamp what ``writer`` holds, as its first signature, and allow no change after it; return the PDF.

    ``at`` is what the signature says of its time; ``timestamper`` proves it when there is one.
    :raises CachetRefused: the PDF is signed already, or cannot be; or no time stamp could be had.
    """
    key = asn1_keys.PrivateKeyInfo.load(
        cachet.signer.private_key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    mine, *others = (
        asn1_x509.Certificate.load(each.public_bytes(serialization.Encoding.DER)) for each in cachet.certificates
    )
    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    registry.register_multiple(others)
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        reason=reason,
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    out = BytesIO()
    with tempfile.NamedTemporaryFile(suffix=".pdf") as drawing:
        if stamp is not None:
            drawing.write(stamp.page)
            drawing.flush()
        # Asking for no border and no text: what is seen of the cachet is what the sheet drew, or nothing.
        style = StaticStampStyle.from_pdf_file(drawing.name, border_width=0, background_layout=FILLS) if stamp else None
        signer = _Signer(
            meta,
            signers.SimpleSigner(mine, key, registry),
            timestamper=timestamper,
            stamp_style=style,
            new_field_spec=SigFieldSpec(
                FIELD, on_page=page, box=stamp.box if stamp else None, readable_field_name="Cachet"
            ),
        )
        signer.at = at
        try:
            apart(partial(signer.sign_pdf, writer, output=out))
        except (SigningError, TimestampRequestError) as error:
            code = "cachet.no_timestamp" if isinstance(error, TimestampRequestError) else None
            raise CachetRefused(str(error), code=code) from error
    return out.getvalue()
