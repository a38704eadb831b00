"""Asking other people's servers, without trusting them: bounded in time and size, no redirection, no inner address.

The host is resolved once and the connection goes to the address that was checked, so a name that changes its mind
between the check and the call gains nothing.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import zlib
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from threading import Event, Timer
from urllib.parse import urlsplit

from jurande.core.errors import CoreError

AGENT = "jurande"


class Unreachable(CoreError):
    """The server gave no answer that we accept: nothing can be concluded from it."""

    code = "outbound.unreachable"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered; a redirection is an answer like another, it is never followed."""

    status: int
    content_type: str
    body: bytes


@dataclass(slots=True)
class Server:
    """One server, below one address: ``https://host/prefix/``. The connection is kept between requests.

    ``seconds`` bounds each request as a whole, whatever trickles in; ``only_public`` refuses addresses that are not of
    the public Internet.
    :raises Unreachable: not an http or https address, or one with a user, a query or a fragment.
    """

    url: str
    only_public: bool = True
    seconds: float = 15.0
    _host: str = field(init=False)
    _port: int = field(init=False)
    _prefix: str = field(init=False)
    _secure: bool = field(init=False)
    _connection: http.client.HTTPConnection | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Take the address apart."""
        try:
            parts = urlsplit(self.url)
            port = parts.port
        except ValueError:
            raise Unreachable(f"not an address: {self.url}", code="outbound.address") from None
        plain = not (parts.username or parts.password or parts.query or parts.fragment)
        if parts.scheme not in ("http", "https") or not parts.hostname or not plain:
            raise Unreachable(f"not an address: {self.url}", code="outbound.address")
        self._secure = parts.scheme == "https"
        self._host = parts.hostname
        self._port = port or (443 if self._secure else 80)
        self._prefix = parts.path.rstrip("/") + "/"

    def get(self, path: str, *, largest_bytes: int) -> Answer:
        """Return the answer to a GET of ``path`` below the address.

        :raises Unreachable: no answer in time, a larger one, or a broken one.
        """
        return self._ask("GET", path, None, {"Accept-Encoding": "gzip, identity"}, largest_bytes)

    def post(self, path: str, body: bytes, *, media_type: str, largest_bytes: int) -> Answer:
        """Return the answer to a POST of ``body`` to ``path`` below the address.

        :raises Unreachable: no answer in time, a larger one, or a broken one; the server may have acted all the same.
        """
        self.close()  # a kept connection may have died, and a POST is not to be sent twice
        return self._ask("POST", path, body, {"Content-Type": media_type}, largest_bytes)

    def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], largest: int) -> Answer:
        kept = self._connection is not None
        try:
            try:
                return self._exchange(method, path, body, headers, largest)
            except (OSError, http.client.HTTPException):
                if not kept:
                    raise
                self.close()  # the server closed the connection that we kept: ask again on a new one
                return self._exchange(method, path, body, headers, largest)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Unreachable(f"{self._host}: {error or type(error).__name__}") from error
        except Unreachable:
            self.close()
            raise

    def _exchange(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], largest: int) -> Answer:
        fresh = self._connection is None
        connection = self._connection = self._connection or self._connected()
        # The time limit of a socket restarts with each byte received; this one does not.
        late = Event()
        timer = Timer(self.seconds, _cut, [connection.sock, late])
        timer.start()
        try:
            if fresh and isinstance(connection.sock, ssl.SSLSocket):
                connection.sock.do_handshake()
            connection.request(method, self._prefix + path, body, {"User-Agent": AGENT, **headers})
            with closing(connection.getresponse()) as response:
                content = response.read(largest + 1)
                ended = response.isclosed()
        except (OSError, http.client.HTTPException) as error:
            if late.is_set() or isinstance(error, TimeoutError):
                raise Unreachable(f"{self._host}: no answer in {self.seconds:g} s", code="outbound.late") from None
            raise
        finally:
            timer.cancel()
        if len(content) > largest:
            raise Unreachable(f"{self._host}: more than {largest} bytes", code="outbound.size")
        if response.length or late.is_set():
            raise Unreachable(f"{self._host}: an answer cut short", code="outbound.late")
        if connection.sock is None or not ended:
            self.close()  # the server ends the connection with the answer
        if response.getheader("Content-Encoding", "").lower() == "gzip":
            content = _gunzip(content, largest)
        return Answer(response.status, response.getheader("Content-Type", ""), content)

    def _connected(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=self.seconds)
        connection.auto_open = 0  # it may only go where it was allowed to
        connection.sock = socket.create_connection((self._resolved(), self._port), timeout=self.seconds)
        if self._secure:
            connection.sock = ssl.create_default_context().wrap_socket(
                connection.sock, server_hostname=self._host, do_handshake_on_connect=False
            )
        return connection

    def _resolved(self) -> str:
        found = [str(where[4][0]) for where in socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)]
        allowed = [address for address in found if not self.only_public or is_public(address)]
        if not allowed:
            raise Unreachable(f"{self._host} is not a public address", code="outbound.private")
        return allowed[0]

    def close(self) -> None:
        """Close the kept connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def is_public(address: str) -> bool:
    """Tell whether an IP address is of the public Internet: not private, loopback, link-local, reserved or mapped."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        ip = ip.ipv4_mapped or ip.sixtofour or ip
    return ip.is_global and not ip.is_multicast


def _cut(connection: socket.socket, late: Event) -> None:
    late.set()
    with suppress(OSError):  # it ended by itself in the meantime
        connection.shutdown(socket.SHUT_RDWR)


def _gunzip(content: bytes, largest: int) -> bytes:
    stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        octets = stream.decompress(content, largest + 1)
    except zlib.error as error:
        raise Unreachable(f"a broken gzip body: {error}", code="outbound.encoding") from None
    if len(octets) > largest or not stream.eof or stream.unused_data:
        raise Unreachable("a gzip body that is too large or cut short", code="outbound.encoding")
    return octets
