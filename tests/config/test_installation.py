from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from jurande.config.exits import Exit, Stopped
from jurande.config.home import Home
from jurande.config.installation import (
    alone_in,
    is_served,
    keep_settings,
    listen,
    open_home,
    public_url,
    read_settings,
    settle_public_url,
)
from tests.config.conftest import Jurande


@pytest.fixture
def empty(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    open_home(home)
    return home


class TestPublicUrl:
    @pytest.mark.parametrize(
        "typed, kept",
        [
            ("https://jurande.example.fr", "https://jurande.example.fr"),
            ("https://Jurande.Example.FR/", "https://jurande.example.fr"),
            (" https://jurande.example.fr:443 ", "https://jurande.example.fr"),
            ("https://jurande.example.fr:8443", "https://jurande.example.fr:8443"),
            ("http://localhost:8000", "http://localhost:8000"),
            ("http://[::1]:8000", "http://[::1]:8000"),
        ],
    )
    def test_is_kept_in_one_form(self, typed: str, kept: str) -> None:
        assert public_url(typed) == kept

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "jurande.example.fr",
            "http://jurande.example.fr",
            "ftp://jurande.example.fr",
            "https://",
            "https://jurande.example.fr/chemin",
            "https://jurande.example.fr?q",
            "https://jurande.example.fr#f",
            "https://moi:secret@jurande.example.fr",
            "https://jurande.example.fr:port",
            "https://métiers.example.fr",
            "https://[::1",
        ],
    )
    def test_refuses_what_could_not_be_signed_for_ever(self, typed: str) -> None:
        with pytest.raises(Stopped) as refused:
            public_url(typed)
        assert refused.value.code == Exit.USAGE

    def test_shows_the_technical_form_of_an_accented_name(self) -> None:
        with pytest.raises(Stopped, match=r"xn--mtiers-bva\.example\.fr"):
            public_url("https://métiers.example.fr")


class TestSettlePublicUrl:
    def test_keeps_the_first_one(self, empty: Home) -> None:
        first = settle_public_url(empty, {"JURANDE_PUBLIC_URL": "https://a.example.fr/"}, None)
        assert first == "https://a.example.fr"
        assert json.loads(empty.settings.read_text())["public_url"] == first
        assert settle_public_url(empty, {}, None) == first

    def test_keeps_the_one_typed(self, empty: Home) -> None:
        assert settle_public_url(empty, {}, "https://b.example.fr") == "https://b.example.fr"

    def test_refuses_another_one_later(self, empty: Home) -> None:
        settle_public_url(empty, {"JURANDE_PUBLIC_URL": "https://a.example.fr"}, None)
        with pytest.raises(Stopped, match=r"ne peut\s+plus changer"):
            settle_public_url(empty, {"JURANDE_PUBLIC_URL": "https://b.example.fr"}, None)
        assert read_settings(empty)["public_url"] == "https://a.example.fr"

    def test_refuses_to_start_without_one(self, empty: Home) -> None:
        with pytest.raises(Stopped, match="JURANDE_PUBLIC_URL=") as refused:
            settle_public_url(empty, {}, None)
        assert refused.value.code == Exit.USAGE
        assert not empty.settings.exists()


class TestKeptSettings:
    def test_survive_what_is_added_later(self, empty: Home) -> None:
        keep_settings(empty, public_url="https://a.example.fr")
        keep_settings(empty, prepared=True)
        assert read_settings(empty) == {"public_url": "https://a.example.fr", "prepared": True}
        assert [path.name for path in empty.path.iterdir() if path.is_file()] == ["settings.json"]

    @pytest.mark.parametrize("content", ["", "{", "[]", '"text"'])
    def test_are_refused_when_damaged(self, empty: Home, content: str) -> None:
        empty.settings.write_text(content)
        with pytest.raises(Stopped, match="abîmé"):
            read_settings(empty)


class TestOpenHome:
    def test_closes_the_keys_to_others(self, empty: Home) -> None:
        assert empty.keys.stat().st_mode & 0o777 == 0o700

    def test_refuses_a_place_that_is_not_a_folder(self, tmp_path: Path, jurande: Jurande) -> None:
        (tmp_path / "file").write_text("")
        done = jurande("serve", home=tmp_path / "file" / "home")
        assert done.returncode == Exit.ENVIRONMENT
        assert done.stderr.count("\n") == 1
        assert "ne peut pas écrire" in done.stderr

    @pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
    def test_refuses_a_folder_closed_to_us(self, tmp_path: Path) -> None:
        (tmp_path / "closed").mkdir(mode=0o500)
        with pytest.raises(Stopped, match="JURANDE_HOME"):
            open_home(Home(tmp_path / "closed" / "home"))

    def test_says_that_the_disk_is_full(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(self: Home) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(Home, "make", full)
        with pytest.raises(Stopped, match="plein") as refused:
            open_home(Home(tmp_path / "home"))
        assert refused.value.code == Exit.ENVIRONMENT


class TestAloneIn:
    def test_refuses_a_second_one_and_frees_the_home(self, empty: Home) -> None:
        assert not is_served(empty)
        with alone_in(empty):
            assert is_served(empty)
            with pytest.raises(Stopped, match=str(os.getpid())) as refused, alone_in(empty):
                pass
            assert refused.value.code == Exit.BUSY
        assert not is_served(empty)


class TestListen:
    def test_refuses_a_port_that_is_taken(self) -> None:
        with listen("127.0.0.1", 0) as server:
            with pytest.raises(Stopped, match="déjà pris") as refused:
                listen("127.0.0.1", server.getsockname()[1])
            assert refused.value.code == Exit.BUSY

    def test_refuses_an_address_of_another_machine(self) -> None:
        with pytest.raises(Stopped, match=r"192\.0\.2\.1") as refused:
            listen("192.0.2.1", 0)
        assert refused.value.code == Exit.ENVIRONMENT
