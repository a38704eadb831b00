"""A file system in memory that forgets, at a power cut, everything that was not synchronised. It runs by itself:

    python -m torture.seal.power MOUNT      then, on its standard input: «cut FOLDER SEED TORN», one line per cut

Each line makes a power cut: FOLDER receives what a disk would hold after it, the answer is one line «cut», and those
who use the mount go on undisturbed, so that one load gives many images.

The model, stricter than most disks:

* bytes are kept once `fsync` or `fdatasync` of their file has returned;
* a name (created, renamed, deleted; a folder too) is kept once `fsync` of the folder that holds it has returned, and
  that folder's own name likewise up to the root;
* TORN=1 lets a part of the rest survive too, as a disk with a cache does: the first so many changes of names, in the
  order they were made (as journaling file systems do), and any of the 512-byte sectors not yet synchronised.

Needs `/dev/fuse`, `fusermount3` and libfuse (Debian: fuse3).
"""

from __future__ import annotations

import errno
import os
import random
import stat
import sys
import threading
import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Any

from mfusepy import FUSE, FuseOSError, Operations

SECTOR_BYTES = 512
# Numbers of inodes, as programs see them: SQLite tells files apart by them. The mount keeps that of its folder.
numbers = count(1 << 33)


@dataclass(eq=False)
class File:
    mode: int
    content: bytearray = field(default_factory=bytearray)
    kept: bytes = b""
    changed_at: int = field(default_factory=time.time_ns)
    number: int = field(default_factory=lambda: next(numbers))


@dataclass(eq=False)
class Folder:
    mode: int
    names: dict[str, Node] = field(default_factory=dict)
    kept: dict[str, Node] = field(default_factory=dict)
    changed_at: int = field(default_factory=time.time_ns)
    number: int = field(default_factory=lambda: next(numbers))


type Node = File | Folder


@dataclass(frozen=True, eq=False)
class Renaming:
    """What happens to the names of one folder at once: a node appears, or disappears (None)."""

    folder: Folder
    changes: dict[str, Node | None]


