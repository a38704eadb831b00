from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from jurande.config.cli.demo import MARK, build_digest, refuse_foreign
from jurande.config.exits import Stopped
from jurande.config.home import Home
from jurande.demo.personas import PERSONAS
from tests.config.conftest import Served

Serve = Callable[..., Served]


@pytest.mark.slow
class TestDemo:
    def test_builds_its_world_once_a_day(self, serve: Serve, tmp_path: Path) -> None:
        first = serve(tmp_path, command="demo")
        said = first.output.read_text()
        assert "Construction" in said
        assert f"http://localhost:{first.port}" in said
        for persona in PERSONAS:
            assert persona.name in said
        first.get("add")
        assert first.get()["rows"] == 2
        first.stop()

        second = serve(tmp_path, command="demo", port=first.port)
        assert "Construction" not in second.output.read_text()
        assert second.get()["rows"] == 2
        second.stop()

        mark = tmp_path / "demo" / MARK
        mark.write_text(json.dumps({**json.loads(mark.read_text()), "day": "2001-01-01"}))
        kept = serve(tmp_path, "--keep", command="demo", port=first.port)
        assert kept.get()["rows"] == 2
        kept.stop()
        third = serve(tmp_path, command="demo", port=first.port)
        assert third.get()["rows"] == 1
        assert json.loads(mark.read_text())["day"] != "2001-01-01"

    def test_is_built_again_when_it_was_interrupted(self, serve: Serve, tmp_path: Path) -> None:
        home = tmp_path / "demo"
        home.mkdir()
        (home / MARK).write_text("{}\n")
        (home / "jurande.sqlite3").write_text("half a database")
        assert serve(tmp_path, command="demo").get()["rows"] == 1


class TestRefuseForeign:
    def test_spares_a_folder_that_holds_something_else(self, tmp_path: Path) -> None:
        (tmp_path / "jurande.sqlite3").write_text("the real one")
        with pytest.raises(Stopped, match="autre chose"):
            refuse_foreign(Home(tmp_path))

    def test_accepts_its_own_an_empty_one_and_none(self, tmp_path: Path) -> None:
        refuse_foreign(Home(tmp_path / "none"))
        refuse_foreign(Home(tmp_path))
        (tmp_path / MARK).write_text("{}")
        (tmp_path / "jurande.sqlite3").write_text("a demonstration")
        refuse_foreign(Home(tmp_path))


class TestBuildDigest:
    def test_is_the_same_for_the_same_code(self) -> None:
        assert build_digest() == build_digest()
