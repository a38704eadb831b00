"""Personal data that a stolen copy of the database does not give away (docs/adr/0005-encrypted-fields.md)."""

from jurande.registers.common.crypto.active import install, is_protected, lookup_digest, prepare, rotate
from jurande.registers.common.crypto.fields import EncryptedTextField, Sealed, Unreadable
from jurande.registers.common.crypto.keyring import Keyring, KeyringRefused, ensure_keyring

__all__ = [
    "EncryptedTextField",
    "Keyring",
    "KeyringRefused",
    "Sealed",
    "Unreadable",
    "ensure_keyring",
    "install",
    "is_protected",
    "lookup_digest",
    "prepare",
    "rotate",
]
