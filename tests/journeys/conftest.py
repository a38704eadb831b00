"""The real application in a real browser: `./jurande demo` on a free port, driven in Chromium."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

START_SECONDS = 240


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demonstration keeps everything."""
    return tmp_path_factory.mktemp("demonstration")


@pytest.fixture(scope="session")
def address(chromium: Any, home: Path) -> Iterator[str]:
    """Where the demonstration answers. It is built once by each process that plays journeys."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("JURANDE_", "DJANGO_", "DATABASE_"))}
    log = (home.parent / "demo.log").open("w")
    command = [str(ROOT / "jurande"), "demo", "--port", str(port), "--home", str(home)]
    running = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        url = f"http://localhost:{port}"
        deadline = time.monotonic() + START_SECONDS
        while not _answers(url):
            assert running.poll() is None, (home.parent / "demo.log").read_text()[-3000:]
            assert time.monotonic() < deadline, (
                "the demonstration did not start\n" + (home.parent / "demo.log").read_text()
            )
            time.sleep(0.3)
        yield url
    finally:
        running.send_signal(signal.SIGINT)
        try:
            running.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
        log.close()
        shutil.rmtree(home, ignore_errors=True)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/sante", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


class Visitor:
    """Somebody at a browser. Any error in the console, and any script that fails, fails the test."""

    def __init__(self, browser: Any, address: str, width: int = 1440) -> None:
        self.address = address
        self.context = browser.new_context(viewport={"width": width, "height": 900}, locale="fr-FR", base_url=address)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.page.on("console", lambda message: self._hear(message))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def _hear(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.said.append(message.text)

    def become(self, key: str) -> Any:
        self.page.goto("/acces/entrer/")
        self.page.locator(f"form[action='/demonstration/{key}/'] button").click()
        self.page.wait_for_load_state("networkidle")
        return self.page

    def leave(self) -> None:
        self.context.close()
        assert not self.said, "\n".join(self.said)


@pytest.fixture
def visitor(chromium: Any, address: str) -> Iterator[Any]:
    """Make visitors; each leaves with a clean console."""
    made: list[Visitor] = []

    def make(width: int = 1440) -> Visitor:
        made.append(Visitor(chromium, address, width))
        return made[-1]

    yield make
    for one in made:
        one.leave()
