from __future__ import annotations

import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from jurande.integrations import register_files as module
from jurande.integrations.register_files import FileRefused, register_files, sweep

XML = b"<FICHES>\n</FICHES>\n"


def opened(path: Path, workspace: Path) -> list[tuple[str, bytes]]:
    with register_files(path, workspace=workspace) as files:
        for file in files:
            content = file.path.read_bytes()
            assert (file.size_bytes, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        return [(file.name, file.path.read_bytes()) for file in files]


def refusal(path: Path, workspace: Path) -> str:
    with pytest.raises(FileRefused) as raised:
        opened(path, workspace)
    assert list(workspace.glob("open-*")) == []
    return raised.value.code


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "imports"


def archive(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name.replace("_", "."), content)
    return path


class TestFiles:
    def test_are_read_where_they_lie_when_plain(self, tmp_path: Path, workspace: Path) -> None:
        path = tmp_path / "export.xml"
        path.write_bytes(XML)
        with register_files(path, workspace=workspace) as (file,):
            assert file.path == path

    def test_are_unpacked_from_a_zip_whatever_its_name_and_gone_afterwards(
        self, tmp_path: Path, workspace: Path
    ) -> None:
        path = archive(tmp_path / "export", b_xml=XML, a_csv=b"a;b", lisez_txt=b"x")
        assert opened(path, workspace) == [("a.csv", b"a;b"), ("b.xml", XML)]
        assert list(workspace.iterdir()) == []

    def test_come_from_a_folder_in_order_without_entering_others(self, tmp_path: Path, workspace: Path) -> None:
        folder = tmp_path / "given"
        (folder / "inner.xml").mkdir(parents=True)
        (folder / "b.XML").write_bytes(XML)
        (folder / "notes.txt").write_bytes(b"x")
        archive(folder / "a.zip", c_xml=XML)
        assert opened(folder, workspace) == [("c.xml", XML), ("b.XML", XML)]

    def test_left_unpacked_by_a_killed_process_are_swept_once_old(self, workspace: Path) -> None:
        for name, at in (("open-old", 1_000_000), ("open-new", 3_000_000)):
            (workspace / name).mkdir(parents=True)
            os.utime(workspace / name, (at, at))
        sweep(workspace, before=2_000_000)
        assert [path.name for path in workspace.iterdir()] == ["open-new"]


class TestRefused:
    def test_when_there_is_nothing_to_read(self, tmp_path: Path, workspace: Path) -> None:
        (tmp_path / "given").mkdir()
        assert refusal(tmp_path / "given", workspace) == "nothing"
        assert refusal(archive(tmp_path / "a.zip", lisez_txt=b"x"), workspace) == "nothing"
        assert refusal(tmp_path / "absent.xml", workspace) == "missing"
        (tmp_path / "vide.xml").write_bytes(b"")
        assert refusal(tmp_path / "vide.xml", workspace) == "empty"

    def test_when_it_is_no_ordinary_file(self, tmp_path: Path, workspace: Path) -> None:
        (tmp_path / "real.xml").write_bytes(XML)
        (tmp_path / "link.xml").symlink_to(tmp_path / "real.xml")
        os.mkfifo(tmp_path / "pipe.xml")
        assert refusal(tmp_path / "link.xml", workspace) == "link"
        assert refusal(tmp_path / "pipe.xml", workspace) == "link"

    def test_when_a_zip_is_cut_anywhere(self, tmp_path: Path, workspace: Path) -> None:
        content = archive(tmp_path / "a.zip", a_xml=XML * 40).read_bytes()
        for length in range(10, len(content), 29):
            (tmp_path / "cut.zip").write_bytes(content[:length])
            assert refusal(tmp_path / "cut.zip", workspace) == "damaged"

    def test_when_a_byte_of_a_zip_changed(self, tmp_path: Path, workspace: Path) -> None:
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as made:
            made.writestr("a.xml", XML)
        path.write_bytes(path.read_bytes().replace(XML, XML.replace(b"F", b"G")))
        assert refusal(path, workspace) == "damaged"

    def test_when_an_archive_holds_another(self, tmp_path: Path, workspace: Path) -> None:
        inner = archive(tmp_path / "inner.zip", a_xml=XML).read_bytes()
        assert refusal(archive(tmp_path / "a.zip", inner_zip=inner), workspace) == "nested"
        assert refusal(archive(tmp_path / "b.zip", hidden_xml=inner), workspace) == "nested"
        (tmp_path / "c.xml").write_bytes(b"\x1f\x8b\x08" + XML)
        assert refusal(tmp_path / "c.xml", workspace) == "nested"

    def test_when_a_zip_holds_a_link(self, tmp_path: Path, workspace: Path) -> None:
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as made:
            entry = zipfile.ZipInfo("a.xml")
            entry.external_attr = 0o120777 << 16
            made.writestr(entry, "/etc/passwd")
        assert refusal(path, workspace) == "link"

    def test_when_a_zip_is_a_bomb(self, tmp_path: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "RATIO_MATTERS_BYTES", 100_000)
        assert refusal(archive(tmp_path / "a.zip", a_xml=b"0" * 2_000_000), workspace) == "bomb"

    def test_when_it_opens_into_more_than_the_state_publishes(self, tmp_path: Path, workspace: Path) -> None:
        path = archive(tmp_path / "a.zip", a_xml=XML, b_xml=XML)
        with (
            pytest.raises(FileRefused) as raised,
            register_files(path, workspace=workspace, max_bytes=len(XML) + 1),
        ):
            pass
        assert raised.value.code == "too_large"

    def test_when_its_name_climbs_it_still_lands_under_ours(self, tmp_path: Path, workspace: Path) -> None:
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as made:
            made.writestr("../../escaped.xml", XML)
        assert opened(path, workspace) == [("escaped.xml", XML)]
        assert not (tmp_path / "escaped.xml").exists()
