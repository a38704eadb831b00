# SPDX-License-Identifier: Apache-2.0
"""What the log commits to for a credential, and what its holder needs to show it there.

The committed bytes do not depend on the file that carries the credential, nor on whether its proof is an object or an
array of one: for JSON, the RFC 8785 form of the signed document with ``proof`` as an array; for a JWT, its text; for an
SD-JWT, the text of the issuer's part, so that hiding a claim changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jurande.core.encoding import base64url, jcs
from jurande.core.encoding.errors import EncodingError
from jurande.core.log.entries import LogEntry, commit, entry_bytes
from jurande.core.proof.errors import ProofError

ISSUED = "credential.issued"
_MEMBERS = {"id", "salt"}


class CommitmentRefused(ProofError):
    """The extra data of a proof of inclusion does not say which entry it is about."""

    code = "log.extra"


@dataclass(frozen=True, slots=True)
class Opening:
    """What turns a credential into its entry in the log: the identifier of the entry, and the salt of 32 bytes."""

    entry_id: str
    salt: bytes


def committed_bytes(credential: Mapping[str, object] | str) -> bytes:
    """Return the bytes that the log commits to for a signed credential, given as JSON or as a compact token.

    :raises EncodingError: a value that JSON has no canonical spelling for.
    """
    if isinstance(credential, str):
        return credential.partition("~")[0].encode("ascii")
    proof = credential.get("proof")
    if isinstance(proof, dict):
        return jcs.canonical_bytes({**credential, "proof": [proof]})
    return jcs.canonical_bytes(dict(credential))


def issuance_entry(committed: bytes, opening: Opening) -> bytes:
    """Return the entry that the log holds for a credential whose committed bytes are ``committed``.

    :raises EntryRefused: a salt or an identifier outside the form.
    """
    return entry_bytes(LogEntry(ISSUED, opening.entry_id, commit(committed, opening.salt)))


def extra_bytes(opening: Opening) -> bytes:
    """Return the ``extra`` of the proof file: with it, the holder shows the entry without asking us anything."""
    return jcs.canonical_bytes({"id": opening.entry_id, "salt": base64url.encode(opening.salt)})


def read_extra(extra: bytes | None) -> Opening:
    """Return what the ``extra`` of a proof file holds; it proves nothing by itself.

    :raises CommitmentRefused: absent or malformed.
    """
    if extra is None:
        raise CommitmentRefused("no salt: the entry cannot be found again")
    try:
        value = jcs.parse(extra, jcs.Limits(size_bytes=1024, depth=1))
        if not isinstance(value, dict) or value.keys() != _MEMBERS:
            raise CommitmentRefused("not an identifier and a salt")
        return Opening(str(value["id"]), base64url.decode(str(value["salt"])))
    except EncodingError as error:
        raise CommitmentRefused(str(error)) from None
