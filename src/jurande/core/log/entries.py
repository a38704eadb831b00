# SPDX-License-Identifier: Apache-2.0
"""What our log records: that something was sealed or changed, and nothing about anybody.

A log never forgets, so it may hold no personal datum. An entry carries a commitment to the document: HMAC-SHA-256 under
a random salt. With the document and the salt anyone can recompute it; once the salt is erased nobody can tell what was
committed to. The recipe, for those who verify without us::

    commitment = HMAC-SHA-256(key = salt, message = the document's bytes)
    entry      = {"commitment":"<base64url>","id":"<id>","type":"<type>","v":1}     in RFC 8785 form
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass

from jurande.core.encoding import base64url, jcs
from jurande.core.encoding.errors import EncodingError
from jurande.core.log.errors import EntryRefused

VERSION = 1
SALT_BYTES = 32
COMMITMENT_BYTES = 32

_KIND = re.compile(r"[a-z]+(?:[._][a-z]+){0,7}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._-]{0,99}")
_MEMBERS = ("commitment", "id", "type", "v")
_LIMITS = jcs.Limits(size_bytes=1024, depth=1)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One event: its type (``credential.issued``), the drawn identifier of what it is about, the commitment.

    ``id`` is the same for every event of one document, and is drawn at random: an identifier made from a name, an
    e-mail address or a file number would be personal data.
    """

    kind: str
    id: str
    commitment: bytes


def commit(document: bytes, salt: bytes) -> bytes:
    """Return the commitment to ``document`` under ``salt``, 32 random bytes that are kept where they can be erased.

    :raises EntryRefused: a salt of another length.
    """
    if len(salt) != SALT_BYTES:
        raise EntryRefused(f"a salt of {len(salt)} bytes, not {SALT_BYTES}", code="log.entry.salt")
    return hmac.digest(salt, document, "sha256")


def entry_bytes(entry: LogEntry) -> bytes:
    """Return the bytes that are appended to the log.

    :raises EntryRefused: a type, an identifier or a commitment outside the form: a name or an address cannot pass.
    """
    if not _KIND.fullmatch(entry.kind) or len(entry.kind) > 64:
        raise EntryRefused("a type that is not of the form «credential.issued»", code="log.entry.kind")
    if not _ID.fullmatch(entry.id):
        raise EntryRefused("an identifier with other characters than letters, digits and :._-", code="log.entry.id")
    if len(entry.commitment) != COMMITMENT_BYTES:
        raise EntryRefused(f"a commitment of {len(entry.commitment)} bytes", code="log.entry.commitment")
    return jcs.canonical_bytes(
        {"commitment": base64url.encode(entry.commitment), "id": entry.id, "type": entry.kind, "v": VERSION}
    )


def parse_entry(octets: bytes) -> LogEntry:
    """Return the entry written in ``octets``.

    :raises EntryRefused: not what :func:`entry_bytes` writes: another member, another version, another spelling.
    """
    try:
        value = jcs.parse(octets, _LIMITS)
        if not isinstance(value, dict) or tuple(value) != _MEMBERS or type(value["v"]) is not int:
            raise EntryRefused("other members than commitment, id, type and v", code="log.entry.members")
        if value["v"] != VERSION:
            raise EntryRefused(f"version {value['v']}", code="log.entry.version")
        commitment, identifier, kind = value["commitment"], value["id"], value["type"]
        if not (isinstance(commitment, str) and isinstance(identifier, str) and isinstance(kind, str)):
            raise EntryRefused("a member that is not text", code="log.entry.members")
        entry = LogEntry(kind, identifier, base64url.decode(commitment))
    except EncodingError as error:
        raise EntryRefused(f"not an entry: {error}", code="log.entry.syntax") from None
    if entry_bytes(entry) != octets:
        raise EntryRefused("not in canonical form", code="log.entry.syntax")
    return entry


def verify_commitment(entry: LogEntry, *, document: bytes, salt: bytes) -> None:
    """Return if ``entry`` commits to ``document`` under ``salt``.

    :raises EntryRefused: it does not.
    """
    if not hmac.compare_digest(commit(document, salt), entry.commitment):
        raise EntryRefused("the entry is about another document", code="log.entry.commitment")
