# SPDX-License-Identifier: Apache-2.0
"""Public keys: how they are written (Multikey, JWK), and the strict verification of what they sign.

Each key and each signature has one spelling here: another length, another encoding of the same point or number is
refused before any library sees it.
Source: Controlled Identifiers 1.0 §2.2.2 (Multikey); RFC 7517, 7518, 8037 (JWK); RFC 8032 §5.1.7 (S < L).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from jurande.core.encoding import base64url, multibase
from jurande.core.encoding.errors import EncodingError
from jurande.core.proof.errors import ProofError


class Algorithm(StrEnum):
    """The four kinds of keys we read. We issue with Ed25519; P-256, P-384 and RSA are for what others ask."""

    ED25519 = "Ed25519"
    P256 = "P-256"
    P384 = "P-384"
    RSA = "RSA"


class KeyRefused(ProofError):
    """Not a public key we accept; ``code`` says which rule it breaks."""

    code = "key.malformed"


class SignatureRefused(ProofError):
    """The signature is not one of this key over this message."""

    code = "signature.wrong"


_MULTICODEC = {
    Algorithm.ED25519: b"\xed\x01",
    Algorithm.P256: b"\x80\x24",
    Algorithm.P384: b"\x81\x24",
    Algorithm.RSA: b"\x85\x24",
}
_CURVES: dict[Algorithm, tuple[ec.EllipticCurve, ec.ECDSA, int]] = {
    Algorithm.P256: (ec.SECP256R1(), ec.ECDSA(hashes.SHA256()), 32),
    Algorithm.P384: (ec.SECP384R1(), ec.ECDSA(hashes.SHA384()), 48),
}
_RSA_BITS = range(2048, 8193)
_LONGEST_KEY_TEXT = 2048

ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493
_ED25519_PRIME = 2**255 - 19
_SIGN_BIT = 0x80
# The y of the eight points whose order divides 8: whoever publishes one as a key has «signed» every message.
# Source: «Taming the many EdDSAs», table 1 (C2SP/CCTV has the vectors).
_SMALL_ORDER_Y = frozenset(
    {
        0,
        1,
        _ED25519_PRIME - 1,
        int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
        int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
    }
)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key, in the one binary form of its kind.

    ``octets``: Ed25519, 32 bytes; P-256 and P-384, the compressed point (33 and 49 bytes); RSA, the DER of PKCS #1.
    :raises KeyRefused: at construction, when the bytes are no such key, or a key nobody should trust.
    """

    algorithm: Algorithm
    octets: bytes

    def __post_init__(self) -> None:
        """Refuse a key that is malformed, not canonical, of small order, or too weak."""
        if self.algorithm is Algorithm.ED25519:
            _check_ed25519(self.octets)
        elif self.algorithm is Algorithm.RSA:
            _rsa_key(self.octets)
        else:
            _curve_key(self.algorithm, self.octets)

    @classmethod
    def from_multikey(cls, text: str) -> PublicKey:
        """Read a ``publicKeyMultibase``: base 58, two bytes that name the kind, the key.

        :raises KeyRefused: any other thing.
        """
        if len(text) > _LONGEST_KEY_TEXT:
            raise KeyRefused("longer than any key", code="key.length")
        try:
            octets = multibase.decode(text, base="z")
        except EncodingError as error:
            raise KeyRefused(str(error), code="key.multibase") from None
        for algorithm, prefix in _MULTICODEC.items():
            if octets.startswith(prefix):
                return cls(algorithm, octets[2:])
        raise KeyRefused("a kind of key that we do not know", code="key.unknown_kind")

    @property
    def multikey(self) -> str:
        """The key as ``publicKeyMultibase``: ``z6Mk…`` for Ed25519, ``zDn…`` for P-256, ``z82…`` for P-384."""
        return multibase.encode(_MULTICODEC[self.algorithm] + self.octets)

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, object]) -> PublicKey:
        """Read a public JSON Web Key.

        :raises KeyRefused: another kind, a symmetric or private key (it would leak), a missing or malformed member.
        """
        if {"d", "p", "q", "k"} & jwk.keys():
            raise KeyRefused("a key that should have been kept secret", code="key.private")
        kind, curve = jwk.get("kty"), jwk.get("crv")
        if kind == "OKP" and curve == "Ed25519":
            return cls(Algorithm.ED25519, _member(jwk, "x"))
        if kind == "EC" and curve in (Algorithm.P256, Algorithm.P384):
            algorithm = Algorithm(str(curve))
            size = _CURVES[algorithm][2]
            x, y = _member(jwk, "x"), _member(jwk, "y")
            if len(x) != size or len(y) != size:
                raise KeyRefused("coordinates of another length", code="key.length")
            key = _curve_key(algorithm, bytes([2 + (y[-1] & 1)]) + x)
            if key.public_numbers().y != int.from_bytes(y):
                raise KeyRefused("a point off its curve", code="key.point")
            return cls(algorithm, bytes([2 + (y[-1] & 1)]) + x)
        if kind == "RSA":
            modulus, exponent = _member(jwk, "n"), _member(jwk, "e")
            if len(modulus) > _RSA_BITS[-1] // 8 or len(exponent) > 4 or not modulus[0] or not exponent[0]:
                raise KeyRefused("an RSA key out of bounds", code="key.rsa_size")
            return cls(Algorithm.RSA, _rsa_octets(int.from_bytes(modulus), int.from_bytes(exponent)))
        raise KeyRefused("a kind of key that we do not know", code="key.unknown_kind")

    @property
    def jwk(self) -> dict[str, str]:
        """The key as a JSON Web Key, its members in alphabetical order (the order of RFC 7638)."""
        if self.algorithm is Algorithm.ED25519:
            return {"crv": "Ed25519", "kty": "OKP", "x": base64url.encode(self.octets)}
        if self.algorithm is Algorithm.RSA:
            modulus = _rsa_key(self.octets).public_numbers()
            return {"e": _number(modulus.e), "kty": "RSA", "n": _number(modulus.n)}
        size = _CURVES[self.algorithm][2]
        point = _curve_key(self.algorithm, self.octets).public_numbers()
        x, y = (base64url.encode(number.to_bytes(size)) for number in (point.x, point.y))
        return {"crv": self.algorithm.value, "kty": "EC", "x": x, "y": y}

    def verify(self, signature: bytes, message: bytes) -> None:
        """Return when ``signature`` is this key's over ``message``; it says nothing about whose key it is.

        ECDSA signatures are r ‖ s, as JOSE and Data Integrity write them; RSA is PKCS #1 v1.5 with SHA-256 (RS256).
        :raises SignatureRefused: otherwise, with the reason when the signature breaks a rule of form.
        """
        try:
            if self.algorithm is Algorithm.ED25519:
                _check_ed25519_signature(signature)
                _ed25519_key(self.octets).verify(signature, message)
            elif self.algorithm is Algorithm.RSA:
                _rsa_key(self.octets).verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
            else:
                _, scheme, size = _CURVES[self.algorithm]
                if len(signature) != 2 * size:
                    raise SignatureRefused(f"{len(signature)} bytes", code="signature.length")
                r, s = int.from_bytes(signature[:size]), int.from_bytes(signature[size:])
                _curve_key(self.algorithm, self.octets).verify(encode_dss_signature(r, s), message, scheme)
        except InvalidSignature:
            raise SignatureRefused("the bytes are not those that were signed, or not by this key") from None


