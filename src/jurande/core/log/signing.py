# SPDX-License-Identifier: Apache-2.0
"""The guard before the log's key: everything is read and computed again, twice, before a checkpoint is signed.

A log that signs one wrong root is dead: no later proof can pass it (a single flipped bit ended a Certificate
Transparency log in 2022). So nothing remembered is believed here; the entries and the files are read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from jurande.core.log.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from jurande.core.log.edge import Edge, edge_tiles, grow, partials, root_of
from jurande.core.log.errors import Altered, EntryRefused, Fork, NoteRefused, ProofRefused, Rollback, TileRefused
from jurande.core.log.hashing import EMPTY_ROOT, leaf_hash
from jurande.core.log.notes import Note, Sign, VerifierKey
from jurande.core.log.proofs import consistency_proof, tree_root, verify_consistency
from jurande.core.log.tiles import WIDTH, Read, bundle_of, hash_at

# Read entries start to stop (excluded) again, from where they are kept for good.
type ReadEntries = Callable[[int, int], Iterable[bytes]]


def next_checkpoint(
    *,
    key: VerifierKey,
    sign: Sign,
    last: bytes | None,
    seen: Sequence[Checkpoint],
    size: int,
    entries: ReadEntries,
    read: Read,
) -> Note:
    """Return the signed checkpoint of the log at ``size`` entries, whose files are already written.

    ``last`` is the note signed last, as the database has it; ``seen`` are checkpoints of this log known from elsewhere
    (the guard file, each witness's latest), whose signatures the caller verified; ``entries`` reads the rows again,
    ``read`` the files. The caller stores the result before anybody sees it.

    :raises Rollback: fewer entries than something signed.
    :raises Fork: another history than something signed.
    :raises Altered: a row, a file or the memory differs from what was signed or computed; the message names it.
    """
    try:
        # 1. What was signed last is really ours.
        old = _open_last(key, last)
        # 2. No size that was signed, here or seen elsewhere, is ever gone back behind.
        _refuse_rollback(old, seen, size)
        # 3. The rows of the open tile, read again, hash to the leaves under the last signature.
        old_edge = _reread_edge(old, entries, read)
        # 4. The new rows, read again, give a root and the exact bytes of each new file: the first computation.
        new = Checkpoint(key.name, size, root_of(_regrow(old_edge, size, entries, read)))
        # 5. The files, by another algorithm, give the same root: the second computation.
        again = tree_root(read, size)
        if new.root != again:
            raise Altered("the files give another root than the entries", code="log.signing.altered.root")
        # 6. The new tree extends the one signed last, and each one seen elsewhere.
        for earlier in (old, *seen):
            _refuse_fork(earlier, new, read)
        # 7. Sign; the signature is verified, and the note read back must state the second computation.
        note = sign_checkpoint(new, key, sign)
        if open_checkpoint(note.octets, [key]) != Checkpoint(key.name, size, again):
            raise Altered("the note states another root", code="log.signing.altered.signature")
    except TileRefused as refusal:
        raise Altered(str(refusal), code="log.signing.altered.file") from refusal
    except NoteRefused as refusal:
        raise Altered(str(refusal), code="log.signing.altered.signature") from refusal
    return note


def _open_last(key: VerifierKey, last: bytes | None) -> Checkpoint:
    if last is None:
        return Checkpoint(key.name, 0, EMPTY_ROOT)
    try:
        return open_checkpoint(last, [key])
    except NoteRefused as refusal:
        raise Altered(f"the last checkpoint: {refusal}", code="log.signing.altered.checkpoint") from refusal


def _refuse_rollback(old: Checkpoint, seen: Sequence[Checkpoint], size: int) -> None:
    for other in seen:
        if other.origin != old.origin:
            raise Fork(f"a checkpoint of {other.origin}, not of {old.origin}", code="log.signing.fork.origin")
        if other.size > old.size:
            raise Rollback(f"{other.size} entries were signed; the last kept here has {old.size}")
    if size < old.size:
        raise Rollback(f"{old.size} entries were signed; there are {size} now")


def _reread_edge(old: Checkpoint, entries: ReadEntries, read: Read) -> Edge:
    start = old.size - old.size % WIDTH
    rows = list(entries(start, old.size))
    tiles = edge_tiles(read, old.size)
    for position, row in enumerate(rows):
        if leaf_hash(row) != hash_at(tiles[0], position):
            raise Altered(f"entry {start + position} is not the one that was signed", code="log.signing.altered.entry")
    if len(rows) != old.size % WIDTH:
        raise Altered(f"{len(rows)} entries read, not {old.size % WIDTH}", code="log.signing.altered.entry")
    edge = Edge(old.size, bundle_of(rows), tiles)
    if root_of(edge) != old.root:
        raise Altered("the files no longer give the root that was signed", code="log.signing.altered.file")
    return edge


def _regrow(old: Edge, size: int, entries: ReadEntries, read: Read) -> Edge:
    def compare(path: str, content: bytes) -> None:
        if read(path) != content:
            raise Altered(f"{path} is not what the entries give", code="log.signing.altered.file")

    try:
        edge = grow(old, entries(old.size, size), compare)
    except EntryRefused as refusal:
        raise Altered(str(refusal), code="log.signing.altered.entry") from refusal
    if edge.size != size:
        raise Altered(f"{edge.size} entries were read, not {size}", code="log.signing.altered.entry")
    for path, content in partials(edge):
        compare(path, content)
    return edge


def _refuse_fork(earlier: Checkpoint, new: Checkpoint, read: Read) -> None:
    if earlier.size == 0:
        return
    proof = consistency_proof(read, earlier.size, new.size)
    try:
        verify_consistency(old=earlier.size, old_root=earlier.root, new=new.size, new_root=new.root, proof=proof)
    except ProofRefused as refusal:
        raise Fork(f"{new.size} entries do not extend the {earlier.size} that were signed: {refusal}") from refusal
