"""The audit: a right log passes, any single damage is refused, and the report names the file that was damaged."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurande.core.log.check import Checked, Damage, Damaged, check
from jurande.core.log.edge import EMPTY, grow, partials
from jurande.core.log.policies import Policy
from jurande.core.log.tiles import bundle_of
from tests.core.log.samples import KEY, POLICY, MemoryStore, build, entries, flipped, witness

SMALL, LARGE = 700, 66_000  # two levels of tiles, three levels of tiles; the last of each level is partial
# What is damaged: the size of the log, the file, another file to swap it with.
CLASSES = {
    "checkpoint": (SMALL, "checkpoint", "tile/1/000.p/2"),
    "entries": (SMALL, "tile/entries/001", "tile/entries/000"),
    "partial entries": (SMALL, "tile/entries/002.p/188", "tile/entries/000"),
    "level 0": (SMALL, "tile/0/001", "tile/0/000"),
    "partial level 0": (SMALL, "tile/0/002.p/188", "tile/0/000"),
    "level 1": (LARGE, "tile/1/000", "tile/0/100"),
    "partial level 1": (LARGE, "tile/1/001.p/1", "tile/2/000.p/1"),
    "partial level 2": (LARGE, "tile/2/000.p/1", "tile/1/001.p/1"),
}
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "first bit flipped": lambda octets: flipped(octets, 7),
    "a middle bit flipped": lambda octets: flipped(octets, len(octets) * 4),
    "last bit flipped": lambda octets: flipped(octets, len(octets) * 8 - 8),
    "cut by one byte": lambda octets: octets[:-1],
    "cut by half": lambda octets: octets[: len(octets) // 2],
    "emptied": lambda octets: b"",
    "one byte appended": lambda octets: octets + b"\0",
    "32 bytes appended": lambda octets: octets + bytes(32),
    "doubled": lambda octets: octets * 2,
}
EXTRA = [
    "tile/0/003",
    "tile/0/002",
    "tile/0/002.p/189",
    "tile/0/003.p/1",
    "tile/1/000.p/3",
    "tile/1/000",
    "tile/1/001.p/1",
    "tile/2/000.p/1",
    "tile/entries/002.p/189",
    "tile/entries/003",
    "tile/0/.001.tmp",
    "tile/0/001 (copie)",
    "tile/00/001",
    "tile/0/x000/001",
    "tile/0/001.p/256",
    "tile/0/001.p/01",
    "tile/data/000",
    "checkpoint.bak",
    "index.html",
]
LOGS = {size: build(entries(size)) for size in (SMALL, LARGE)}


def log_of(size: int) -> MemoryStore:
    return MemoryStore(dict(LOGS[size].files))


@pytest.fixture
def store() -> MemoryStore:
    return log_of(SMALL)


def damaged(store: MemoryStore, policy: Policy = POLICY) -> list[Damage]:
    with pytest.raises(Damaged) as refusal:
        check(store, policy)
    return list(refusal.value.damages)


class TestARightLog:
    @pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537])
    @pytest.mark.parametrize("lists", [True, False])
    def test_passes_at_every_border(self, size: int, lists: bool) -> None:
        store = build(entries(size))
        store.lists = lists
        checked = check(store, POLICY)
        assert (checked.checkpoint.size, checked.files) == (size, len(store.files))

    def test_passes_with_the_partial_tiles_of_earlier_sizes(self) -> None:
        store, rows, edge = build(entries(600)), entries(600), EMPTY
        for stop in (1, 2, 200, 256, 257, 300, 599, 600):
            edge = grow(edge, rows[edge.size : stop], store.files.__setitem__)
            store.files |= dict(partials(edge))
        assert check(store, POLICY).files == len(store.files) > 8

    def test_tells_who_witnessed_it(self) -> None:
        key, _ = witness()
        checked = check(build(entries(3), 8), Policy((KEY,), {"w": key}, {}, "w"))
        assert isinstance(checked, Checked)
        assert list(checked.seen_at) == ["w"]


class TestASingleDamage:
    @pytest.mark.parametrize("damage", DAMAGES)
    @pytest.mark.parametrize(("size", "path", "_other"), CLASSES.values(), ids=CLASSES)
    def test_is_refused_and_named(self, size: int, path: str, _other: str, damage: str) -> None:
        store = log_of(size)
        store.files[path] = DAMAGES[damage](store.files[path])
        assert [found.path for found in damaged(store)] == [path]

    @pytest.mark.parametrize(("size", "path", "_other"), CLASSES.values(), ids=CLASSES)
    def test_by_deletion_is_refused_and_named(self, size: int, path: str, _other: str) -> None:
        store = log_of(size)
        del store.files[path]
        assert damaged(store) == [Damage(path, "missing")]

    @pytest.mark.parametrize(("size", "path", "other"), CLASSES.values(), ids=CLASSES)
    def test_by_swapping_two_files_is_refused_and_named(self, size: int, path: str, other: str) -> None:
        store = log_of(size)
        store.files[path], store.files[other] = store.files[other], store.files[path]
        assert {damage.path for damage in damaged(store)} == ({path} if path == "checkpoint" else {path, other})

    @pytest.mark.parametrize("path", EXTRA)
    def test_by_a_file_too_many_is_refused_and_named(self, store: MemoryStore, path: str) -> None:
        store.files[path] = b"\0" * 32
        assert damaged(store) == [Damage(path, "extra")]

    @pytest.mark.parametrize(
        "path", ["tile/0/002.p/100", "tile/0/001.p/7", "tile/1/000.p/1", "tile/entries/002.p/9", "tile/entries/001.p/1"]
    )
    def test_in_an_older_partial_file_is_refused_and_named(self, store: MemoryStore, path: str) -> None:
        store.files[path] = b"\0" * 32 * int(path.rpartition("/")[2])
        assert [found.path for found in damaged(store)] == [path]

    def test_says_which_entry_was_changed(self, store: MemoryStore) -> None:
        rows = entries(512)[256:]
        rows[5] = b"another"
        store.files["tile/entries/001"] = bundle_of(rows)
        assert damaged(store) == [Damage("tile/entries/001", "hash", 0, 256 + 5)]

    def test_says_how_long_the_file_should_be(self, store: MemoryStore) -> None:
        store.files["tile/1/000.p/2"] += b"x"
        assert damaged(store) == [Damage("tile/1/000.p/2", "length", 64, 65)]


class TestReplaysAndForgeries:
    def test_an_older_checkpoint_leaves_files_too_many(self, store: MemoryStore) -> None:
        store.files["checkpoint"] = build(entries(SMALL - 1)).files["checkpoint"]
        # The older size has its own partial tiles, which are gone, and not the present ones.
        found = {damage.path: damage.code for damage in damaged(store)}
        assert found["tile/0/002.p/188"] == "extra"
        assert found["tile/0/002.p/187"] == "missing"

    @pytest.mark.parametrize(
        ("path", "older"), [("tile/0/002.p/188", 187), ("tile/entries/002.p/188", 187), ("tile/0/002.p/188", 1)]
    )
    def test_an_older_partial_file_under_the_new_name_is_refused(
        self, path: str, older: int, store: MemoryStore
    ) -> None:
        store.files[path] = build(entries(512 + older)).files[path.replace("188", str(older))]
        assert [found.path for found in damaged(store)] == [path]

    def test_an_entry_rewritten_in_bundle_and_tile_is_refused(self, store: MemoryStore) -> None:
        forged = build([*entries(300), b"forged", *entries(SMALL)[301:]])
        for path in ("tile/entries/001", "tile/0/001"):
            store.files[path] = forged.files[path]
        assert {found.path for found in damaged(store)} == {"tile/entries/001", "tile/0/001"}

    def test_a_whole_log_rewritten_under_the_old_signature_is_refused(self, store: MemoryStore) -> None:
        forged = build([*entries(300), b"forged", *entries(SMALL)[301:]])
        forged.files["checkpoint"] = store.files["checkpoint"]
        assert damaged(forged) == [Damage("checkpoint", "root")]

    def test_another_log_of_the_same_key_is_refused(self, store: MemoryStore) -> None:
        store.files["checkpoint"] = build(entries(SMALL, "other")).files["checkpoint"]
        assert damaged(store) == [Damage("checkpoint", "root")]

    def test_without_the_quorum_it_is_refused(self, store: MemoryStore) -> None:
        policy = Policy((KEY,), {"w": witness()[0]}, {}, "w")
        assert damaged(store, policy) == [Damage("checkpoint", "log.quorum")]

    @pytest.mark.parametrize(
        "paths",
        [
            ["tile/0/003", "tile/entries/200", "tile/1/000", "tile/0/257.p/208"],
            ["tile/2/000.p/1", "tile/1/000", "tile/1/001.p/1"],
            ["tile/0/100", "tile/entries/100"],
            ["tile/0/257.p/208", "tile/1/001.p/1", "tile/2/000.p/1"],
        ],
    )
    def test_several_damages_are_all_named(self, paths: list[str]) -> None:
        store = log_of(LARGE)
        for path in paths:
            store.files[path] = flipped(store.files[path], 77)
        assert sorted(found.path for found in damaged(store)) == sorted(paths)

    def test_damages_beyond_repair_are_still_refused(self) -> None:
        # Nothing is left that says what level 0 was.
        store = log_of(LARGE)
        for path in ("tile/2/000.p/1", "tile/1/000", "tile/0/100", "tile/entries/100"):
            store.files[path] = flipped(store.files[path], 77)
        assert {"checkpoint", "tile/entries/100"} <= {found.path for found in damaged(store)}


class TestAnyByte:
    @given(data=st.data())
    def test_of_any_file_is_bound(self, data: st.DataObject) -> None:
        store = log_of(SMALL)
        path = data.draw(st.sampled_from(sorted(store.files)))
        octets = store.files[path]
        at = data.draw(st.integers(0, len(octets) - 1))
        value = bytes([data.draw(st.integers(0, 255).filter(lambda octet: octet != octets[at]))])
        how = data.draw(st.sampled_from(["change", "insert", "delete"]))
        there = {"change": value, "insert": value + octets[at : at + 1], "delete": b""}[how]
        store.files[path] = octets[:at] + there + octets[at + 1 :]
        assert [found.path for found in damaged(store)] == [path]
