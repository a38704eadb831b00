"""How a message leaves the house: the port, the embedded default that keeps it inside, and SMTP."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import getaddresses
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 20.0
DEADLINE_SECONDS = 60.0
# RFC 3463: 1.1 no such mailbox, 1.2 no such domain, 1.3 bad address, 1.6 moved away, 1.10 null MX, 2.1 disabled.
HARD_BOUNCES = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")
PORTS = {"smtps": 465, "smtp": 587, "smtp+plain": 25}


@dataclass(frozen=True)
class Outgoing:
    """One message, ready to leave.

    ``message_id`` (without angle brackets) and ``written_at`` never change between two attempts: a receiver that got
    the message twice can tell.
    """

    message_id: str
    written_at: datetime
    to_email: str
    from_name: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Delivered:
    """Somebody answers for the message from now on. ``by``: the name of the carrier."""

    by: str


class DeliveryFailure(Exception):
    """The message did not leave. ``code`` is stable and tells nothing of the person: it may go into a log."""

    def __init__(self, code: str) -> None:
        """Keep why."""
        super().__init__(code)
        self.code = code


class TemporaryFailure(DeliveryFailure):
    """Worth trying again later: the other side is full, slow, absent, or doubts us."""


class PermanentFailure(DeliveryFailure):
    """Trying again will not help. ``hard_bounce``: the address itself does not exist, write to it no more."""

    def __init__(self, code: str, *, hard_bounce: bool = False) -> None:
        """Keep why, and whether the address is the reason."""
        super().__init__(code)
        self.hard_bounce = hard_bounce


class Carrier(Protocol):
    """Takes messages away."""

    def deliver(self, message: Outgoing) -> Delivered:
        """Hand the message over, or raise.

        :raises TemporaryFailure: to be tried again; the message may nonetheless have been accepted (at least once).
        :raises PermanentFailure: not to be tried again.
        """
        ...


class MailboxCarrier:
    """The embedded default: nothing leaves the machine, the message stays in the in-app mailbox."""

    def deliver(self, message: Outgoing) -> Delivered:
        """Say that the mailbox has it."""
        return Delivered(by="mailbox")


class BadAddress(ValueError):
    """The address of the SMTP server, or that of the sender, cannot be used; the message says why."""


def sender(text: str) -> str:
    """Give the address alone of ``address`` or ``Name <address>``: each letter is signed by whoever writes it.

    :raises BadAddress: it is no address.
    """
    found = getaddresses([text])
    address = found[0][1] if found else ""
    try:
        domain = Address(addr_spec=address).domain
    except (MessageError, ValueError, IndexError) as error:
        raise BadAddress("the sender is not an address") from error
    if len(found) != 1 or not domain or not text.isprintable():
        raise BadAddress("the sender is not an address")
    return address


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class SmtpCarrier:
    """Hands messages to an SMTP server.

    ``url``: ``smtp://user:password@host:587`` (STARTTLS demanded, except from a loopback server),
    ``smtps://…:465`` (TLS from the first byte) or ``smtp+plain://host:25`` (in clear, without password: a relay of the
    same private network). The certificate is always checked.

    :raises BadAddress: at construction, when the address is not one of those.
    """

    def __init__(
        self,
        url: str,
        *,
        from_email: str,
        timeout_seconds: float = TIMEOUT_SECONDS,
        deadline_seconds: float = DEADLINE_SECONDS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Read the address; nothing is connected yet. ``tls``: who is trusted, the system's authorities by default."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise BadAddress("the port is not a number") from error
        if parts.scheme not in PORTS:
            raise BadAddress(f"the scheme must be one of {', '.join(PORTS)}")
        if not parts.hostname:
            raise BadAddress("the host is missing")
        self.scheme, self.host, self.port = parts.scheme, parts.hostname, port or PORTS[parts.scheme]
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        if self.user and self.scheme == "smtp+plain" and not _is_loopback(self.host):
            raise BadAddress("a password may not travel in clear: use smtp:// or smtps://")
        self.from_email = sender(from_email)
        self.timeout_seconds, self.deadline_seconds = timeout_seconds, deadline_seconds
        self.tls = tls or ssl.create_default_context()

    def deliver(self, message: Outgoing) -> Delivered:
        """Hand the message over, within ``deadline_seconds`` whatever the server does.

        :raises TemporaryFailure: refused for now, unreachable, too slow, cut; also a password refused, which is our
            fault and not the message's.
        :raises PermanentFailure: refused for good.
        """
        parts = compose(message, from_email=self.from_email)
        line: _Line | None = None
        try:
            line = self._open()
            self._hand_over(line, parts)
        except smtplib.SMTPException as error:
            raise _failure(error) from error
        except ssl.SSLError as error:
            raise TemporaryFailure("tls") from error
        except TimeoutError as error:
            raise TemporaryFailure("timeout") from error
        except OSError as error:
            raise TemporaryFailure("unreachable") from error
        finally:
            if line is not None:
                line.hang_up()
        return Delivered(by="smtp")

    def _open(self) -> _Line:
        kind = _TlsLine if self.scheme == "smtps" else _Line
        name = self.from_email.rpartition("@")[2]
        return kind(self.host, self.port, name, self.timeout_seconds, self.deadline_seconds, self.tls)

    def _hand_over(self, line: _Line, parts: EmailMessage) -> None:
        line.ehlo()
        if self.scheme == "smtp":
            if line.has_extn("starttls"):
                line.starttls(context=self.tls)
                line.ehlo()
            elif not _is_loopback(self.host):
                raise TemporaryFailure("tls_not_offered")
        if self.user:
            line.login(self.user, self.password)
        line.send_message(parts)


class _Line(smtplib.SMTP):
    """A dialogue cut when the whole of it lasts too long: a time-out between bytes does not stop a dripping server."""

    def __init__(
        self, host: str, port: int, name: str, timeout_seconds: float, deadline_seconds: float, tls: ssl.SSLContext
    ) -> None:
        """Connect, saying ``name`` for ourselves: the library would look it up in the DNS."""
        # Before connecting, for the greeting is read there.
        self.timer = threading.Timer(deadline_seconds, self._cut)
        self.timer.daemon = True
        self.timer.start()
        try:
            self._dial(host, port, name, timeout_seconds, tls)
        except BaseException:
            self.timer.cancel()
            raise

    def _dial(self, host: str, port: int, name: str, timeout_seconds: float, tls: ssl.SSLContext) -> None:
        smtplib.SMTP.__init__(self, host, port, name, timeout_seconds)

    def _cut(self) -> None:
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)

    def hang_up(self) -> None:
        """Take leave without listening: what was accepted stays accepted, whatever the server says to QUIT."""
        with suppress(OSError, smtplib.SMTPException):
            self.quit()
        self.timer.cancel()
        self.close()


class _TlsLine(_Line, smtplib.SMTP_SSL):
    """The same, in TLS from the first byte."""

    def _dial(self, host: str, port: int, name: str, timeout_seconds: float, tls: ssl.SSLContext) -> None:
        smtplib.SMTP_SSL.__init__(self, host, port, name, timeout=timeout_seconds, context=tls)


def _failure(error: smtplib.SMTPException) -> DeliveryFailure:
    """Turn what the library says into what the outbox does: 4xx and cuts try again, 5xx do not."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, reply = next(iter(error.recipients.values()))
        return _from_reply(code, reply, refused="recipient_refused")
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return TemporaryFailure("password_refused")
    if isinstance(error, smtplib.SMTPSenderRefused):
        return _from_reply(error.smtp_code, error.smtp_error, refused="sender_refused")
    if isinstance(error, smtplib.SMTPDataError):
        return _from_reply(error.smtp_code, error.smtp_error, refused="content_refused")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return PermanentFailure("address_not_supported")
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return TemporaryFailure("timeout" if isinstance(error.__context__, TimeoutError) else "cut")
    return TemporaryFailure("refused_for_now")


