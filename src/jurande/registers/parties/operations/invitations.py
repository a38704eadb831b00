"""Invitations: the only way in, with the first operator's link. Each is used once and dies after some days."""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.correspondence.emails import RecipientRefused, clean_address
from jurande.registers.journal.operations import record
from jurande.registers.journal.states import INSTALLATION
from jurande.registers.parties import emails, policies, queries
from jurande.registers.parties.models import Certifier, Invitation, Membership, Partnership, Person
from jurande.registers.parties.models.links import InvitationQuerySet, digest_of, new_token
from jurande.registers.parties.models.people import email_key
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.queries import InvitationClosed
from jurande.registers.parties.states import (
    INVITATION_LIFE,
    PARTNERSHIP_LIFE,
    Act,
    InvitationState,
    PartnershipState,
    Role,
)

INVITATION_LIFETIME = timedelta(days=14)
# Printed on a console, used at once by whoever installs.
FIRST_OPERATOR_LIFETIME = timedelta(hours=24)


class InvitationRefused(Refused):
    """This invitation cannot be sent, renewed, revoked or accepted so."""


class PasswordRefused(Refused):
    """This password is too weak."""


class FirstOperatorRefused(Refused):
    """There is an operator already."""


@transaction.atomic
def invite_member(
    *,
    role: Role,
    email: str,
    first_name: str,
    last_name: str,
    actor: Actor,
    now: datetime,
    certifier: Certifier | None = None,
    partnership: Partnership | None = None,
) -> Invitation:
    """Invite somebody to a role: at a certifier, at a partner, or to run the installation when neither is given.

    A letter leaves with a link good for fourteen days. An invitation to the same role that had expired is replaced.

    :raises NotAllowed: the role is not theirs to give, or to themself.
    :raises InvitationRefused: invited already, holds the role already, no name, no address, the partnership has ended.
    """
    invitation = send_invitation(
        role=role,
        email=email,
        first_name=first_name,
        last_name=last_name,
        certifier=certifier,
        partnership=partnership,
        actor=actor,
        now=now,
    )
    _told(Act.MEMBER_INVITED, invitation, actor.code, now)
    return invitation


@transaction.atomic
def send_invitation(
    *,
    role: Role,
    email: str,
    first_name: str,
    last_name: str,
    actor: Actor,
    now: datetime,
    certifier: Certifier | None = None,
    partnership: Partnership | None = None,
) -> Invitation:
    """Do what ``invite_member`` does without its journal entry, for an operation that writes its own."""
    address = _address(email)
    person = Person.objects.filter(email=address).first()
    require(
        policies.can_give_role(
            actor,
            role,
            certifier=certifier,
            partnership=partnership,
            to_oneself=person is not None and person.code == actor.code,
            house_is_empty=certifier is not None and not _has_administrator(certifier),
        )
    )
    if not first_name.strip() or not last_name.strip():
        field = "last_name" if first_name.strip() else "first_name"
        raise InvitationRefused(_("Indiquez le prénom et le nom de la personne invitée."), field=field)
    if partnership is not None and partnership.is_ended:
        raise InvitationRefused(_("Ce partenariat est terminé\u00a0: personne ne peut plus y être invité."))
    place = {"certifier": certifier, "partnership": partnership}
    if person is not None and person.memberships.in_force().filter(role=role, **place).exists():
        raise InvitationRefused(_("Cette personne a déjà ce rôle."), field="email")
    # Inviting twice at once must not send two links: the house's row is the lock, where there is a house.
    _lock(certifier or (partnership.certifier if partnership is not None else None))
    former = Invitation.objects.pending().filter(email=address, role=role, **place)
    if former.open_at(now).exists():
        raise InvitationRefused(
            _("Cette personne est déjà invitée à ce rôle. Renvoyez-lui l’invitation depuis la liste des invitations."),
            field="email",
        )
    revoke_all(former, now=now)
    token = new_token()
    invitation = Invitation(
        email=address,
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        role=role,
        **place,
        token_digest=digest_of(token),
        invited_by_code=actor.code,
        sent_at=now,
        expires_at=now + INVITATION_LIFETIME,
    )
    invitation.save(force_insert=True)
    correspondence.send(emails.invitation(invitation, token), now=now)
    return invitation


