# SPDX-License-Identifier: Apache-2.0
"""What signs: the core knows a ``Signer`` and never where its secret is kept (memory, encrypted file, PKCS #11)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from jurande.core.proof import did
from jurande.core.proof.errors import ProofError
from jurande.core.proof.keys import Algorithm, PublicKey

type PrivateKey = Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class SigningFailed(ProofError):
    """The key store did not sign, or signed something else; nothing may be issued from it."""

    code = "signer.failed"


class Signer(Protocol):
    """Signs bytes with one key, named by the address that the signed document will carry."""

    @property
    def verification_method(self) -> str:
        """The key's address in signed documents: ``did:key:z6Mk…#z6Mk…`` or ``did:web:…#…``."""

    @property
    def algorithm(self) -> str:
        """One of :class:`~jurande.core.proof.keys.Algorithm`: «Ed25519», «P-256», «P-384» or «RSA»."""

    def sign(self, message: bytes) -> bytes:
        """Return the signature of ``message``: 64 bytes for Ed25519, r ‖ s for ECDSA, PKCS #1 v1.5 SHA-256 for RSA.

        :raises SigningFailed: the store refused or is out of reach.
        """


@dataclass(frozen=True, slots=True)
class KeySigner:
    """Signs with a private key held in memory."""

    verification_method: str
    private_key: PrivateKey = field(repr=False)

    @classmethod
    def from_seed(cls, seed: bytes, verification_method: str = "") -> KeySigner:
        """Return an Ed25519 signer from its 32 secret bytes; without an address, the key's own ``did:key``.

        :raises ValueError: another length than 32.
        """
        private_key = Ed25519PrivateKey.from_private_bytes(seed)
        return cls(verification_method or did.did_key_method(public_key_of(private_key)), private_key)

    @property
    def algorithm(self) -> Algorithm:
        """The kind of the key."""
        if isinstance(self.private_key, Ed25519PrivateKey):
            return Algorithm.ED25519
        return self.public_key.algorithm

    @property
    def public_key(self) -> PublicKey:
        """The public half."""
        return public_key_of(self.private_key)

    def sign(self, message: bytes) -> bytes:
        """Return the signature of ``message``."""
        key = self.private_key
        if isinstance(key, Ed25519PrivateKey):
            return key.sign(message)
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        wide = key.curve.key_size == 384
        r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA384() if wide else hashes.SHA256())))
        size = 48 if wide else 32
        return r.to_bytes(size) + s.to_bytes(size)


def public_key_of(private_key: PrivateKey) -> PublicKey:
    """Return the public half of ``private_key``.

    :raises KeyRefused: a curve or a size that we do not use.
    """
    public = private_key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
        return PublicKey(Algorithm.RSA, der)
    if isinstance(public, ec.EllipticCurvePublicKey):
        point = public.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)
        return PublicKey(Algorithm.P384 if public.curve.key_size == 384 else Algorithm.P256, point)
    return PublicKey(Algorithm.ED25519, public.public_bytes_raw())
