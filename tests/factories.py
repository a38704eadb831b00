"""People, houses and partners for tests, made through the operations, in the words of the field.

One function by thing, minimal and valid; situations are arguments: ``partnership(with_expired_qualiopi=True)``.
Everything happens at ``NOW`` unless ``now`` is given.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

from django.test import Client
from django.utils.timezone import localdate

from jurande.core.france.identifiers import luhn_sum
from jurande.registers.correspondence.models import Message
from jurande.registers.parties import operations, queries
from jurande.registers.parties.models import ApiKey, Certifier, Membership, Partnership, Person
from jurande.registers.parties.operations.invitations import give_role, open_account
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import PARTNER_ROLES, LinkPurpose, QualiopiAction, Role, Rule, Scope
from tests.replay import counted, replayed

NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
TODAY = date(2026, 3, 12)
PASSWORD = "quatre chevaux verts au pré"

_NAMES = [("Claire", "Vasseur"), ("Mehdi", "Larbi"), ("Hélène", "Rouvière"), ("Jocelyn", "Paoli"), ("Odile", "Kuntz")]


def siren() -> str:
    """A valid SIREN that names nobody, new each time."""
    return _checked(f"999{_scattered(100_000):05d}")


def siret(of_siren: str = "") -> str:
    """A valid SIRET, of this organisation or of a new one."""
    return _checked(f"{of_siren or siren()}{_scattered(10_000):04d}")


def _scattered(most: int) -> int:
    # Numbers that follow one another begin with zeros, as references do: a search would find the one for the other.
    return next(counted) * 7919 % most


def _checked(stem: str) -> str:
    return stem + str(-luhn_sum(stem + "0") % 10)


def _name() -> tuple[str, str]:
    return _NAMES[next(counted) % len(_NAMES)]


def email() -> str:
    """An address that nobody has, new each time."""
    return f"personne{next(counted)}@exemple.fr"


# --- people -------------------------------------------------------------------------------------


@replayed
def operator(*, now: datetime = NOW, address: str = "") -> Person:
    """Whoever runs the installation: the first by the console's link, the others by an invitation."""
    first_name, last_name = _name()
    address = address or email()
    if not queries.operators_exist():
        token = token_in(operations.first_operator_link(now=now))
        accepted = operations.accept_invitation(
            token=token,
            person=None,
            email=address,
            first_name=first_name,
            last_name=last_name,
            password=PASSWORD,
            now=now,
        )
        return accepted.person
    return invited(Role.OPERATOR, actor_of(any_operator()), address=address, now=now)


@replayed
def any_operator(*, now: datetime = NOW) -> Person:
    """An operator, the one there is when there is one."""
    held = Membership.objects.in_force().filter(role=Role.OPERATOR).select_related("person").order_by("pk").first()
    return held.person if held else operator(now=now)


@replayed
def member(
    role: Role = Role.NETWORK_MANAGER,
    *,
    of: Certifier | Partnership | None = None,
    now: datetime = NOW,
    address: str = "",
) -> Person:
    """Somebody who holds this role, at this certifier or partner, or at a new one.

    The first of a partner comes by an invitation, which makes it active; the others are simply there.
    """
    if of is None:
        of = partnership(now=now) if role in PARTNER_ROLES else certifier(now=now)
    if isinstance(of, Partnership) and not of.memberships.exists():
        return invited(
            role, actor_of(administrator(of.certifier, now=now), of.certifier), at=of, address=address, now=now
        )
    first_name, last_name = _name()
    address = address or email()
    person = Person.objects.filter(email=address).first() or open_account(
        email=address, first_name=first_name, last_name=last_name, password=PASSWORD, now=now
    )
    place = (
        {"partnership": of, "certifier": None}
        if isinstance(of, Partnership)
        else {"certifier": of, "partnership": None}
    )
    give_role(person=person, role=role, now=now, **place)
    return person


@replayed
def administrator(of: Certifier, *, now: datetime = NOW) -> Person:
    """An administrator of this certifier, the one there is when there is one."""
    held = of.memberships.in_force().filter(role=Role.ADMINISTRATOR).select_related("person").order_by("pk").first()
    return held.person if held else member(Role.ADMINISTRATOR, of=of, now=now)


@replayed
def holder(*, now: datetime = NOW, address: str = "", by: Certifier | None = None) -> Person:
    """Somebody to whom a certifier will recognise something."""
    first_name, last_name = _name()
    house = by or certifier(now=now)
    return operations.register_holder(
        email=address or email(),
        first_name=first_name,
        last_name=last_name,
        actor=actor_of(administrator(house, now=now), house),
        now=now,
    )


