# SPDX-License-Identifier: Apache-2.0
"""Inclusion and consistency: making the proofs from tiles, and verifying them.

Making a proof believes the tiles; verifying believes nothing but the roots it is given. Whoever hands out a proof
verifies it first.
Source: RFC 6962 §2.1.1–2.1.2, RFC 9162 §2.1.3–2.1.4.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from jurande.core.log.errors import ProofRefused
from jurande.core.log.hashing import EMPTY_ROOT, HASH_BYTES, node_hash, pair_up
from jurande.core.log.tiles import HEIGHT, Read, hash_at, place_at, read_tile

LONGEST_PROOF = 63

# The root of the full subtree of 2^height leaves at this index among its likes.
type Node = Callable[[int, int], bytes]


def inclusion_proof(read: Read, index: int, size: int) -> tuple[bytes, ...]:
    """Return the path that proves entry ``index`` in the tree of ``size`` entries, from the leaf's sibling up.

    :raises ProofRefused: ``index`` is not below ``size``.
    :raises TileRefused: a tile is missing or malformed.
    """
    if not 0 <= index < size:
        raise ProofRefused(f"no entry {index} among {size}", code="log.proof.index")
    node = _nodes(read, size)
    path: list[bytes] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _largest_power_below(stop - start)
        if index < middle:
            path.append(_subtree_root(node, middle, stop))
            stop = middle
        else:
            path.append(_subtree_root(node, start, middle))
            start = middle
    return tuple(reversed(path))


def consistency_proof(read: Read, old: int, new: int) -> tuple[bytes, ...]:
    """Return what proves that the tree of ``new`` entries begins with the tree of ``old`` entries.

    Empty when the sizes are equal, and when ``old`` is 0: everything extends the empty tree.
    :raises ProofRefused: ``old`` is beyond ``new``, or negative.
    :raises TileRefused: a tile is missing or malformed.
    """
    if not 0 <= old <= new:
        raise ProofRefused(f"{new} entries cannot extend {old}", code="log.proof.sizes")
    node = _nodes(read, new)
    path: list[bytes] = []
    start, stop = 0, new
    while stop != old and old:
        middle = start + _largest_power_below(stop - start)
        if old <= middle:
            path.append(_subtree_root(node, middle, stop))
            stop = middle
        else:
            path.append(_subtree_root(node, start, middle))
            start = middle
    if start:  # the verifier knows the old root itself, but not a subtree of it
        path.append(_subtree_root(node, start, stop))
    return tuple(reversed(path))


def tree_root(read: Read, size: int) -> bytes:
    """Return the root of the tree of ``size`` entries, as its tiles have it.

    :raises TileRefused: a tile is missing or malformed.
    """
    return _subtree_root(_nodes(read, size), 0, size) if size else EMPTY_ROOT


def _subtree_root(node: Node, start: int, stop: int) -> bytes:
    """Return the root over entries ``start`` to ``stop`` (excluded), a subtree of RFC 6962.

    ``start`` is then a multiple of the largest power of two in the range, so full subtrees fill it from the left.
    """
    roots: list[bytes] = []
    while start < stop:
        height = (stop - start).bit_length() - 1
        roots.append(node(height, start >> height))
        start += 1 << height
    root = roots.pop()
    while roots:
        root = node_hash(roots.pop(), root)
    return root


def _nodes(read: Read, size: int) -> Node:
    """Return what gives the root of a full subtree by height and index, each tile being read at most once."""
    tiles: dict[tuple[int, int], tuple[bytes, ...]] = {}

    def node(height: int, index: int) -> bytes:
        level, inner = divmod(height, HEIGHT)
        tile = index >> (HEIGHT - inner)
        heights = tiles.get((level, tile))
        if heights is None:
            heights = tiles[level, tile] = tile_heights(read_tile(read, place_at(level, tile, size)))
        return hash_at(heights[inner], index - (tile << (HEIGHT - inner)))

    return node


@lru_cache(maxsize=256)
def tile_heights(tile: bytes) -> tuple[bytes, ...]:
    """Return the hashes inside a tile by height, 0 to 7. Upper tiles serve every proof, so a few are remembered."""
    heights = [tile]
    for _ in range(HEIGHT - 1):
        heights.append(pair_up(heights[-1]))
    return tuple(heights)


def _largest_power_below(number: int) -> int:
    return 1 << ((number - 1).bit_length() - 1)


def verify_inclusion(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Return if ``proof`` shows that the leaf hash ``leaf`` is entry ``index`` of the tree ``size``, ``root``.

    :raises ProofRefused: it does not. Source: RFC 9162 §2.1.3.2.
    """
    _check_hashes((leaf, root, *proof), proof)
    # 1. The index must be below the size.
    if not 0 <= index < size:
        raise ProofRefused(f"no entry {index} among {size}", code="log.proof.index")
    # 2. and 3. Set fn to the index, sn to the last index, r to the leaf hash.
    node, last, current = index, size - 1, leaf
    # 4. For each hash of the path:
    for sibling in proof:
        # 4.1 nothing may be left once the root is reached;
        if last == 0:
            raise ProofRefused("hashes left over", code="log.proof.length")
        if node & 1 or node == last:
            # 4.2 a right child, or the carried last node: the sibling is on the left; climb over the carries;
            current = node_hash(sibling, current)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            # 4.3 a left child: the sibling is on the right;
            current = node_hash(current, sibling)
        # 4.4 go up one level.
        node, last = node >> 1, last >> 1
    # 5. The root must be reached, and be the one that was signed.
    if last != 0:
        raise ProofRefused("hashes missing", code="log.proof.length")
    if current != root:
        raise ProofRefused("the path leads to another root", code="log.proof.root")