@transaction.atomic
def renew_invitation(*, invitation: Invitation, actor: Actor, now: datetime) -> Invitation:
    """Send a new link, good for fourteen days; the former one stops working.

    :raises NotAllowed: as for inviting. :raises InvitationRefused: answered or revoked meanwhile.
    """
    require(policies.can_renew_invitation(actor, invitation))
    locked = _locked(invitation)
    token = new_token()
    locked.token_digest = digest_of(token)
    locked.sent_at = now
    locked.expires_at = now + INVITATION_LIFETIME
    locked.save(update_fields=["token_digest", "sent_at", "expires_at"])
    correspondence.send(emails.invitation(locked, token), now=now)
    _told(Act.INVITATION_RENEWED, locked, actor.code, now)
    return locked


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, actor: Actor, now: datetime) -> None:
    """Make the link useless at once.

    :raises NotAllowed: as for inviting. :raises InvitationRefused: answered or revoked meanwhile.
    """
    require(policies.can_revoke_invitation(actor, invitation))
    locked = _locked(invitation)
    revoke_all(Invitation.objects.filter(pk=locked.pk), now=now)
    _told(Act.INVITATION_REVOKED, locked, actor.code, now)


@transaction.atomic
def accept_invitation(
    *,
    token: str,
    person: Person | None,
    now: datetime,
    password: str = "",
    first_name: str = "",
    last_name: str = "",
    email: str = "",
) -> Membership:
    """Take the role that the link gives: as ``person`` when signed in already; a newcomer chooses a password.

    The link came by mail, so the address is known to be theirs. ``email`` is for the first operator alone, whose link
    bears no address. The partnership becomes active when this is the first person of a partner.

    :raises InvitationClosed: unknown, used, revoked or too late.
    :raises InvitationRefused: an account has this address and is not signed in, or somebody else is.
    :raises PasswordRefused: too weak.
    """
    found = queries.open_invitation(token, now=now)
    if found.partnership is not None:
        # The place before its invitations, as whoever ends it.
        Partnership.objects.select_for_update(of=("self",), no_key=True).get(pk=found.partnership.pk)
    # Twice at the same instant: the first takes it, the second finds it closed.
    taken = Invitation.objects.open_at(now).filter(pk=found.pk).select_for_update(of=("self",), no_key=True).first()
    if taken is None:
        raise InvitationClosed(_("Ce lien d’invitation vient d’être utilisé."))
    address = taken.email or _address(email)
    if person is None:
        person = _newcomer(
            address,
            first_name=first_name.strip() or taken.first_name,
            last_name=last_name.strip() or taken.last_name,
            password=password,
            now=now,
        )
    elif taken.email and person.email != taken.email:
        raise InvitationRefused(
            _(
                "Cette invitation est adressée à une autre personne que vous. "
                "Déconnectez-vous, puis ouvrez de nouveau le lien."
            )
        )
    membership = give_role(
        person=person, role=Role(taken.role), certifier=taken.certifier, partnership=taken.partnership, now=now
    )
    taken.state = INVITATION_LIFE.after(taken.state, "accept")
    taken.accepted_at = now
    taken.accepted_by = person
    taken.save(update_fields=["state", "accepted_at", "accepted_by"])
    if taken.partnership is not None and _joins(taken.partnership, now=now):
        record(
            chain=taken.partnership.certifier.code,
            actor_code=person.code,
            action=Act.PARTNERSHIP_JOINED,
            subject_kind="partnership",
            subject_code=taken.partnership.code,
            now=now,
        )
    else:
        _told(Act.INVITATION_ACCEPTED, taken, person.code, now)
    return membership


