from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from jurande.config.exits import Exit
from tests.config.conftest import Jurande, Served, free_port, is_alive

Serve = Callable[..., Served]

pytestmark = pytest.mark.slow


class TestSupervisor:
    def test_brings_back_a_web_server_and_a_worker_that_were_killed(self, serve: Serve, home: Path) -> None:
        served = serve(home)
        web = served.get()["web"]
        served.wait_until(lambda: served.pid_of("worker") != 0)
        worker, tool = served.pid_of("worker"), served.pid_of("tool")
        served.get("add?text=gardee")
        os.kill(web, signal.SIGKILL)
        # The visitor who comes meanwhile waits and is not refused: the parent still listens.
        answer = served.get()
        assert answer["web"] not in (web, 0)
        assert answer["rows"] == 1
        os.kill(worker, signal.SIGKILL)
        served.wait_until(lambda: served.pid_of("worker") not in (0, worker))
        assert not is_alive(tool)
        assert "Nouveau départ" in served.output.read_text()

    def test_serves_by_as_many_processes_as_asked(self, serve: Serve, home: Path) -> None:
        served = serve(home, web_processes=2)
        seen: set[int] = set()

        def both_answer() -> bool:
            seen.add(served.get()["web"])
            return len(seen) == 2

        served.wait_until(both_answer)
        first, second = seen
        for killed, other in ((first, second), (second, 0)):
            os.kill(killed, signal.SIGKILL)
            answer = served.get()["web"]
            assert answer != killed
            assert not other or is_alive(other)
        assert served.stop(signal.SIGINT) < 1.5
        assert not [pid for pid in seen if is_alive(pid)]

    def test_refuses_a_number_of_processes_that_is_none(self, home: Path, jurande: Jurande) -> None:
        for wrong in ("0", "33", "deux", "-1"):
            asked = {"JURANDE_WEB_PROCESSES": wrong, "JURANDE_PUBLIC_URL": "http://localhost:9"}
            refused = jurande("serve", "--port", str(free_port()), home=home, **asked)
            assert refused.returncode == Exit.ENVIRONMENT
            assert "JURANDE_WEB_PROCESSES" in refused.stderr

    def test_stops_within_a_second_whatever_is_going_on(self, serve: Serve, home: Path) -> None:
        """A worker deaf to SIGTERM, a request that lasts, a connection kept open."""
        served = serve(home)
        served.wait_until(lambda: served.pid_of("worker") != 0)
        web, worker, tool = served.get()["web"], served.pid_of("worker"), served.pid_of("tool")
        with socket.create_connection(("127.0.0.1", served.port)) as kept:
            kept.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert kept.recv(100).startswith(b"HTTP/1.1 200")
            with socket.create_connection(("127.0.0.1", served.port)) as slow:
                slow.sendall(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
                time.sleep(0.3)
                # One second on a machine that is not busy with other tests.
                assert served.stop(signal.SIGINT) < 1.5
        assert served.process.returncode == 0
        assert not [pid for pid in (web, worker, tool) if is_alive(pid)]

    def test_leaves_no_orphan_when_it_is_killed(self, serve: Serve, home: Path) -> None:
        served = serve(home)
        served.wait_until(lambda: served.pid_of("worker") != 0)
        web, worker = served.get()["web"], served.pid_of("worker")
        served.process.kill()
        served.process.wait()
        deadline = time.monotonic() + 3
        while is_alive(web) or is_alive(worker):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        again = serve(home, port=served.port)
        assert again.get()["web"] != web

    def test_refuses_a_home_and_a_port_already_in_use(
        self, serve: Serve, home: Path, jurande: Jurande, tmp_path: Path
    ) -> None:
        served = serve(home)
        same_home = jurande("serve", "--port", str(free_port()), home=home)
        assert same_home.returncode == Exit.BUSY
        assert f"processus {served.process.pid}" in same_home.stderr
        same_port = jurande("serve", "--port", str(served.port), home=tmp_path / "other")
        assert same_port.returncode == Exit.BUSY
        assert str(served.port) in same_port.stderr
        assert same_port.stderr.count("\n") == 1

    def test_gives_up_on_a_site_that_never_starts(self, home: Path, jurande: Jurande) -> None:
        done = jurande("serve", "--port", str(free_port()), home=home, DJANGO_SETTINGS_MODULE="tests.config.absent")
        assert done.returncode == Exit.REFUSED
        assert done.stderr.count("Nouveau départ") == 2
        assert "Jurande ne démarre pas" in done.stderr.splitlines()[-1]

    def test_says_once_that_the_database_is_damaged(self, home: Path, jurande: Jurande) -> None:
        assert not (home / "jurande.sqlite3-wal").exists()
        (home / "jurande.sqlite3").write_bytes(b"this is not a database, and will never be one" * 100)
        done = jurande("serve", "--port", str(free_port()), home=home)
        assert done.returncode == Exit.ENVIRONMENT
        assert done.stderr.startswith("La base est abîmée")
        assert done.stderr.count("\n") == 1


class TestManyVisitors:
    def test_are_served_at_the_same_time(self, serve: Serve, home: Path) -> None:
        """Rows written by several threads at once are all kept, and no request is refused."""
        served = serve(home)
        answers: list[str] = []

        def add(number: int) -> None:
            answers.append(served.get(f"add?text={number}"))

        threads = [threading.Thread(target=add, args=(number,)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == ["kept"] * 12
        assert served.get()["rows"] == 12