def _check_ed25519(octets: bytes) -> None:
    if len(octets) != 32:
        raise KeyRefused(f"{len(octets)} bytes", code="key.length")
    y = int.from_bytes(octets, "little") & ~(_SIGN_BIT << 248)
    if y >= _ED25519_PRIME:
        raise KeyRefused("a point that is not written in its only way", code="key.not_canonical")
    if y in _SMALL_ORDER_Y:
        raise KeyRefused("a key of small order", code="key.small_order")


def _check_ed25519_signature(signature: bytes) -> None:
    if len(signature) != 64:
        raise SignatureRefused(f"{len(signature)} bytes", code="signature.length")
    if int.from_bytes(signature[32:], "little") >= ED25519_ORDER:
        raise SignatureRefused("S is not below the order of the group", code="signature.malleable")
    if int.from_bytes(signature[:32], "little") & ~(_SIGN_BIT << 248) in _SMALL_ORDER_Y:
        raise SignatureRefused("R is of small order", code="signature.small_order")


@lru_cache(maxsize=1024)
def _ed25519_key(octets: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(octets)


@lru_cache(maxsize=1024)
def _curve_key(algorithm: Algorithm, octets: bytes) -> ec.EllipticCurvePublicKey:
    curve, _, size = _CURVES[algorithm]
    if len(octets) != size + 1 or octets[0] not in (2, 3):
        raise KeyRefused("not a compressed point", code="key.length")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(curve, octets)
    except ValueError:
        raise KeyRefused("a point off its curve", code="key.point") from None


@lru_cache(maxsize=256)
def _rsa_key(octets: bytes) -> rsa.RSAPublicKey:
    try:
        key = serialization.load_der_public_key(octets)
    except ValueError:
        raise KeyRefused("not an RSA key", code="key.malformed") from None
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size not in _RSA_BITS:
        raise KeyRefused("an RSA key out of bounds", code="key.rsa_size")
    numbers = key.public_numbers()
    if _rsa_octets(numbers.n, numbers.e) != octets:
        raise KeyRefused("an RSA key that is not written in its only way", code="key.not_canonical")
    return key


def _rsa_octets(modulus: int, exponent: int) -> bytes:
    if modulus.bit_length() not in _RSA_BITS or not modulus & 1 or exponent < 3 or not exponent & 1:
        raise KeyRefused("an RSA key out of bounds", code="key.rsa_size")
    key = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)


def _member(jwk: Mapping[str, object], name: str) -> bytes:
    text = jwk.get(name)
    if not isinstance(text, str) or not text or len(text) > _LONGEST_KEY_TEXT:
        raise KeyRefused(f"no usable «{name}»", code="key.jwk_member")
    try:
        return base64url.decode(text)
    except EncodingError as error:
        raise KeyRefused(str(error), code="key.jwk_member") from None


def _number(number: int) -> str:
    return base64url.encode(number.to_bytes((number.bit_length() + 7) // 8))
