"""The guard before the key: what went wrong is never signed, and each reason has its own refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count

import pytest

from jurande.core.log import signing
from jurande.core.log.checkpoints import Checkpoint, open_checkpoint
from jurande.core.log.edge import EMPTY, grow, partials, rebuild
from jurande.core.log.errors import Altered, Fork, NoteRefused, Rollback, SigningRefused
from jurande.core.log.notes import Note, Sign
from jurande.core.log.policies import verify_checkpoint
from jurande.core.log.proofs import tree_root
from jurande.core.log.signing import next_checkpoint
from jurande.core.log.tiles import Read
from tests.core.log.samples import KEY, ORIGIN, POLICY, SECRET, MemoryStore, entries, flipped, witness

OLD, NEW = 700, 1300


class World:
    """The rows, the files, the last note: what a publisher has; ``sign_next`` is what it does."""

    def __init__(self, rows: list[bytes], old: int | None) -> None:
        self.rows = rows
        self.store = MemoryStore()
        self.last: bytes | None = None
        self.seen: list[Checkpoint] = []
        if old is not None:
            self.publish(old)
            self.last = self.sign_next(old).octets

    def publish(self, size: int) -> None:
        edge = grow(EMPTY, self.rows[:size], self.store.files.__setitem__)
        self.store.files |= dict(partials(edge))

    def sign_next(self, size: int, sign: Sign = SECRET.sign, read: Read | None = None) -> Note:
        return next_checkpoint(
            key=KEY,
            sign=sign,
            last=self.last,
            seen=self.seen,
            size=size,
            entries=self.read_rows,
            read=read or self.store.read,
        )

    def read_rows(self, start: int, stop: int) -> Iterable[bytes]:
        return self.rows[start:stop]


@pytest.fixture
def world() -> World:
    world = World(entries(NEW), OLD)
    world.publish(NEW)
    return world


def checkpoint(rows: list[bytes]) -> Checkpoint:
    files: dict[str, bytes] = {}
    rebuild(rows, files.__setitem__)
    return Checkpoint(ORIGIN, len(rows), tree_root(files.get, len(rows)))


class TestNextCheckpoint:
    @pytest.mark.parametrize(("old", "new"), [(None, 0), (None, 1), (0, 0), (0, 5), (1, 2), (255, 256), (256, 257),
                                              (256, 512), (300, 300), (511, 1024), (3, 700)])  # fmt: skip
    def test_signs_what_extends_the_last_one(self, old: int | None, new: int) -> None:
        world = World(entries(new), old)
        world.publish(new)
        note = world.sign_next(new)
        assert verify_checkpoint(note.octets, POLICY).checkpoint == checkpoint(world.rows)

    def test_signs_what_the_witnesses_saw_and_more(self, world: World) -> None:
        world.seen = [checkpoint(world.rows[:size]) for size in (1, 256, OLD)]
        assert open_checkpoint(world.sign_next(NEW).octets, [KEY]) == checkpoint(world.rows)

    def test_signs_after_the_partial_tiles_were_dropped(self, world: World) -> None:
        for path in ("tile/0/002.p/188", "tile/entries/002.p/188"):
            del world.store.files[path]
        world.sign_next(NEW)

    def test_reads_only_what_is_new(self, world: World) -> None:
        starts: list[int] = []
        world.read_rows = lambda start, stop: starts.append(start) or world.rows[start:stop]
        world.sign_next(NEW)
        assert min(starts) == 512


class TestRollback:
    def test_fewer_rows_than_were_signed(self, world: World) -> None:
        with pytest.raises(Rollback):
            world.sign_next(OLD - 1)

    @pytest.mark.parametrize("size", [OLD + 1, NEW, NEW + 500])
    def test_a_backup_older_than_the_guard_or_a_witness(self, world: World, size: int) -> None:
        world.seen = [checkpoint(entries(size))]
        with pytest.raises(Rollback) as refusal:
            world.sign_next(NEW)
        assert refusal.value.code == "log.signing.rollback"

    def test_a_database_that_forgot_everything(self) -> None:
        world = World(entries(5), None)
        world.publish(5)
        world.seen = [checkpoint(entries(3))]
        with pytest.raises(Rollback):
            world.sign_next(5)


class TestFork:
    def test_a_cloned_machine_signed_something_else(self, world: World) -> None:
        world.seen = [checkpoint([*entries(OLD - 1), b"other"])]
        with pytest.raises(Fork) as refusal:
            world.sign_next(NEW)
        assert refusal.value.code == "log.signing.fork"

    def test_a_witness_saw_another_beginning(self, world: World) -> None:
        world.seen = [checkpoint([*entries(299), b"other"])]
        with pytest.raises(Fork):
            world.sign_next(NEW)

    def test_a_second_root_for_the_size_signed_last(self, world: World) -> None:
        world.seen = [checkpoint([b"other", *entries(OLD)[1:]])]
        with pytest.raises(Fork):
            world.sign_next(OLD)

    def test_a_checkpoint_of_another_log(self, world: World) -> None:
        world.seen = [Checkpoint("certif.example.fr/other", 1, bytes(32))]
        with pytest.raises(Fork) as refusal:
            world.sign_next(NEW)
        assert refusal.value.code == "log.signing.fork.origin"


class TestAltered:
    def refused(self, world: World, what: str, code: str) -> None:
        with pytest.raises(Altered) as refusal:
            world.sign_next(NEW)
        assert what in str(refusal.value)
        assert refusal.value.code == f"log.signing.altered.{code}"

    def test_a_signed_row_was_edited(self, world: World) -> None:
        world.rows[600] = b"edited"
        self.refused(world, "entry 600", "entry")

    def test_a_new_row_was_edited_after_its_tile_was_written(self, world: World) -> None:
        world.rows[800] = b"edited"
        self.refused(world, "tile/entries/003", "file")

    def test_rows_are_missing(self, world: World) -> None:
        del world.rows[1000:]
        self.refused(world, "1000 entries were read", "entry")

    def test_signed_rows_are_missing(self, world: World) -> None:
        del world.rows[600:]
        self.refused(world, "88 entries read, not 188", "entry")

    def test_a_row_is_too_long(self, world: World) -> None:
        world.rows[1000] = b"x" * 70_000
        self.refused(world, "65535", "entry")

    @pytest.mark.parametrize(
        "path", ["tile/0/003", "tile/0/005.p/20", "tile/1/000.p/5", "tile/entries/004", "tile/entries/005.p/20"]
    )
    def test_a_new_file_was_edited(self, world: World, path: str) -> None:
        world.store.files[path] = flipped(world.store.files[path], 40)
        self.refused(world, path, "file")

    @pytest.mark.parametrize("path", ["tile/0/002", "tile/0/002.p/188", "tile/1/000.p/2"])
    def test_a_file_under_the_last_signature_was_edited(self, world: World, path: str) -> None:
        world.store.files[path] = flipped(world.store.files[path], 40)
        with pytest.raises(Altered):
            world.sign_next(NEW)

    @pytest.mark.parametrize("path", ["tile/0/003", "tile/1/000.p/5", "tile/1/000.p/2"])
    def test_a_file_is_missing(self, world: World, path: str) -> None:
        del world.store.files[path]
        self.refused(world, path, "file")

    def test_the_last_note_was_edited(self, world: World) -> None:
        world.last = world.last.replace(b"\n700\n", b"\n600\n")
        self.refused(world, "the last checkpoint", "checkpoint")

    def test_the_last_note_is_of_another_key(self, world: World) -> None:
        world.last = world.last.replace(ORIGIN.encode(), b"certif.example.fr/other")
        self.refused(world, "the last checkpoint", "checkpoint")

    def test_the_key_is_not_the_one_it_says(self, world: World) -> None:
        with pytest.raises(Altered) as refusal:
            world.sign_next(NEW, sign=witness()[1].sign)
        assert refusal.value.code == "log.signing.altered.signature"


class OneFault:
    """Flips one bit of what passes by, the ``turn``-th time only; counts what passes."""

    def __init__(self, turn: int) -> None:
        self.turn = turn
        self.passed = 0

    def pass_through(self, octets: bytes) -> bytes:
        self.passed += 1
        # The bit walks along, so that heads, middles and tails are all hit.
        return flipped(octets, self.turn * 37) if self.passed == self.turn and octets else octets

    @property
    def struck(self) -> bool:
        return self.passed >= self.turn


def strike_rows(world: World, fault: OneFault) -> Note:
    world.read_rows = lambda start, stop: [fault.pass_through(row) for row in world.rows[start:stop]]
    return world.sign_next(NEW)


def strike_files(world: World, fault: OneFault) -> Note:
    def read(path: str) -> bytes | None:
        content = world.store.read(path)
        return None if content is None else fault.pass_through(content)

    return world.sign_next(NEW, read=read)


def strike_signer(world: World, fault: OneFault) -> Note:
    return world.sign_next(NEW, sign=lambda message: fault.pass_through(SECRET.sign(message)))


def strike_message(world: World, fault: OneFault) -> Note:
    return world.sign_next(NEW, sign=lambda message: SECRET.sign(fault.pass_through(message)))


class TestABitFlippedBeforeSigning:
    """As a Certificate Transparency log met in 2022. The fault moves on until a run meets none: every site is hit."""

    @pytest.mark.parametrize("strike", [strike_rows, strike_files, strike_signer, strike_message])
    def test_is_never_signed(self, strike: Callable[[World, OneFault], Note]) -> None:
        right = World(entries(NEW), OLD)
        right.publish(NEW)
        good = right.sign_next(NEW)
        refusals = 0
        for turn in count(1):
            world = World(right.rows, None)
            world.store, world.last = MemoryStore(dict(right.store.files)), right.last
            fault = OneFault(turn)
            try:
                assert strike(world, fault) == good, turn
            except SigningRefused:
                refusals += 1
            if not fault.struck:
                break
        assert turn > 1
        # A flip in a part of a file that is read but not needed changes nothing; all the others are refused.
        assert refusals >= (turn - 1) / 2

    @pytest.mark.parametrize("name", ["root_of", "tree_root", "leaf_hash"])
    def test_in_a_computed_hash_is_never_signed(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        computed = getattr(signing, name)
        for turn in count(1):
            world = World(entries(NEW), OLD)
            world.publish(NEW)
            fault = OneFault(turn)
            with monkeypatch.context() as patch:
                patch.setattr(signing, name, lambda *args, fault=fault: fault.pass_through(computed(*args)))
                if turn > 200 or not self.refused(world):
                    break
        assert turn > 1
        assert not fault.struck or turn > 200

    def refused(self, world: World) -> bool:
        try:
            world.sign_next(NEW)
        except (SigningRefused, NoteRefused):
            return True
        return False
