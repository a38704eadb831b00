# SPDX-License-Identifier: Apache-2.0
"""Checkpoints: the log's origin, size and root, in a note that the log signs.

Source: c2sp.org/tlog-checkpoint@v1.0.0. No extension line is ever written, and none is accepted: witnesses refuse them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jurande.core.encoding import base64std
from jurande.core.encoding.errors import EncodingError
from jurande.core.log.errors import NoteRefused
from jurande.core.log.hashing import EMPTY_ROOT, HASH_BYTES
from jurande.core.log.notes import Note, Sign, VerifierKey, parse_note, sign_note, verify_note
from jurande.core.log.tiles import GREATEST_SIZE


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The whole log in three facts: who it is, how many entries it has, and their Merkle root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """Return the text that is signed, with its final newline."""
        return f"{self.origin}\n{self.size}\n{base64std.encode(self.root)}\n"


def parse_decimal(text: str) -> int:
    """Return a size or an index written in ASCII, without sign or leading zero.

    :raises NoteRefused: written otherwise, or beyond 2^63 - 1.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 19) or (text[0] == "0" and text != "0"):
        raise NoteRefused("not a decimal number", code="log.checkpoint.syntax")
    if int(text) > GREATEST_SIZE:
        raise NoteRefused("a number beyond 2^63 - 1", code="log.checkpoint.syntax")
    return int(text)


def parse_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint that a note's text states; its signatures are not looked at.

    :raises NoteRefused: malformed, an extension line, or an empty log under another root than its own.
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() or not lines[0]:
        raise NoteRefused("not a checkpoint", code="log.checkpoint.syntax")
    if len(lines) > 3:
        raise NoteRefused("an extension line", code="log.checkpoint.extension")
    origin, size, encoded = lines
    try:
        checkpoint = Checkpoint(origin, parse_decimal(size), base64std.decode(encoded))
    except EncodingError:
        raise NoteRefused("a root that is not base64", code="log.checkpoint.syntax") from None
    if len(checkpoint.root) != HASH_BYTES:
        raise NoteRefused("a root that is not 32 bytes", code="log.checkpoint.syntax")
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        raise NoteRefused("an empty log with a root", code="log.checkpoint.empty_root")
    return checkpoint


def open_checkpoint(octets: bytes, keys: Sequence[VerifierKey]) -> Checkpoint:
    """Return the checkpoint of a note that the log signed; witnesses are another question (see policies).

    :raises NoteRefused: malformed, not signed by one of ``keys``, or the origin is not the name of a key that signed.
    """
    return checkpoint_of(parse_note(octets), keys)


def checkpoint_of(note: Note, keys: Sequence[VerifierKey]) -> Checkpoint:
    """Return the checkpoint of a parsed note, on the terms of :func:`open_checkpoint`."""
    # 1. The log's signature, before anything that the text says is believed.
    signers = verify_note(note, keys)
    # 2. The text is a checkpoint, and nothing more.
    checkpoint = parse_checkpoint(note.text)
    # 3. It is the checkpoint of that log, not of another one with the same key.
    if checkpoint.origin not in {key.name for key in signers}:
        raise NoteRefused("the origin is not the signer's name", code="log.checkpoint.origin")
    return checkpoint


def sign_checkpoint(checkpoint: Checkpoint, key: VerifierKey, sign: Sign) -> Note:
    """Return the signed note of a checkpoint. Only ``signing.next_checkpoint`` may decide that it should be signed.

    :raises NoteRefused: the origin is not the key's name, or the signature does not verify.
    """
    note = sign_note(checkpoint.text, key, sign)
    if checkpoint_of(parse_note(note.octets), [key]) != checkpoint:
        raise NoteRefused("the note does not say what was to be signed", code="log.checkpoint.syntax")
    return note
