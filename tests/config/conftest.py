"""Run the real command line, on the tiny project of this folder, as a person would: in processes of their own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from json import loads
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def command_line(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "jurande.config.cli", *arguments]


def environment(home: Path, **more: str) -> dict[str, str]:
    ours = ("JURANDE", "DATABASE_URL", "COV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {
        **kept,
        "JURANDE_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "tests.config.tiny.settings",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        **more,
    }


Jurande = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def jurande(tmp_path: Path) -> Jurande:
    """Run a command to its end in the home `tmp_path / "home"`, and return what it printed."""

    def run(*arguments: str, home: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command_line(*arguments),
            env=environment(home or tmp_path / "home", **more),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


@dataclass
class Served:
    """A Jurande that serves, and how to look at it from outside."""

    process: subprocess.Popen[str]
    home: Path
    port: int
    output: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def get(self, path: str = "", timeout: float = 20) -> Any:
        with urllib.request.urlopen(self.url + path, timeout=timeout) as answer:
            body = answer.read().decode()
        return loads(body) if body.startswith("{") else body

    def wait_until(self, true: Callable[[], bool], seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, self.output.read_text()
            assert self.process.poll() is None, self.output.read_text()
            time.sleep(0.02)

    def is_announced(self) -> bool:
        return "Ctrl-C" in self.output.read_text()

    def pid_of(self, name: str) -> int:
        try:
            return int((self.home / f"{name}.pid").read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Send a signal and return the seconds it took to end."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=20)
        return time.monotonic() - began


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False


@pytest.fixture(scope="session")
def prepared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home after its first start, to be copied: a first start takes a second."""
    home = tmp_path_factory.mktemp("prepared") / "home"
    prepare = [sys.executable, "-m", "jurande.config.supervised", str(os.getpid()), "prepare"]
    subprocess.run(prepare, env=environment(home), check=True, timeout=60)
    (home / "settings.json").write_text('{"public_url": "http://localhost:9", "prepared": true}')
    return home


@pytest.fixture
def home(tmp_path: Path, prepared_home: Path) -> Path:
    """A home of the test's own, prepared."""
    return Path(shutil.copytree(prepared_home, tmp_path / "home"))


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Start `serve` or `demo` on a home, wait until the address is printed, and end it after the test."""
    started: list[Served] = []

    def start(
        home: Path,
        *arguments: str,
        command: str = "serve",
        port: int | None = None,
        passphrase: str = "",
        web_processes: int = 1,
    ) -> Served:
        port = port or free_port()
        output = tmp_path / f"output-{len(started)}.txt"
        with output.open("w") as file:
            process = subprocess.Popen(
                command_line(command, "--port", str(port), *arguments),
                env=environment(
                    home,
                    JURANDE_PUBLIC_URL="http://localhost:9",
                    JURANDE_KEY_PASSPHRASE=passphrase,
                    JURANDE_WEB_PROCESSES=str(web_processes),
                ),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                text=True,
            )
        served = Served(process, home / "demo" if command == "demo" else home, port, output)
        started.append(served)
        served.wait_until(served.is_announced)
        return served

    yield start
    for served in started:
        if served.process.poll() is None:
            served.process.kill()
            served.process.wait()
        # What the worker had started outlives a kill -9 of everything above it.
        if tool := served.pid_of("tool"):
            with suppress(ProcessLookupError):
                os.kill(tool, signal.SIGKILL)
