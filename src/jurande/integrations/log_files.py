"""The files of the log on a disk or behind an address: written so that a power cut loses nothing, read with mistrust.

Order of durability: temporary file in the same folder → write → fsync → rename → fsync of the folder. Tiles are
read-only and never written again: other bytes under the same path mean two histories, and everything stops.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree

from jurande.core.log.checkpoints import parse_checkpoint
from jurande.core.log.edge import Edge, grow, partials
from jurande.core.log.errors import LogError, TileRefused, Unavailable
from jurande.core.log.notes import LARGEST_NOTE_BYTES, parse_note
from jurande.core.log.tiles import (
    CHECKPOINT,
    ENTRIES,
    LONGEST_ENTRY_BYTES,
    WIDTH,
    Place,
    full_tiles,
    levels_of,
    parse_path,
    path_of,
)
from jurande.integrations.outbound import Server, Unreachable

LARGEST_FILE_BYTES = WIDTH * (LONGEST_ENTRY_BYTES + 2)
_TEMPORARY = ".{}.tmp"


class LogConflict(LogError):
    """A file of the log holds other bytes than the entries give: nothing more may be written before a human looks."""

    code = "log.conflict"


class NotDurable(LogError):
    """The disk did not confirm a write. What the system shows of the file proves nothing: stop, restart, rebuild."""

    code = "log.not_durable"


@dataclass(frozen=True, slots=True)
class DirectoryLog:
    """A log in a folder."""

    folder: Path

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file, None when the path is not one of a log or no regular file is there.

        :raises Unavailable: the system refuses to read it.
        """
        try:
            if path != CHECKPOINT:
                parse_path(path)
            return _read_regular(f"{self.folder}/{path}")
        except (TileRefused, FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise Unavailable(f"{path}: {error.strerror}") from error

    def paths(self) -> Iterator[str]:
        """Yield the path of everything there is, but folders.

        :raises Unavailable: a folder cannot be listed.
        """
        root = str(self.folder)
        for folder, folders, files in os.walk(root, onerror=_refuse_listing):
            below = folder[len(root) + 1 :]
            links = [name for name in folders if Path(folder, name).is_symlink()]
            for name in (*files, *links):
                yield f"{below}/{name}" if below else name


@dataclass(frozen=True, slots=True)
class HttpLog:
    """A log behind an address, that of the folder that holds ``checkpoint``."""

    server: Server

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file, None when the server says that there is none (404, 410).

        :raises Unavailable: any other answer, a redirection included, or none.
        """
        largest = LARGEST_NOTE_BYTES if path == CHECKPOINT else LARGEST_FILE_BYTES
        try:
            answer = self.server.get(path, largest_bytes=largest)
        except Unreachable as error:
            raise Unavailable(f"{path}: {error}", code=error.code) from error
        if answer.status in (404, 410):
            return None
        if answer.status != 200:
            raise Unavailable(f"{path}: the server answers {answer.status}", code="log.unavailable.status")
        return answer.body

    def paths(self) -> None:
        """Return None: a server does not list."""
        return


def extend(folder: Path, edge: Edge, entries: Iterable[bytes]) -> Edge:
    """Write the files that ``entries`` add to the log in ``folder``, whose right edge is ``edge``; return the new edge.

    When this returns, every file that a checkpoint at the new size needs is on the disk for good. Done twice, it
    changes nothing; from ``edge.EMPTY`` with every entry, it puts back whatever is missing.

    :raises LogConflict: a file is there with other bytes.
    :raises NotDurable: the disk did not confirm; the process must stop and start again.
    :raises EntryRefused: an entry is too long.
    """
    writer = _Writer(folder)
    grown = grow(edge, entries, writer.keep)
    for path, content in partials(grown):
        writer.keep(path, content)
    writer.settle()
    return grown


def write_checkpoint(folder: Path, note: bytes) -> None:
    """Replace the checkpoint in ``folder``, or the copy that guards it elsewhere.

    The note must be stored where it cannot be lost before this shows it.
    :raises LogConflict: the one that is there is of a larger tree, or of another tree of the same size.
    :raises NotDurable: the disk did not confirm.
    """
    new = parse_checkpoint(parse_note(note).text)
    shown = DirectoryLog(folder).read(CHECKPOINT)
    if shown is not None:
        old = parse_checkpoint(parse_note(shown).text)
        if old.size > new.size or (old.size == new.size and old.root != new.root):
            raise LogConflict(f"a checkpoint of {old.size} entries cannot give way to one of {new.size}")
    writer = _Writer(folder)
    writer.replace(CHECKPOINT, note, mode=0o644)
    writer.settle()


def drop_outgrown(folder: Path, *, old_size: int, new_size: int) -> None:
    """Delete the partial tiles and bundles of ``old_size`` whose full ones exist at ``new_size``.

    The specification allows it: readers of an older checkpoint cut the full tile. To be called once the checkpoint of
    ``new_size`` is published.
    """
    for level in range(ENTRIES, levels_of(new_size)):
        number = full_tiles(level, old_size)
        if number < full_tiles(level, new_size):
            rmtree(folder / (path_of(Place(level, number, WIDTH)) + ".p"), ignore_errors=True)


def clear_unfinished(folder: Path) -> None:
    """Delete the temporary files that an interrupted write left; to be called at start, before anything is written."""
    for path in folder.rglob(_TEMPORARY.format("*")):
        path.unlink(missing_ok=True)


@dataclass(slots=True)
class _Writer:
    root: Path
    unsettled: set[Path] = field(default_factory=set)
    made: set[Path] = field(default_factory=set)

    def keep(self, path: str, content: bytes) -> None:
        target = self.root / path
        try:
            found = _read_regular(str(target))
        except (FileNotFoundError, NotADirectoryError):
            self.replace(path, content, mode=0o444)
            return
        if found != content:
            raise LogConflict(f"{path} is there with other bytes")
        self._make(target.parent)
        self.unsettled.add(target.parent)  # whoever wrote it may have been cut before its folder was durable

    def replace(self, path: str, content: bytes, *, mode: int) -> None:
        target = self.root / path
        self._make(target.parent)
        temporary = target.with_name(_TEMPORARY.format(target.name))
        temporary.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            _fsync(file.fileno(), path)
        temporary.rename(target)
        self.unsettled.add(target.parent)

    def settle(self) -> None:
        """Make the names themselves durable: a renamed file whose folder is not written may vanish."""
        for folder in sorted(self.unsettled, reverse=True):
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                _fsync(descriptor, str(folder))
            finally:
                os.close(descriptor)
        self.unsettled.clear()

    def _make(self, folder: Path) -> None:
        if folder in self.made:
            return
        if folder != self.root:
            self._make(folder.parent)
        folder.mkdir(parents=folder == self.root, exist_ok=True)
        self.unsettled.add(folder.parent)  # even when it existed: its name may not be durable yet
        self.made.add(folder)


def _fsync(descriptor: int, name: str) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        raise NotDurable(f"{name}: {error.strerror}") from error


def _read_regular(path: str) -> bytes | None:
    """Return the bytes of a regular file, None for anything else that has this name."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ELOOP:  # a symbolic link
            return None
        raise
    try:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode):
            return None
        # The size bounds what is set aside; one byte more tells a file that grows meanwhile.
        return os.read(descriptor, min(state.st_size, LARGEST_FILE_BYTES) + 1)
    finally:
        os.close(descriptor)


def _refuse_listing(error: OSError) -> None:
    raise Unavailable(f"{error.filename}: {error.strerror}") from error
