"""Inclusion and consistency proofs: the definition of the RFC, its published vectors, and every small tree."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurande.core.log.edge import rebuild
from jurande.core.log.errors import ProofRefused, TileRefused
from jurande.core.log.hashing import leaf_hash, merkle_root, node_hash
from jurande.core.log.proofs import (
    consistency_proof,
    inclusion_proof,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from tests.core.log.samples import MemoryStore, entries, flipped

LARGEST = 130


def path(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962 §2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if index < k:
        return [*path(index, leaves[:k]), merkle_root(b"".join(leaves[k:]))]
    return [*path(index - k, leaves[k:]), merkle_root(b"".join(leaves[:k]))]


def subproof(size: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962 §2.1.2, word for word."""
    if size == len(leaves):
        return [] if whole else [merkle_root(b"".join(leaves))]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if size <= k:
        return [*subproof(size, leaves[:k], whole), merkle_root(b"".join(leaves[k:]))]
    return [*subproof(size - k, leaves[k:], False), merkle_root(b"".join(leaves[:k]))]


@pytest.fixture(scope="module")
def trees() -> dict[int, MemoryStore]:
    stores = {}
    for size in range(LARGEST + 1):
        stores[size] = MemoryStore()
        rebuild(entries(size), stores[size].files.__setitem__)
    return stores


def vectors(shared: Path, kind: str) -> list[tuple[str, dict[str, object]]]:
    folder = shared / "data/vectors/rfc6962-proofs" / kind
    return [(str(file.relative_to(folder)), json.loads(file.read_text())) for file in sorted(folder.rglob("*.json"))]


def octets(text: object) -> bytes:
    return base64.b64decode(str(text or ""))


class TestPublishedVectors:
    def test_of_inclusion_agree(self, shared: Path) -> None:
        found = vectors(shared, "inclusion")
        for name, vector in found:
            refused = False
            try:
                verify_inclusion(
                    leaf=octets(vector["leafHash"]),
                    index=int(str(vector["leafIdx"])),
                    size=int(str(vector["treeSize"])),
                    proof=[octets(text) for text in vector["proof"] or []],
                    root=octets(vector["root"]),
                )
            except ProofRefused:
                refused = True
            assert refused == vector["wantErr"], name
        assert len(found) > 90

    def test_of_consistency_agree(self, shared: Path) -> None:
        found = vectors(shared, "consistency")
        for name, vector in found:
            refused = False
            try:
                verify_consistency(
                    old=int(str(vector["size1"])),
                    old_root=octets(vector["root1"]),
                    new=int(str(vector["size2"])),
                    new_root=octets(vector["root2"]),
                    proof=[octets(text) for text in vector["proof"] or []],
                )
            except ProofRefused:
                refused = True
            assert refused == vector["wantErr"], name
        assert len(found) > 90


class TestInclusion:
    def test_holds_in_every_small_tree_and_in_none_once_damaged(self, trees: dict[int, MemoryStore]) -> None:
        draw = Random(1)
        for size in range(1, LARGEST + 1):
            read = trees[size].read
            root = tree_root(read, size)
            for index in range(size):
                leaf = leaf_hash(f"entry {index}".encode())
                proof = list(inclusion_proof(read, index, size))
                verify_inclusion(leaf=leaf, index=index, size=size, proof=proof, root=root)
                damaged = proof or [leaf]
                at = draw.randrange(len(damaged))
                damaged = [*damaged[:at], flipped(damaged[at], draw.randrange(256)), *damaged[at + 1 :]]
                for wrong in (damaged, [*proof, leaf]):
                    with pytest.raises(ProofRefused):
                        verify_inclusion(leaf=leaf, index=index, size=size, proof=wrong, root=root)

    @pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 64, 100, 129, 130])
    def test_is_the_path_of_the_rfc(self, trees: dict[int, MemoryStore], size: int) -> None:
        leaves = [leaf_hash(row) for row in entries(size)]
        for index in range(size):
            assert list(inclusion_proof(trees[size].read, index, size)) == path(index, leaves)

    def test_says_whether_it_is_too_long_or_too_short(self, trees: dict[int, MemoryStore]) -> None:
        read, leaf = trees[5].read, leaf_hash(b"entry 2")
        proof = inclusion_proof(read, 2, 5)
        for wrong in ((*proof, leaf), proof[:-1], ()):
            with pytest.raises(ProofRefused) as refusal:
                verify_inclusion(leaf=leaf, index=2, size=5, proof=wrong, root=tree_root(read, 5))
            assert refusal.value.code == "log.proof.length"
        old = consistency_proof(read, 3, 5)
        for wrong in ((*old, leaf), old[:-1], ()):
            with pytest.raises(ProofRefused) as refusal:
                verify_consistency(
                    old=3, old_root=tree_root(trees[3].read, 3), new=5, new_root=tree_root(read, 5), proof=wrong
                )
            assert refusal.value.code == "log.proof.length"

    def test_crosses_the_levels_of_tiles(self) -> None:
        store, size = MemoryStore(), 66_000
        rebuild(entries(size), store.files.__setitem__)
        root = tree_root(store.read, size)
        for index in (0, 255, 256, 65_535, 65_536, 65_791, 65_792, 65_999):
            proof = inclusion_proof(store.read, index, size)
            verify_inclusion(leaf=leaf_hash(b"entry %d" % index), index=index, size=size, proof=proof, root=root)

    @pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0), (4, 3)])
    def test_needs_an_index_below_the_size(self, index: int, size: int) -> None:
        with pytest.raises(ProofRefused):
            inclusion_proof({}.get, index, size)
        with pytest.raises(ProofRefused):
            verify_inclusion(leaf=bytes(32), index=index, size=size, proof=[], root=bytes(32))

    def test_needs_the_tiles(self) -> None:
        store = MemoryStore()
        rebuild(entries(300), store.files.__setitem__)
        store.files["tile/0/000"] += b"\0"
        with pytest.raises(TileRefused) as refusal:
            inclusion_proof(store.read, 0, 300)
        assert refusal.value.path == "tile/0/000"
        del store.files["tile/0/000"]
        with pytest.raises(TileRefused):
            inclusion_proof(store.read, 0, 300)

    def test_refuses_hashes_of_another_length(self) -> None:
        with pytest.raises(ProofRefused):
            verify_inclusion(leaf=bytes(31), index=0, size=1, proof=[], root=bytes(31))

    @given(st.data())
    def test_binds_every_bit_of_leaf_index_size_path_and_root(self, data: st.DataObject) -> None:
        size = data.draw(st.integers(2, 100))
        index = data.draw(st.integers(0, size - 1))
        leaves = [leaf_hash(row) for row in entries(size)]
        right = {"leaf": leaves[index], "index": index, "size": size, "proof": path(index, leaves)}
        root = merkle_root(b"".join(leaves))
        verify_inclusion(**right, root=root)
        what = data.draw(st.sampled_from(["leaf", "index", "proof", "root", "order", "short"]))
        wrong = dict(right)
        if what == "leaf":
            wrong["leaf"] = flipped(leaves[index], data.draw(st.integers(0, 255)))
        elif what == "index":
            wrong["index"] = data.draw(st.integers(0, size + 2).filter(lambda other: other != index))
        elif what == "proof":
            at = data.draw(st.integers(0, len(right["proof"]) - 1))
            wrong["proof"] = list(right["proof"])
            wrong["proof"][at] = flipped(wrong["proof"][at], data.draw(st.integers(0, 255)))
        elif what == "order":
            wrong["proof"] = [*right["proof"][1:], right["proof"][0], b"\0" * 32][: len(right["proof"]) + 1]
        elif what == "short":
            wrong["proof"] = right["proof"][:-1]
        else:
            root = flipped(root, data.draw(st.integers(0, 255)))
        with pytest.raises(ProofRefused):
            verify_inclusion(**wrong, root=root)


