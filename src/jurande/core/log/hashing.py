# SPDX-License-Identifier: Apache-2.0
"""The Merkle tree hash of RFC 6962 §2.1 with SHA-256.

Leaves and nodes hash under different prefixes, so no entry can pass for a node. The last leaf is never doubled.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Return ``SHA-256(0x00 ‖ entry)``."""
    return sha256(b"\0" + entry).digest()


def leaf_hashes(entries: Sequence[bytes]) -> list[bytes]:
    """Return the leaf hash of each entry, in order."""
    return [sha256(b"\0" + entry).digest() for entry in entries]


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return ``SHA-256(0x01 ‖ left ‖ right)``."""
    return sha256(b"\1" + left + right).digest()


def split(hashes: bytes) -> list[bytes]:
    """Cut concatenated hashes into a list."""
    return [hashes[start : start + HASH_BYTES] for start in range(0, len(hashes), HASH_BYTES)]


def pair_up(hashes: bytes) -> bytes:
    """Return, concatenated, the parent of each whole pair of concatenated ``hashes``; an odd last one is left out."""
    return b"".join([sha256(b"\1" + hashes[at : at + 64]).digest() for at in range(0, len(hashes) - 63, 64)])


def merkle_root(hashes: bytes) -> bytes:
    """Return the root over concatenated leaf hashes, or over roots of full subtrees of one size.

    Pairing from the left and carrying an odd last hash up gives the tree of RFC 6962 §2.1: the largest power of two
    smaller than n on the left. ``b""`` gives :data:`EMPTY_ROOT`.
    """
    if not hashes:
        return EMPTY_ROOT
    while len(hashes) > HASH_BYTES:
        odd = hashes[-HASH_BYTES:] if len(hashes) % 64 else b""
        hashes = pair_up(hashes) + odd
    return hashes
