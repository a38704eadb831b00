"""Changing and ending roles, setting rules aside, and opening a holder's space."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.journal.states import INSTALLATION
from jurande.registers.parties import policies
from jurande.registers.parties.models import Certifier, Membership, Partnership, Person, Relaxation
from jurande.registers.parties.models.people import email_key
from jurande.registers.parties.operations.invitations import give_role, open_account
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Act, Role, Rule


class MembershipRefused(Refused):
    """This role cannot be changed or ended so."""


class RuleRefused(Refused):
    """This rule cannot be set aside or restored now."""


class PersonRefused(Refused):
    """This person cannot be registered or changed so."""


@transaction.atomic
def change_role(*, membership: Membership, role: Role, actor: Actor, now: datetime) -> Membership:
    """Replace a role by another in the same place, at once.

    :raises NotAllowed: either role is not theirs to give. :raises MembershipRefused: ended, held already, last one.
    """
    require(policies.can_change_role(actor, membership, role))
    locked = _locked(membership)
    if role == locked.role:
        raise MembershipRefused(_("Cette personne a déjà ce rôle."), field="role")
    _demand_another(locked)
    _end(locked, now=now)
    successor = give_role(
        person=locked.person, role=role, certifier=locked.certifier, partnership=locked.partnership, now=now
    )
    _told(Act.ROLE_CHANGED, successor, actor, now)
    return successor


@transaction.atomic
def end_membership(*, membership: Membership, actor: Actor, now: datetime) -> None:
    """Take a role away at once; the partners that the person followed there are followed by nobody any more.

    :raises NotAllowed: neither theirs nor theirs to take. :raises MembershipRefused: ended, or the last one who may.
    """
    require(policies.can_end_membership(actor, membership))
    locked = _locked(membership)
    _demand_another(locked)
    _end(locked, now=now)
    still = Membership.objects.in_force().filter(person=locked.person, certifier=locked.certifier)
    if locked.certifier is not None and not still.exists():
        Partnership.objects.filter(certifier=locked.certifier, followed_by=locked.person).update(followed_by=None)
    _told(Act.MEMBERSHIP_ENDED, locked, actor, now)


def relax_separation(*, certifier: Certifier, reason: str, actor: Actor, now: datetime) -> Relaxation:
    """Let one person prepare, approve and issue alone; shown to everybody until it is restored.

    ``reason`` is kept with the relaxation; the journal holds its digest.

    :raises NotAllowed: only administrators. :raises RuleRefused: no reason, or relaxed already.
    """
    return _relax(Rule.SEPARATION, certifier=certifier, reason=reason, actor=actor, now=now)


def restore_separation(*, certifier: Certifier, actor: Actor, now: datetime) -> Relaxation:
    """Demand two different persons again.

    :raises NotAllowed: only administrators. :raises RuleRefused: it was not relaxed.
    """
    return _restore(Rule.SEPARATION, certifier=certifier, actor=actor, now=now)


def relax_second_factor(*, certifier: Certifier, reason: str, actor: Actor, now: datetime) -> Relaxation:
    """Let administrators and network managers of this certifier in with a password alone; never operators.

    :raises NotAllowed: only administrators. :raises RuleRefused: no reason, or relaxed already.
    """
    return _relax(Rule.SECOND_FACTOR, certifier=certifier, reason=reason, actor=actor, now=now)


def restore_second_factor(*, certifier: Certifier, actor: Actor, now: datetime) -> Relaxation:
    """Demand a second factor again: those who have none are sent to set one up at their next page.

    :raises NotAllowed: only administrators. :raises RuleRefused: it was not relaxed.
    """
    return _restore(Rule.SECOND_FACTOR, certifier=certifier, actor=actor, now=now)


@transaction.atomic
def register_holder(*, email: str, first_name: str, last_name: str, actor: Actor, now: datetime) -> Person:
    """Open the space of somebody to whom something will be recognised; the same person when the address is known.

    They come in by a link (``send_magic_link``), without a password.

    :raises NotAllowed: by role. :raises PersonRefused: no name.
    """
    require(policies.can_register_holder(actor))
    if not first_name.strip() or not last_name.strip():
        field = "last_name" if first_name.strip() else "first_name"
        raise PersonRefused(_("Indiquez le prénom et le nom du titulaire."), field=field)
    address = email_key(email)
    person = Person.objects.filter(email=address).first() or open_account(
        email=address, first_name=first_name.strip(), last_name=last_name.strip(), password=None, now=now
    )
    give_role(person=person, role=Role.HOLDER, certifier=None, partnership=None, now=now)
    record(
        chain=actor.chain,
        actor_code=actor.code,
        action=Act.HOLDER_REGISTERED,
        subject_kind="person",
        subject_code=person.code,
        now=now,
    )
    return person


@transaction.atomic
def update_person(
    *, person: Person, first_name: str, last_name: str, phone: str, actor: Actor, now: datetime
) -> Person:
    """Correct one's own name and telephone number.

    :raises NotAllowed: somebody else's account. :raises PersonRefused: no name.
    """
    require(policies.can_update_person(actor, person.code))
    if not first_name.strip() or not last_name.strip():
        field = "last_name" if first_name.strip() else "first_name"
        raise PersonRefused(_("Indiquez votre prénom et votre nom."), field=field)
    person.first_name = first_name.strip()
    person.last_name = last_name.strip()
    person.phone = phone.strip()
    person.save(update_fields=["first_name", "last_name", "phone"])
    record(
        chain=INSTALLATION,
        actor_code=actor.code,
        action=Act.PERSON_UPDATED,
        subject_kind="person",
        subject_code=person.code,
        now=now,
    )
    return person


# --- how ----------------------------------------------------------------------------------------


@transaction.atomic
def _relax(rule: Rule, *, certifier: Certifier, reason: str, actor: Actor, now: datetime) -> Relaxation:
    require(policies.can_set_rules(actor, certifier))
    if len(reason.strip()) < 10:
        raise RuleRefused(
            _("Dites pourquoi, en une phrase\u00a0: ce motif sera montré à tous ceux que la règle protège."),
            field="reason",
        )
    _lock(certifier)
    if certifier.relaxations.in_force().filter(rule=rule).exists():
        raise RuleRefused(_("Cette règle est déjà assouplie."))
    relaxation = Relaxation(
        certifier=certifier, rule=rule, reason=reason.strip(), relaxed_by_code=actor.code, relaxed_at=now
    )
    relaxation.save(force_insert=True)
    _told_rule(Act.RULE_RELAXED, relaxation, actor, now, digest=hashlib.sha256(relaxation.reason.encode()).hexdigest())
    return relaxation


@transaction.atomic
def _restore(rule: Rule, *, certifier: Certifier, actor: Actor, now: datetime) -> Relaxation:
    require(policies.can_set_rules(actor, certifier))
    _lock(certifier)
    relaxation = certifier.relaxations.in_force().filter(rule=rule).first()
    if relaxation is None:
        raise RuleRefused(_("Cette règle est déjà en vigueur."))
    relaxation.restored_at = now
    relaxation.restored_by_code = actor.code
    relaxation.save(update_fields=["restored_at", "restored_by_code"])
    _told_rule(Act.RULE_RESTORED, relaxation, actor, now)
    return relaxation


def _locked(membership: Membership) -> Membership:
    """The row, once the place it is in is locked: two who leave at once must not both find the other still there."""
    if membership.certifier is not None:
        _lock(membership.certifier)
    elif membership.partnership is not None:
        Partnership.objects.select_for_update(of=("self",), no_key=True).get(pk=membership.partnership.pk)
    elif membership.role == Role.OPERATOR:
        list(
            Membership.objects.in_force()
            .filter(role=Role.OPERATOR)
            .select_for_update(of=("self",), no_key=True)
            .order_by("pk")
        )
    locked = (
        Membership.objects.in_force()
        .filter(pk=membership.pk)
        .select_related("person", "certifier", "partnership__certifier")
        .first()
    )
    if locked is None:
        raise MembershipRefused(_("Ce rôle a déjà pris fin."))
    return locked


def _lock(certifier: Certifier) -> None:
    Certifier.objects.select_for_update(of=("self",), no_key=True).get(pk=certifier.pk)


_LAST_ONES = {
    Role.OPERATOR: _("C’est le dernier exploitant\u00a0: sans lui, plus personne ne pourrait gérer l’installation."),
    Role.ADMINISTRATOR: _(
        "C’est le dernier administrateur\u00a0: sans lui, plus personne ne pourrait composer l’équipe."
    ),
}


def _demand_another(membership: Membership) -> None:
    role = Role(membership.role)
    if role not in _LAST_ONES:
        return
    others = (
        Membership.objects.in_force()
        .filter(role=role, certifier=membership.certifier, person__is_active=True)
        .exclude(pk=membership.pk)
    )
    if not others.exists():
        raise MembershipRefused(
            format_lazy("{} {}", _LAST_ONES[role], _("Invitez d’abord quelqu’un d’autre à ce rôle."))
        )


def _end(membership: Membership, *, now: datetime) -> None:
    membership.ended_at = now
    membership.save(update_fields=["ended_at"])


def _told(action: Act, membership: Membership, actor: Actor, now: datetime) -> None:
    house = membership.partnership.certifier if membership.partnership is not None else membership.certifier
    record(
        chain=house.code if house is not None else INSTALLATION,
        actor_code=actor.code,
        action=action,
        subject_kind="membership",
        subject_code=membership.code,
        now=now,
        reason_code=membership.role,
    )


def _told_rule(action: Act, relaxation: Relaxation, actor: Actor, now: datetime, *, digest: str = "") -> None:
    record(
        chain=relaxation.certifier.code,
        actor_code=actor.code,
        action=action,
        subject_kind="relaxation",
        subject_code=relaxation.code,
        now=now,
        reason_code=relaxation.rule,
        digest=digest,
    )