class TestConsistency:
    def test_holds_between_all_small_trees_and_never_once_damaged(self, trees: dict[int, MemoryStore]) -> None:
        draw = Random(2)
        roots = [tree_root(trees[size].read, size) for size in range(LARGEST + 1)]
        for new in range(1, LARGEST + 1):
            for old in range(1, new + 1):
                proof = list(consistency_proof(trees[new].read, old, new))
                ends = {"old": old, "new": new, "old_root": roots[old], "new_root": roots[new]}
                verify_consistency(**ends, proof=proof)
                damaged = proof or [roots[old]]
                at = draw.randrange(len(damaged))
                damaged = [*damaged[:at], flipped(damaged[at], draw.randrange(256)), *damaged[at + 1 :]]
                for wrong in (damaged, [*proof, roots[old]]):
                    with pytest.raises(ProofRefused):
                        verify_consistency(**ends, proof=wrong)

    @pytest.mark.parametrize("new", [1, 2, 3, 7, 8, 33, 100, 130])
    def test_is_the_proof_of_the_rfc(self, trees: dict[int, MemoryStore], new: int) -> None:
        leaves = [leaf_hash(row) for row in entries(new)]
        for old in range(1, new + 1):
            assert list(consistency_proof(trees[new].read, old, new)) == subproof(old, leaves, True)

    def test_from_nothing_is_empty_and_proves_nothing(self, trees: dict[int, MemoryStore]) -> None:
        assert consistency_proof(trees[5].read, 0, 5) == ()
        with pytest.raises(ProofRefused) as refusal:
            verify_consistency(old=0, old_root=tree_root({}.get, 0), new=5, new_root=bytes(32), proof=[])
        assert refusal.value.code == "log.proof.sizes"

    @pytest.mark.parametrize(("old", "new"), [(6, 5), (-1, 5)])
    def test_goes_forward_only(self, trees: dict[int, MemoryStore], old: int, new: int) -> None:
        with pytest.raises(ProofRefused):
            consistency_proof(trees[5].read, old, new)
        with pytest.raises(ProofRefused):
            verify_consistency(old=old, old_root=bytes(32), new=new, new_root=bytes(32), proof=[])

    def test_tells_two_histories_apart(self) -> None:
        ours, theirs = MemoryStore(), MemoryStore()
        rebuild(entries(40), ours.files.__setitem__)
        rebuild([*entries(20), *entries(30, "other")], theirs.files.__setitem__)
        with pytest.raises(ProofRefused) as refusal:
            verify_consistency(
                old=40,
                old_root=tree_root(ours.read, 40),
                new=50,
                new_root=tree_root(theirs.read, 50),
                proof=consistency_proof(theirs.read, 40, 50),
            )
        assert refusal.value.code == "log.proof.old_root"

    def test_refuses_more_hashes_than_any_tree_has(self) -> None:
        with pytest.raises(ProofRefused):
            verify_consistency(old=1, old_root=bytes(32), new=2, new_root=bytes(32), proof=[bytes(32)] * 64)


def test_a_node_is_never_a_leaf() -> None:
    """The second-preimage defence: the two children of the root, taken as an entry, do not give the root."""
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)
