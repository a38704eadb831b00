# SPDX-License-Identifier: Apache-2.0
"""Offline proofs: one small file that shows, without any network, that an entry is in the log.

Source: c2sp.org/tlog-proof (draft), extension ``.tlog-proof``.
"""

from __future__ import annotations

from dataclasses import dataclass

from jurande.core.encoding import base64std
from jurande.core.encoding.errors import EncodingError
from jurande.core.log.checkpoints import parse_decimal
from jurande.core.log.errors import NoteRefused, ProofRefused
from jurande.core.log.hashing import leaf_hash
from jurande.core.log.notes import LARGEST_NOTE_BYTES
from jurande.core.log.policies import Policy, Witnessed, verify_checkpoint
from jurande.core.log.proofs import LONGEST_PROOF, verify_inclusion

MAGIC = "c2sp.org/tlog-proof@v1"
LARGEST_EXTRA_BYTES = 64 * 1024
MEDIA_TYPE = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class OfflineProof:
    """Where the entry is, the path from it to the root, and the checkpoint as it was signed and cosigned.

    ``extra`` is authenticated by nothing: believe only what it makes verifiable.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    @property
    def octets(self) -> bytes:
        """Return the file."""
        lines = [MAGIC]
        if self.extra is not None:
            lines.append(f"extra {base64std.encode(self.extra)}")
        lines.append(f"index {self.index}")
        lines += [base64std.encode(value) for value in self.path]
        return ("\n".join(lines) + "\n\n").encode() + self.checkpoint


def parse_offline_proof(octets: bytes) -> OfflineProof:
    """Return the proof written in a file, not verified.

    :raises ProofRefused: too large, or not the one spelling of a proof.
    """
    if len(octets) > LARGEST_NOTE_BYTES + LARGEST_EXTRA_BYTES * 2:
        raise ProofRefused("too large", code="log.proof.size")
    head, separator, checkpoint = octets.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
        extra = base64std.decode(lines[1][6:]) if lines[1:] and lines[1].startswith("extra ") else None
        if lines[0] != MAGIC or not separator:
            raise ProofRefused("not a proof", code="log.proof.syntax")
        index, *path = lines[1 if extra is None else 2 :] or [""]
        if not index.startswith("index "):
            raise ProofRefused("no index line", code="log.proof.syntax")
        if len(path) > LONGEST_PROOF or (extra is not None and len(extra) > LARGEST_EXTRA_BYTES):
            raise ProofRefused("too large", code="log.proof.size")
        return OfflineProof(parse_decimal(index[6:]), tuple(base64std.decode(line) for line in path), checkpoint, extra)
    except (UnicodeDecodeError, EncodingError, NoteRefused):
        raise ProofRefused("not a proof", code="log.proof.syntax") from None


def verify_offline_proof(proof: OfflineProof, *, entry: bytes, policy: Policy) -> Witnessed:
    """Return the checkpoint that shows ``entry`` in a log that ``policy`` trusts, and who witnessed it.

    The caller builds ``entry`` from what it wants proved; it is never taken from the proof's ``extra``.
    :raises NoteRefused: the checkpoint is not signed as the policy asks.
    :raises ProofRefused: the entry is not in that tree at that index.
    """
    # 1. The signature of the log and the quorum of witnesses: until then, the root is anybody's.
    seen = verify_checkpoint(proof.checkpoint, policy)
    # 2. The leaf is computed from the entry; 3. the path leads from it to the signed root.
    verify_inclusion(
        leaf=leaf_hash(entry),
        index=proof.index,
        size=seen.checkpoint.size,
        proof=proof.path,
        root=seen.checkpoint.root,
    )
    return seen
