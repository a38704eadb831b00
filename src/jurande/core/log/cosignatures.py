# SPDX-License-Identifier: Apache-2.0
"""Cosignatures: a witness says that it saw this checkpoint at that time, and none that contradicts it.

Source: c2sp.org/tlog-cosignature@v1.0.1, Ed25519 (type 0x04).
"""

from __future__ import annotations

from collections.abc import Iterable

from jurande.core.log.errors import NoteRefused
from jurande.core.log.notes import COSIGNATURE, Note, Signature, VerifierKey, verify_ed25519

_TIME_BYTES = 8


def cosigned_message(text: str, time: int) -> bytes:
    """Return what a witness signs: the note's ``text`` seen at ``time``, in Unix seconds."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def verify_cosignature(text: str, signature: Signature, key: VerifierKey) -> int:
    """Return the Unix time, in seconds, at which the witness ``key`` says it saw the checkpoint ``text``.

    :raises NoteRefused: another key, another length, or the signature does not verify.
    """
    if key.kind != COSIGNATURE or (signature.name, signature.key_id) != (key.name, key.key_id):
        raise NoteRefused(f"not a cosignature of {key.name}", code="log.cosignature.key")
    if len(signature.blob) != _TIME_BYTES + 64:
        raise NoteRefused("a cosignature that is not 72 bytes", code="log.cosignature.length")
    time = int.from_bytes(signature.blob[:_TIME_BYTES])
    verify_ed25519(key, signature.blob[_TIME_BYTES:], cosigned_message(text, time))
    return time


def cosigned_by(note: Note, witnesses: Iterable[VerifierKey]) -> dict[VerifierKey, int]:
    """Return the witnesses that cosigned the note, each with its latest time.

    :raises NoteRefused: a line of a known witness does not verify.
    """
    known = {(key.name, key.key_id): key for key in witnesses}
    times: dict[VerifierKey, int] = {}
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is not None:
            times[key] = max(times.get(key, 0), verify_cosignature(note.text, signature, key))
    return times


def with_cosignatures(note: Note, signatures: Iterable[Signature]) -> Note:
    """Return the note with ``signatures`` added below; a newer line of one key replaces its older one."""
    lines = {(signature.name, signature.key_id): signature for signature in (*note.signatures, *signatures)}
    return Note(note.text, tuple(lines.values()))
