from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest.importorskip("mfusepy", reason="mfusepy needs libfuse (Debian: apt install fuse3)", exc_type=OSError)

from torture.seal.power import SECTOR_BYTES, Forgetful


def written(disk: Forgetful, path: str, content: bytes, *, synchronised: bool = True) -> None:
    descriptor = disk.create(path, 0o600)
    disk.write(path, content, 0, descriptor)
    if synchronised:
        disk.fsync(path, 0, descriptor)
    disk.release(path, descriptor)


def images(disk: Forgetful, tmp_path: Path, *, torn: bool) -> list[Path]:
    """What twenty cuts at this instant leave."""
    folders = [tmp_path / f"{torn}-{number}" for number in range(20)]
    for number, folder in enumerate(folders):
        disk.cut(folder, seed=number, torn=torn)
    return folders


class TestAPowerCut:
    @pytest.fixture
    def disk(self) -> Forgetful:
        return Forgetful()

    def test_forgets_a_name_that_its_folder_never_kept(self, disk: Forgetful, tmp_path: Path) -> None:
        written(disk, "/a", b"bytes")
        disk.cut(tmp_path / "image", seed=1, torn=False)
        assert os.listdir(tmp_path / "image") == []

    def test_keeps_what_was_synchronised_with_its_name(self, disk: Forgetful, tmp_path: Path) -> None:
        written(disk, "/a", b"bytes")
        disk.fsyncdir("/", 0, 0)
        disk.cut(tmp_path / "image", seed=1, torn=False)
        assert (tmp_path / "image/a").read_bytes() == b"bytes"

    def test_leaves_an_empty_file_where_a_name_was_kept_before_its_bytes(self, disk: Forgetful, tmp_path: Path) -> None:
        written(disk, "/a.tmp", b"bytes", synchronised=False)
        disk.rename("/a.tmp", "/a")
        disk.fsyncdir("/", 0, 0)
        disk.cut(tmp_path / "image", seed=1, torn=False)
        assert (tmp_path / "image/a").read_bytes() == b""

    def test_brings_back_the_old_file_when_the_new_name_was_not_kept(self, disk: Forgetful, tmp_path: Path) -> None:
        written(disk, "/a", b"old")
        disk.fsyncdir("/", 0, 0)
        written(disk, "/a.tmp", b"new")
        disk.rename("/a.tmp", "/a")
        disk.cut(tmp_path / "image", seed=1, torn=False)
        assert (tmp_path / "image/a").read_bytes() == b"old"

    def test_forgets_a_folder_whose_own_name_was_not_kept(self, disk: Forgetful, tmp_path: Path) -> None:
        disk.mkdir("/tile", 0o700)
        written(disk, "/tile/a", b"bytes")
        disk.fsyncdir("/tile", 0, 0)
        disk.cut(tmp_path / "image", seed=1, torn=False)
        assert os.listdir(tmp_path / "image") == []

    def test_may_keep_changes_of_names_but_only_the_first_ones(self, disk: Forgetful, tmp_path: Path) -> None:
        for name in "abc":
            written(disk, f"/{name}", b"bytes")
        found = {"".join(sorted(os.listdir(image))) for image in images(disk, tmp_path, torn=True)}
        assert found == {"", "a", "ab", "abc"}

    def test_may_tear_what_was_not_synchronised_and_never_the_rest(self, disk: Forgetful, tmp_path: Path) -> None:
        written(disk, "/a", b"o" * 2 * SECTOR_BYTES)
        disk.fsyncdir("/", 0, 0)
        descriptor = disk.open("/a", os.O_WRONLY)
        disk.write("/a", b"n" * SECTOR_BYTES, SECTOR_BYTES, descriptor)
        contents = {(image / "a").read_bytes() for image in images(disk, tmp_path, torn=True)}
        assert {content[:SECTOR_BYTES] for content in contents} == {b"o" * SECTOR_BYTES}
        assert {content[SECTOR_BYTES:] for content in contents} == {b"o" * SECTOR_BYTES, b"n" * SECTOR_BYTES}
