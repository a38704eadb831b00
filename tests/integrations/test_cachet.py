import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps import DummyTimeStamper

from jurande.integrations import cachet as port
from jurande.integrations import pdf_appending
from jurande.integrations.cachet import CachetFiles, CachetRefused, Stamp, TimeStamper
from jurande.integrations.pdf_signatures import PdfUnreadable, judge, read_pdf
from jurande.integrations.typesetting import typeset
from tests.integrations.servers import Handler, serving

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
LETTER = {
    "title": "Lettre", "author": "Maison", "day": "2026-11-22", "reference": "CONV-2026-0042", "sender": [],
    "recipient_name": "Partenaire", "recipient": [], "object": "Objet", "source": "", "opening": "Bonjour,",
    "parts": [{"title": "Pourquoi", "text": "– un\n– deux"}], "may_title": "", "may": "", "closing": "Au revoir.",
    "signed_by": "Hélène",
}  # fmt: skip
STAMP = {
    "title": "Cachet", "author": "Maison", "day": "2026-11-22", "reference": "CONV-2026-0042",
    "siren": "732 829 320", "sealed_at": "22 novembre 2026 à 10 h 30",
}  # fmt: skip


@pytest.fixture(scope="module")
def small_keys():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(port, "RSA_BITS", 2048)
        yield


@pytest.fixture(scope="module")
def files(small_keys: None, tmp_path_factory: pytest.TempPathFactory) -> CachetFiles:
    held = CachetFiles(tmp_path_factory.mktemp("keys") / "house", lambda path: f"phrase de {path.name}")
    key, certificate = port.self_signed(name="Maison", siren="732829320", now=NOW)
    held.keep(key, (certificate,))
    return held


@pytest.fixture(scope="module")
def frozen() -> bytes:
    return typeset("letter", LETTER)


@pytest.fixture(scope="module")
def sealed(files: CachetFiles, frozen: bytes) -> bytes:
    cachet = files.current()
    assert cachet is not None
    writer = pdf_appending.update_of(frozen)
    pdf_appending.draw(writer, typeset("cachet", STAMP), page=0, box=(76, 160, 290, 228), says="Signé par Claire")
    pdf_appending.append_pages(writer, typeset("letter", {**LETTER, "title": "Signatures"}))
    pdf_appending.attach(writer, "preuve.json", b"{}", media_type="application/json", description="Preuve", at=NOW)
    stamp = Stamp(typeset("cachet", STAMP), (76, 74, 518, 136))
    return port.apply(writer, cachet, reason="Essai", at=NOW, stamp=stamp, page=0)