@transaction.atomic
def first_operator_link(*, now: datetime) -> str:
    """Make the link by which the first operator comes in, good for a day and once; the former link stops working.

    :raises FirstOperatorRefused: somebody runs the installation already, and invites the others.
    """
    if queries.operators_exist():
        raise FirstOperatorRefused(
            _(
                "Cette installation a déjà un exploitant. "
                "Demandez-lui une invitation\u00a0: il les envoie depuis son espace."
            )
        )
    revoke_all(Invitation.objects.pending().filter(email="", role=Role.OPERATOR), now=now)
    token = new_token()
    invitation = Invitation(
        role=Role.OPERATOR, token_digest=digest_of(token), sent_at=now, expires_at=now + FIRST_OPERATOR_LIFETIME
    )
    invitation.save(force_insert=True)
    _told(Act.MEMBER_INVITED, invitation, "", now)
    return emails.invitation_link(token)


# --- shared with the other operations -----------------------------------------------------------


def revoke_all(invitations: InvitationQuerySet, *, now: datetime) -> None:
    """Close these pending invitations, in the caller's transaction."""
    invitations.pending().update(state=InvitationState.REVOKED, revoked_at=now)


def give_role(
    *, person: Person, role: Role, certifier: Certifier | None, partnership: Partnership | None, now: datetime
) -> Membership:
    """Give the role in the caller's transaction; the same one when it is held already."""
    return Membership.objects.get_or_create(
        person=person,
        role=role,
        certifier=certifier,
        partnership=partnership,
        ended_at=None,
        defaults={"since_at": now},
    )[0]


def open_account(*, email: str, first_name: str, last_name: str, password: str | None, now: datetime) -> Person:
    """Make somebody's account in the caller's transaction; ``password`` None: they come in by link only."""
    person: Person = Person(email=email, first_name=first_name, last_name=last_name, joined_at=now)
    person.set_password(password)
    person.save(force_insert=True)
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


def _newcomer(address: str, *, first_name: str, last_name: str, password: str, now: datetime) -> Person:
    known: Person | None = Person.objects.filter(email=address).first()
    if known is not None and known.has_usable_password():
        raise InvitationRefused(
            _("Vous avez déjà un compte à cette adresse. Connectez-vous, puis ouvrez de nouveau le lien."),
            field="email",
        )
    if not first_name or not last_name:
        raise InvitationRefused(
            _("Indiquez votre prénom et votre nom."), field="last_name" if first_name else "first_name"
        )
    try:
        validate_password(password, user=Person(email=address, first_name=first_name, last_name=last_name))
    except ValidationError as error:
        raise PasswordRefused(" ".join(error.messages), field="password") from error
    if known is None:
        return open_account(email=address, first_name=first_name, last_name=last_name, password=password, now=now)
    # A holder who came by links only, and now works somewhere: the same person chooses a password.
    known.set_password(password)
    known.save(update_fields=["password"])
    return known


def _joins(partnership: Partnership, *, now: datetime) -> bool:
    if partnership.state != PartnershipState.INVITED:
        return False
    following = PARTNERSHIP_LIFE.after(partnership.state, "join")
    waiting = Partnership.objects.filter(pk=partnership.pk, state=PartnershipState.INVITED)
    return bool(waiting.update(state=following, joined_at=now))


def _has_administrator(certifier: Certifier) -> bool:
    return Membership.objects.in_force().filter(certifier=certifier, role=Role.ADMINISTRATOR).exists()


def _lock(certifier: Certifier | None) -> None:
    if certifier is not None:
        Certifier.objects.select_for_update(of=("self",), no_key=True).get(pk=certifier.pk)


def _locked(invitation: Invitation) -> Invitation:
    locked = Invitation.objects.pending().select_for_update(of=("self",), no_key=True).filter(pk=invitation.pk).first()
    if locked is None:
        raise InvitationRefused(_("Cette invitation a déjà été acceptée ou retirée."))
    return locked


def _address(email: str) -> str:
    try:
        return email_key(clean_address(email))
    except RecipientRefused as refusal:
        raise InvitationRefused(refusal.sentence, field="email") from refusal


def _told(action: Act, invitation: Invitation, actor_code: str, now: datetime) -> None:
    house = invitation.house
    record(
        chain=house.code if house is not None else INSTALLATION,
        actor_code=actor_code,
        action=action,
        subject_kind="invitation",
        subject_code=invitation.code,
        now=now,
        reason_code=invitation.role,
    )
