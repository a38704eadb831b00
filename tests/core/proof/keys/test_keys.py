"""Public keys and what they sign: one spelling each, and the known ways to forge."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from jurande.core.encoding import base58, base64url, multibase
from jurande.core.proof.keys import ED25519_ORDER, Algorithm, KeyRefused, PublicKey, SignatureRefused
from jurande.core.proof.signer import KeySigner, PrivateKey

SEEDED = KeySigner.from_seed(b"\x07" * 32)
MESSAGE = b"ce qui est dit"
RSA_KEY = rsa.generate_private_key(65537, 2048)
SIGNERS = [
    SEEDED,
    KeySigner("#p256", ec.derive_private_key(7, ec.SECP256R1())),
    KeySigner("#p384", ec.derive_private_key(7, ec.SECP384R1())),
    KeySigner("#rsa", RSA_KEY),
]
each_signer = pytest.mark.parametrize("signer", SIGNERS, ids=lambda signer: signer.algorithm.value)

# C2SP/CCTV ed25519vectors, the points of small order in every encoding.
SMALL_ORDER = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]
NOT_CANONICAL = [
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]


class TestPublicKey:
    @each_signer
    def test_is_read_back_from_each_of_its_spellings(self, signer: KeySigner) -> None:
        key = signer.public_key
        assert PublicKey.from_multikey(key.multikey) == key
        assert PublicKey.from_jwk(key.jwk) == key

    def test_is_written_as_everybody_writes_it(self) -> None:
        # RFC 8037 appendix A and the did:key of the two well-known test keys.
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
        assert PublicKey.from_jwk(jwk).multikey == "z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw"

    @pytest.mark.parametrize("octets", SMALL_ORDER)
    def test_refuses_a_point_of_small_order(self, octets: str) -> None:
        with pytest.raises(KeyRefused) as refusal:
            PublicKey(Algorithm.ED25519, bytes.fromhex(octets))
        assert refusal.value.code == "key.small_order"

    @pytest.mark.parametrize("octets", NOT_CANONICAL)
    def test_refuses_a_point_written_otherwise(self, octets: str) -> None:
        with pytest.raises(KeyRefused) as refusal:
            PublicKey(Algorithm.ED25519, bytes.fromhex(octets))
        assert refusal.value.code == "key.not_canonical"

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "key.multibase"),
            ("6MkvDqGT54cXesYGvABpF1UapVNwjCqRcafi4Px6Thv5T3Z", "key.multibase"),
            ("u" + base64url.encode(b"\xed\x01" + SEEDED.public_key.octets), "key.multibase"),
            ("z" + base58.encode(b"\xed\x01" + SEEDED.public_key.octets[:31]), "key.length"),
            ("z" + base58.encode(b"\xed\x01" + SEEDED.public_key.octets + b"\0"), "key.length"),
            ("z" + base58.encode(b"\xec\x01" + SEEDED.public_key.octets), "key.unknown_kind"),
            ("z1" + base58.encode(b"\xed\x01" + SEEDED.public_key.octets), "key.unknown_kind"),
            ("z0", "key.multibase"),
            ("z" + "1" * 5000, "key.length"),
            (multibase.encode(b"\x80\x24" + b"\x02" + b"\xff" * 32), "key.point"),
            (multibase.encode(b"\x80\x24" + b"\x04" + b"\x01" * 64), "key.length"),
            (multibase.encode(b"\x85\x24" + b"\x30\x03"), "key.malformed"),
        ],
    )
    def test_refuses_what_is_no_multikey(self, text: str, code: str) -> None:
        with pytest.raises(KeyRefused) as refusal:
            PublicKey.from_multikey(text)
        assert refusal.value.code == code

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"d": "AAAA"}, "key.private"),
            ({"k": "AAAA"}, "key.private"),
            ({"kty": "oct"}, "key.unknown_kind"),
            ({"crv": "Ed448"}, "key.unknown_kind"),
            ({"x": None}, "key.jwk_member"),
            ({"x": "AA=="}, "key.jwk_member"),
            ({"x": "AAAA"}, "key.length"),
        ],
    )
    def test_refuses_what_is_no_public_jwk(self, changes: dict[str, object], code: str) -> None:
        with pytest.raises(KeyRefused) as refusal:
            PublicKey.from_jwk(SEEDED.public_key.jwk | changes)  # type: ignore[arg-type]
        assert refusal.value.code == code

    def test_refuses_a_point_off_its_curve(self) -> None:
        jwk = SIGNERS[1].public_key.jwk
        with pytest.raises(KeyRefused) as refusal:
            PublicKey.from_jwk(jwk | {"y": jwk["x"]})
        assert refusal.value.code == "key.point"

    def test_refuses_coordinates_of_another_length(self) -> None:
        jwk = SIGNERS[1].public_key.jwk
        with pytest.raises(KeyRefused) as refusal:
            PublicKey.from_jwk(jwk | {"x": "AAAA"})
        assert refusal.value.code == "key.length"

    @pytest.mark.parametrize(
        "change", [{"e": "AQ"}, {"e": "AgAA"}, {"n": "AQAB"}, {"e": "AAEAAQ"}, {"n": "A" * 1600}, {"e": "AQAAAAAB"}]
    )
    def test_refuses_an_rsa_key_out_of_bounds(self, change: dict[str, str]) -> None:
        with pytest.raises(KeyRefused) as refusal:
            PublicKey.from_jwk(SIGNERS[3].public_key.jwk | change)
        assert refusal.value.code == "key.rsa_size"

    def test_refuses_an_rsa_key_in_another_encoding(self) -> None:
        der = RSA_KEY.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        with pytest.raises(KeyRefused) as refusal:
            PublicKey(Algorithm.RSA, der)
        assert refusal.value.code == "key.not_canonical"

    def test_refuses_a_short_rsa_key(self) -> None:
        weak: PrivateKey = rsa.generate_private_key(65537, 1024)
        with pytest.raises(KeyRefused) as refusal:
            _ = KeySigner("#weak", weak).public_key
        assert refusal.value.code == "key.rsa_size"


class TestVerify:
    @each_signer
    def test_returns_for_what_was_signed(self, signer: KeySigner) -> None:
        signer.public_key.verify(signer.sign(MESSAGE), MESSAGE)

    @each_signer
    def test_refuses_another_message(self, signer: KeySigner) -> None:
        with pytest.raises(SignatureRefused):
            signer.public_key.verify(signer.sign(MESSAGE), MESSAGE + b".")

    @each_signer
    def test_refuses_another_key(self, signer: KeySigner) -> None:
        other = KeySigner.from_seed(b"\x08" * 32)
        with pytest.raises(SignatureRefused):
            other.public_key.verify(signer.sign(MESSAGE)[:64], MESSAGE)

    @each_signer
    @given(st.integers(min_value=0), st.integers(min_value=0, max_value=7))
    def test_refuses_any_flipped_bit(self, signer: KeySigner, place: int, bit: int) -> None:
        signature = bytearray(_SIGNATURES[signer.algorithm])
        signature[place % len(signature)] ^= 1 << bit
        with pytest.raises(SignatureRefused):
            signer.public_key.verify(bytes(signature), MESSAGE)

    @pytest.mark.parametrize("length", [0, 63, 65, 128])
    def test_refuses_another_length(self, length: int) -> None:
        for signer in SIGNERS[:2]:
            with pytest.raises(SignatureRefused) as refusal:
                signer.public_key.verify((signer.sign(MESSAGE) * 2)[:length], MESSAGE)
            assert refusal.value.code == "signature.length"

    def test_refuses_the_second_signature_that_arithmetic_offers(self) -> None:
        signature = SEEDED.sign(MESSAGE)
        twin = int.from_bytes(signature[32:], "little") + ED25519_ORDER
        with pytest.raises(SignatureRefused) as refusal:
            SEEDED.public_key.verify(signature[:32] + twin.to_bytes(32, "little"), MESSAGE)
        assert refusal.value.code == "signature.malleable"

    @pytest.mark.parametrize("octets", SMALL_ORDER)
    def test_refuses_a_signature_around_a_point_of_small_order(self, octets: str) -> None:
        with pytest.raises(SignatureRefused) as refusal:
            SEEDED.public_key.verify(bytes.fromhex(octets) + bytes(32), MESSAGE)
        assert refusal.value.code == "signature.small_order"


_SIGNATURES = {signer.algorithm: signer.sign(MESSAGE) for signer in SIGNERS}
