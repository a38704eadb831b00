"""Letters in the words of parties, and carriers that do what a test tells them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from jurande.integrations.mail import Delivered, Outgoing
from jurande.registers.correspondence import operations
from jurande.registers.correspondence.emails import Letter
from jurande.registers.correspondence.models import Message

NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
ADDRESS = "jocelyn@exemple.fr"
LINK = "https://jurande.exemple.fr/invite/SECRET/"
FIELDS = {
    "prenom": "Jocelyn",
    "organisme": "Institut des métiers de la réparation",
    "role": "Dirigeant",
    "jusquau": "19 mars 2026",
    "lien": LINK,
}


def letter(**changes: Any) -> Letter:
    values = {"kind": "parties.invitation", "to_email": ADDRESS, "to_code": "P1", "certifier_code": "C1"}
    return Letter(**{**values, "fields": FIELDS, "about": ("invitation", "I1"), **changes})


def sent(now: datetime = NOW, **changes: Any) -> Message:
    return operations.send(letter(**changes), now=now)


class Post:
    """A carrier that does in turn what it is given: an exception to raise, or None to take the letter."""

    def __init__(self, *answers: Exception | None) -> None:
        self.answers, self.taken = list(answers), list[Outgoing]()

    def deliver(self, message: Outgoing) -> Delivered:
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        self.taken.append(message)
        return Delivered(by="post")


def tried(message: Message, post: Any, now: datetime = NOW) -> Message:
    operations.deliver(message_code=message.code, carrier=post, domain="jurande.exemple.fr", now=now)
    message.refresh_from_db()
    return message
