"""Servers of one test: each request goes to a function, and what was asked is remembered."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

# Answer (method, path, body) on the handler.
type Respond = Callable[["Handler", str, bytes], None]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    respond: Respond

    def log_message(self, *args: object) -> None:
        pass

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        type(self).respond(self, self.path, b"")

    def do_POST(self) -> None:
        type(self).respond(self, self.path, self.rfile.read(int(self.headers["Content-Length"])))


@dataclass
class Running:
    url: str
    asked: list[str] = field(default_factory=list)


@contextmanager
def serving(respond: Respond, certificate: Path | None = None) -> Iterator[Running]:
    """Serve on a free loopback port until the block ends; with a certificate and its key in one file, over TLS."""
    running = Running("")

    def remember(handler: Handler, path: str, body: bytes) -> None:
        running.asked.append(f"{handler.command} {path}")
        respond(handler, path, body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), type("OfOneTest", (Handler,), {"respond": staticmethod(remember)}))
    server.daemon_threads = True
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    running.url = f"https://localhost:{server.server_port}" if certificate else f"http://127.0.0.1:{server.server_port}"
    try:
        yield running
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