class Forgetful(Operations):  # type: ignore[misc]
    """Called by one thread of FUSE; `cut` by another, hence the lock."""

    use_ns = True

    def __init__(self, number: int = 1) -> None:
        self.root = Folder(0o700, number=number)
        self.opened: dict[int, File] = {}
        self.last_descriptor = 0
        self.unsettled: list[Renaming] = []
        self.alone = threading.RLock()

    # --- what a power cut leaves ----------------------------------------------------------------

    def cut(self, target: Path, *, seed: int, torn: bool) -> None:
        """Write under `target`, which must not exist, what a disk would hold now."""
        chance = random.Random(seed)
        with self.alone:
            lucky = self.unsettled[: chance.randint(0, len(self.unsettled))] if torn else []
            self.write_image(self.root, target, lucky, chance if torn else None)

    def write_image(self, folder: Folder, target: Path, lucky: list[Renaming], chance: random.Random | None) -> None:
        target.mkdir(mode=0o700)
        names: dict[str, Node | None] = dict(folder.kept)
        for renaming in lucky:
            if renaming.folder is folder:
                names |= renaming.changes
        for name, node in names.items():
            if isinstance(node, Folder):
                self.write_image(node, target / name, lucky, chance)
            elif node is not None:
                (target / name).write_bytes(surviving(node, chance))
                (target / name).chmod(node.mode)
        target.chmod(folder.mode)

    # --- names ----------------------------------------------------------------------------------

    def node(self, path: str) -> Node:
        node: Node = self.root
        for name in PurePosixPath(path).parts[1:]:
            if not isinstance(node, Folder):
                raise FuseOSError(errno.ENOTDIR)
            if name not in node.names:
                raise FuseOSError(errno.ENOENT)
            node = node.names[name]
        return node

    def parent(self, path: str) -> tuple[Folder, str]:
        where = PurePosixPath(path)
        folder = self.node(str(where.parent))
        if not isinstance(folder, Folder):
            raise FuseOSError(errno.ENOTDIR)
        return folder, where.name

    def change(self, folder: Folder, changes: dict[str, Node | None]) -> None:
        for name, node in changes.items():
            if node is None:
                folder.names.pop(name, None)
            else:
                folder.names[name] = node
        folder.changed_at = time.time_ns()
        self.unsettled.append(Renaming(folder, changes))

    def mkdir(self, path: str, mode: int) -> int:
        with self.alone:
            folder, name = self.parent(path)
            self.change(folder, {name: Folder(mode & 0o777)})
        return 0

    def rmdir(self, path: str) -> int:
        with self.alone:
            node = self.node(path)
            if isinstance(node, Folder) and node.names:
                raise FuseOSError(errno.ENOTEMPTY)
            folder, name = self.parent(path)
            self.change(folder, {name: None})
        return 0

    def unlink(self, path: str) -> int:
        with self.alone:
            self.node(path)
            folder, name = self.parent(path)
            self.change(folder, {name: None})
        return 0

    def rename(self, old: str, new: str) -> int:
        with self.alone:
            node = self.node(old)
            (source, old_name), (target, new_name) = self.parent(old), self.parent(new)
            if source is target:
                self.change(source, {old_name: None, new_name: node})
            else:
                self.change(target, {new_name: node})
                self.change(source, {old_name: None})
        return 0

    def fsyncdir(self, path: str, datasync: int, fh: int) -> int:
        with self.alone:
            folder = self.node(path)
            assert isinstance(folder, Folder)
            folder.kept = dict(folder.names)
            self.unsettled = [renaming for renaming in self.unsettled if renaming.folder is not folder]
        return 0

    # --- bytes ----------------------------------------------------------------------------------

    def file(self, path: str | None, fh: int | None) -> File:
        if fh in self.opened:
            return self.opened[fh]
        node = self.node(path or "/")
        if not isinstance(node, File):
            raise FuseOSError(errno.EISDIR)
        return node

    def descriptor(self, file: File) -> int:
        self.last_descriptor += 1
        self.opened[self.last_descriptor] = file
        return self.last_descriptor

    def create(self, path: str, mode: int, fi: object = None) -> int:
        with self.alone:
            folder, name = self.parent(path)
            made = File(mode & 0o777)
            self.change(folder, {name: made})
            return self.descriptor(made)

    def open(self, path: str, flags: int) -> int:
        with self.alone:
            return self.descriptor(self.file(path, None))

    def release(self, path: str, fh: int) -> int:
        with self.alone:
            self.opened.pop(fh, None)
        return 0

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        with self.alone:
            return bytes(self.file(path, fh).content[offset : offset + size])

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        with self.alone:
            file = self.file(path, fh)
            if len(file.content) < offset:
                file.content.extend(bytes(offset - len(file.content)))
            file.content[offset : offset + len(data)] = data
            file.changed_at = time.time_ns()
        return len(data)

    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        with self.alone:
            file = self.file(path, fh)
            del file.content[length:]
            file.content.extend(bytes(length - len(file.content)))
            file.changed_at = time.time_ns()
        return 0

    def fsync(self, path: str, datasync: int, fh: int) -> int:
        with self.alone:
            file = self.file(path, fh)
            file.kept = bytes(file.content)
        return 0

    # --- the rest of what programs ask ----------------------------------------------------------

    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        with self.alone:
            node = self.opened[fh] if fh in self.opened else self.node(path)
            is_file = isinstance(node, File)
            return {
                "st_mode": node.mode | (stat.S_IFREG if is_file else stat.S_IFDIR),
                "st_ino": node.number,
                "st_nlink": 1 if is_file else 2,
                "st_size": len(node.content) if isinstance(node, File) else 0,
                "st_uid": os.getuid(),
                "st_gid": os.getgid(),
                **dict.fromkeys(("st_mtime", "st_ctime", "st_atime"), node.changed_at),
            }

    def readdir(self, path: str, fh: int) -> list[tuple[str, dict[str, int], int]]:
        with self.alone:
            folder = self.node(path)
            assert isinstance(folder, Folder)
            nodes = {".": folder, "..": folder, **folder.names}
            # An entry without its number would be left out of the listing.
            return [(name, {"st_ino": node.number}, 0) for name, node in nodes.items()]

    def chmod(self, path: str, mode: int) -> int:
        with self.alone:
            self.node(path).mode = mode & 0o777
        return 0

    def utimens(self, path: str, times: object = None) -> int:
        return 0

    def statfs(self, path: str) -> dict[str, int]:
        return {"f_bsize": 4096, "f_blocks": 1 << 20, "f_bavail": 1 << 19, "f_bfree": 1 << 19, "f_namemax": 255}


def surviving(file: File, chance: random.Random | None) -> bytes:
    """What a disk holds of a file: what was synchronised, and by luck some sectors of what was not."""
    if chance is None or file.content == file.kept:
        return file.kept
    image = bytearray(file.kept)
    for start in range(0, len(file.content), SECTOR_BYTES):
        sector = file.content[start : start + SECTOR_BYTES]
        if image[start : start + SECTOR_BYTES] != sector and chance.random() < 0.5:
            image.extend(bytes(max(0, start - len(image))))
            image[start : start + len(sector)] = sector
    return bytes(image)


def obey(disk: Forgetful) -> None:
    for line in sys.stdin:
        _, folder, seed, torn = line.rstrip("\n").split("\t")
        disk.cut(Path(folder), seed=int(seed), torn=torn == "1")
        print("cut", flush=True)


if __name__ == "__main__":
    disk = Forgetful(Path(sys.argv[1]).stat().st_ino)
    threading.Thread(target=obey, args=(disk,), daemon=True).start()
    FUSE(disk, sys.argv[1], foreground=True, nothreads=True, use_ino=True, fsname="jurande-torture")
