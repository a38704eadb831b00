"""A holder's own space: opening it, and the addresses that open it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.crypto import lookup_digest
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.correspondence.emails import clean_address
from jurande.registers.journal.models import Entry
from jurande.registers.journal.operations import record
from jurande.registers.journal.states import INSTALLATION
from jurande.registers.parties import emails, policies, queries
from jurande.registers.parties.models import MagicLink, Person
from jurande.registers.parties.models.links import digest_of, new_token
from jurande.registers.parties.models.people import READ, email_key
from jurande.registers.parties.operations.entrances import HOLDER_LINK_LIFETIME, LinkRefused, close_sessions
from jurande.registers.parties.operations.invitations import give_role, open_account
from jurande.registers.parties.operations.merging import locked_pair, merge_spaces
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Act, LinkPurpose, Role

ADDRESSES_MOST = 10
_DIGEST = "parties.address"
_GONE = _("L’adresse {email} n’ouvre plus votre espace.")


class SpaceRefused(Refused):
    """This cannot be done with the addresses of a space."""


@dataclass(frozen=True)
class Opened:
    """A space, and whether it was opened just now."""

    person: Person
    is_new: bool


@transaction.atomic
def open_space(*, email: str, first_name: str, last_name: str, now: datetime, language: str = "") -> Opened:
    """Give the space that this address opens, made when there is none; the caller has proof of the address.

    ``language``: what its holder reads, when it is known. Somebody known keeps their name; their language too when
    they have a space. Two at the same instant get the same space.

    :raises SpaceRefused: the account of this address is closed.
    """
    address = email_key(email)
    person = queries.person_proved_at(address) or Person.objects.filter(email=address).first()
    if person is None:
        person = _account(address, first_name=first_name.strip(), last_name=last_name.strip(), now=now)
    if not person.is_active:
        raise SpaceRefused(
            _("Le compte de cette adresse est fermé. Écrivez à l’organisme qui vous délivre ce document.")
        )
    if queries.is_holder(person):
        return Opened(person, is_new=False)
    speak(person=person, language=language)
    give_role(person=person, role=Role.HOLDER, certifier=None, partnership=None, now=now)
    _told(Act.SPACE_OPENED, person, person.code, now)
    return Opened(person, is_new=True)


def speak(*, person: Person, language: str) -> None:
    """Write to the person in this language from now on, and show them their pages in it; one of two, or no change."""
    if language in READ and language != person.language:
        person.language = language
        person.save(update_fields=["language"])


def _account(address: str, *, first_name: str, last_name: str, now: datetime) -> Person:
    try:
        with transaction.atomic():
            return open_account(email=address, first_name=first_name, last_name=last_name, password=None, now=now)
    except IntegrityError:
        # Another button was pressed at this very moment: whoever comes second finds the same space.
        found: Person = Person.objects.get(email=address)
        return found


# --- addresses ----------------------------------------------------------------------------------


@transaction.atomic
def ask_address(*, person: Person, email: str, actor: Actor, now: datetime) -> None:
    """Write to an address that the person says is theirs; the link proves it. Links sent to it before stop working.

    Nothing tells whether somebody else has this address already: only its mailbox is told.

    :raises NotAllowed: somebody else's space. :raises RecipientRefused: not an address.
    :raises SpaceRefused: theirs already, or too many.
    """
    require(policies.can_update_person(actor, person.code))
    address = email_key(clean_address(email))
    mine = queries.addresses_of(person)
    if any(one.email == address for one in mine):
        raise SpaceRefused(_("Cette adresse ouvre déjà votre espace."), field="email")
    if len(mine) >= ADDRESSES_MOST:
        raise SpaceRefused(_("Un espace a dix adresses au plus. Retirez-en une, puis recommencez."), field="email")
    subject = lookup_digest(address, _DIGEST)[:16].upper()
    same = MagicLink.objects.filter(person=person, purpose=LinkPurpose.ADDRESS, subject_code=subject)
    same.usable_at(now).update(revoked_at=now)
    token = new_token()
    link = MagicLink(
        token_digest=digest_of(token),
        email=address,
        purpose=LinkPurpose.ADDRESS,
        person=person,
        subject_kind="address",
        subject_code=subject,
        sent_at=now,
        expires_at=now + HOLDER_LINK_LIFETIME,
    )
    link.save(force_insert=True)
    correspondence.send(emails.address_link(link, token), now=now)
    _told(Act.ADDRESS_ASKED, person, actor.code, now)


@dataclass(frozen=True)
class Wanted:
    """What a link sent to an address would do: add the address, or join the space it opens. ``person``: who asked."""

    person: Person
    email: str
    joins: bool


def wanted_address(token: str, *, now: datetime) -> Wanted | None:
    """What this link would do now; None when it can no longer be used. Nothing is written."""
    link = MagicLink.objects.of_token(token).select_related("person").first()
    usable = link is not None and link.purpose == LinkPurpose.ADDRESS and link.is_usable_at(now)
    if link is None or not usable or not link.person.is_active:
        return None
    other = queries.person_proved_at(link.email)
    return Wanted(link.person, link.email, joins=other is not None and other.pk != link.person.pk)


@transaction.atomic
def use_address_link(*, token: str, person: Person, joining: bool, actor: Actor, now: datetime) -> Wanted:
    """Add the address that the link proves to the space where one is; ``joining``: merge the space it opens into it.

    Both proofs are asked for: the link proves the address, ``person`` is who is signed in. A link that was sent on to
    somebody else therefore gives nothing.

    :raises NotAllowed: somebody else's space. :raises LinkRefused: used, revoked, too late, or asked for by another.
    :raises SpaceRefused: the address opens a space, and the person did not say that they join it.
    :raises MergeRefused: as ``merge_spaces``.
    """
    require(policies.can_update_person(actor, person.code))
    wanted = wanted_address(token, now=now)
    other = queries.person_proved_at(wanted.email) if wanted is not None else None
    if other is not None and other.pk != person.pk:
        # Before the link, which whoever closes one of these two spaces ends after it has locked them.
        locked_pair(person, other)
    link = MagicLink.objects.of_token(token).select_for_update(of=("self",), no_key=True).first()
    wanted = wanted_address(token, now=now)
    if link is None or wanted is None or wanted.person.pk != person.pk:
        raise LinkRefused(
            _("Ce lien ne peut plus servir ici. Entrez dans votre espace, et ajoutez de nouveau l’adresse.")
        )
    if wanted.joins and not joining:
        raise SpaceRefused(_("Cette adresse ouvre déjà un autre espace. Dites si vous voulez les réunir."))
    link.used_at = now
    link.save(update_fields=["used_at"])
    other = queries.person_proved_at(wanted.email)
    if other is not None and other.pk != person.pk:
        merge_spaces(kept=person, closed=other, email=wanted.email, actor=actor, now=now)
    elif other is None:
        add_proved_address(person=person, email=wanted.email, actor_code=actor.code, now=now)
    return wanted


def add_proved_address(*, person: Person, email: str, actor_code: str, now: datetime) -> None:
    """Let an address open the person's space; the caller, in its transaction, has proof that it is theirs.

    :raises SpaceRefused: it opens another space, or an account.
    """
    address = email_key(email)
    taken = queries.person_proved_at(address) or Person.objects.filter(email=address).first()
    if taken is not None and taken.pk != person.pk:
        raise SpaceRefused(_("Cette adresse ouvre déjà un autre compte\u00a0: elle ne peut pas en ouvrir deux."))
    EmailAddress.objects.update_or_create(user=person, email=address, defaults={"verified": True})
    said = format_lazy(_("L’adresse {email} ouvre maintenant votre espace."), email=address)
    _tell(person, said, address, now)
    _told(Act.ADDRESS_ADDED, person, actor_code, now)


@transaction.atomic
def remove_address(*, person: Person, email: str, actor: Actor, now: datetime) -> None:
    """Let an address open the space no more; what was received through it stays.

    :raises NotAllowed: somebody else's space. :raises SpaceRefused: the main one, or not theirs.
    """
    row = _mine(person, email, actor)
    if row.primary:
        raise SpaceRefused(_("C’est votre adresse principale. Choisissez-en d’abord une autre."))
    row.delete()
    _tell(person, format_lazy(_GONE, email=row.email), row.email, now)
    _told(Act.ADDRESS_REMOVED, person, actor.code, now)


@transaction.atomic
def choose_main_address(*, person: Person, email: str, actor: Actor, now: datetime) -> None:
    """Write to this address from now on.

    :raises NotAllowed: somebody else's space. :raises SpaceRefused: not theirs.
    """
    row = _mine(person, email, actor)
    if row.primary:
        return
    former = person.email
    # One main address at most: the database refuses two, even for the time of a statement.
    EmailAddress.objects.filter(user_id=person.pk, primary=True).update(primary=False)
    EmailAddress.objects.filter(pk=row.pk).update(primary=True)
    person.email = row.email
    person.save(update_fields=["email"])
    said = format_lazy(_("Votre adresse principale est maintenant {email}."), email=row.email)
    _tell(person, said, former, now)
    _told(Act.ADDRESS_CHOSEN, person, actor.code, now)


@transaction.atomic
def throw_out(*, person: Person, since: datetime, now: datetime) -> None:
    """Sign everybody out of a space and take its passkeys away: its owner says that somebody else came in.

    When addresses were added since, by a link or by joining spaces, only the main one opens it from now on: each of
    the others is told, and its mailbox may ask its owner to be added again.
    """
    added = Entry.objects.filter(
        chain=INSTALLATION, actor_code=person.code, action__in=(Act.ADDRESS_ADDED, Act.SPACES_MERGED), at__gte=since
    )
    close_sessions(person)
    Authenticator.objects.filter(user_id=person.pk).delete()
    MagicLink.objects.filter(person=person).usable_at(now).update(revoked_at=now)
    if added.exists():
        for row in EmailAddress.objects.filter(user_id=person.pk, primary=False).order_by("pk"):
            row.delete()
            _tell(person, format_lazy(_GONE, email=row.email), row.email, now)
            _told(Act.ADDRESS_REMOVED, person, "", now)
    _told(Act.SESSIONS_REVOKED, person, "", now)


@transaction.atomic
def give_address_back(*, person: Person, email: str, now: datetime) -> None:
    """Let an address open this space no more: its mailbox said that it never agreed to."""
    EmailAddress.objects.filter(user_id=person.pk, email=email_key(email), primary=False).delete()
    _told(Act.ADDRESS_REMOVED, person, "", now)


def _mine(person: Person, email: str, actor: Actor) -> EmailAddress:
    require(policies.can_update_person(actor, person.code))
    # Held until the end: of two acts on the addresses of one space, the second sees what the first did.
    Person.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    row = EmailAddress.objects.filter(user_id=person.pk, email=email_key(email), verified=True).first()
    if row is None:
        raise SpaceRefused(_("Cette adresse n’est plus dans votre espace. Rechargez la page."))
    return row


def _tell(person: Person, event: str | Promise, concerned: str, now: datetime) -> None:
    for address in dict.fromkeys((person.email, concerned)):
        correspondence.send(emails.space_news(person, event, to_email=address, now=now), now=now)


def _told(action: Act, person: Person, actor_code: str, now: datetime) -> None:
    record(
        chain=INSTALLATION,
        actor_code=actor_code,
        action=action,
        subject_kind="person",
        subject_code=person.code,
        now=now,
    )
