"""Where files are kept: a folder of files, each named by the SHA-256 of what it holds."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

CHUNK_BYTES = 1 << 16
NAME = re.compile(r"[0-9a-f]{64}", re.ASCII)
# Nobody writes in a kept file again, not even us.
FILE_MODE = 0o400
FOLDER_MODE = 0o700


class TooLarge(Exception):
    """There are more bytes than the limit; none of them is kept."""


class Missing(Exception):
    """No file has this name."""


class Damaged(Exception):
    """The file no longer holds what its name says: the disk failed, or somebody wrote in it."""


@dataclass(frozen=True)
class Received:
    """Bytes written aside, not yet kept; they are gone when the ``receive`` block ends."""

    path: Path
    sha256: str
    size_bytes: int


class FileStore:
    """Files under ``folder``, as ``ab/cd/abcd…``; what is being received is under ``arriving``.

    A file is written aside, flushed to the disk, renamed, and its folder flushed: after a power cut it is there whole
    or not at all. The caller sees to it that the same name is not kept and discarded at the same time.
    """

    def __init__(self, folder: Path) -> None:
        """Work in this folder, made when first needed."""
        self.folder = folder
        self.arriving = folder / "arriving"

    def path_of(self, sha256: str) -> Path:
        """Say where the file of this name is, or would be.

        :raises ValueError: this is not a SHA-256 in hexadecimal; no other name ever reaches the disk.
        """
        if not NAME.fullmatch(sha256):
            raise ValueError("not the name of a kept file")
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    @contextmanager
    def receive(self, source: BinaryIO, *, limit_bytes: int) -> Iterator[Received]:
        """Copy ``source`` aside for the length of the block, reading no further than the limit.

        :raises TooLarge: more than ``limit_bytes`` bytes came.
        :raises OSError: the disk is full or cannot be written; nothing remains.
        """
        _make_folder(self.arriving)
        path = self.arriving / secrets.token_hex(16)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
            with os.fdopen(descriptor, "wb") as file:
                sha256, size_bytes = _copy(source, file, limit_bytes)
                file.flush()
                os.fsync(file.fileno())
            yield Received(path, sha256, size_bytes)
        finally:
            path.unlink(missing_ok=True)

    def keep(self, received: Received) -> None:
        """Put what was received in its place, for good. If a sound copy is there already, nothing is written; a
        damaged one is replaced.

        :raises OSError: the disk refused; the file is not kept.
        """
        target = self.path_of(received.sha256)
        with suppress(Missing, Damaged):
            self.open(received.sha256).close()
            return
        _make_folder(target.parent)
        # Opened before the rename: were there no descriptor left, nothing would have happened yet.
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            received.path.replace(target)
            os.fsync(folder)
        finally:
            os.close(folder)

    def open(self, sha256: str) -> BinaryIO:
        """Open a file after reading it whole, so that not one byte of a damaged file is ever given.

        :raises Missing: there is none. :raises Damaged: it does not hold what its name says.
        """
        try:
            file = self.path_of(sha256).open("rb")
        except FileNotFoundError as error:
            raise Missing(sha256) from error
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            file.close()
            raise Damaged(sha256)
        file.seek(0)
        return file

    def discard(self, sha256: str) -> None:
        """Remove a file; without effect when it is not there."""
        self.path_of(sha256).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        """Give the name of each kept file, in order."""
        for path in sorted(self.folder.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*")):
            yield path.name

    def clear_arriving(self, *, before: float) -> int:
        """Remove what killed uploads left, last written before this POSIX time; tell how many."""
        cleared = 0
        for path in sorted(self.arriving.glob("*")):
            # Gone meanwhile: its upload has just ended.
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before:
                    path.unlink()
                    cleared += 1
        return cleared


def _copy(source: BinaryIO, target: BinaryIO, limit_bytes: int) -> tuple[str, int]:
    digest, size_bytes = hashlib.sha256(), 0
    while chunk := source.read(CHUNK_BYTES):
        size_bytes += len(chunk)
        if size_bytes > limit_bytes:
            raise TooLarge(limit_bytes)
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest(), size_bytes


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, each flushed into its parent: a rename into a lost folder would be lost."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=FOLDER_MODE)
    parent = os.open(folder.parent, os.O_RDONLY)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)