@replayed
def invited(
    role: Role, actor: Actor, *, at: Certifier | Partnership | None = None, address: str, now: datetime = NOW
) -> Person:
    """Somebody who came by an invitation of ``actor``, with the letter that brought them."""
    first_name, last_name = _name()
    address = address or email()
    place = {} if at is None else {"partnership" if isinstance(at, Partnership) else "certifier": at}
    operations.invite_member(
        role=role, email=address, first_name=first_name, last_name=last_name, actor=actor, now=now, **place
    )
    known = Person.objects.filter(email=address).first()
    accepted = operations.accept_invitation(token=token_sent_to(address), person=known, password=PASSWORD, now=now)
    return accepted.person


def enter(client: Client, person: Person) -> Client:
    """Sign the person in, as if they had just typed their password."""
    client.force_login(person, "allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    return client


def actor_of(person: Person, place: Certifier | Partnership | None = None) -> Actor:
    """The person, standing in that place."""
    if isinstance(place, Partnership):
        return queries.actor_for(person, partnership=place)
    return queries.actor_for(person, certifier=place)


# --- houses -------------------------------------------------------------------------------------


@replayed
def certifier(
    *, name: str = "Institut des métiers de la réparation", prefix: str = "", now: datetime = NOW
) -> Certifier:
    """A certifier, with nobody in it yet."""
    return operations.register_certifier(
        siret=siret(),
        legal_name=name,
        postcode="75011",
        city="Paris",
        reference_prefix=prefix,
        actor=actor_of(any_operator(now=now)),
        now=now,
    )


@replayed
def partnership(
    of: Certifier | None = None,
    *,
    name: str = "Ateliers Mistral Formation",
    postcode: str = "13015",
    city: str = "Marseille",
    nda: str = "93131234513",
    at_siret: str = "",
    followed_by: Person | None = None,
    with_head: bool = False,
    with_valid_qualiopi: bool = False,
    with_expired_qualiopi: bool = False,
    since_on: date | None = None,
    now: datetime = NOW,
) -> Partnership:
    """A partner of this certifier, or of a new one; nobody of it has come, unless ``with_head``."""
    house = of or certifier(now=now)
    actor = actor_of(administrator(house, now=now), house)
    opened = operations.open_partnership(
        certifier=house,
        siret=at_siret or siret(),
        legal_name=name,
        postcode=postcode,
        city=city,
        nda=nda,
        followed_by=followed_by,
        since_on=since_on,
        actor=actor,
        now=now,
    )
    if with_valid_qualiopi or with_expired_qualiopi:
        until_on = localdate(now) + timedelta(days=400 if with_valid_qualiopi else -10)
        operations.record_qualiopi(
            house=opened,
            actions=[QualiopiAction.TRAINING],
            since_on=until_on - timedelta(days=1095),
            until_on=until_on,
            actor=actor,
            now=now,
        )
    if with_head:
        member(Role.HEAD, of=opened, now=now)
        opened.refresh_from_db()
    return opened


@replayed
def relaxed(of: Certifier, rule: Rule = Rule.SEPARATION, *, now: datetime = NOW) -> None:
    """Set a rule of this certifier aside."""
    relax = operations.relax_separation if rule == Rule.SEPARATION else operations.relax_second_factor
    relax(certifier=of, reason="Nous ne sommes que deux.", actor=actor_of(administrator(of, now=now), of), now=now)


# --- ways in ------------------------------------------------------------------------------------


@replayed
def api_key(
    of: Certifier | None = None, *, scopes: tuple[Scope, ...] = (Scope.READ_PARTNERS,), now: datetime = NOW
) -> tuple[ApiKey, str]:
    """A key of this certifier, and the text that a program gives."""
    house = of or certifier(now=now)
    issued = operations.issue_api_key(
        certifier=house,
        label="Site internet",
        scopes=scopes,
        expires_at=now + timedelta(days=90),
        actor=actor_of(administrator(house, now=now), house),
        now=now,
    )
    return issued.key, issued.token


def magic_token(person: Person, purpose: LinkPurpose = LinkPurpose.HOLDER, *, now: datetime = NOW) -> str:
    """The secret part of a link just sent to this person."""
    operations.send_magic_link(person=person, purpose=purpose, actor=actor_of(person), now=now)
    return token_sent_to(person.email)


def token_sent_to(address: str) -> str:
    """The secret part of the link in the last letter to this address."""
    message = Message.objects.addressed_to(address).order_by("-pk").first()
    assert message is not None, f"no letter was sent to {address}"
    return token_in(message.action_url)


def token_in(link: str) -> str:
    """The secret part of a link."""
    return link.rstrip("/").rsplit("/", 1)[-1]
