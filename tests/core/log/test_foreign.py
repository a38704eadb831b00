"""Others accept our log, and we accept theirs: aics-tlog, an independent implementation of the same specifications."""

from __future__ import annotations

from pathlib import Path

import aics_tlog
import pytest
from aics_tlog.verified import audit_tiles

from jurande.core.log.check import check
from jurande.core.log.edge import EMPTY
from jurande.core.log.hashing import leaf_hash
from jurande.core.log.notes import parse_note, parse_vkey
from jurande.core.log.policies import Policy, verify_checkpoint
from jurande.core.log.proofs import (
    consistency_proof,
    inclusion_proof,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from jurande.integrations.log_files import DirectoryLog, extend, write_checkpoint
from tests.core.log.samples import KEY, ORIGIN, POLICY, SECRET, build, cosigned, entries, witness

BORDERS = [1, 2, 255, 256, 257, 513]


class TestAnotherVerifier:
    @pytest.mark.parametrize("size", [*BORDERS, 70_000])
    def test_accepts_every_file_of_ours(self, tmp_path: Path, size: int) -> None:
        extend(tmp_path, EMPTY, entries(size))
        store = build(entries(size), 8)
        write_checkpoint(tmp_path, store.files["checkpoint"])
        note = aics_tlog.parse_note((tmp_path / "checkpoint").read_bytes())
        verdict = aics_tlog.verify_checkpoint(
            note, aics_tlog.parse_vkey(KEY.text), [aics_tlog.parse_vkey(witness()[0].text)], quorum=1
        )
        assert verdict.ok
        checkpoint = aics_tlog.parse_checkpoint(note.text)
        assert (checkpoint.origin, checkpoint.size) == (ORIGIN, size)
        audit_tiles(aics_tlog.FileSystemTileReader(tmp_path), size, checkpoint.root)

    def test_refuses_a_damaged_file_of_ours(self, tmp_path: Path) -> None:
        extend(tmp_path, EMPTY, entries(300))
        damaged = tmp_path / "tile/0/000"
        damaged.chmod(0o644)
        damaged.write_bytes(b"\0" + damaged.read_bytes()[1:])
        with pytest.raises(aics_tlog.TileVerificationError):
            audit_tiles(aics_tlog.FileSystemTileReader(tmp_path), 300, tree_root(build(entries(300)).read, 300))

    @pytest.mark.parametrize("size", BORDERS)
    def test_accepts_our_proofs_and_gives_the_same(self, size: int) -> None:
        rows = entries(size)
        read, theirs = build(rows).read, aics_tlog.MerkleTree(rows)
        root = tree_root(read, size)
        assert theirs.root() == root
        for index in {0, size // 2, size - 1}:
            proof = inclusion_proof(read, index, size)
            assert tuple(theirs.inclusion_proof(index)) == proof
            assert aics_tlog.verify_leaf_inclusion(rows[index], index, size, proof, root)
        for old in {1, size // 2 + 1, size}:
            proof = consistency_proof(read, old, size)
            assert tuple(theirs.consistency_proof(old, size)) == proof
            assert aics_tlog.verify_consistency(old, size, theirs.root(old), root, proof)


class TestAnotherLog:
    @pytest.mark.parametrize("size", BORDERS)
    def test_is_accepted_by_our_audit(self, tmp_path: Path, size: int) -> None:
        store = aics_tlog.DirectoryTileStore(tmp_path)
        writer = aics_tlog.IncrementalTileWriter(store)
        rows = entries(size)
        writer.append(rows[: size // 2])
        writer.append(rows[size // 2 :])
        checkpoint = aics_tlog.Checkpoint("log.example/theirs", size, writer.root())
        note = aics_tlog.sign_checkpoint(checkpoint, SECRET, "log.example/theirs")
        store.write_checkpoint(note.to_bytes())
        theirs = aics_tlog.format_vkey(aics_tlog.vkey_from_ed25519("log.example/theirs", SECRET.public_key()))
        checked = check(DirectoryLog(tmp_path), Policy((parse_vkey(theirs),)))
        assert checked.checkpoint.size == size

    def test_gives_proofs_that_we_accept(self) -> None:
        rows = entries(100)
        theirs = aics_tlog.MerkleTree(rows)
        for index in range(0, 100, 7):
            proof = theirs.inclusion_proof(index)
            verify_inclusion(leaf=leaf_hash(rows[index]), index=index, size=100, proof=proof, root=theirs.root())
            if index:
                verify_consistency(
                    old=index,
                    old_root=theirs.root(index),
                    new=100,
                    new_root=theirs.root(),
                    proof=theirs.consistency_proof(index, 100),
                )

    def test_has_cosignatures_that_we_accept(self) -> None:
        store = build(entries(3))
        note = aics_tlog.parse_note(store.files["checkpoint"])
        checkpoint = verify_checkpoint(store.files["checkpoint"], POLICY).checkpoint
        key, secret = witness()
        _, line = aics_tlog.sign_cosignature(secret, key.name, 1_793_404_800, ORIGIN, 3, checkpoint.root)
        octets = aics_tlog.Note(text=note.text, signatures=(*note.signatures, line)).to_bytes()
        assert verify_checkpoint(octets, Policy((KEY,), {"w": key}, {}, "w")).seen_at == {"w": 1_793_404_800}
        ours = build(entries(3), 8).files["checkpoint"]
        assert octets == ours


def test_cosigned_notes_of_ours_are_read_by_them() -> None:
    note = cosigned(parse_note(build(entries(5)).files["checkpoint"]), 8, 9, 10)
    assert aics_tlog.parse_note(note.octets).to_bytes() == note.octets