class TestASealedPdf:
    def test_begins_with_what_was_there_and_keeps_its_norms_and_attachments(self, frozen: bytes, sealed: bytes):
        assert sealed.startswith(frozen)
        root = PdfFileReader(BytesIO(sealed)).root
        metadata = root["/Metadata"].data
        assert b'pdfaid:part="3"' in metadata
        assert b'pdfaid:conformance="A"' in metadata
        assert b'pdfuaid:part="1"' in metadata
        assert "/Version" not in root
        assert int(root["/Pages"]["/Count"]) == 2
        names = root["/Names"]["/EmbeddedFiles"]["/Names"]
        assert [str(names[place]) for place in range(0, len(names), 2)] == ["contenu.json", "preuve.json"]
        assert len(root["/AF"]) == 2

    def test_has_the_structure_of_both_documents_page_by_page(self, sealed: bytes):
        reader = PdfFileReader(BytesIO(sealed))
        tree = reader.root["/StructTreeRoot"]
        numbers = tree["/ParentTree"]["/Nums"]
        keys = [int(numbers[place]) for place in range(0, len(numbers), 2)]
        pages = [reader.find_page_for_modification(page)[0].get_object() for page in range(2)]
        assert sorted(keys) == sorted({int(page["/StructParents"]) for page in pages})
        assert len(tree["/K"]) == 2

    def test_is_intact_certified_and_its_issuer_is_known_only_when_named(self, files: CachetFiles, sealed: bytes):
        (found,) = judge(sealed).signatures
        assert (found.intact, found.whole, found.certified, found.trusted) == (True, True, True, False)
        assert (found.self_signed, found.says_qualified, found.claimed_at) == (True, False, NOW.isoformat())
        assert found.signer == "Cachet Maison"
        assert found.in_validity
        pem = files.certificates()[0].public_bytes(serialization.Encoding.PEM)
        assert judge(sealed, trusted_pem=pem).signatures[0].trusted

    @pytest.mark.parametrize("share", [0.02, 0.3, 0.6])
    def test_shows_one_byte_changed(self, sealed: bytes, share: float):
        place = int(len(sealed) * share)
        altered = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        try:
            signatures = judge(altered).signatures
        except Exception:
            return
        assert not any(each.intact for each in signatures)

    def test_shows_what_is_added_and_that_it_was_forbidden(self, sealed: bytes):
        writer = pdf_appending.update_of(sealed)
        pdf_appending.append_pages(writer, typeset("letter", LETTER))
        out = BytesIO()
        writer.write(out)
        (found,) = judge(out.getvalue()).signatures
        assert (found.intact, found.whole, found.changes, found.forbidden) == (True, False, "changed", True)

    def test_is_not_sealed_a_second_time(self, files: CachetFiles, sealed: bytes):
        with pytest.raises(CachetRefused):
            port.apply(pdf_appending.update_of(sealed), files.current(), reason="Encore", at=NOW)

    @pytest.mark.skipif(shutil.which("pdfsig") is None, reason="pdfsig (poppler-utils) is not on this machine")
    def test_is_valid_and_of_no_trusted_issuer_says_pdfsig(self, sealed: bytes, tmp_path: Path):
        (tmp_path / "s.pdf").write_bytes(sealed)
        said = subprocess.run(["pdfsig", "s.pdf"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        assert "Signature is Valid." in said
        assert "issuer isn't Trusted" in said

    @pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not on this machine")
    def test_is_clean_says_qpdf(self, sealed: bytes, tmp_path: Path):
        (tmp_path / "s.pdf").write_bytes(sealed)
        subprocess.run(["qpdf", "--check", "s.pdf"], cwd=tmp_path, capture_output=True, check=True)


class TestACachet:
    def test_is_kept_closed_to_others(self, files: CachetFiles):
        assert all(path.stat().st_mode & 0o077 == 0 for path in files.folder.iterdir())

    def test_replaced_leaves_the_former_certificate_in_place(self, small_keys: None, tmp_path: Path, frozen: bytes):
        files = CachetFiles(tmp_path / "house", lambda _: "une phrase assez longue")
        assert files.current() is None
        first = files.keep(*self._new())
        old = port.apply(pdf_appending.update_of(frozen), first, reason="Avant", at=NOW)
        second = files.keep(*self._new())
        assert files.current().fingerprint == second.fingerprint != first.fingerprint
        pem = b"".join(each.public_bytes(serialization.Encoding.PEM) for each in files.certificates())
        (found,) = judge(old, trusted_pem=pem).signatures
        assert (found.intact, found.trusted, found.fingerprint) == (True, True, first.fingerprint)

    def test_whose_files_are_damaged_says_so(self, small_keys: None, tmp_path: Path):
        files = CachetFiles(tmp_path / "house", lambda _: "une phrase assez longue")
        kept = files.keep(*self._new())
        (files.folder / f"{kept.fingerprint[:32]}.pem").write_text("nothing")
        with pytest.raises(CachetRefused):
            files.current()

    def test_is_imported_from_pkcs12(self, frozen: bytes, tmp_path: Path):
        key, certificate = self._of_a_provider()
        content = _p12(key, certificate)
        files = CachetFiles(tmp_path / "house", lambda _: "une phrase assez longue")
        cachet = files.keep(*port.from_pkcs12(content, "secret", now=NOW))
        (found,) = judge(port.apply(pdf_appending.update_of(frozen), cachet, reason="R", at=NOW)).signatures
        assert (found.intact, found.signer) == (True, "Prestataire")

    @pytest.mark.parametrize(
        ("case", "code"),
        [
            ("other password", "cachet.not_pkcs12"),
            ("no pkcs12", "cachet.not_pkcs12"),
            ("expired", "cachet.expired"),
            ("too large", "cachet.not_pkcs12"),
        ],
    )
    def test_that_cannot_be_used_is_refused(self, case: str, code: str):
        key, certificate = self._of_a_provider()
        content, password, now = _p12(key, certificate), "secret", NOW
        if case == "other password":
            password = "autre"
        elif case == "no pkcs12":
            content = b"-----BEGIN"
        elif case == "too large":
            content = b"0" * (port.LARGEST_PKCS12_BYTES + 1)
        else:
            now = NOW + timedelta(days=400)
        with pytest.raises(CachetRefused) as refused:
            port.from_pkcs12(content, password, now=now)
        assert refused.value.code == code

    def test_without_the_time_stamp_that_was_asked_for_is_not_applied(self, files: CachetFiles, frozen: bytes):
        nobody = TimeStamper("http://127.0.0.1:9/", only_public=False)
        with pytest.raises(CachetRefused) as refused:
            port.apply(pdf_appending.update_of(frozen), files.current(), reason="R", at=NOW, timestamper=nobody)
        assert refused.value.code == "cachet.no_timestamp"

    def test_is_time_stamped_by_the_authority_that_is_named(self, files: CachetFiles, frozen: bytes):
        key, certificate = self._of_a_provider(x509.oid.ExtendedKeyUsageOID.TIME_STAMPING)
        authority = DummyTimeStamper(
            asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
            asn1_keys.PrivateKeyInfo.load(
                key.private_bytes(
                    serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
                )
            ),
            fixed_dt=NOW,
        )

        def respond(handler: Handler, _path: str, body: bytes) -> None:
            made = authority.request_tsa_response(tsp.TimeStampReq.load(body))
            handler.answer(200, made.dump(), Content_Type="application/timestamp-reply")

        with serving(respond) as server:
            stamper = TimeStamper(server.url, only_public=False)
            sealed = port.apply(
                pdf_appending.update_of(frozen), files.current(), reason="R", at=NOW, timestamper=stamper
            )
        (found,) = judge(sealed).signatures
        assert (found.intact, found.timestamped_at) == (True, NOW.isoformat())

    @staticmethod
    def _new():
        key, certificate = port.self_signed(name="Maison", siren="732829320", now=NOW)
        return key, (certificate,)

    @staticmethod
    def _of_a_provider(use: x509.ObjectIdentifier | None = None):
        # What answers as the authority in these tests signs with RSA only.
        key = rsa.generate_private_key(65537, 2048) if use is not None else ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Prestataire")])
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        builder = builder.serial_number(1).not_valid_before(NOW - timedelta(days=1))
        usage = x509.KeyUsage(
            digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
        )  # fmt: skip
        builder = builder.not_valid_after(NOW + timedelta(days=300)).add_extension(usage, critical=True)
        if use is not None:
            builder = builder.add_extension(x509.ExtendedKeyUsage([use]), critical=True)
        return key, builder.sign(key, port.hashes.SHA256())


def _p12(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> bytes:
    return pkcs12.serialize_key_and_certificates(
        b"cachet", key, certificate, None, serialization.BestAvailableEncryption(b"secret")
    )


class TestAPdfFromOutside:
    def test_is_read_in_another_process(self, sealed: bytes):
        assert read_pdf(sealed) == judge(sealed)

    def test_that_is_none_or_too_large_is_refused(self, monkeypatch: pytest.MonkeyPatch):
        with pytest.raises(PdfUnreadable) as refused:
            read_pdf(b"%PDF-1.7 nothing")
        assert refused.value.code == "pdf.unreadable"
        monkeypatch.setattr("jurande.integrations.pdf_signatures.LARGEST_BYTES", 10)
        with pytest.raises(PdfUnreadable) as refused:
            read_pdf(b"%PDF-1.7 nothing")
        assert refused.value.code == "pdf.too_large"

    def test_made_to_be_read_for_ever_is_given_up(self, monkeypatch: pytest.MonkeyPatch, sealed: bytes):
        monkeypatch.setattr("jurande.integrations.pdf_signatures.WALL_SECONDS", 0.05)
        with pytest.raises(PdfUnreadable) as refused:
            read_pdf(sealed)
        assert refused.value.code == "pdf.too_long"

    def test_without_any_signature_says_none(self, frozen: bytes):
        found = judge(frozen)
        assert found.signatures == ()
        assert len(found.pages) == 1
