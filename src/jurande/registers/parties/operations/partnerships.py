"""Opening, following and ending partnerships."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import Told, record, record_many
from jurande.registers.parties import policies
from jurande.registers.parties.models import Certifier, Membership, Partnership, Person
from jurande.registers.parties.operations.identities import PlaceWords, site_for, sites_for
from jurande.registers.parties.operations.invitations import revoke_all, send_invitation
from jurande.registers.parties.operations.references import next_reference, next_references
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import PARTNERSHIP_LIFE, Act, EndReason, PartnershipState, Role

SERIES = "PART"


class PartnershipRefused(Refused):
    """This partnership cannot be opened, followed or ended so."""


_PARTNER_ALREADY = _("Cet établissement est déjà un partenaire. Ouvrez sa fiche dans la liste des partenaires.")


@transaction.atomic
def open_partnership(
    *,
    certifier: Certifier,
    siret: str,
    legal_name: str,
    postcode: str,
    city: str,
    actor: Actor,
    now: datetime,
    usual_name: str = "",
    address: str = "",
    nda: str = "",
    since_on: date | None = None,
    followed_by: Person | None = None,
    head_email: str = "",
    head_first_name: str = "",
    head_last_name: str = "",
) -> Partnership:
    """Open the relation with one place of a training body, and write to its head when an address is given.

    ``since_on``: the civil day it began, today by default. The partnership is «invited» until somebody of the partner
    comes. What is already known of the organisation keeps its words.

    :raises NotAllowed: only network managers. :raises IdentityRefused: a number or a name is wrong.
    :raises PartnershipRefused: it is a partner already, it is the certifier's own place, or a date in the future.
    :raises InvitationRefused: the head's name or address is missing or wrong.
    """
    require(policies.can_open_partnership(actor, certifier))
    today = localdate(now)
    _demand_begun(since_on or today, today)
    if followed_by is not None:
        _demand_colleague(certifier, followed_by)
    site = site_for(
        siret=siret,
        legal_name=legal_name,
        usual_name=usual_name,
        nda=nda,
        address=address,
        postcode=postcode,
        city=city,
    )
    # The certifier's row is the lock: two colleagues who open the same partner at once are told, not both obeyed.
    Certifier.objects.select_for_update(of=("self",), no_key=True).get(pk=certifier.pk)
    if certifier.partnerships.in_force().filter(site=site).exists():
        raise PartnershipRefused(_PARTNER_ALREADY, field="siret")
    partnership = Partnership(
        reference=next_reference(certifier=certifier, series=SERIES, on=today),
        certifier=certifier,
        site=site,
        since_on=since_on or today,
        followed_by=followed_by,
    )
    partnership.save(force_insert=True)
    if head_email.strip():
        send_invitation(
            role=Role.HEAD,
            email=head_email,
            first_name=head_first_name,
            last_name=head_last_name,
            partnership=partnership,
            actor=actor,
            now=now,
        )
    _told(Act.PARTNERSHIP_OPENED, partnership, actor, now)
    return partnership


@dataclass(frozen=True)
class Opening:
    """A place to open the relation with, since when, and the head to invite, if any: address, first and last name."""

    place: PlaceWords
    since_on: date
    head: tuple[str, str, str] | None = None


@transaction.atomic
def open_partnerships(
    *, certifier: Certifier, openings: Sequence[Opening], actor: Actor, now: datetime
) -> dict[str, Partnership]:
    """Open the relation with many places at once, as ``open_partnership`` does for one; give them by SIRET.

    The places differ. All are opened or none. Some ten queries whatever their number, and some more for each head who
    is invited.

    :raises NotAllowed: as ``open_partnership``. :raises IdentityRefused: as ``open_partnership``.
    :raises PartnershipRefused: as ``open_partnership``. :raises InvitationRefused: as ``open_partnership``.
    """
    require(policies.can_open_partnership(actor, certifier))
    today = localdate(now)
    sites = sites_for([one.place for one in openings])
    Certifier.objects.select_for_update(of=("self",), no_key=True).get(pk=certifier.pk)
    if certifier.partnerships.in_force().filter(site__in=sites.values()).exists():
        raise PartnershipRefused(_PARTNER_ALREADY, field="siret")
    references = next_references(certifier=certifier, series=SERIES, on=today, count=len(sites))
    opened = {}
    for reference, one in zip(references, openings, strict=True):
        _demand_begun(one.since_on, today)
        site = sites[one.place.siret]
        opened[site.siret] = Partnership(reference=reference, certifier=certifier, site=site, since_on=one.since_on)
    Partnership.objects.bulk_create(opened.values())
    for one in openings:
        if one.head is not None:
            email, first, last = one.head
            send_invitation(
                role=Role.HEAD,
                email=email,
                first_name=first,
                last_name=last,
                partnership=opened[one.place.siret],
                actor=actor,
                now=now,
            )
    acts = [Told(Act.PARTNERSHIP_OPENED, "partnership", one.code) for one in opened.values()]
    record_many(chain=certifier.code, actor_code=actor.code, acts=acts, now=now)
    return opened


@transaction.atomic
def follow_partnership(*, partnership: Partnership, followed_by: Person | None, actor: Actor, now: datetime) -> None:
    """Choose who follows the partner, or nobody.

    :raises NotAllowed: only network managers. :raises PartnershipRefused: ended, or somebody from elsewhere.
    """
    require(policies.can_follow_partnership(actor, partnership))
    locked = _locked(partnership)
    _demand_in_force(locked)
    if followed_by is not None:
        _demand_colleague(locked.certifier, followed_by)
    locked.followed_by = followed_by
    locked.save(update_fields=["followed_by"])
    _told(Act.PARTNERSHIP_FOLLOWED, locked, actor, now)
    partnership.followed_by = followed_by


@transaction.atomic
def end_partnership(
    *,
    partnership: Partnership,
    reason: EndReason,
    actor: Actor,
    now: datetime,
    note: str = "",
    ended_on: date | None = None,
) -> Partnership:
    """End the relation: its people keep reading their file and lose the rest, pending invitations die.

    ``ended_on``: the last civil day, today by default, never in the future.

    :raises NotAllowed: only network managers. :raises PartnershipRefused: ended already, or dates that cannot be.
    """
    require(policies.can_end_partnership(actor, partnership))
    locked = _locked(partnership)
    _demand_in_force(locked)
    last_day = ended_on or localdate(now)
    if last_day > localdate(now) or last_day < locked.since_on:
        raise PartnershipRefused(
            _("Le dernier jour d’un partenariat est entre son premier jour et aujourd’hui."), field="ended_on"
        )
    locked.state = PARTNERSHIP_LIFE.after(locked.state, "end")
    locked.ended_on = last_day
    locked.end_reason = EndReason(reason)
    locked.end_note = note.strip()
    locked.save(update_fields=["state", "ended_on", "end_reason", "end_note"])
    revoke_all(locked.invitations.pending(), now=now)
    _told(Act.PARTNERSHIP_ENDED, locked, actor, now, reason_code=locked.end_reason)
    return locked


def _locked(partnership: Partnership) -> Partnership:
    return (
        Partnership.objects.select_for_update(of=("self",), no_key=True)
        .select_related("certifier")
        .get(pk=partnership.pk)
    )


def _demand_begun(since_on: date, today: date) -> None:
    if since_on > today:
        raise PartnershipRefused(
            _("Un partenariat ne commence pas dans l’avenir. Indiquez aujourd’hui, ou le jour où il a commencé."),
            field="since_on",
        )


def _demand_in_force(partnership: Partnership) -> None:
    if partnership.state == PartnershipState.ENDED:
        raise PartnershipRefused(_("Ce partenariat est déjà terminé. Pour reprendre, ouvrez-en un nouveau."))


def _demand_colleague(certifier: Certifier, person: Person) -> None:
    if not Membership.objects.in_force().filter(certifier=certifier, person=person).exists():
        raise PartnershipRefused(
            _("Cette personne ne fait pas partie de l’équipe\u00a0: elle ne peut pas suivre un partenaire."),
            field="followed_by",
        )


def _told(action: Act, partnership: Partnership, actor: Actor, now: datetime, *, reason_code: str = "") -> None:
    record(
        chain=partnership.certifier.code,
        actor_code=actor.code,
        action=action,
        subject_kind="partnership",
        subject_code=partnership.code,
        now=now,
        reason_code=reason_code,
    )
