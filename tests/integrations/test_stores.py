from __future__ import annotations

import errno
import hashlib
import io
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from jurande.integrations.stores import Damaged, FileStore, Missing, TooLarge
from tests.conftest import ROOT

CONTENT = b"un contenu" * 20_000
NAME = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "documents")


def kept(store: FileStore, content: bytes = CONTENT) -> str:
    with store.receive(io.BytesIO(content), limit_bytes=len(content)) as received:
        store.keep(received)
    return received.sha256


def files_under(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


class TestKeep:
    def test_names_a_file_by_what_it_holds(self, store: FileStore) -> None:
        assert kept(store) == NAME
        path = store.folder / NAME[:2] / NAME[2:4] / NAME
        assert path.read_bytes() == CONTENT
        assert files_under(store.folder) == [path]

    def test_lets_nobody_write_in_it_again_and_no_other_account_read_it(self, store: FileStore) -> None:
        kept(store)
        assert stat.S_IMODE(store.path_of(NAME).stat().st_mode) == 0o400
        assert all(stat.S_IMODE(p.stat().st_mode) == 0o700 for p in store.folder.rglob("*") if p.is_dir())

    def test_writes_the_same_content_once(self, store: FileStore) -> None:
        kept(store)
        before = store.path_of(NAME).stat()
        kept(store)
        assert store.path_of(NAME).stat().st_ino == before.st_ino
        assert len(files_under(store.folder)) == 1

    def test_mends_a_damaged_file_with_the_sound_copy_that_comes(self, store: FileStore) -> None:
        kept(store)
        damage(store)
        kept(store)
        with store.open(NAME) as file:
            assert file.read() == CONTENT

    def test_is_durable_before_it_returns(self, store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
        steps: list[str] = []
        fsync, replace = os.fsync, Path.replace

        def noting_fsync(descriptor: int) -> None:
            target = Path(f"/proc/self/fd/{descriptor}").readlink()
            steps.append("fsync folder" if target.is_dir() else "fsync file")
            fsync(descriptor)

        def noting_replace(self: Path, target: Path) -> Path:
            steps.append("rename")
            return replace(self, target)

        monkeypatch.setattr(os, "fsync", noting_fsync)
        monkeypatch.setattr(Path, "replace", noting_replace)
        kept(store)
        at = steps.index("rename")
        assert "fsync file" in steps[:at]
        assert steps[at + 1 :] == ["fsync folder"]
        # The folders that were made, too, are flushed into their parents before anything is put in them.
        assert steps[:at].count("fsync folder") >= 3


class TestReceive:
    def test_stops_at_the_limit(self, store: FileStore) -> None:
        class Endless(io.RawIOBase):
            given = 0

            def read(self, size: int = -1) -> bytes:
                self.given += size
                return b"x" * size

        source = Endless()
        with pytest.raises(TooLarge), store.receive(source, limit_bytes=1_000_000):
            pass
        assert source.given < 1_200_000
        assert not files_under(store.folder)

    def test_leaves_nothing_when_what_follows_refuses(self, store: FileStore) -> None:
        with pytest.raises(ValueError), store.receive(io.BytesIO(CONTENT), limit_bytes=10**6):
            raise ValueError
        assert not files_under(store.folder)

    def test_leaves_nothing_when_the_source_breaks(self, store: FileStore) -> None:
        class Cut(io.RawIOBase):
            def read(self, size: int = -1) -> bytes:
                raise ConnectionResetError

        with pytest.raises(ConnectionResetError), store.receive(Cut(), limit_bytes=10**6):
            pass
        assert not files_under(store.folder)

    @pytest.mark.parametrize("call", ["write", "fsync", "rename", "fsync folder"])
    def test_leaves_nothing_half_done_when_the_disk_refuses(
        self, store: FileStore, monkeypatch: pytest.MonkeyPatch, call: str
    ) -> None:
        kept(store, b"another")
        refused: list[str] = []

        def refuse(*args: object) -> None:
            refused.append(call)
            raise OSError(errno.ENOSPC, "No space left on device")

        fsync = os.fsync
        if call == "write":
            monkeypatch.setattr("jurande.integrations.stores._copy", refuse)
        elif call == "rename":
            monkeypatch.setattr(Path, "replace", refuse)
        else:
            folders = call == "fsync folder"
            monkeypatch.setattr(
                os,
                "fsync",
                lambda fd: refuse() if Path(f"/proc/self/fd/{fd}").readlink().is_dir() == folders else fsync(fd),
            )
        with pytest.raises(OSError, match="No space"):
            kept(store)
        assert refused
        monkeypatch.undo()
        assert not list(store.arriving.iterdir())
        # Either nothing, or the whole file: never a part of one.
        if store.path_of(NAME).exists():
            with store.open(NAME) as file:
                assert file.read() == CONTENT
        assert kept(store) == NAME


class TestOpen:
    def test_gives_what_was_kept(self, store: FileStore) -> None:
        kept(store)
        with store.open(NAME) as file:
            assert file.read() == CONTENT

    @pytest.mark.parametrize("change", ["flip", "cut", "append", "empty"])
    def test_gives_not_a_byte_of_a_damaged_file(self, store: FileStore, change: str) -> None:
        kept(store)
        damage(store, change)
        with pytest.raises(Damaged):
            store.open(NAME)

    def test_says_when_there_is_none(self, store: FileStore) -> None:
        with pytest.raises(Missing):
            store.open(NAME)

    @pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", NAME.upper(), NAME + "\n", NAME[:-1], "g" * 64])
    def test_never_takes_another_name_to_the_disk(self, store: FileStore, name: str) -> None:
        with pytest.raises(ValueError, match="not the name"):
            store.open(name)
        with pytest.raises(ValueError, match="not the name"):
            store.discard(name)


def damage(store: FileStore, change: str = "flip") -> None:
    path = store.path_of(NAME)
    content = bytearray(CONTENT)
    content[1000] ^= 1
    changed = {"flip": bytes(content), "cut": CONTENT[:-1], "append": CONTENT + b"x", "empty": b""}[change]
    path.chmod(0o600)
    path.write_bytes(changed)


class TestDiscard:
    def test_removes_the_file_and_may_be_asked_twice(self, store: FileStore) -> None:
        kept(store)
        store.discard(NAME)
        store.discard(NAME)
        assert not files_under(store.folder)

    def test_leaves_the_others(self, store: FileStore) -> None:
        kept(store)
        other = kept(store, b"another")
        store.discard(NAME)
        assert list(store.names()) == [other]


KILLED = """
import io, os, signal, sys
sys.path.insert(0, {source!r})
from pathlib import Path
from jurande.integrations.stores import FileStore

class Slow(io.RawIOBase):
    given = 0
    def read(self, size=-1):
        self.given += 1
        if self.given > 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return b"x" * size

with FileStore(Path({folder!r})).receive(Slow(), limit_bytes=10**9):
    pass
"""


class TestKilledUpload:
    def test_is_never_in_the_store_and_is_cleared_later(self, store: FileStore) -> None:
        code = KILLED.format(source=str(ROOT / "src"), folder=str(store.folder))
        killed = subprocess.run([sys.executable, "-c", code], check=False, timeout=30)
        assert killed.returncode == -signal.SIGKILL
        assert list(store.names()) == []
        left = list(store.arriving.iterdir())
        assert len(left) == 1
        written = left[0].stat().st_mtime
        assert store.clear_arriving(before=written - 1) == 0
        assert store.clear_arriving(before=written + 1) == 1
        assert not list(store.arriving.iterdir())
