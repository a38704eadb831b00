"""Signing keys that never leave their hardware module, or SoftHSM: signers over PKCS #11.

An extra: ``python-pkcs11`` is installed from ``requirements/pkcs11.lock``, and only when somebody has a module.
Source: PKCS #11 3.0 §2.3 (EdDSA and EC keys).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, cast

import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.exceptions import MultipleObjectsReturned, NoSuchKey, PKCS11Error
from pkcs11.util.ec import encode_named_curve_parameters

from jurande.core.errors import CoreError
from jurande.core.proof.keys import Algorithm, PublicKey
from jurande.core.proof.signer import SigningFailed

_ED25519 = encode_named_curve_parameters("1.3.101.112")
_OCTET_STRING = b"\x04\x20"


class ModuleRefused(CoreError):
    """The module, the token, the PIN or the key does not answer; nothing can be signed."""

    code = "pkcs11.refused"


class _SigningKey(Protocol):
    def sign(self, data: bytes, *, mechanism: Mechanism) -> bytes: ...


@dataclass(slots=True)
class ModuleSigner:
    """Signs with an Ed25519 key inside a token; keep one for the life of the process, and close it."""

    verification_method: str
    public_key: PublicKey
    _session: pkcs11.Session = field(repr=False)
    _private_key: _SigningKey = field(repr=False)

    @property
    def algorithm(self) -> Algorithm:
        """Ed25519, the only kind that we keep in modules."""
        return Algorithm.ED25519

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes of the token's signature, once they have been verified: a module may fail silently.

        :raises SigningFailed: the token refused, was removed, or answered something else.
        """
        try:
            signature = self._private_key.sign(message, mechanism=Mechanism.EDDSA)
            self.public_key.verify(signature, message)
        except (PKCS11Error, CoreError) as error:
            raise SigningFailed(f"{type(error).__name__}: {error}") from None
        return bytes(signature)

    def close(self) -> None:
        """End the session with the token."""
        self._session.close()


def open_module(module: str, *, token: str, pin: str, key_label: str, verification_method: str) -> ModuleSigner:
    """Return a signer for the key labelled ``key_label`` in the token labelled ``token``.

    ``module`` is the path of the PKCS #11 library.
    :raises ModuleRefused: no such library, token or key, several keys of that label, or another PIN.
    """
    try:
        session = pkcs11.lib(module).get_token(token_label=token).open(user_pin=pin)
    except (PKCS11Error, RuntimeError) as error:
        raise ModuleRefused(f"{type(error).__name__}: {error}") from None
    try:
        private_key = cast(_SigningKey, session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=key_label))
        public_key = session.get_key(object_class=ObjectClass.PUBLIC_KEY, label=key_label)
        point = bytes(public_key[Attribute.EC_POINT])
        # Modules give the point bare, or wrapped as a DER octet string.
        octets = point[2:] if len(point) == 34 and point.startswith(_OCTET_STRING) else point
        return ModuleSigner(verification_method, PublicKey(Algorithm.ED25519, octets), session, private_key)
    except (NoSuchKey, MultipleObjectsReturned, PKCS11Error, CoreError) as error:
        session.close()
        raise ModuleRefused(f"{type(error).__name__}: {error}") from None


def make_key_in_module(module: str, *, token: str, pin: str, key_label: str) -> PublicKey:
    """Draw an Ed25519 key inside the token, from which it can never be taken out, and return its public half.

    :raises ModuleRefused: as :func:`open_module`, or a key of that label is there already.
    """
    try:
        with pkcs11.lib(module).get_token(token_label=token).open(user_pin=pin, rw=True) as session:
            if any(True for _ in session.get_objects({Attribute.LABEL: key_label})):
                raise ModuleRefused(f"a key «{key_label}» is there already", code="pkcs11.exists")
            curve = session.create_domain_parameters(KeyType.EC_EDWARDS, {Attribute.EC_PARAMS: _ED25519}, local=True)
            public_key, _ = curve.generate_keypair(
                mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, label=key_label
            )
            return PublicKey(Algorithm.ED25519, bytes(public_key[Attribute.EC_POINT])[-32:])
    except (PKCS11Error, RuntimeError) as error:
        raise ModuleRefused(f"{type(error).__name__}: {error}") from None
