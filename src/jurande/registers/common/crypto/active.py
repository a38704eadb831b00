"""The keyring of this process: read from the home when first needed, and again when the file has changed."""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from jurande.registers.common.crypto.keyring import FILENAME, Keyring, add_key, ensure_keyring, is_sealed, read

_lock = threading.Lock()
_installed: Keyring | None = None
_read: tuple[tuple[int, int, int], Keyring] | None = None


def current_keyring() -> Keyring:
    """Give the keys in force; a key added by another process is seen at the next call.

    :raises KeyringRefused: the file cannot be used.
    """
    global _read
    if _installed is not None:
        return _installed
    path = _path()
    try:
        status = path.stat()
    except FileNotFoundError:
        return read(path)
    version = (status.st_ino, status.st_mtime_ns, status.st_mode)
    with _lock:
        if _read is None or _read[0] != version:
            _read = (version, read(path, _passphrase()))
        return _read[1]


def install(replacement: Keyring | None) -> None:
    """Use these keys in this process instead of the home's file, for tests; None goes back to the file."""
    global _installed
    _installed = replacement


def is_protected() -> bool:
    """Tell whether the key file is sealed by a passphrase; the operator's page says so when it is not."""
    return is_sealed(_path())


def prepare() -> None:
    """Make the key file of the home at the first start, or seal it when a passphrase was set since.

    :raises KeyringRefused: the file exists and cannot be used.
    """
    ensure_keyring(settings.HOME.keys, _passphrase())


def rotate() -> str:
    """Add a key to the home's file, with which everything is encrypted from now on; give its identifier.

    :raises KeyringRefused: the file cannot be used.
    """
    return add_key(settings.HOME.keys, _passphrase()).current


def lookup_digest(value: str, purpose: str) -> str:
    """Give the HMAC-SHA-256 (64 hex digits) under which an encrypted value can be looked up and made unique.

    ``purpose`` (for example ``"parties.person.phone"``) keeps digests of different columns incomparable. The caller
    normalises ``value`` first. The key is never rotated: a digest stays valid as long as the installation.
    """
    message = len(purpose).to_bytes(4, "big") + purpose.encode() + value.encode()
    return hmac.new(current_keyring().lookup, message, hashlib.sha256).hexdigest()


def _path() -> Path:
    return _path_in(settings.HOME)


@lru_cache(maxsize=4)
def _path_in(home: Any) -> Path:
    # Asked for each value encrypted: making the path anew would take longer than encrypting.
    path: Path = home.keys / FILENAME
    return path


def _passphrase() -> str:
    return os.environ.get("JURANDE_KEY_PASSPHRASE", "")
