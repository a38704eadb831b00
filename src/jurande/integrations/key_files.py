"""Signing keys kept in encrypted files: scrypt makes the passphrase dear to guess, AES-GCM seals the key and its label.

Beside the sealed key, the file says in clear what anybody may know: the kind, the public key, its address.
Source: RFC 7914 §2 (scrypt, its parameters); NIST SP 800-38D (AES-GCM, nonce of 96 bits).
"""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from jurande.core.encoding import base64url, jcs
from jurande.core.encoding.errors import EncodingError
from jurande.core.errors import CoreError
from jurande.core.proof.keys import PublicKey
from jurande.core.proof.signer import KeySigner, PrivateKey, public_key_of

VERSION = 1
SHORTEST_PASSPHRASE = 12
LARGEST_FILE_BYTES = 64 * 1024
# 2^16 × 8 × 128 bytes: 64 MiB and about a fifth of a second for each guess.
COST = 2**16
_BLOCK, _LANES = 8, 1
_DEAREST = 2**20


class KeyFileRefused(CoreError):
    """The key file cannot be used, or cannot be made; ``code`` says why, ``path`` which."""

    code = "key_file.malformed"

    def __init__(self, message: str, *, path: Path, code: str | None = None) -> None:
        """Keep which file."""
        super().__init__(f"{path}: {message}", code=code)
        self.path = path


@dataclass(frozen=True, slots=True)
class KeyFile:
    """What a key file says in clear, without its passphrase; nothing guarantees it before the file is opened."""

    path: Path
    verification_method: str
    public_key: PublicKey


def write_key_file(
    path: Path, private_key: PrivateKey, *, verification_method: str, passphrase: str, cost: int = COST
) -> KeyFile:
    """Write ``private_key`` to a new file that its owner alone may read; it is whole on the disk, or absent.

    :raises KeyFileRefused: the file exists (a key is never overwritten), or a passphrase below
        ``SHORTEST_PASSPHRASE`` characters.
    """
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise KeyFileRefused("a passphrase too short", path=path, code="key_file.short_passphrase")
    public = public_key_of(private_key)
    salt, nonce = os.urandom(16), os.urandom(12)
    label = _label(verification_method, public, salt=salt, nonce=nonce, cost=cost)
    secret = private_key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    sealed = AESGCM(_derive(passphrase, salt, cost)).encrypt(nonce, secret, jcs.canonical_bytes(label))
    content = json.dumps({**label, "sealed": base64url.encode(sealed)}, indent=2) + "\n"
    _write_new(path, content.encode("ascii"))
    return KeyFile(path, verification_method, public)


def describe_key_file(path: Path) -> KeyFile:
    """Return what the file says in clear.

    :raises KeyFileRefused: absent, readable by others than its owner, or malformed.
    """
    label, _ = _read(path)
    return _described(path, label)


def open_key_file(path: Path, *, passphrase: str) -> KeySigner:
    """Return a signer that holds the key of the file.

    :raises KeyFileRefused: absent, readable by others than its owner, malformed, altered, or another passphrase.
    """
    label, sealed = _read(path)
    described = _described(path, label)
    try:
        salt, nonce, cost = base64url.decode(str(label["salt"])), base64url.decode(str(label["nonce"])), label["cost"]
        if not isinstance(cost, int) or not 2**10 <= cost <= _DEAREST or cost & (cost - 1) or len(nonce) != 12:
            raise KeyFileRefused("parameters out of bounds", path=path)
        secret = AESGCM(_derive(passphrase, salt, cost)).decrypt(nonce, sealed, jcs.canonical_bytes(label))
        private_key = serialization.load_der_private_key(secret, password=None)
    except InvalidTag:
        raise KeyFileRefused("another passphrase, or an altered file", path=path, code="key_file.passphrase") from None
    except (EncodingError, ValueError, KeyError) as error:
        raise KeyFileRefused(str(error), path=path) from None
    if not isinstance(private_key, Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise KeyFileRefused("a kind of key that we do not use", path=path)
    if public_key_of(private_key) != described.public_key:
        raise KeyFileRefused("the public key is not that of the sealed one", path=path)
    return KeySigner(described.verification_method, private_key)


def _label(verification_method: str, public: PublicKey, *, salt: bytes, nonce: bytes, cost: int) -> dict[str, jcs.Json]:
    return {
        "jurande_key": VERSION,
        "algorithm": public.algorithm.value,
        "verification_method": verification_method,
        "public_key": public.multikey,
        "kdf": "scrypt",
        "cost": cost,
        "salt": base64url.encode(salt),
        "cipher": "AES-256-GCM",
        "nonce": base64url.encode(nonce),
    }


def _derive(passphrase: str, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost, r=_BLOCK, p=_LANES).derive(passphrase.encode("utf-8"))


def _read(path: Path) -> tuple[dict[str, jcs.Json], bytes]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        raise KeyFileRefused("no such file", path=path, code="key_file.absent") from None
    except OSError as error:
        raise KeyFileRefused(error.strerror or "unreadable", path=path, code="key_file.unreadable") from None
    with os.fdopen(descriptor, "rb") as file:
        state = os.fstat(file.fileno())
        if not stat.S_ISREG(state.st_mode):
            raise KeyFileRefused("not a file", path=path, code="key_file.unreadable")
        if state.st_mode & 0o077:
            mode = oct(stat.S_IMODE(state.st_mode))[2:]
            raise KeyFileRefused(f"others may read it (mode {mode})", path=path, code="key_file.open_to_others")
        content = file.read(LARGEST_FILE_BYTES + 1)
    if len(content) > LARGEST_FILE_BYTES:
        raise KeyFileRefused("too large for a key", path=path)
    try:
        label = jcs.parse(content)
        if not isinstance(label, dict) or label.get("jurande_key") != VERSION:
            raise KeyFileRefused("not a key of ours", path=path)
        return label, base64url.decode(str(label.pop("sealed", "")))
    except EncodingError as error:
        raise KeyFileRefused(str(error), path=path) from None


def _described(path: Path, label: dict[str, jcs.Json]) -> KeyFile:
    try:
        public = PublicKey.from_multikey(str(label.get("public_key")))
    except CoreError as error:
        raise KeyFileRefused(str(error), path=path) from None
    return KeyFile(path, str(label.get("verification_method", "")), public)


def _write_new(path: Path, content: bytes) -> None:
    # Written beside, then linked under its name: a link fails when the name is taken, and never shows half a file.
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        raise KeyFileRefused("a key is there already", path=path, code="key_file.exists") from None
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