def _from_reply(code: int, reply: bytes | str, *, refused: str) -> DeliveryFailure:
    if 400 <= code < 500:
        return TemporaryFailure(f"{refused}.{code}")
    text = reply.decode("ascii", "replace") if isinstance(reply, bytes) else reply
    hard = refused == "recipient_refused" and text.lstrip().split(" ", 1)[0] in HARD_BOUNCES
    return PermanentFailure(f"{refused}.{code}", hard_bounce=hard)


def carrier_for(url: str, *, from_email: str) -> Carrier:
    """Choose the carrier: SMTP at this address, or the in-app mailbox when there is none.

    :raises BadAddress: the address is not one of an SMTP server.
    """
    return SmtpCarrier(url, from_email=from_email) if url else MailboxCarrier()


def compose(message: Outgoing, *, from_email: str) -> EmailMessage:
    """Write the message as it travels: text first, the same in HTML, headers that no value can add to.

    :raises PermanentFailure: when a header would contain a line break or another control character.
    """
    for header in (message.subject, message.from_name, message.to_email, message.message_id, from_email):
        if any(ord(character) < 32 or ord(character) == 127 for character in header):
            raise PermanentFailure("control_character_in_header")
    parts = EmailMessage(policy=SMTP)
    parts["From"] = Address(display_name=message.from_name, addr_spec=from_email)
    parts["To"] = Address(addr_spec=_ascii_domain(message.to_email))
    parts["Subject"] = message.subject
    parts["Date"] = message.written_at
    parts["Message-ID"] = f"<{message.message_id}>"
    # RFC 3834: nobody's holiday notice answers a machine.
    parts["Auto-Submitted"] = "auto-generated"
    parts["Content-Language"] = "fr"
    parts.set_content(message.text)
    parts.add_alternative(message.html, subtype="html")
    return parts


def _ascii_domain(email: str) -> str:
    local, _, domain = email.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise PermanentFailure("bad_domain") from error
