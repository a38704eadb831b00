from __future__ import annotations

import email
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email.policy import default

import pytest

from jurande.integrations.mail import (
    BadAddress,
    MailboxCarrier,
    Outgoing,
    PermanentFailure,
    SmtpCarrier,
    TemporaryFailure,
    carrier_for,
    compose,
    sender,
)

FROM = "ne-pas-repondre@jurande.exemple.fr"
LETTER = Outgoing(
    message_id="ABC.1@jurande.exemple.fr",
    written_at=datetime(2026, 3, 12, 9, tzinfo=UTC),
    to_email="jocelyn@exemple.fr",
    from_name="Institut des métiers, IMR",
    subject="Une pièce arrive à échéance",
    text="Bonjour Jocelyn,\n\n.\n\nÀ bientôt\n",
    html="<p>Bonjour Jocelyn</p>",
)


class Server:
    """An SMTP server of a few lines: it answers each verb as it is told, and keeps what was said to it."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = {
            "EHLO": "250 ok",
            "MAIL": "250 ok",
            "RCPT": "250 ok",
            "DATA": "354 go",
            ".": "250 ok",
            **answers,
        }
        self.said: list[str] = []
        self.content = b""
        self.port = 0

    def talk(self, line: socket.socket) -> None:
        with line, line.makefile("rb") as heard:
            line.sendall(self.answers.get("hello", "220 bonjour").encode() + b"\r\n")
            for octets in heard:
                verb = octets.decode().strip()
                self.said.append(verb)
                answer = self.answers.get(verb.split(" ")[0].upper(), "502 quoi")
                if answer == "cut":
                    return
                line.sendall(answer.encode() + b"\r\n")
                if answer.startswith("354"):
                    while (part := heard.readline()) not in (b".\r\n", b""):
                        self.content += part.removeprefix(b".")
                    line.sendall(self.answers["."].encode() + b"\r\n")


@contextmanager
def serving(**answers: str) -> Iterator[Server]:
    server = Server(answers)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server.port = listening.getsockname()[1]

        def accept() -> None:
            line, _address = listening.accept()
            server.talk(line)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server
        thread.join(5)


def carrier(server: Server, **options: float) -> SmtpCarrier:
    return SmtpCarrier(f"smtp://127.0.0.1:{server.port}", from_email=FROM, **options)  # type: ignore[arg-type]


class TestSmtpCarrier:
    def test_hands_the_letter_over_whole(self) -> None:
        with serving() as server:
            assert carrier(server).deliver(LETTER).by == "smtp"
        assert server.said[0] == "ehlo jurande.exemple.fr"
        assert server.said[1].lower().startswith(f"mail from:<{FROM}>")
        read = email.message_from_bytes(server.content, policy=default)
        assert read["Subject"] == LETTER.subject
        assert read["From"] == f'"{LETTER.from_name}" <{FROM}>'
        assert (read["Message-ID"], read["Auto-Submitted"]) == ("<ABC.1@jurande.exemple.fr>", "auto-generated")
        words = read.get_body(("plain",)).get_content().splitlines()  # type: ignore[union-attr]
        assert words == LETTER.text.splitlines()
        assert "Bonjour Jocelyn" in read.get_body(("html",)).get_content()  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        ("answers", "code"),
        [
            ({"RCPT": "451 later"}, "recipient_refused.451"),
            ({"MAIL": "421 busy"}, "sender_refused.421"),
            ({".": "452 full"}, "content_refused.452"),
            ({"DATA": "cut"}, "cut"),
            ({"hello": "554 no"}, "refused_for_now"),
        ],
    )
    def test_will_try_again_after(self, answers: dict[str, str], code: str) -> None:
        with serving(**answers) as server, pytest.raises(TemporaryFailure) as failure:
            carrier(server).deliver(LETTER)
        assert failure.value.code == code

    @pytest.mark.parametrize(
        ("answers", "code", "hard"),
        [
            ({"RCPT": "550 5.1.1 no such user"}, "recipient_refused.550", True),
            ({"RCPT": "550 5.7.1 not from you"}, "recipient_refused.550", False),
            ({"RCPT": "550 no"}, "recipient_refused.550", False),
            ({"MAIL": "553 5.1.1 odd"}, "sender_refused.553", False),
            ({".": "554 5.6.0 spam"}, "content_refused.554", False),
        ],
    )
    def test_will_not_after(self, answers: dict[str, str], code: str, hard: bool) -> None:
        with serving(**answers) as server, pytest.raises(PermanentFailure) as failure:
            carrier(server).deliver(LETTER)
        assert (failure.value.code, failure.value.hard_bounce) == (code, hard)

    def test_cuts_a_server_that_says_nothing(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            slow = SmtpCarrier(f"smtp://127.0.0.1:{port}", from_email=FROM, timeout_seconds=30, deadline_seconds=0.3)
            with pytest.raises(TemporaryFailure) as failure:
                slow.deliver(LETTER)
        assert failure.value.code in ("cut", "unreachable", "timeout")

    def test_says_that_nobody_answers(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        with pytest.raises(TemporaryFailure) as failure:
            SmtpCarrier(f"smtp://127.0.0.1:{port}", from_email=FROM).deliver(LETTER)
        assert failure.value.code == "unreachable"

    @pytest.mark.parametrize(
        "url",
        [
            "http://h",
            "smtp://",
            "smtp://h:port",
            "smtp+plain://u:p@relay.exemple.fr",
        ],
    )
    def test_refuses_an_address_that_is_wrong_or_tells_a_password_in_clear(self, url: str) -> None:
        with pytest.raises(BadAddress):
            SmtpCarrier(url, from_email=FROM)


class TestCompose:
    @pytest.mark.parametrize("field", ["subject", "from_name", "to_email", "message_id"])
    def test_lets_no_value_add_a_header(self, field: str) -> None:
        with pytest.raises(PermanentFailure):
            compose(replace(LETTER, **{field: "x\r\nBcc: y@exemple.fr"}), from_email=FROM)  # type: ignore[arg-type]

    def test_writes_a_domain_with_accents_as_the_mail_does(self) -> None:
        assert compose(replace(LETTER, to_email="a@été.fr"), from_email=FROM)["To"] == "a@xn--t-9fab.fr"


class TestSender:
    @pytest.mark.parametrize("text", [FROM, f"Jurande <{FROM}>", f' "Jurande, IMR" <{FROM}>'])
    def test_is_the_address_alone(self, text: str) -> None:
        assert sender(text) == FROM
        assert SmtpCarrier("smtp://h", from_email=text).from_email == FROM

    @pytest.mark.parametrize("text", ["", "Jurande", "a@", "@b", "a b@c.fr", "a@b, c@d", "a@b\r\nBcc: c@d"])
    def test_is_refused_at_the_start(self, text: str) -> None:
        with pytest.raises(BadAddress):
            SmtpCarrier("smtp://h", from_email=text)


class TestCarrierFor:
    def test_keeps_letters_inside_unless_told_where_to_send_them(self) -> None:
        assert isinstance(carrier_for("", from_email=FROM), MailboxCarrier)
        assert carrier_for("", from_email=FROM).deliver(LETTER).by == "mailbox"
        assert isinstance(carrier_for("smtps://h", from_email=FROM), SmtpCarrier)
