"""People who come for one thing, without a role: who applies, who signs."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Person
from jurande.registers.parties.models.people import email_key
from jurande.registers.parties.operations.invitations import open_account
from jurande.registers.parties.states import Act


@transaction.atomic
def welcome_guest(*, email: str, first_name: str, last_name: str, chain: str, now: datetime) -> Person:
    """Give whoever has this address, known by it from now on; somebody already known keeps their name.

    They come in by a link (``send_magic_link``), without a password. ``chain``: the certifier they come for.
    """
    address = email_key(email)
    known: Person | None = Person.objects.filter(email=address).first()
    if known is not None:
        return known
    person = open_account(
        email=address, first_name=first_name.strip(), last_name=last_name.strip(), password=None, now=now
    )
    record(
        chain=chain,
        actor_code=person.code,
        action=Act.GUEST_WELCOMED,
        subject_kind="person",
        subject_code=person.code,
        now=now,
    )
    return person
