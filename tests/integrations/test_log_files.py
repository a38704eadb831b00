"""The log on a disk: the order that a power cut respects, what stops everything, and reading with mistrust."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from jurande.core.log.check import Damage, Damaged, check
from jurande.core.log.edge import EMPTY
from jurande.core.log.errors import Unavailable
from jurande.integrations import log_files
from jurande.integrations.log_files import (
    DirectoryLog,
    HttpLog,
    LogConflict,
    NotDurable,
    clear_unfinished,
    drop_outgrown,
    extend,
    write_checkpoint,
)
from jurande.integrations.outbound import Server
from tests.core.log.samples import POLICY, build, entries
from tests.integrations.servers import Handler, serving


def files(folder: Path) -> dict[str, bytes]:
    return {path: (folder / path).read_bytes() for path in DirectoryLog(folder).paths()}


@pytest.fixture
def published(tmp_path: Path) -> Path:
    folder = tmp_path / "log"
    extend(folder, EMPTY, entries(300))
    write_checkpoint(folder, build(entries(300)).files["checkpoint"])
    return folder


class TestExtend:
    def test_writes_what_the_entries_give(self, published: Path) -> None:
        assert files(published) == build(entries(300)).files
        assert check(DirectoryLog(published), POLICY).checkpoint.size == 300

    def test_goes_on_where_it_stopped(self, tmp_path: Path) -> None:
        edge = EMPTY
        for stop in (0, 1, 200, 256, 257, 600):
            edge = extend(tmp_path, edge, entries(600)[edge.size : stop])
        write_checkpoint(tmp_path, build(entries(600)).files["checkpoint"])
        assert check(DirectoryLog(tmp_path), POLICY).checkpoint.size == 600

    def test_changes_nothing_when_done_twice(self, published: Path) -> None:
        before = {path: (published / path).stat().st_mtime_ns for path in files(published)}
        extend(published, EMPTY, entries(300))
        assert {path: (published / path).stat().st_mtime_ns for path in files(published)} == before

    def test_puts_back_what_is_missing(self, published: Path) -> None:
        (published / "tile/0/000").unlink()
        (published / "tile/entries/001.p/44").unlink()
        extend(published, EMPTY, entries(300))
        assert check(DirectoryLog(published), POLICY)

    def test_never_writes_over_other_bytes(self, published: Path) -> None:
        for wrong in ([b"other", *entries(299)], [*entries(299), b"other"]):
            before = files(published)
            with pytest.raises(LogConflict):
                extend(published, EMPTY, wrong)
            assert files(published) == before

    def test_follows_no_link(self, published: Path, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").write_bytes(b"x")
        (published / "tile/0/000").unlink()
        (published / "tile/0/000").symlink_to(tmp_path / "elsewhere")
        with pytest.raises(LogConflict):
            extend(published, EMPTY, entries(300))
        assert (tmp_path / "elsewhere").read_bytes() == b"x"

    def test_makes_tiles_read_only(self, published: Path) -> None:
        modes = {path: (published / path).stat().st_mode & 0o777 for path in files(published)}
        assert modes.pop("checkpoint") == 0o644
        assert set(modes.values()) == {0o444}


class TestOrderOfDurability:
    def test_is_write_fsync_rename_then_fsync_of_the_folders(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        done: list[tuple[str, str]] = []
        fsync, rename = os.fsync, Path.rename

        def name_of(descriptor: int) -> str:
            return str(Path(f"/proc/self/fd/{descriptor}").readlink().relative_to(tmp_path))

        def record_fsync(descriptor: int) -> None:
            done.append(("fsync", name_of(descriptor)))
            fsync(descriptor)

        def record_rename(path: Path, target: Path) -> Path:
            done.append(("rename", str(target.relative_to(tmp_path))))
            return rename(path, target)

        monkeypatch.setattr(os, "fsync", record_fsync)
        monkeypatch.setattr(Path, "rename", record_rename)
        extend(tmp_path / "log", EMPTY, entries(3))
        assert done[:4] == [
            ("fsync", "log/tile/entries/000.p/.3.tmp"),
            ("rename", "log/tile/entries/000.p/3"),
            ("fsync", "log/tile/0/000.p/.3.tmp"),
            ("rename", "log/tile/0/000.p/3"),
        ]
        # Every folder that got a name, up to the one that holds the log, deepest first.
        folders = {
            "log/tile/entries/000.p",
            "log/tile/entries",
            "log/tile/0/000.p",
            "log/tile/0",
            "log/tile",
            "log",
            ".",
        }
        assert {name for step, name in done[4:] if step == "fsync"} == folders
        assert all(step == "fsync" for step, _ in done[4:])

    def test_is_kept_for_folders_that_an_interrupted_process_made(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        extend(tmp_path, EMPTY, entries(3))
        synced: set[Path] = set()
        fsync = os.fsync

        def record(descriptor: int) -> None:
            synced.add(Path(f"/proc/self/fd/{descriptor}").readlink())
            fsync(descriptor)

        monkeypatch.setattr(os, "fsync", record)
        extend(tmp_path, EMPTY, entries(3))
        assert {tmp_path / name for name in ("", "tile", "tile/0", "tile/0/000.p", "tile/entries/000.p")} <= synced


# Every place where the system may fail, by name.
SYSCALLS = ["open", "fsync", "fchmod"]


class TestAFailingDisk:
    """The fault moves on until a run meets none, so that every call has failed once; then everything is put right."""

    @pytest.mark.parametrize("name", SYSCALLS)
    @pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
    def test_at_any_call_loses_nothing_that_was_there(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: int
    ) -> None:
        real = getattr(os, name)
        for turn in count(1):
            folder = tmp_path / str(turn)
            edge = extend(folder, EMPTY, entries(250))
            write_checkpoint(folder, build(entries(250)).files["checkpoint"])
            calls = 0

            def failing(*arguments: object, turn: int = turn, **named: object) -> object:
                nonlocal calls
                calls += 1
                if calls == turn:
                    raise OSError(error, os.strerror(error))
                return real(*arguments, **named)

            with monkeypatch.context() as patch:
                patch.setattr(os, name, failing)
                failed = self.fails(lambda folder=folder, edge=edge: extend(folder, edge, entries(300)[250:]))
            assert failed == (calls >= turn)
            if not failed:
                break
            # What was published is whole, and the same call again finishes the work.
            clear_unfinished(folder)
            assert DirectoryLog(folder).read("checkpoint") == build(entries(250)).files["checkpoint"]
            extend(folder, edge, entries(300)[250:])
            write_checkpoint(folder, build(entries(300)).files["checkpoint"])
            assert check(DirectoryLog(folder), POLICY).checkpoint.size == 300
        assert turn > 4

    def fails(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except (OSError, NotDurable):
            return True
        return False

    def test_that_does_not_confirm_says_so(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def failing(descriptor: int) -> None:
            raise OSError(errno.EIO, "Input/output error")

        monkeypatch.setattr(os, "fsync", failing)
        with pytest.raises(NotDurable):
            extend(tmp_path, EMPTY, entries(3))
        assert list(DirectoryLog(tmp_path).paths()) == ["tile/entries/000.p/.3.tmp"]


class TestWriteCheckpoint:
    def test_goes_forward_only(self, published: Path) -> None:
        write_checkpoint(published, build(entries(301)).files["checkpoint"])
        for older in (build(entries(300)), build([b"other", *entries(300)])):
            with pytest.raises(LogConflict):
                write_checkpoint(published, older.files["checkpoint"])
        assert (published / "checkpoint").read_bytes() == build(entries(301)).files["checkpoint"]

    def test_takes_more_cosignatures(self, published: Path) -> None:
        write_checkpoint(published, build(entries(300), 8).files["checkpoint"])
        assert (published / "checkpoint").read_bytes() == build(entries(300), 8).files["checkpoint"]


class TestDropOutgrown:
    def test_leaves_a_right_log_with_fewer_files(self, published: Path) -> None:
        edge = extend(published, EMPTY, entries(300))
        extend(published, edge, entries(600)[300:])
        write_checkpoint(published, build(entries(600)).files["checkpoint"])
        drop_outgrown(published, old_size=300, new_size=600)
        left = set(files(published))
        assert "tile/0/001.p/44" not in left
        assert "tile/entries/001.p/44" not in left
        assert "tile/1/000.p/1" in left  # its tile is not full yet
        assert check(DirectoryLog(published), POLICY)


class TestDirectoryLog:
    def test_reads_only_files_of_the_log(self, published: Path) -> None:
        (published / "secret").write_text("x")
        (published.parent / "secret").write_text("x")
        for path in ("secret", "../secret", "/etc/passwd", "tile/0/../../secret", "tile/0", "", ".", "tile/0/000/x"):
            assert DirectoryLog(published).read(path) is None

    @pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("/etc/hostname")])
    def test_takes_nothing_but_a_file_for_a_file(self, published: Path, make: Callable[[Path], None]) -> None:
        (published / "tile/0/000").unlink()
        make(published / "tile/0/000")
        with pytest.raises(Damaged) as refusal:
            check(DirectoryLog(published), POLICY)
        assert Damage("tile/0/000", "missing") in refusal.value.damages

    def test_sees_what_is_too_many(self, published: Path) -> None:
        (published / "tile/0/.000.tmp").write_bytes(b"")
        (published / "tile/link").symlink_to("/")
        with pytest.raises(Damaged) as refusal:
            check(DirectoryLog(published), POLICY)
        assert {damage.path for damage in refusal.value.damages} == {"tile/0/.000.tmp", "tile/link"}
        clear_unfinished(published)
        assert not (published / "tile/0/.000.tmp").exists()

    def test_says_that_it_cannot_read(self, published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def failing(*_: object) -> None:
            raise PermissionError(errno.EACCES, "Permission denied")

        monkeypatch.setattr(log_files, "_read_regular", failing)
        with pytest.raises(Unavailable):
            DirectoryLog(published).read("checkpoint")
        with pytest.raises(Unavailable):
            list(DirectoryLog(published / "nowhere").paths())


class TestHttpLog:
    def test_reads_a_log_that_is_served(self) -> None:
        served = build(entries(600)).files

        def respond(handler: Handler, path: str, body: bytes) -> None:
            content = served.get(path.removeprefix("/registre/"))
            handler.answer(404) if content is None else handler.answer(200, content)

        with serving(respond) as running:
            log = HttpLog(Server(running.url + "/registre/", only_public=False))
            assert check(log, POLICY).checkpoint.size == 600
            served["tile/0/001"] = served["tile/0/001"][:-1]
            del served["tile/entries/000"]
            with pytest.raises(Damaged) as refusal:
                check(log, POLICY)
            log.server.close()
        assert sorted(damage.path for damage in refusal.value.damages) == ["tile/0/001", "tile/entries/000"]

    @pytest.mark.parametrize("status", [301, 403, 429, 500, 503])
    def test_concludes_nothing_from_another_answer(self, status: int) -> None:
        with serving(lambda handler, path, body: handler.answer(status, Location="/checkpoint")) as running:
            log = HttpLog(Server(running.url, only_public=False))
            with pytest.raises(Unavailable):
                check(log, POLICY)
            log.server.close()
