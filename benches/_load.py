"""Visitors who ask for pages one after the other, without a cache, and how long each waited."""

from __future__ import annotations

import random
import socket
import statistics
import threading
import time
from typing import Any

# Like a browser that leaves after some pages: a connection is not kept by one process for ever.
PAGES_BY_CONNECTION = 10
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class Load:
    """A load on one server; ``paths`` are asked for at random, always in the same order."""

    def __init__(self, port: int, paths: list[str]) -> None:
        self.port, self.paths = port, paths

    def run(self, seconds: float, visitors: int) -> dict[str, Any]:
        """Ask for pages during so long; tell how many were answered, and in how many milliseconds."""
        waits: list[float] = []
        failed = [0]
        end = time.perf_counter() + seconds
        threads = [threading.Thread(target=self._visit, args=(n, end, waits, failed)) for n in range(visitors)]
        began = time.perf_counter()
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        took = time.perf_counter() - began
        return {
            "answers": len(waits),
            "failed": failed[0],
            "per_second": len(waits) / took,
            "median_ms": statistics.median(waits) * 1000,
            "p95_ms": statistics.quantiles(waits, n=20)[18] * 1000,
        }

    def _visit(self, seed: int, end: float, waits: list[float], failed: list[int]) -> None:
        chosen = random.Random(seed)
        while time.perf_counter() < end:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
                    for _page in range(PAGES_BY_CONNECTION):
                        began = time.perf_counter()
                        if began >= end:
                            break
                        if not self._ask(connection, chosen.choice(self.paths)):
                            failed[0] += 1
                        waits.append(time.perf_counter() - began)
            except OSError:
                failed[0] += 1

    def _ask(self, connection: socket.socket, path: str) -> bool:
        """Ask for one page and read it to its end; tell whether it is a page."""
        asked = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {AGENT}\r\nAccept: text/html\r\n\r\n"
        connection.sendall(asked.encode())
        held = bytearray()
        while (end := held.find(b"\r\n\r\n")) < 0:
            held += self._more(connection)
        head = bytes(held[:end]).lower()
        size = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        while len(held) < end + 4 + size:
            held += self._more(connection)
        return head.startswith(b"http/1.1 200") and b"</html>" in held[-200:]

    def _more(self, connection: socket.socket) -> bytes:
        received = connection.recv(65536)
        if not received:
            raise ConnectionError("closed")
        return received
