"""What somebody's own account shows: sessions, second factor."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from jurande.registers.correspondence.models import Message
from jurande.registers.journal.models import Entry
from jurande.registers.journal.states import INSTALLATION
from jurande.registers.parties.models import MagicLink, Membership, Person
from jurande.registers.parties.models.people import email_key
from jurande.registers.parties.states import Act, Role

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True)
class SignIn:
    """One browser in which the person is signed in. ``id`` names it in addresses without giving its key away."""

    id: str
    since_at: datetime
    browser: str
    address: str
    current: bool


def session_id(session_key: str) -> str:
    """What names a session on a page: never its key, which lets one in."""
    return hashlib.sha256(f"session {session_key}".encode()).hexdigest()[:20]


def sessions_of(person: Person, *, now: datetime, current_key: str = "") -> list[SignIn]:
    """Where the person is signed in, the current browser first, then the latest. Two queries, nothing written."""
    rows = list(UserSession.objects.filter(user_id=person.pk).order_by("-created_at", "pk"))
    alive = set(
        Session.objects.filter(session_key__in=[row.session_key for row in rows], expire_date__gt=now).values_list(
            "session_key", flat=True
        )
    )
    found = [
        SignIn(session_id(row.session_key), row.created_at, row.user_agent, row.ip, row.session_key == current_key)
        for row in rows
        if row.session_key in alive
    ]
    return sorted(found, key=lambda one: not one.current)


def signed_in(pk: object) -> Person | None:
    """The person of a session, with what every page asks of them. One query.

    ``unread`` counts the letters they have not opened; ``second_factor`` tells whether they set one up.
    """
    letters = Message.objects.readable().unread().filter(to_code=OuterRef("code")).exclude(to_code="")
    counted = letters.order_by().values("to_code").annotate(number=Count("pk")).values("number")
    factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=SECOND_FACTORS)
    found: Person | None = (
        Person.objects.able_to_sign_in()
        .annotate(unread=Coalesce(Subquery(counted), 0), second_factor=Exists(factors))
        .filter(pk=pk)
        .first()
    )
    return found


def has_second_factor(person: Person) -> bool:
    """Whether the person has an authenticator application or a passkey; recovery codes alone do not count."""
    return person.pk in with_second_factor([person.pk])


def with_second_factor(person_ids: Iterable[int]) -> set[int]:
    """Which of these people have one. One query."""
    return set(
        Authenticator.objects.filter(user_id__in=person_ids, type__in=SECOND_FACTORS).values_list("user_id", flat=True)
    )


def joined_into(person: Person) -> list[Person]:
    """The accounts whose space became part of this one, at once or through another: closed, and without a name.

    What both had asked for could not be moved, and is still theirs. One query more for each time that spaces joined.
    """
    codes: list[str] = []
    latest = [person.code]
    while latest:
        entries = Entry.objects.filter(chain=INSTALLATION, actor_code__in=latest, action=Act.SPACES_MERGED)
        latest = [code for code in entries.values_list("subject_code", flat=True) if code not in codes]
        codes += latest
    return list(Person.objects.filter(code__in=codes).order_by("pk"))


def person_at(email: str) -> Person | None:
    """The person who signs in with this address; for the demonstration's buttons and for invitations."""
    person: Person | None = Person.objects.able_to_sign_in().filter(email=email.strip().lower()).first()
    return person


def person_proved_at(email: str) -> Person | None:
    """The person who proved that this address is theirs, the main one or another, whether their account is open."""
    person: Person | None = Person.objects.filter(
        emailaddress__email=email_key(email), emailaddress__verified=True
    ).first()
    return person


def holder_at(email: str) -> Person | None:
    """The holder whose space this address opens."""
    person = person_proved_at(email)
    is_open = person is not None and person.is_active and person.memberships.in_force().filter(role=Role.HOLDER)
    return person if is_open else None


def languages_at(emails: Collection[str]) -> dict[str, str]:
    """What the holders whose space these addresses open read, by address; nothing for an address that opens none."""
    if not emails:
        return {}
    open_spaces = Membership.objects.in_force().filter(role=Role.HOLDER, person__is_active=True)
    found = open_spaces.filter(person__emailaddress__email__in=emails, person__emailaddress__verified=True)
    return dict(found.values_list("person__emailaddress__email", "person__language"))


def passkeys_of(person: Person) -> int:
    """How many passkeys the person made."""
    keys: int = Authenticator.objects.filter(user_id=person.pk, type=Authenticator.Type.WEBAUTHN).count()
    return keys


@dataclass(frozen=True)
class Address:
    """One proved address of a space."""

    email: str
    is_main: bool


def addresses_of(person: Person) -> list[Address]:
    """The addresses that open the person's space, the main one first."""
    rows = EmailAddress.objects.filter(user_id=person.pk, verified=True).order_by("-primary", "pk")
    return [Address(row.email, row.primary) for row in rows]


def link_purpose(token: str) -> tuple[str, str, str]:
    """What a link was for, used or not: its purpose, kind and code of its subject; empty when there is no such link."""
    found = MagicLink.objects.of_token(token).values_list("purpose", "subject_kind", "subject_code").first()
    return found or ("", "", "")
