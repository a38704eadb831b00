"""Encrypted key files: what is written comes back, and nothing else opens them."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from jurande.core.proof.signer import PrivateKey
from jurande.integrations.key_files import KeyFileRefused, describe_key_file, open_key_file, write_key_file

PASSPHRASE = "quatre mots au hasard"
ADDRESS = "did:web:imr.example#sceau-2026"
CHEAP = 2**10  # the real cost is 64 MiB; what is tested here does not depend on it


def written(folder: Path, private_key: PrivateKey | None = None) -> Path:
    path = folder / "sceau.key"
    key = private_key or Ed25519PrivateKey.generate()
    write_key_file(path, key, verification_method=ADDRESS, passphrase=PASSPHRASE, cost=CHEAP)
    return path


def altered(path: Path, **changes: object) -> Path:
    content = json.loads(path.read_text()) | changes
    path.write_text(json.dumps(content))
    return path


class TestWriteKeyFile:
    @pytest.mark.parametrize(
        "make",
        [
            Ed25519PrivateKey.generate,
            lambda: ec.generate_private_key(ec.SECP256R1()),
            lambda: rsa.generate_private_key(65537, 2048),
        ],
    )
    def test_keeps_each_kind_of_key(self, tmp_path: Path, make: Callable[[], PrivateKey]) -> None:
        path = written(tmp_path, make())
        signer = open_key_file(path, passphrase=PASSPHRASE)
        assert signer.verification_method == ADDRESS
        describe_key_file(path).public_key.verify(signer.sign(b"message"), b"message")

    def test_lets_nobody_else_read_it(self, tmp_path: Path) -> None:
        assert stat.S_IMODE(written(tmp_path).stat().st_mode) == 0o600

    def test_never_overwrites_a_key(self, tmp_path: Path) -> None:
        before = written(tmp_path).read_bytes()
        with pytest.raises(KeyFileRefused) as refusal:
            written(tmp_path)
        assert refusal.value.code == "key_file.exists"
        assert (tmp_path / "sceau.key").read_bytes() == before

    def test_leaves_no_draft(self, tmp_path: Path) -> None:
        written(tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["sceau.key"]

    def test_shows_no_secret(self, tmp_path: Path) -> None:
        key = Ed25519PrivateKey.generate()
        content = written(tmp_path, key).read_bytes()
        assert key.private_bytes_raw() not in content
        assert key.private_bytes_raw().hex() not in repr(open_key_file(tmp_path / "sceau.key", passphrase=PASSPHRASE))

    def test_refuses_a_short_passphrase(self, tmp_path: Path) -> None:
        with pytest.raises(KeyFileRefused) as refusal:
            write_key_file(
                tmp_path / "k", Ed25519PrivateKey.generate(), verification_method=ADDRESS, passphrase="court"
            )
        assert refusal.value.code == "key_file.short_passphrase"


class TestOpenKeyFile:
    def test_refuses_another_passphrase(self, tmp_path: Path) -> None:
        with pytest.raises(KeyFileRefused) as refusal:
            open_key_file(written(tmp_path), passphrase="quatre mots au hasarD")
        assert refusal.value.code == "key_file.passphrase"

    def test_refuses_a_file_that_others_may_read(self, tmp_path: Path) -> None:
        path = written(tmp_path)
        path.chmod(0o644)
        for reading in (describe_key_file, lambda path: open_key_file(path, passphrase=PASSPHRASE)):
            with pytest.raises(KeyFileRefused) as refusal:
                reading(path)
            assert refusal.value.code == "key_file.open_to_others"

    def test_refuses_a_link(self, tmp_path: Path) -> None:
        (tmp_path / "lien").symlink_to(written(tmp_path))
        with pytest.raises(KeyFileRefused) as refusal:
            describe_key_file(tmp_path / "lien")
        assert refusal.value.code == "key_file.unreadable"

    def test_says_when_there_is_none(self, tmp_path: Path) -> None:
        with pytest.raises(KeyFileRefused) as refusal:
            describe_key_file(tmp_path / "absent.key")
        assert refusal.value.code == "key_file.absent"

    @pytest.mark.parametrize(
        "changes",
        [
            {"verification_method": "did:web:pirate.example#1"},
            {"public_key": "z6MkvDqGT54cXesYGvABpF1UapVNwjCqRcafi4Px6Thv5T3Z"},
            {"cost": 2048},
            {"salt": "AAAAAAAAAAAAAAAAAAAAAA"},
            {"nonce": "AAAAAAAAAAAAAAAA"},
            {"cipher": "none"},
            {"added": "word"},
        ],
    )
    def test_refuses_a_label_that_was_edited(self, tmp_path: Path, changes: dict[str, object]) -> None:
        with pytest.raises(KeyFileRefused) as refusal:
            open_key_file(altered(written(tmp_path), **changes), passphrase=PASSPHRASE)
        assert refusal.value.code == "key_file.passphrase"

    @pytest.mark.parametrize(
        "changes", [{"cost": 2**40}, {"cost": 3}, {"cost": "x"}, {"nonce": ""}, {"jurande_key": 2}]
    )
    def test_refuses_parameters_out_of_bounds(self, tmp_path: Path, changes: dict[str, object]) -> None:
        with pytest.raises(KeyFileRefused):
            open_key_file(altered(written(tmp_path), **changes), passphrase=PASSPHRASE)

    @pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b"{" * 70_000, b'{"jurande_key":1}'])
    def test_refuses_what_is_no_key(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "k"
        path.write_bytes(content)
        path.chmod(0o600)
        with pytest.raises(KeyFileRefused):
            describe_key_file(path)
