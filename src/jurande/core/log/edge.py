# SPDX-License-Identifier: Apache-2.0
"""Growing a log: the right edge is all that must be remembered, and every file follows from the entries.

The same entries give the same files, byte for byte, however they were split into batches. Memory is bounded by one
tile a level, so a log of any size can be built or rebuilt as a stream.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from jurande.core.log.errors import TileRefused
from jurande.core.log.hashing import EMPTY_ROOT, HASH_BYTES, leaf_hash, leaf_hashes, merkle_root
from jurande.core.log.tiles import (
    ENTRIES,
    WIDTH,
    Place,
    Read,
    bundle_of,
    entries_of,
    full_tiles,
    hash_at,
    levels_of,
    partial_width,
    path_of,
    read_tile,
)

# Take one file of the log: its path below the prefix and its bytes.
type Keep = Callable[[str, bytes], None]

_FULL = WIDTH * HASH_BYTES


@dataclass(frozen=True, slots=True)
class Edge:
    """The right edge of a log: its size, its partial bundle, and the partial tile of each level, level 0 first.

    A level whose last tile is full has ``b""``: the next hash opens a tile.
    """

    size: int
    bundle: bytes
    tiles: tuple[bytes, ...]


EMPTY = Edge(0, b"", ())


def grow(edge: Edge, entries: Iterable[bytes], keep: Keep) -> Edge:
    """Append ``entries`` and return the new edge; each bundle and tile that fills up is given to ``keep``, once.

    The files still partial at the end are those of :func:`partials`.
    :raises EntryRefused: an entry longer than 65,535 bytes; nothing can then be said of what ``keep`` received.
    """
    size, bundle, tiles = edge.size, edge.bundle, list(edge.tiles) or [b""]
    source = iter(entries)
    while batch := list(islice(source, WIDTH - size % WIDTH)):
        bundle += bundle_of(batch)
        tiles[0] += b"".join(leaf_hashes(batch))
        size += len(batch)
        if size % WIDTH == 0:
            keep(path_of(Place(ENTRIES, size // WIDTH - 1, WIDTH)), bundle)
            bundle = b""
            _carry(tiles, size, keep)
    return Edge(size, bundle, tuple(tiles) if size else ())


def _carry(tiles: list[bytes], size: int, keep: Keep) -> None:
    level = 0
    while len(tiles[level]) == _FULL:
        keep(path_of(Place(level, full_tiles(level, size) - 1, WIDTH)), tiles[level])
        if level + 1 == len(tiles):
            tiles.append(b"")
        tiles[level + 1] += merkle_root(tiles[level])
        tiles[level] = b""
        level += 1


def partials(edge: Edge) -> Iterator[tuple[str, bytes]]:
    """Yield the path and the bytes of each partial file that a checkpoint at this size needs."""
    if edge.bundle:
        yield path_of(Place(ENTRIES, edge.size // WIDTH, edge.size % WIDTH)), edge.bundle
    for level, hashes in enumerate(edge.tiles):
        if hashes:
            yield path_of(Place(level, full_tiles(level, edge.size), len(hashes) // HASH_BYTES)), hashes


def rebuild(entries: Iterable[bytes], keep: Keep) -> Edge:
    """Give ``keep`` every file, but the checkpoint, of the log that holds exactly ``entries``; return its edge."""
    edge = grow(EMPTY, entries, keep)
    for path, content in partials(edge):
        keep(path, content)
    return edge


def root_of(edge: Edge) -> bytes:
    """Return the Merkle root of the whole tree, from its right edge alone.

    Each level's partial tile holds roots of full subtrees; what lies below them is the tree's last, smaller subtree.
    """
    below = b""
    for hashes in edge.tiles:
        if hashes or below:
            below = merkle_root(hashes + below)
    return below or EMPTY_ROOT


def load(read: Read, size: int) -> Edge:
    """Return the edge of a log of ``size`` entries from its files.

    What is read is believed only as far as :func:`root_of` equals a signed root, and the bundle as far as it hashes to
    its tile, which is checked here.
    :raises TileRefused: a file missing or malformed, or a bundle that does not hash to its tile.
    """
    tiles = edge_tiles(read, size)
    width = size % WIDTH
    return Edge(size, _partial_bundle(read, size // WIDTH, width, tiles[0]) if width else b"", tiles)


def edge_tiles(read: Read, size: int) -> tuple[bytes, ...]:
    """Return the partial tile of each level of a log of ``size`` entries, ``b""`` where the last one is full.

    :raises TileRefused: a file missing or malformed.
    """
    places = [Place(level, full_tiles(level, size), partial_width(level, size)) for level in range(levels_of(size))]
    return tuple(read_tile(read, place) if place.width else b"" for place in places)


def _partial_bundle(read: Read, number: int, width: int, hashes: bytes) -> bytes:
    path = path_of(Place(ENTRIES, number, width))
    bundle = read(path)
    if bundle is None:
        full = read(path_of(Place(ENTRIES, number, WIDTH)))
        if full is None:
            raise TileRefused("missing", path=path, code="log.tile.missing")
        bundle = bundle_of(entries_of(full, path=path, width=WIDTH)[:width])
    for position, entry in enumerate(entries_of(bundle, path=path, width=width)):
        if leaf_hash(entry) != hash_at(hashes, position):
            raise TileRefused(f"not the entry {number * WIDTH + position} hashed", path=path, code="log.tile.hash")
    return bundle
