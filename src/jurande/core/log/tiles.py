# SPDX-License-Identifier: Apache-2.0
"""The files of a log: tiles of 256 hashes, bundles of 256 entries, their paths and their widths.

Source: c2sp.org/tlog-tiles (tag v0.1.0). Height 8; the level of an entry bundle is written :data:`ENTRIES` here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from jurande.core.log.errors import EntryRefused, TileRefused
from jurande.core.log.hashing import HASH_BYTES

WIDTH = 256
HEIGHT = 8
ENTRIES = -1
LONGEST_ENTRY_BYTES = 65_535
GREATEST_SIZE = 2**63 - 1
CHECKPOINT = "checkpoint"

# Give the bytes of a file of the log by its path, None when there is no such file.
type Read = Callable[[str], bytes | None]

_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,5})([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


class Place(NamedTuple):
    """One tile or bundle: its level, its number in the level, its width in hashes or entries (256 when full)."""

    level: int
    number: int
    width: int


def path_of(place: Place) -> str:
    """Return the path of a tile or bundle below the log's prefix: ``tile/1/x001/x234/067.p/8``."""
    level = "entries" if place.level == ENTRIES else str(place.level)
    digits = str(place.number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
    index = "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])
    partial = "" if place.width == WIDTH else f".p/{place.width}"
    return f"tile/{level}/{index}{partial}"


def parse_path(path: str) -> Place:
    """Return the place that ``path`` names.

    :raises TileRefused: anything but the one spelling that :func:`path_of` writes, or a level beyond 63.
    """
    match = _PATH.fullmatch(path)
    if match is None:
        raise TileRefused("not the path of a tile", path=path[:100], code="log.tile.path")
    level, groups, last, width = match.groups()
    place = Place(
        level=ENTRIES if level == "entries" else int(level),
        number=int(groups.replace("x", "").replace("/", "") + last),
        width=int(width) if width else WIDTH,
    )
    if place.level > 63 or path_of(place) != path or (width and place.width >= WIDTH):
        raise TileRefused("not the path of a tile", path=path, code="log.tile.path")
    return place


def full_tiles(level: int, size: int) -> int:
    """Return how many full tiles ``level`` has in a tree of ``size`` entries; bundles count as level 0."""
    return size >> HEIGHT * (max(level, 0) + 1)


def partial_width(level: int, size: int) -> int:
    """Return the width of the last, partial tile of ``level``; 0 means that there is none."""
    return (size >> HEIGHT * max(level, 0)) % WIDTH


def levels_of(size: int) -> int:
    """Return how many levels of tiles a tree of ``size`` entries has: 0 when empty, 2 at 256."""
    return (size.bit_length() + HEIGHT - 1) // HEIGHT


def places_of(size: int) -> Iterator[Place]:
    """Yield every tile and bundle that a log of ``size`` entries must serve: full ones, then the partial, by level."""
    for level in range(ENTRIES if size else 0, levels_of(size)):
        full = full_tiles(level, size)
        for number in range(full):
            yield Place(level, number, WIDTH)
        if width := partial_width(level, size):
            yield Place(level, full, width)


def place_at(level: int, number: int, size: int) -> Place:
    """Return the tile ``number`` of ``level`` as wide as a tree of ``size`` entries makes it."""
    return Place(level, number, WIDTH if number < full_tiles(level, size) else partial_width(level, size))


def read_tile(read: Read, place: Place) -> bytes:
    """Return the hashes of a tile, at its exact length.

    When a partial tile is gone, the full one that replaced it is cut, as the specification allows.
    :raises TileRefused: no such tile, or another length than 32 bytes a hash.
    """
    path = path_of(place)
    hashes = read(path)
    if hashes is None and place.width < WIDTH:
        full = read(path_of(place._replace(width=WIDTH)))
        hashes = full[: place.width * HASH_BYTES] if full is not None and len(full) == WIDTH * HASH_BYTES else None
    if hashes is None:
        raise TileRefused("missing", path=path, code="log.tile.missing")
    if len(hashes) != place.width * HASH_BYTES:
        raise TileRefused(f"{len(hashes)} bytes, not {place.width * HASH_BYTES}", path=path, code="log.tile.length")
    return hashes


def bundle_of(entries: Iterable[bytes]) -> bytes:
    """Return the entry bundle: for each entry its length in two bytes, big-endian, then its bytes.

    :raises EntryRefused: an entry longer than 65,535 bytes.
    """
    try:
        return b"".join([len(entry).to_bytes(2) + entry for entry in entries])
    except OverflowError:
        raise EntryRefused(f"more than {LONGEST_ENTRY_BYTES} bytes", code="log.entry.size") from None


def entries_of(bundle: bytes, *, path: str, width: int) -> list[bytes]:
    """Return the entries of a bundle that must hold ``width`` of them and not a byte more.

    :raises TileRefused: cut short, or longer. Source: c2sp.org/tlog-tiles, Log entries.
    """
    entries: list[bytes] = []
    at, end = 0, len(bundle)
    for _ in range(width):
        start = at + 2
        at = start + int.from_bytes(bundle[at:start])
        if at > end or start > end:
            raise TileRefused(f"cut short in entry {len(entries)}", path=path, code="log.tile.length")
        entries.append(bundle[start:at])
    if at != end:
        raise TileRefused(f"{end - at} bytes after the last entry", path=path, code="log.tile.length")
    return entries


def hash_at(hashes: bytes, position: int) -> bytes:
    """Return the hash at ``position`` of concatenated hashes."""
    return hashes[position * HASH_BYTES : (position + 1) * HASH_BYTES]