def verify_consistency(*, old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Return if ``proof`` shows that the tree (``new``, ``new_root``) begins with the tree (``old``, ``old_root``).

    An ``old`` of 0 is refused: nothing can be proved about the empty tree, the caller decides.
    :raises ProofRefused: it does not. Source: RFC 9162 §2.1.4.2.
    """
    # 0. Sizes that a proof can be about, hashes of the right length.
    if not 0 < old <= new:
        raise ProofRefused(f"nothing proves {old} → {new}", code="log.proof.sizes")
    if old == new:
        if proof:
            raise ProofRefused("equal sizes need no proof", code="log.proof.length")
        if old_root != new_root:
            raise ProofRefused("one size, two roots", code="log.proof.root")
        return
    _check_hashes((old_root, new_root, *proof), proof)
    # 1. An empty path proves nothing between different sizes.
    if not proof:
        raise ProofRefused("hashes missing", code="log.proof.length")
    # 2. When the old size is a power of two, its root is a node of the new tree and is left out of the path.
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    # 3. and 4. fn is the old tree's last index, sn the new one's; skip the levels where the old tree is whole.
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    # 5. Both roots are computed from the first hash on.
    old_found = new_found = path[0]
    # 6. For each following hash:
    for sibling in path[1:]:
        # 6.1 nothing may be left once the root is reached;
        if last == 0:
            raise ProofRefused("hashes left over", code="log.proof.length")
        if node & 1 or node == last:
            # 6.2 the sibling is on the left, in both trees; climb over the carries;
            old_found = node_hash(sibling, old_found)
            new_found = node_hash(sibling, new_found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            # 6.3 the sibling is on the right: only the new tree has it;
            new_found = node_hash(new_found, sibling)
        # 6.4 go up one level.
        node, last = node >> 1, last >> 1
    # 7. Both roots must be found, at the top.
    if last != 0:
        raise ProofRefused("hashes missing", code="log.proof.length")
    if old_found != old_root:
        raise ProofRefused("the path leads to another old root", code="log.proof.old_root")
    if new_found != new_root:
        raise ProofRefused("the path leads to another new root", code="log.proof.root")


def _check_hashes(hashes: Sequence[bytes], proof: Sequence[bytes]) -> None:
    if len(proof) > LONGEST_PROOF:
        raise ProofRefused(f"more than {LONGEST_PROOF} hashes", code="log.proof.length")
    if any(len(value) != HASH_BYTES for value in hashes):
        raise ProofRefused("a hash that is not 32 bytes", code="log.proof.hash")
