"""Files of the national registers as they are downloaded: XML or CSV, in a ZIP or not, one or a folder of them.

Whatever is given, what is read afterwards is a plain file whose every byte was seen once.
"""

from __future__ import annotations

import hashlib
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

CHUNK_BYTES = 1 << 20
MAX_ENTRIES = 200
# Ten times the registers of 2026. Their XML shrinks twenty or forty times; a bomb a thousand times.
MAX_OPENED_BYTES = 4_000_000_000
MAX_RATIO = 200
RATIO_MATTERS_BYTES = 50_000_000
# With something in it, and without.
ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
ARCHIVE_MAGIC = (*ZIP_MAGIC, b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ")
READ_SUFFIXES = (".xml", ".csv")
FOLDER_PREFIX = "open-"


class FileRefused(Exception):
    """Nothing of this file will be read. ``code`` says why:

    ``missing``, ``link`` (or a device), ``nothing`` (no XML and no CSV), ``empty``, ``damaged`` (a ZIP cut short or
    altered), ``encrypted``, ``nested`` (an archive in an archive, or one that is no ZIP), ``too_large``, ``bomb``.
    """

    def __init__(self, code: str, name: str = "") -> None:
        """Keep the reason and the file in cause."""
        super().__init__(f"{code} {name}")
        self.code, self.name = code, name


@dataclass(frozen=True)
class RegisterFile:
    """A plain file to read. ``name`` is what its publisher called it; ``sha256`` is that of its bytes."""

    name: str
    path: Path
    size_bytes: int
    sha256: str


@contextmanager
def register_files(path: Path, *, workspace: Path, max_bytes: int = MAX_OPENED_BYTES) -> Iterator[list[RegisterFile]]:
    """Give the XML and CSV files at ``path`` (a file, a ZIP, a folder of those), in order of name.

    What was packed is unpacked in ``workspace``, and gone at the end of the block; what a killed process left there,
    ``sweep`` removes. Folders are not entered, links are not followed.

    :raises FileRefused: see there; the first file that is wrong refuses them all.
    :raises OSError: the disk is full, or cannot be read.
    """
    workspace.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX, dir=workspace) as folder:
        budget = _Budget(max_bytes)
        found = [file for source in _sources(path) for file in _open(source, Path(folder), budget)]
        if not found:
            raise FileRefused("nothing", path.name)
        yield found


def sweep(workspace: Path, *, before: float) -> None:
    """Remove the folders that killed processes left here before this instant (seconds since 1970)."""
    for folder in workspace.glob("*"):
        if folder.is_dir() and not folder.is_symlink() and folder.stat().st_mtime < before:
            shutil.rmtree(folder, ignore_errors=True)


class _Budget:
    """How many bytes may still be opened, all files together."""

    def __init__(self, left: int) -> None:
        self.left = left

    def spend(self, size_bytes: int, name: str) -> None:
        self.left -= size_bytes
        if self.left < 0:
            raise FileRefused("too_large", name)


def _sources(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    inside = sorted(entry for entry in path.iterdir() if entry.suffix.lower() in (*READ_SUFFIXES, ".zip"))
    return [entry for entry in inside if not entry.is_dir()]


def _open(path: Path, folder: Path, budget: _Budget) -> list[RegisterFile]:
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        raise FileRefused("missing", path.name) from error
    if not stat.S_ISREG(mode):
        raise FileRefused("link", path.name)
    with path.open("rb") as file:
        start = file.read(len(ZIP_MAGIC[0]))
        if start in ZIP_MAGIC:
            return _unpack(path, folder, budget)
        _refuse_archive(start, path.name)
        file.seek(0)
        sha256, size_bytes = _copy(file, None, budget, path.name)
    return [RegisterFile(path.name, path, size_bytes, sha256)]


def _unpack(path: Path, folder: Path, budget: _Budget) -> list[RegisterFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > MAX_ENTRIES:
                raise FileRefused("bomb", path.name)
            for entry in entries:
                _examine(entry)
            chosen = sorted(
                (entry for entry in entries if entry.filename.lower().endswith(READ_SUFFIXES)),
                key=lambda entry: entry.filename,
            )
            return [_extract(archive, entry, folder, budget) for entry in chosen]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, FileExistsError) as error:
        raise FileRefused("damaged", path.name) from error


def _examine(entry: zipfile.ZipInfo) -> None:
    name = _last_name(entry)
    if entry.flag_bits & 0x1:
        raise FileRefused("encrypted", name)
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise FileRefused("link", name)
    if entry.filename.lower().endswith((".zip", ".rar", ".7z", ".gz", ".tar", ".bz2", ".xz")):
        raise FileRefused("nested", name)
    if entry.file_size > RATIO_MATTERS_BYTES and entry.file_size > MAX_RATIO * max(1, entry.compress_size):
        raise FileRefused("bomb", name)


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, budget: _Budget) -> RegisterFile:
    """Unpack under a name of ours: the archive's own never reaches the disk."""
    name = _last_name(entry)
    path = folder / f"{entry.header_offset}"
    with path.open("xb") as file, archive.open(entry) as packed:
        sha256, size_bytes = _copy(packed, file, budget, name, packed_bytes=entry.compress_size)
    return RegisterFile(name, path, size_bytes, sha256)


def _copy(
    source: IO[bytes],
    target: BinaryIO | None,
    budget: _Budget,
    name: str,
    packed_bytes: int | None = None,
) -> tuple[str, int]:
    """Read to the end, counting: the sizes that a directory announces are not believed."""
    digest, size_bytes = hashlib.sha256(), 0
    while chunk := source.read(CHUNK_BYTES):
        if not size_bytes:
            _refuse_archive(chunk, name)
        size_bytes += len(chunk)
        budget.spend(len(chunk), name)
        if packed_bytes is not None and RATIO_MATTERS_BYTES < size_bytes > MAX_RATIO * max(1, packed_bytes):
            raise FileRefused("bomb", name)
        digest.update(chunk)
        if target is not None:
            target.write(chunk)
    if not size_bytes:
        raise FileRefused("empty", name)
    return digest.hexdigest(), size_bytes


def _refuse_archive(start: bytes, name: str) -> None:
    if start.startswith(ARCHIVE_MAGIC):
        raise FileRefused("nested", name)


def _last_name(entry: zipfile.ZipInfo) -> str:
    return entry.filename.replace("\\", "/").rpartition("/")[2][:200]
