from __future__ import annotations

from dataclasses import dataclass

from jurande.registers.correspondence.models import (
    TO_LEAVE,
    Message,
    MessageQuerySet,
    SuppressedAddress,
    Wording,
    address_digest,
)


def mailbox(person_code: str) -> MessageQuerySet:
    """Every letter to this person that is not erased, newest first: what their in-app mailbox shows."""
    if not person_code:
        return Message.objects.none()
    return Message.objects.to_person(person_code).readable().newest_first()


def unread_count(person_code: str) -> int:
    return mailbox(person_code).unread().count()


def deliveries(certifier_code: str) -> MessageQuerySet:
    """Every letter this certifier sent, newest first; narrow it with the adjectives of the QuerySet.

    Never show ``action_url`` from here: it may let in whoever holds it.
    """
    return Message.objects.of_certifier(certifier_code).newest_first()


def every_letter() -> MessageQuerySet:
    """Every readable letter of the installation, newest first: for the demonstration alone."""
    return Message.objects.readable().newest_first()


def wording(certifier_code: str, kind: str) -> Wording | None:
    """How this certifier words this kind, or None when it uses the kind's own words."""
    return Wording.objects.filter(certifier_code=certifier_code, kind=kind).first()


def is_suppressed(email: str) -> bool:
    return SuppressedAddress.objects.filter(digest=address_digest(email)).exists()


@dataclass(frozen=True)
class DeliveryCounts:
    """How many letters of a certifier are in each situation."""

    to_leave: int
    sent: int
    failed: int


def delivery_counts(certifier_code: str) -> DeliveryCounts:
    """Three queries, each by an index: those sent are all the others."""
    held = Message.objects.of_certifier(certifier_code)
    to_leave, failed = held.in_state(*TO_LEAVE).count(), held.not_delivered().count()
    return DeliveryCounts(to_leave=to_leave, sent=held.count() - to_leave - failed, failed=failed)
