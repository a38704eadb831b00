# SPDX-License-Identifier: Apache-2.0
"""Auditing a whole log: every file is derived again from the signed root down, and nothing else may be there.

The signed root vouches for the tiles of the right edge, each tile for the tiles below it, level 0 for the entries. A
file that does not match what vouches for it is damaged, so the report names the right one. Memory is bounded by one
tile a level.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Protocol

from jurande.core.log.checkpoints import Checkpoint
from jurande.core.log.errors import LogError, NoteRefused, TileRefused
from jurande.core.log.hashing import EMPTY_ROOT, HASH_BYTES, leaf_hashes, merkle_root
from jurande.core.log.policies import Policy, verify_checkpoint
from jurande.core.log.tiles import (
    CHECKPOINT,
    ENTRIES,
    WIDTH,
    Place,
    entries_of,
    full_tiles,
    hash_at,
    levels_of,
    parse_path,
    partial_width,
    path_of,
)


class Store(Protocol):
    """Where the files of a log are."""

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file, None when there is none. :raises Unavailable: no answer could be had."""

    def paths(self) -> Iterable[str] | None:
        """Return the path of every file there is, or None when the store cannot tell (HTTP)."""


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong with one file.

    ``code`` is ``missing``, ``length`` (``expected`` and ``found`` are bytes; for a bundle, entries cannot be cut as
    announced), ``hash`` (``found`` is the first entry or tile of the file that differs, counted in the whole log, when
    it can be told, else -1), ``extra`` (no such file in a log of this size), or the code of the refusal of the
    checkpoint.
    """

    path: str
    code: str
    expected: int = 0
    found: int = 0


class Damaged(LogError):
    """At least one file of the log is not what was signed; ``damages`` names each."""

    code = "log.damaged"

    def __init__(self, damages: Sequence[Damage], checkpoint: Checkpoint | None) -> None:
        """Keep what is damaged, and the checkpoint when it could be believed."""
        super().__init__("; ".join(f"{damage.path}: {damage.code}" for damage in damages[:5]))
        self.damages = tuple(damages)
        self.checkpoint = checkpoint


@dataclass(frozen=True, slots=True)
class Checked:
    """A log of which every file is right: its checkpoint, when witnesses saw it, how many files were read."""

    checkpoint: Checkpoint
    seen_at: dict[str, int]
    files: int


def check(store: Store, policy: Policy) -> Checked:
    """Return if every file of the log is right, to the byte, and there is no other file.

    :raises Damaged: with every file that is not.
    :raises Unavailable: the store could not answer, so nothing is known.
    """
    # 1. The checkpoint: present, signed by the log, cosigned by the quorum.
    note = store.read(CHECKPOINT)
    if note is None:
        raise Damaged([Damage(CHECKPOINT, "missing")], None)
    try:
        seen = verify_checkpoint(note, policy)
    except NoteRefused as refusal:
        raise Damaged([Damage(CHECKPOINT, refusal.code)], None) from refusal
    audit = _Audit(store, seen.checkpoint)
    # 2. No file that a log of this size does not have; older partial tiles are kept for step 5.
    audit.sort_paths()
    # 3. The tiles of the right edge give the signed root; 4. each tile gives its hash in the tile above, down to the
    # entries; 5. an older partial tile is the beginning of the present one.
    audit.walk()
    if audit.damages:
        raise Damaged(audit.damages, seen.checkpoint)
    return Checked(seen.checkpoint, dict(seen.seen_at), audit.files)


class _Audit:
    def __init__(self, store: Store, checkpoint: Checkpoint) -> None:
        self.store = store
        self.size = checkpoint.size
        self.root = checkpoint.root
        self.damages: list[Damage] = []
        self.files = 1
        self.older: dict[tuple[int, int], list[int]] = {}

    def sort_paths(self) -> None:
        for path in self.store.paths() or ():
            if path == CHECKPOINT:
                continue
            try:
                place = parse_path(path)
            except TileRefused:
                self.damages.append(Damage(path, "extra"))
                continue
            full, width = full_tiles(place.level, self.size), partial_width(place.level, self.size)
            wanted = WIDTH if place.number < full else width if place.number == full else 0
            if place.width > wanted:
                self.damages.append(Damage(path, "extra"))
            elif place.width < wanted:
                self.older.setdefault(place[:2], []).append(place.width)

    def walk(self) -> None:
        edge = [
            Place(level, full_tiles(level, self.size), partial_width(level, self.size))
            for level in range(levels_of(self.size))
        ]
        edge = [place for place in edge if place.width]
        for place, hashes in zip(edge, self._believed_edge(edge), strict=True):
            self._visit(place, hashes)

    def _believed_edge(self, edge: list[Place]) -> list[bytes | None]:
        """Return the tiles of the right edge that give the signed root: as stored, or derived from what is below."""
        stored = [self._stored(place) for place in edge]
        if _edge_root(stored) == self.root:
            return stored
        derived = [self._derived(place, hashes) for place, hashes in zip(edge, stored, strict=True)]
        for tiles in product(*zip(stored, derived, strict=True)):
            if _edge_root(tiles) == self.root:
                for place, found, right in zip(edge, stored, tiles, strict=True):
                    if found is not None and found != right:
                        self._differs(place, found, right)
                return list(tiles)
        # Several files are wrong, or the root was signed over something else: what vouches for what is lost.
        self.damages.append(Damage(CHECKPOINT, "root"))
        return stored

    def _visit(self, place: Place, hashes: bytes | None) -> None:
        for width in self.older.get(place[:2], ()):
            self._check_older(place._replace(width=width), hashes)
        if place.level == 0:
            bundle = place._replace(level=ENTRIES)
            self._check_bundle(bundle, hashes)
            for width in self.older.get(bundle[:2], ()):
                self._check_bundle(bundle._replace(width=width), hashes)
            return
        for position in range(place.width):
            child = Place(place.level - 1, place.number * WIDTH + position, WIDTH)
            self._visit(child, self._believed(child, hash_at(hashes, position) if hashes is not None else None))

    def _believed(self, place: Place, root: bytes | None) -> bytes | None:
        """Return the hashes of a full tile that have ``root``; None, after naming it, when they cannot be had."""
        stored = self._stored(place)
        if root is None or (stored is not None and merkle_root(stored) == root):
            return stored
        derived = self._derived(place, stored)
        right = derived if derived is not None and merkle_root(derived) == root else None
        if stored is not None:
            self._differs(place, stored, right)
        return right

    def _stored(self, place: Place) -> bytes | None:
        path, expected = path_of(place), place.width * HASH_BYTES
        hashes = self._read(path)
        if hashes is not None and len(hashes) != expected:
            self.damages.append(Damage(path, "length", expected, len(hashes)))
            return None
        return hashes

    def _derived(self, place: Place, stored: bytes | None) -> bytes | None:
        """Return the hashes of a tile as what is below it has them, None when something there is missing or malformed.

        Where a tile and the tile below it disagree, the level below that one has the last word.
        """
        if place.level == 0:
            path = path_of(place._replace(level=ENTRIES))
            try:
                return b"".join(leaf_hashes(entries_of(self.store.read(path) or b"", path=path, width=place.width)))
            except TileRefused:
                return None
        roots: list[bytes] = []
        for position in range(place.width):
            child = Place(place.level - 1, place.number * WIDTH + position, WIDTH)
            below = self.store.read(path_of(child))
            below = below if below is not None and len(below) == WIDTH * HASH_BYTES else None
            root = merkle_root(below) if below is not None else None
            if root is None or stored is None or hash_at(stored, position) != root:
                deeper = self._derived(child, below)
                root = merkle_root(deeper) if deeper is not None else root
            if root is None:
                return None
            roots.append(root)
        return b"".join(roots)

    def _check_older(self, place: Place, hashes: bytes | None) -> None:
        older = self._stored(place)
        if older is not None and hashes is not None and not hashes.startswith(older):
            self._differs(place, older, hashes)

    def _check_bundle(self, place: Place, hashes: bytes | None) -> None:
        path = path_of(place)
        bundle = self._read(path)
        if bundle is None:
            return
        try:
            leaves = b"".join(leaf_hashes(entries_of(bundle, path=path, width=place.width)))
        except TileRefused:
            self.damages.append(Damage(path, "length", 0, len(bundle)))
            return
        if hashes is None or not hashes.startswith(leaves):
            self._differs(place, leaves, hashes)

    def _read(self, path: str) -> bytes | None:
        content = self.store.read(path)
        self.files += 1
        if content is None:
            self.damages.append(Damage(path, "missing"))
        return content

    def _differs(self, place: Place, found: bytes, right: bytes | None) -> None:
        first = -1
        if right is not None:
            first = next(at for at in range(place.width) if hash_at(found, at) != hash_at(right, at))
            first += place.number * WIDTH
        self.damages.append(Damage(path_of(place), "hash", 0, first))


def _edge_root(tiles: Sequence[bytes | None]) -> bytes | None:
    below = b""
    for hashes in tiles:
        if hashes is None:
            return None
        below = merkle_root(hashes + below)
    return below or EMPTY_ROOT
