"""Closing an account for good: nobody comes in by it any more, and nothing of the person is left on it."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from jurande.registers.correspondence.states import Language
from jurande.registers.parties.models import MagicLink, Membership, Person
from jurande.registers.parties.operations.entrances import close_sessions
from jurande.registers.parties.states import Role

CLOSED_EMAIL = "{code}@ferme.invalid"


def close_account(person: Person, *, called: str, now: datetime) -> None:
    """Close this account, in the caller's transaction, who decided and tells the journal; its row is locked.

    Sessions, passkeys, links and roles end. ``called``: what stands where the name stood. Addresses are the caller's.
    """
    close_sessions(person)
    Authenticator.objects.filter(user_id=person.pk).delete()
    MagicLink.objects.filter(person=person).usable_at(now).update(revoked_at=now)
    Membership.objects.in_force().filter(person=person).update(ended_at=now)
    person.is_active = False
    person.email = CLOSED_EMAIL.format(code=person.code.lower())
    person.first_name, person.last_name, person.phone = "", called, ""
    person.language = Language.FR
    person.set_unusable_password()
    person.save(update_fields=["is_active", "email", "first_name", "last_name", "phone", "language", "password"])


def forget_addresses(person: Person) -> None:
    """Delete the addresses that opened an account that is closed."""
    EmailAddress.objects.filter(user_id=person.pk).delete()


def end_holding(person: Person, *, now: datetime) -> None:
    """End the role of a holder of somebody who works here too: their account stays."""
    Membership.objects.in_force().filter(person=person, role=Role.HOLDER).update(ended_at=now)
