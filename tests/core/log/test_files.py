"""The files of a log: their bytes, their paths, and that they follow from the entries alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurande.core.log.edge import EMPTY, Edge, grow, load, partials, rebuild, root_of
from jurande.core.log.errors import EntryRefused, TileRefused
from jurande.core.log.hashing import EMPTY_ROOT, leaf_hash, merkle_root, node_hash
from jurande.core.log.proofs import tree_root
from jurande.core.log.tiles import ENTRIES, Place, bundle_of, entries_of, parse_path, path_of, places_of
from tests.core.log.samples import MemoryStore, entries

BORDERS = [0, 1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537]
# The classic inputs of Certificate Transparency and the roots of their trees of 1 to 8 leaves.
CLASSIC = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
CLASSIC_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def definition(hashes: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    if len(hashes) == 1:
        return hashes[0]
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return node_hash(definition(hashes[:k]), definition(hashes[k:]))


class TestMerkleRoot:
    def test_of_nothing_is_the_hash_of_nothing(self) -> None:
        assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        assert merkle_root(b"") == root_of(EMPTY) == tree_root({}.get, 0) == EMPTY_ROOT

    @pytest.mark.parametrize("size", range(1, 9))
    def test_gives_the_classic_roots(self, size: int) -> None:
        leaves = [leaf_hash(bytes.fromhex(text)) for text in CLASSIC[:size]]
        assert merkle_root(b"".join(leaves)).hex() == CLASSIC_ROOTS[size - 1]

    @pytest.mark.parametrize("size", range(1, 131))
    def test_is_the_definition(self, size: int) -> None:
        leaves = [leaf_hash(row) for row in entries(size)]
        assert merkle_root(b"".join(leaves)) == definition(leaves)


class TestRebuild:
    def test_gives_the_regression_vectors(self) -> None:
        files: dict[str, bytes] = {}
        rebuild([b"one", b"two", b"three"], files.__setitem__)
        assert {path: content.hex() for path, content in files.items()} == {
            "tile/entries/000.p/3": "00036f6e65000374776f00057468726565",
            "tile/0/000.p/3": (
                "d0d7360ab79f58ab1e1e3fe64ad77e2ea0bc07e36b5f46ed2223edd9298df9e9"
                "ab1ab7f07c7c8fe0eff4ba6faa53c7e4412e91a599153e8aa4e01beece5b7825"
                "671f146c5e471e8a1a83a3c214ce4ba907b8f3a5888d14cc8cd3ce75bb12ef94"
            ),
        }

    @pytest.mark.parametrize("size", BORDERS)
    def test_gives_exactly_the_files_that_the_size_needs(self, size: int) -> None:
        store = MemoryStore()
        rows = entries(size)
        edge = rebuild(rows, store.files.__setitem__)
        assert set(store.files) == {path_of(place) for place in places_of(size)}
        assert all(
            len(content) == parse_path(path).width * 32
            for path, content in store.files.items()
            if parse_path(path).level != ENTRIES
        )
        assert root_of(edge) == merkle_root(b"".join(leaf_hash(row) for row in rows)) == tree_root(store.read, size)
        assert load(store.read, size) == edge

    @given(st.lists(st.integers(0, 300), max_size=8))
    def test_gives_the_same_bytes_however_it_was_cut_into_batches(self, batches: list[int]) -> None:
        rows = entries(sum(batches))
        at_once: dict[str, bytes] = {}
        rebuild(rows, at_once.__setitem__)
        files: dict[str, bytes] = {}
        edge, start = EMPTY, 0
        for batch in batches:
            edge = grow(edge, rows[start : start + batch], files.__setitem__)
            start += batch
        files |= dict(partials(edge))
        assert files == at_once

    def test_hands_each_full_file_over_once(self) -> None:
        seen: list[str] = []
        rebuild(entries(1000), lambda path, _: seen.append(path))
        assert len(seen) == len(set(seen))

    def test_refuses_an_entry_that_two_bytes_cannot_measure(self) -> None:
        rebuild([b"x" * 65_535], lambda *_: None)
        with pytest.raises(EntryRefused):
            rebuild([b"x" * 65_536], lambda *_: None)


class TestLoad:
    def test_goes_on_from_files_whose_partial_tiles_were_dropped(self) -> None:
        store, rows = MemoryStore(), entries(600)
        rebuild(rows[:300], store.files.__setitem__)
        rebuild(rows, store.files.__setitem__)
        del store.files["tile/0/001.p/44"], store.files["tile/entries/001.p/44"]  # their tiles are full by now
        edge = load(store.read, 300)
        assert edge.size == 300
        again: dict[str, bytes] = {}
        grown = grow(edge, rows[300:], again.__setitem__)
        assert root_of(grown) == tree_root(store.read, 600)
        assert again.items() <= store.files.items()

    def test_refuses_a_bundle_that_is_not_what_was_hashed(self) -> None:
        store = MemoryStore()
        rebuild(entries(3), store.files.__setitem__)
        store.files["tile/entries/000.p/3"] = bundle_of([b"entry 0", b"entry 9", b"entry 2"])
        with pytest.raises(TileRefused) as refusal:
            load(store.read, 3)
        assert refusal.value.code == "log.tile.hash"
        assert "entry 1" in str(refusal.value)

    @pytest.mark.parametrize("path", ["tile/entries/001.p/44", "tile/0/001.p/44", "tile/1/000.p/1"])
    def test_refuses_a_missing_file(self, path: str) -> None:
        store = MemoryStore()
        rebuild(entries(300), store.files.__setitem__)
        del store.files[path]
        with pytest.raises(TileRefused) as refusal:
            load(store.read, 300)
        assert refusal.value.path == path


class TestPaths:
    @pytest.mark.parametrize(
        ("place", "path"),
        [
            (Place(0, 5, 256), "tile/0/005"),
            (Place(0, 1000, 256), "tile/0/x001/000"),
            (Place(2, 1_234_067, 8), "tile/2/x001/x234/067.p/8"),
            (Place(ENTRIES, 273, 112), "tile/entries/273.p/112"),
            (Place(63, 0, 1), "tile/63/000.p/1"),
        ],
    )
    def test_are_those_of_the_specification(self, place: Place, path: str) -> None:
        assert path_of(place) == path
        assert parse_path(path) == place

    def test_of_70_000_entries_are_those_of_the_specification(self) -> None:
        paths = [path_of(place) for place in places_of(70_000)]
        assert [path for path in paths if ".p/" in path] == [
            "tile/entries/273.p/112",
            "tile/0/273.p/112",
            "tile/1/001.p/17",
            "tile/2/000.p/1",
        ]
        assert len(paths) == 273 + 273 + 1 + 4

    @given(st.integers(-1, 63), st.integers(0, 2**55), st.integers(1, 256))
    def test_are_read_back(self, level: int, number: int, width: int) -> None:
        assert parse_path(path_of(Place(level, number, width))) == Place(level, number, width)

    @pytest.mark.parametrize(
        "path",
        [
            "", "checkpoint", "tile", "tile/0", "tile/0/", "tile/0/5", "tile/0/0005", "tile/00/005", "tile/64/000",
            "tile/-1/000", "tile/0/x000/005", "tile/0/001/000", "tile/0/x1/000", "tile/0/x001", "tile/0/005.p",
            "tile/0/005.p/", "tile/0/005.p/0", "tile/0/005.p/256", "tile/0/005.p/07", "tile/0/005.p/+7",
            "tile/0/005.p/1000", "tile/0/../0/005", "/tile/0/005", "tile/0/005/", "tile/0/005\n", "tile/0/٠٠٥",
            "tile/entries/005.q/1", "tile/data/005", "tile/8/0/005", "TILE/0/005", "tile/0/005.p/1/2",
            "tile/0/x001/x002/x003/x004/x005/x006/007",
        ],
    )  # fmt: skip
    def test_have_one_spelling(self, path: str) -> None:
        with pytest.raises(TileRefused) as refusal:
            parse_path(path)
        assert refusal.value.code == "log.tile.path"


class TestBundles:
    @given(st.lists(st.binary(max_size=600), max_size=20))
    def test_are_read_back(self, rows: list[bytes]) -> None:
        assert entries_of(bundle_of(rows), path="tile/entries/000", width=len(rows)) == rows

    @given(st.lists(st.binary(max_size=20), min_size=1, max_size=5), st.binary(min_size=1, max_size=5), st.data())
    def test_are_refused_when_longer_or_shorter(self, rows: list[bytes], more: bytes, data: st.DataObject) -> None:
        bundle = bundle_of(rows)
        cut = data.draw(st.integers(0, len(bundle) - 1))
        for wrong in (bundle + more, bundle[:cut]):
            with pytest.raises(TileRefused):
                entries_of(wrong, path="tile/entries/000", width=len(rows))

    def test_are_refused_at_another_width(self) -> None:
        for width in (2, 4):
            with pytest.raises(TileRefused):
                entries_of(bundle_of([b"a", b"b", b"c"]), path="tile/entries/000", width=width)


class TestEdge:
    def test_of_nothing_is_empty_after_nothing(self) -> None:
        assert grow(EMPTY, [], lambda *_: None) == EMPTY == Edge(0, b"", ())
