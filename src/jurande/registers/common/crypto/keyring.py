"""The keys of encrypted columns: a file in the home that only its owner reads, sealed by a passphrase when one is set.

The file's format, and what to do when a key or a passphrase is lost or leaked: docs/adr/0005-encrypted-fields.md.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.refusals import Refused

FILENAME = "fields.key"
FORMAT = "jurande-keyring-1"
KEY_BYTES = 32
NONCE_BYTES = 12
# 64 MiB and about a third of a second: paid once by each process, by whoever guesses at each try.
SCRYPT = {"n": 2**16, "r": 8, "p": 1}
SCRYPT_MEMORY_BYTES = 2**27


class KeyringRefused(Refused):
    """The keys cannot be read or written; the sentence says what to do about it."""


@dataclass(frozen=True, repr=False)
class Keyring:
    """The key in use, those that were before it, and the one that look-up digests are made with."""

    current: str
    keys: Mapping[str, bytes]
    lookup: bytes

    def __repr__(self) -> str:
        """Show the identifiers, never the keys."""
        return f"Keyring(current={self.current!r}, {len(self.keys)} keys)"

    @classmethod
    def generate(cls) -> Keyring:
        """Draw a new keyring with one key."""
        key_id = _new_key_id()
        return cls(current=key_id, keys={key_id: secrets.token_bytes(KEY_BYTES)}, lookup=secrets.token_bytes(KEY_BYTES))

    def with_new_key(self) -> Keyring:
        """Give the keyring in which a new key encrypts and the former ones still decrypt."""
        key_id = _new_key_id()
        return replace(self, current=key_id, keys={**self.keys, key_id: secrets.token_bytes(KEY_BYTES)})

    @cached_property
    def ciphers(self) -> dict[str, AESGCMSIV]:
        """Each key, ready to use."""
        return {key_id: AESGCMSIV(key) for key_id, key in self.keys.items()}


def _new_key_id() -> str:
    return secrets.token_hex(4)


# --- the file -----------------------------------------------------------------------------------


def ensure_keyring(directory: Path, passphrase: str = "") -> Keyring:
    """Make the key file of ``directory`` if there is none, and seal it if a passphrase was set since; give the keys.

    A file that exists is never replaced by new keys: what they encrypted would be lost.

    :raises KeyringRefused: the file is readable by others, damaged, or sealed with another passphrase.
    """
    path = directory / FILENAME
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone_in(directory):
        if not path.exists():
            _write(path, Keyring.generate(), passphrase)
        keyring = read(path, passphrase)
        if passphrase and not is_sealed(path):
            _write(path, keyring, passphrase)
    return keyring


def add_key(directory: Path, passphrase: str = "") -> Keyring:
    """Add a key to the file, which encrypts from now on; give the keys. Former ones stay, to read what they encrypted.

    :raises KeyringRefused: the file cannot be used.
    """
    path = directory / FILENAME
    with _alone_in(directory):
        keyring = read(path, passphrase).with_new_key()
        _write(path, keyring, passphrase)
    return keyring


def is_sealed(path: Path) -> bool:
    """Tell whether the key file is encrypted with a passphrase.

    :raises KeyringRefused: as ``read`` does for a file that cannot be parsed.
    """
    return _envelope(path)["kdf"] is not None


def read(path: Path, passphrase: str = "") -> Keyring:
    """Read the keys; with a sealed file this takes about a third of a second.

    :raises KeyringRefused: no file, readable by others, damaged, passphrase missing or wrong.
    """
    envelope = _envelope(path)
    if envelope["kdf"] is None:
        return _from_payload(path, envelope.get("keyring"))
    if not passphrase:
        raise KeyringRefused(
            format_lazy(
                _(
                    "Le fichier de clés {path} est protégé par une phrase secrète et aucune n’a été donnée. "
                    "Donnez-la dans la variable JURANDE_KEY_PASSPHRASE, puis recommencez."
                ),
                path=path,
            )
        )
    try:
        kdf, nonce, sealed = envelope["kdf"], _unpack(envelope["nonce"]), _unpack(envelope["sealed"])
        cipher = AESGCMSIV(_stretch(passphrase, _unpack(kdf["salt"]), kdf))
        payload = json.loads(cipher.decrypt(nonce, sealed, FORMAT.encode()))
    except InvalidTag:
        raise KeyringRefused(
            format_lazy(
                _(
                    "La phrase secrète de JURANDE_KEY_PASSPHRASE n’ouvre pas le fichier de clés {path} : ce n’est pas "
                    "celle avec laquelle il a été protégé, ou le fichier a été abîmé. Vérifiez la phrase, ou remettez "
                    "le fichier de votre dernière sauvegarde."
                ),
                path=path,
            )
        ) from None
    except (KeyError, TypeError, ValueError):
        raise _damaged(path) from None
    return _from_payload(path, payload)


def _write(path: Path, keyring: Keyring, passphrase: str) -> None:
    payload: dict[str, Any] = {
        "current": keyring.current,
        "keys": {key_id: _pack(key) for key_id, key in keyring.keys.items()},
        "lookup": _pack(keyring.lookup),
    }
    envelope: dict[str, Any] = {"format": FORMAT, "kdf": None, "keyring": payload}
    if passphrase:
        salt, nonce = secrets.token_bytes(16), secrets.token_bytes(NONCE_BYTES)
        kdf = {"name": "scrypt", **SCRYPT, "salt": _pack(salt)}
        cipher = AESGCMSIV(_stretch(passphrase, salt, SCRYPT))
        sealed = cipher.encrypt(nonce, json.dumps(payload).encode(), FORMAT.encode())
        envelope = {"format": FORMAT, "kdf": kdf, "nonce": _pack(nonce), "sealed": _pack(sealed)}
    _write_durably(path, json.dumps(envelope, indent=2).encode() + b"\n")


@contextmanager
def _alone_in(directory: Path) -> Iterator[None]:
    """Wait for other processes to be done with the keys: of two that add one, neither may lose the other's."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _envelope(path: Path) -> dict[str, Any]:
    try:
        mode = path.stat().st_mode
        if mode & 0o077:
            raise KeyringRefused(
                format_lazy(
                    _(
                        "Le fichier de clés {path} peut être lu par d’autres comptes de cette machine (droits {mode}). "
                        "Réservez-le au compte qui lance Jurande : chmod 600 {path}"
                    ),
                    path=path,
                    mode=oct(mode & 0o777)[2:],
                )
            )
        envelope = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise KeyringRefused(
            format_lazy(
                _(
                    "Le fichier de clés {path} est introuvable : sans lui, les données personnelles sont illisibles. "
                    "Remettez celui de votre sauvegarde. Pour une installation neuve, lancez « ./jurande serve »."
                ),
                path=path,
            )
        ) from None
    except OSError as error:
        raise KeyringRefused(
            format_lazy(_("Le fichier de clés {path} n’a pas pu être lu ({reason})."), path=path, reason=error.strerror)
        ) from error
    except ValueError:
        raise _damaged(path) from None
    if not isinstance(envelope, dict) or envelope.get("format") != FORMAT or "kdf" not in envelope:
        raise _damaged(path)
    return envelope


def _from_payload(path: Path, payload: Any) -> Keyring:
    try:
        keys = {str(key_id): _unpack(key) for key_id, key in payload["keys"].items()}
        keyring = Keyring(current=payload["current"], keys=keys, lookup=_unpack(payload["lookup"]))
        if keyring.current not in keys or any(len(key) != KEY_BYTES for key in (*keys.values(), keyring.lookup)):
            raise _damaged(path)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _damaged(path) from None
    return keyring


def _damaged(path: Path) -> KeyringRefused:
    return KeyringRefused(
        format_lazy(
            _("Le fichier de clés {path} est abîmé. Remettez celui de votre dernière sauvegarde."),
            path=path,
        )
    )


def _stretch(passphrase: str, salt: bytes, cost: Mapping[str, Any]) -> bytes:
    return hashlib.scrypt(
        passphrase.encode(),
        salt=salt,
        n=int(cost["n"]),
        r=int(cost["r"]),
        p=int(cost["p"]),
        maxmem=SCRYPT_MEMORY_BYTES,
        dklen=KEY_BYTES,
    )


def _write_durably(path: Path, content: bytes) -> None:
    """Write so that the file is the former one or the new one, even after a power cut."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _pack(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _unpack(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
