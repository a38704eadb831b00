"""Asking a stranger's server: bounded, never redirected, never led inside."""

from __future__ import annotations

import gzip
import socket
import time
from datetime import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from jurande.integrations.outbound import Server, Unreachable, is_public
from tests.integrations.servers import Handler, serving


def refused(server: Server, path: str = "file", largest_bytes: int = 1000) -> Unreachable:
    with pytest.raises(Unreachable) as refusal:
        server.get(path, largest_bytes=largest_bytes)
    return refusal.value


class TestServer:
    @pytest.mark.parametrize(
        "url",
        ["", "example.org", "ftp://example.org/", "file:///etc/passwd", "http://", "https:///x", "http://u@example.org/",
         "http://u:p@example.org/", "http://example.org/?q", "http://example.org/#f", "http://example.org:99999/",
         "http://[::1"],
    )  # fmt: skip
    def test_refuses_what_is_no_plain_address(self, url: str) -> None:
        with pytest.raises(Unreachable) as refusal:
            Server(url)
        assert refusal.value.code == "outbound.address"

    def test_asks_below_its_prefix_on_one_connection(self) -> None:
        ports: set[int] = set()

        def respond(handler: Handler, path: str, body: bytes) -> None:
            ports.add(handler.client_address[1])
            handler.answer(200, path.encode(), Content_Type="text/plain")

        with serving(respond) as running:
            server = Server(running.url + "/registre", only_public=False)
            for path in ("checkpoint", "tile/0/000"):
                answer = server.get(path, largest_bytes=1000)
                assert (answer.status, answer.content_type, answer.body) == (
                    200,
                    "text/plain",
                    b"/registre/" + path.encode(),
                )
            server.close()
        assert len(ports) == 1

    def test_asks_again_when_a_kept_connection_died(self) -> None:
        def respond(handler: Handler, path: str, body: bytes) -> None:
            handler.answer(200, b"ok")
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True

        with serving(respond) as running:
            server = Server(running.url, only_public=False)
            assert [server.get("x", largest_bytes=10).body for _ in range(3)] == [b"ok"] * 3
            server.close()

    def test_reads_an_answer_that_ends_with_the_connection(self) -> None:
        def respond(handler: Handler, path: str, body: bytes) -> None:
            handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\nall of it")
            handler.close_connection = True

        with serving(respond) as running:
            server = Server(running.url, only_public=False)
            assert [server.get("x", largest_bytes=100).body for _ in range(2)] == [b"all of it"] * 2

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_follows_no_redirection(self, status: int) -> None:
        with serving(lambda handler, path, body: handler.answer(status, Location="/elsewhere")) as running:
            server = Server(running.url, only_public=False)
            assert server.get("here", largest_bytes=10).status == status
            server.close()
        assert running.asked == ["GET /here"]

    def test_reads_no_more_than_asked(self) -> None:
        with serving(lambda handler, path, body: handler.answer(200, b"x" * 1001)) as running:
            assert refused(Server(running.url, only_public=False)).code == "outbound.size"
            server = Server(running.url, only_public=False)
            assert len(server.get("file", largest_bytes=1001).body) == 1001
            server.close()

    def test_opens_no_bomb(self) -> None:
        bomb = gzip.compress(bytes(1_000_000))
        with serving(lambda handler, path, body: handler.answer(200, bomb, Content_Encoding="gzip")) as running:
            server = Server(running.url, only_public=False)
            assert refused(server, largest_bytes=10_000).code == "outbound.encoding"
            assert server.get("file", largest_bytes=1_000_000).body == bytes(1_000_000)
            server.close()

    @pytest.mark.parametrize(
        "body",
        [b"not gzip", gzip.compress(b"x")[:-1], gzip.compress(b"x") + b"more"],
        ids=["of another format", "cut short", "followed by more"],
    )
    def test_refuses_broken_gzip(self, body: bytes) -> None:
        with serving(lambda handler, path, _: handler.answer(200, body, Content_Encoding="gzip")) as running:
            server = Server(running.url, only_public=False)
            assert refused(server).code == "outbound.encoding"

    def test_refuses_an_answer_cut_short(self) -> None:
        def cut(handler: Handler, path: str, body: bytes) -> None:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf")
            handler.close_connection = True

        with serving(cut) as running:
            assert refused(Server(running.url, only_public=False)).code == "outbound.late"

    @pytest.mark.parametrize("where", ["before", "in the headers", "in the body"])
    def test_waits_no_longer_than_agreed_even_when_bytes_trickle(self, where: str) -> None:
        def trickle(handler: Handler, path: str, body: bytes) -> None:
            start = {"before": b"", "in the headers": b"HTTP/1.1 200 OK\r\nX: "}.get(where, b"HTTP/1.1 200 OK\r\n\r\n")
            handler.close_connection = True
            try:
                handler.wfile.write(start)
                for _ in range(100):
                    time.sleep(0.02)
                    handler.wfile.write(b"" if where == "before" else b"x")
            except OSError:
                return

        with serving(trickle) as running:
            assert refused(Server(running.url, only_public=False, seconds=0.2)).code == "outbound.late"

    def test_refuses_nonsense(self) -> None:
        def respond(handler: Handler, path: str, body: bytes) -> None:
            handler.wfile.write(b"hello, this is not HTTP\r\n\r\n")
            handler.close_connection = True

        with serving(respond) as running:
            assert refused(Server(running.url, only_public=False)).code == "outbound.unreachable"

    def test_says_that_nobody_is_there(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        assert refused(Server(f"http://127.0.0.1:{port}", only_public=False)).code == "outbound.unreachable"

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.1", "0x7f.1", "2130706433", "0.0.0.0"])
    def test_goes_to_no_inner_address(self, host: str) -> None:
        with serving(lambda handler, path, body: handler.answer(200)) as running:
            port = running.url.rpartition(":")[2]
            assert refused(Server(f"http://{host}:{port}")).code == "outbound.private"
        assert running.asked == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost that nobody vouches for, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, datetime(2020, 1, 1), datetime(2120, 1, 1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    path.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return path


class TestTls:
    def test_is_spoken_with_a_server_that_is_vouched_for(
        self, certificate: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with serving(lambda handler, path, body: handler.answer(200, b"secret"), certificate) as running:
            server = Server(running.url, only_public=False)
            assert [server.get("x", largest_bytes=10).body for _ in range(2)] == [b"secret"] * 2
            server.close()

    def test_is_refused_to_anybody_else(self, certificate: Path) -> None:
        with serving(lambda handler, path, body: handler.answer(200), certificate) as running:
            assert refused(Server(running.url, only_public=False)).code == "outbound.unreachable"
        assert running.asked == []

    def test_is_refused_under_another_name(self, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with serving(lambda handler, path, body: handler.answer(200), certificate) as running:
            url = running.url.replace("localhost", "127.0.0.1")
            assert refused(Server(url, only_public=False)).code == "outbound.unreachable"
        assert running.asked == []

    def test_waits_no_longer_than_agreed_for_a_handshake(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            server = Server(f"https://127.0.0.1:{silent.getsockname()[1]}", only_public=False, seconds=0.2)
            assert refused(server).code == "outbound.late"


class TestIsPublic:
    @pytest.mark.parametrize(
        "address",
        ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
         "255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
         "2002:7f00:1::", "2001:db8::1"],
    )  # fmt: skip
    def test_refuses_every_other_network(self, address: str) -> None:
        assert not is_public(address)

    @pytest.mark.parametrize("address", ["9.9.9.9", "2620:fe::fe", "::ffff:9.9.9.9"])
    def test_accepts_the_internet(self, address: str) -> None:
        assert is_public(address)
