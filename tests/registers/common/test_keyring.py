from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jurande.registers.common.crypto import keyring as files
from jurande.registers.common.crypto.keyring import (
    FILENAME,
    Keyring,
    KeyringRefused,
    add_key,
    ensure_keyring,
    is_sealed,
    read,
)

PASSPHRASE = "quatre chevaux verts au pré"


@pytest.fixture(autouse=True)
def _passphrases_are_stretched_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cost is written in the file, so a cheap one is read as well as a dear one."""
    monkeypatch.setattr(files, "SCRYPT", {"n": 16, "r": 8, "p": 1})


class TestEnsureKeyring:
    def test_makes_a_file_that_only_its_owner_reads(self, tmp_path: Path) -> None:
        made = ensure_keyring(tmp_path / "keys")
        path = tmp_path / "keys" / FILENAME
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert read(path) == made
        assert not is_sealed(path)
        assert [file.name for file in path.parent.iterdir()] == [FILENAME]

    def test_never_replaces_keys(self, tmp_path: Path) -> None:
        assert ensure_keyring(tmp_path) == ensure_keyring(tmp_path)

    def test_gives_the_same_keys_to_processes_that_start_together(self, tmp_path: Path) -> None:
        with ThreadPoolExecutor(8) as starting:
            made = list(starting.map(lambda _: ensure_keyring(tmp_path), range(8)))
        assert made == [read(tmp_path / FILENAME)] * 8

    def test_seals_with_a_passphrase(self, tmp_path: Path) -> None:
        made = ensure_keyring(tmp_path, PASSPHRASE)
        path = tmp_path / FILENAME
        assert is_sealed(path)
        assert read(path, PASSPHRASE) == made
        assert files._pack(made.lookup) not in path.read_text()

    def test_seals_a_bare_file_once_a_passphrase_is_set(self, tmp_path: Path) -> None:
        bare = ensure_keyring(tmp_path)
        assert ensure_keyring(tmp_path, PASSPHRASE) == bare
        assert is_sealed(tmp_path / FILENAME)
        assert files._pack(bare.lookup) not in (tmp_path / FILENAME).read_text()


class TestRead:
    def test_says_that_the_passphrase_is_wrong(self, tmp_path: Path) -> None:
        ensure_keyring(tmp_path, PASSPHRASE)
        with pytest.raises(KeyringRefused) as refused:
            read(tmp_path / FILENAME, "cinq chevaux")
        assert "La phrase secrète de JURANDE_KEY_PASSPHRASE n’ouvre pas le fichier" in str(refused.value.sentence)

    def test_says_that_the_passphrase_is_missing(self, tmp_path: Path) -> None:
        ensure_keyring(tmp_path, PASSPHRASE)
        with pytest.raises(KeyringRefused, match="aucune n’a été donnée"):
            read(tmp_path / FILENAME)

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
    def test_refuses_a_file_that_others_can_read(self, tmp_path: Path, mode: int) -> None:
        ensure_keyring(tmp_path)
        (tmp_path / FILENAME).chmod(mode)
        with pytest.raises(KeyringRefused, match="chmod 600"):
            read(tmp_path / FILENAME)

    def test_says_that_the_file_is_missing(self, tmp_path: Path) -> None:
        with pytest.raises(KeyringRefused, match="introuvable"):
            read(tmp_path / FILENAME)

    @pytest.mark.parametrize(
        "content",
        [
            "",
            "{",
            "[]",
            '{"format": "jurande-keyring-2", "kdf": null}',
            '{"format": "jurande-keyring-1"}',
            '{"format": "jurande-keyring-1", "kdf": null}',
            '{"format": "jurande-keyring-1", "kdf": null, "keyring": {"current": "a", "keys": {}, "lookup": ""}}',
            '{"format": "jurande-keyring-1", "kdf": null, "keyring": {"current": "a", "keys": {"a": 1}}}',
            '{"format": "jurande-keyring-1", "kdf": {"name": "scrypt"}, "nonce": "", "sealed": ""}',
            '{"format": "jurande-keyring-1", "kdf": {"salt": "", "n": 3, "r": 8, "p": 1}, "nonce": "", "sealed": ""}',
        ],
    )
    def test_says_that_the_file_is_damaged(self, tmp_path: Path, content: str) -> None:
        path = tmp_path / FILENAME
        path.write_text(content)
        path.chmod(0o600)
        with pytest.raises(KeyringRefused, match="abîmé"):
            read(path, PASSPHRASE)

    def test_notices_one_changed_byte_of_a_sealed_file(self, tmp_path: Path) -> None:
        ensure_keyring(tmp_path, PASSPHRASE)
        path = tmp_path / FILENAME
        envelope = json.loads(path.read_text())
        sealed = bytearray(files._unpack(envelope["sealed"]))
        sealed[5] ^= 1
        path.write_text(json.dumps({**envelope, "sealed": files._pack(bytes(sealed))}))
        with pytest.raises(KeyringRefused, match="abîmé"):
            read(path, PASSPHRASE)


class TestAddKey:
    def test_leaves_the_former_file_when_the_disk_is_full(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        former = ensure_keyring(tmp_path)

        def full(descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(OSError, match="No space"):
                add_key(tmp_path)
        assert read(tmp_path / FILENAME) == former
        assert [file.name for file in tmp_path.iterdir()] == [FILENAME]

    def test_loses_no_key_when_several_are_added_together(self, tmp_path: Path) -> None:
        former = ensure_keyring(tmp_path, PASSPHRASE)
        with ThreadPoolExecutor(8) as adding:
            added = {made.current for made in adding.map(lambda _: add_key(tmp_path, PASSPHRASE), range(8))}
        assert set(read(tmp_path / FILENAME, PASSPHRASE).keys) == {former.current} | added
        assert len(added) == 8


class TestKeyring:
    def test_keeps_former_keys_and_the_lookup_key_when_it_turns(self) -> None:
        former = Keyring.generate()
        turned = former.with_new_key()
        assert turned.current not in former.keys
        assert {key: turned.keys[key] for key in former.keys} == former.keys
        assert turned.lookup == former.lookup

    def test_shows_no_key(self) -> None:
        keyring = Keyring.generate()
        assert repr(keyring) == f"Keyring(current='{keyring.current}', 1 keys)"
