"""The script at the root, in copies of the project's bare bones: an empty lock, and an application that says hello."""

from __future__ import annotations

import ast
import json
import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

from tests.config.conftest import ROOT

LAUNCHER = ROOT / "jurande"
HELLO = """import sys
print("hello from", sys.prefix, *sys.argv[1:])
"""
MISSING_ENVIRONMENT = 3


def bare_bones(folder: Path) -> Path:
    (folder / "requirements").mkdir(parents=True)
    for lock in ("run.lock", "dev.lock", "uv.lock"):
        (folder / "requirements" / lock).write_text("# nothing\n")
    package = folder / "src/jurande/config/cli"
    package.mkdir(parents=True)
    for parent in (package, *list(package.parents)[:2]):
        (parent / "__init__.py").write_text("")
    (package / "__main__.py").write_text(HELLO)
    shutil.copy(LAUNCHER, folder / "jurande")
    return folder


def surroundings(checkout: Path) -> dict[str, str]:
    """Where no uv is found and no index can be reached."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(checkout / "nobody"),
        "PIP_INDEX_URL": "http://127.0.0.1:9/",
        "PIP_CONFIG_FILE": os.devnull,
    }


def launch(checkout: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(checkout / "jurande"), *arguments]
    return subprocess.run(command, env=surroundings(checkout) | more, capture_output=True, text=True, timeout=120)


def stamp(checkout: Path) -> dict[str, str]:
    read: dict[str, str] = json.loads((checkout / ".venv/jurande.json").read_text())
    return read


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout where two launches at the same time have installed everything, once; tests copy it or add to it."""
    checkout = bare_bones(tmp_path_factory.mktemp("launcher") / "first")
    command = [sys.executable, str(checkout / "jurande"), "--hello"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    both = [subprocess.Popen(command, env=surroundings(checkout), text=True, **pipes) for _ in range(2)]
    said = [process.communicate(timeout=120) for process in both]
    assert [out for out, _ in said] == [f"hello from {checkout / '.venv'} --hello\n"] * 2, said
    assert sum("Installation terminée" in err for _, err in said) == 1
    return checkout


@pytest.fixture
def launcher(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The launcher as a module, in a checkout of the test's own."""
    module = ModuleType("launcher")
    module.__file__ = str(bare_bones(tmp_path / "checkout") / "jurande")
    exec(compile(LAUNCHER.read_text(), "jurande", "exec", dont_inherit=True), module.__dict__)
    return module


def interpreter(folder: Path, name: str, code: int) -> Path:
    """Something that answers the launcher's probe with `code`, as an interpreter would."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\nexit {code}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


class TestLauncher:
    def test_is_understood_by_python_3_8(self) -> None:
        ast.parse(LAUNCHER.read_text(), feature_version=(3, 8))

    def test_imports_the_standard_library_only(self) -> None:
        imported = set()
        for node in ast.walk(ast.parse(LAUNCHER.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(str(node.module).split(".")[0])
        assert imported <= set(sys.stdlib_module_names)

    def test_runs_under_an_old_python(self, installed: Path) -> None:
        old = next(iter(Path.home().glob(".pyenv/versions/3.8*/bin/python")), None)
        if old is None:
            pytest.skip("aucun Python 3.8 sur cette machine")
        done = subprocess.run([old, installed / "jurande", "x"], capture_output=True, text=True)
        assert done.stdout == f"hello from {installed / '.venv'} x\n"


@pytest.mark.slow
class TestInstallation:
    def test_is_not_done_twice(self, installed: Path, tmp_path: Path) -> None:
        """The second start needs no pip, no network, and no other command than itself."""
        before = (installed / ".venv/jurande.json").stat().st_mtime_ns
        pip = next(installed.glob(".venv/lib/python3*/site-packages/pip"))
        pip.rename(tmp_path / "pip")
        try:
            began = time.monotonic()
            done = launch(installed, PATH=str(tmp_path))
            seconds = time.monotonic() - began
        finally:
            (tmp_path / "pip").rename(pip)
        assert done.returncode == 0
        assert done.stderr == ""
        assert seconds < 1
        assert (installed / ".venv/jurande.json").stat().st_mtime_ns == before

    def test_is_completed_for_the_tests(self, installed: Path) -> None:
        assert "dev.lock" not in stamp(installed)
        assert launch(installed, "test").returncode == 0
        assert {"run.lock", "dev.lock"} <= stamp(installed).keys()

    def test_follows_a_changed_lock(self, installed: Path) -> None:
        (installed / "requirements/run.lock").write_text("# nothing more\n")
        done = launch(installed)
        assert "Installation" in done.stderr
        assert launch(installed).stderr == ""

    def test_is_done_again_when_it_was_interrupted(self, installed: Path) -> None:
        (installed / ".venv/jurande.json").unlink()
        assert "Installation" in launch(installed).stderr
        assert stamp(installed)["root"] == str(installed)

    def test_is_remade_in_a_folder_that_moved(self, installed: Path, tmp_path: Path) -> None:
        moved = Path(shutil.copytree(installed, tmp_path / "moved", symlinks=True))
        done = launch(moved)
        assert done.stdout == f"hello from {moved / '.venv'}\n"
        assert stamp(moved)["root"] == str(moved)
        pth = next(moved.glob(".venv/lib/python3*/site-packages/jurande.pth"))
        assert pth.read_text().strip() == str(moved / "src")

    def test_says_which_component_could_not_be_had(self, installed: Path, tmp_path: Path) -> None:
        checkout = Path(shutil.copytree(installed, tmp_path / "offline", symlinks=True))
        (checkout / ".venv/jurande.json").unlink()
        lock = "jurande-absent==1.0 --hash=sha256:" + "0" * 64 + "\n"
        (checkout / "requirements/run.lock").write_text(lock)
        done = launch(checkout, PIP_RETRIES="1")
        assert done.returncode == MISSING_ENVIRONMENT
        assert "n’ont pas pu être installés. Le réseau ne répond pas" in done.stderr
        assert "Traceback" not in done.stderr
        assert not (checkout / ".venv/jurande.json").exists()


class TestMakeVenv:
    def test_leaves_the_environment_of_another_checkout_alone(
        self, launcher: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        theirs = tmp_path / "other/.venv"
        theirs.mkdir(parents=True)
        (theirs / "pyvenv.cfg").write_text("")
        ours = Path(launcher.VENV)
        ours.symlink_to(theirs)
        monkeypatch.setattr(launcher.Progress, "run", lambda *_, **__: True)
        assert not launcher.is_reusable()
        launcher.make_venv(launcher.Progress("Essai", 0), None)
        assert not ours.is_symlink()
        assert (theirs / "pyvenv.cfg").exists()


class TestFindPython:
    def test_takes_the_first_that_fits(
        self, launcher: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        interpreter(tmp_path / "broken", "python3.13", 127)
        interpreter(tmp_path / "old", "python3", 10)
        interpreter(tmp_path / "bare", "python3.12", 13)
        good = interpreter(tmp_path / "good", "python3.12", 0)
        folders = [tmp_path / name for name in ("broken", "old", "bare", "good")]
        monkeypatch.setenv("PATH", os.pathsep.join(map(str, folders)))
        monkeypatch.setattr(sys, "executable", str(interpreter(tmp_path / "current", "python3.11", 10)))
        assert launcher.find_python(None) == str(good)

    def test_accepts_one_without_venv_when_uv_is_there(
        self, launcher: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bare = interpreter(tmp_path / "bare", "python3.12", 13)
        monkeypatch.setattr(launcher, "candidates", lambda: [str(bare)])
        assert launcher.find_python("/usr/bin/uv") == str(bare)

    @pytest.mark.parametrize(
        "place",
        [
            ".pyenv/versions/3.13.1/bin/python3.13",
            ".asdf/installs/python/3.12.4/bin/python3.12",
            ".local/share/mise/installs/python/3.14.0/bin/python3.14",
            ".local/share/uv/python/cpython-3.13.0-linux-x86_64-gnu/bin/python3.13",
        ],
    )
    def test_looks_where_version_managers_put_them(
        self, launcher: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
    ) -> None:
        expected = interpreter((tmp_path / place).parent, Path(place).name, 0)
        monkeypatch.setenv("HOME", str(tmp_path))
        for name in ("PYENV_ROOT", "ASDF_DATA_DIR"):
            monkeypatch.delenv(name, raising=False)
        assert str(expected) in launcher.candidates()

    def test_refuses_the_ones_that_do_not_fit(self, launcher: ModuleType) -> None:
        for old in Path.home().glob(".pyenv/versions/3.[0-9]*/bin/python"):
            minor = int(old.parts[-3].split(".")[1])
            assert (launcher.probe(str(old)) == launcher.FITS) == (12 <= minor <= 14), old


class TestNoPython:
    @pytest.fixture
    def nothing(self, launcher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
        monkeypatch.setattr(launcher, "candidates", list)
        monkeypatch.setattr(launcher, "find_uv", lambda: None)
        return launcher

    def test_is_said_in_one_sentence(
        self, nothing: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(nothing.Progress, "run", lambda *_, **__: False)
        with pytest.raises(SystemExit) as stopped:
            nothing.main(["demo"])
        assert stopped.value.code == MISSING_ENVIRONMENT
        assert "Jurande a besoin de Python 3.12, 3.13 ou 3.14" in capsys.readouterr().err

    def test_ends_in_a_download_by_uv(
        self, nothing: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        commands: list[list[str]] = []

        def run(_: object, command: list[str], environment: dict[str, str] | None = None) -> bool:
            commands.append(command)
            if command[1:3] == ["python", "install"]:
                assert environment is not None
                interpreter(Path(environment["UV_PYTHON_INSTALL_DIR"]) / "cpython-3.13.1/bin", "python3.13", 0)
            return True

        monkeypatch.setattr(nothing.Progress, "run", run)
        nothing.make_venv(nothing.Progress("Essai", 0), None)
        assert commands[-1][1:2] == ["venv"]
        assert commands[-1][-2].endswith(".python/cpython-3.13.1/bin/python3.13")

    def test_names_the_missing_venv_module(
        self, launcher: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        bare = interpreter(tmp_path, "python3.12", 13)
        monkeypatch.setattr(launcher, "candidates", lambda: [str(bare)])
        monkeypatch.setattr(launcher, "can_fetch_uv", lambda: False)
        with pytest.raises(launcher.Stopped, match="module venv"):
            launcher.find_python(None)


class TestExplain:
    @pytest.mark.parametrize(
        "output, cause",
        [
            ("OSError: [Errno 28] No space left on device", "disque est plein"),
            ("error: failed to write (os error 28)", "disque est plein"),
            ("THESE PACKAGES DO NOT MATCH THE HASHES", "empreinte différente"),
            ("Temporary failure in name resolution", "réseau ne répond pas"),
            ("something new", "Dernières lignes reçues"),
        ],
    )
    def test_names_the_cause(self, launcher: ModuleType, output: str, cause: str) -> None:
        progress = launcher.Progress("Essai", 0)
        progress.output = output
        assert cause in progress.explain("Rien n’est installé.")
