"""Two spaces of one holder become one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import ForeignObjectRel, Model
from django.utils.translation import gettext_lazy as lazy

from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.correspondence.emails import LetterRefused
from jurande.registers.journal.operations import record
from jurande.registers.journal.states import INSTALLATION
from jurande.registers.parties import emails, policies
from jurande.registers.parties.models import Membership, Person
from jurande.registers.parties.operations.closing import close_account
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Act, Role

# What is about coming in, or about working here: it ends with the closed space, or stays as history.
NOT_MOVED = frozenset(
    {
        "parties.Membership.person",
        "parties.Partnership.followed_by",
        "parties.Invitation.accepted_by",
        "parties.MagicLink.person",
        "network.Review.reviewer",
        "network.SavedView.person",
        "network.CalendarFeed.person",
        "network.RadarLetter.person",
        "awards.AwardClaim.reviewer",
        "account.EmailAddress.user",
        "mfa.Authenticator.user",
        "usersessions.UserSession.user",
    }
)


class MergeRefused(Refused):
    """These two spaces cannot become one."""


@transaction.atomic
def merge_spaces(*, kept: Person, closed: Person, email: str, actor: Actor, now: datetime) -> None:
    """Move all that the second space holds into the first, close it, tell both addresses. Nothing is lost.

    The caller has proof of both: ``actor`` is signed in to ``kept``, and a link proved ``email``, which opens
    ``closed``. Awards, shares, claims and letters move, and its addresses now open the first; its sessions, passkeys
    and links end. The second of two at the same instant is refused.

    :raises NotAllowed: somebody else's space.
    :raises MergeRefused: closed already, or one who works somewhere with the second account.
    """
    require(policies.can_update_person(actor, kept.code))
    first, second = locked_pair(kept, closed)
    if not first.is_active or not second.is_active:
        raise MergeRefused(lazy("Ces deux espaces sont déjà réunis. Rechargez la page."))
    if Membership.objects.in_force().filter(person=second).exclude(role=Role.HOLDER).exists():
        raise MergeRefused(
            lazy(
                "Cette adresse sert aussi à travailler sur ce site\u00a0: les deux espaces restent séparés. Demandez "
                "d’abord à votre organisme de mettre fin à ce rôle."
            )
        )
    for relation in relations_moved():
        _move(relation, first, second)
    correspondence.hand_letters_over(from_code=second.code, to_code=first.code)
    # In French whoever merges: it stands where a name stood, and others read it.
    close_account(second, called="Espace réuni à un autre", now=now)
    EmailAddress.objects.filter(user_id__in=(first.pk, second.pk), verified=False).delete()
    EmailAddress.objects.filter(user_id=second.pk).update(user_id=first.pk, primary=False)
    for address in dict.fromkeys((first.email, email)):
        _tell(first, address, now)
    record(
        chain=INSTALLATION,
        actor_code=actor.code,
        action=Act.SPACES_MERGED,
        subject_kind="person",
        subject_code=second.code,
        now=now,
    )


def relations_moved() -> Iterator[ForeignObjectRel]:
    """What points to a person and goes with them; found, so that a register that comes later is not forgotten."""
    # Hidden ones too: a relation without a name to come back by still says whose a row is.
    for field in Person._meta.get_fields(include_hidden=True):
        if isinstance(field, ForeignObjectRel) and name_of(field) not in NOT_MOVED:
            yield field


def name_of(relation: ForeignObjectRel) -> str:
    """«awards.Award.holder»."""
    return f"{relation.related_model._meta.label}.{relation.field.name}"


def locked_pair(kept: Person, closed: Person) -> tuple[Person, Person]:
    """Read two people again, locked until the transaction ends.

    :raises MergeRefused: they are the same one.
    """
    # Always in the same order: two merges that cross do not wait for each other.
    rows = {
        row.pk: row
        for row in Person.objects.select_for_update(of=("self",), no_key=True)
        .order_by("pk")
        .filter(pk__in=(kept.pk, closed.pk))
    }
    if len(rows) != 2:
        raise MergeRefused(lazy("C’est déjà votre espace\u00a0: il n’y a rien à réunir."))
    return rows[kept.pk], rows[closed.pk]


def _move(relation: ForeignObjectRel, kept: Person, closed: Person) -> None:
    model: type[Model] = relation.related_model
    name = relation.field.name
    rows: Any = model._default_manager.filter(**{name: closed})
    seen: set[int] = set()
    # By key, as others lock them; again, for what was put in the place of one while we waited for it.
    while keys := set(rows.values_list("pk", flat=True)) - seen:
        seen |= keys
        found = rows.filter(pk__in=keys)
        list(found.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True))
        try:
            with transaction.atomic():
                found.update(**{name: kept})
        except IntegrityError:
            # Both asked for the same thing: what cannot be there twice stays where it was, the rest goes one by one.
            for pk in sorted(keys):
                with suppress(IntegrityError), transaction.atomic():
                    rows.filter(pk=pk).update(**{name: kept})


def _tell(person: Person, address: str, now: datetime) -> None:
    event = lazy("Vos deux espaces sont réunis\u00a0: tout ce que vous avez reçu est au même endroit.")
    try:
        correspondence.send(emails.space_news(person, event, to_email=address, now=now), now=now)
    except LetterRefused:
        return
