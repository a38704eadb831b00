"""What holders decide about what they were given: who may see it, and whether they want it at all."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.emails import keeping as emails
from jurande.registers.awards.models import Award
from jurande.registers.awards.models.people import email_digest
from jurande.registers.awards.operations.life import write
from jurande.registers.awards.operations.showcase import end_appearances
from jurande.registers.awards.policies.holders import can_decide_of_award, can_keep_award
from jurande.registers.awards.queries.holders import addresses_of, title_of
from jurande.registers.awards.states.awards import AwardState
from jurande.registers.awards.states.holding import Exposure
from jurande.registers.awards.states.keeping import KeepingAct
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Person
from jurande.registers.parties.policies import Actor

NOTE_CHARS = 1_000


class KeepingRefused(Refused):
    """This cannot be decided of this award."""


@transaction.atomic
def choose_exposure(*, award: Award, exposure: str, actor: Actor, now: datetime) -> Award:
    """Choose who learns one's name from this award; hidden, it also leaves the house's showcase.

    Choosing what is chosen already does nothing.
    :raises NotAllowed: somebody else's, or erased. :raises KeepingRefused: no such choice, or the award is refused.
    """
    row = _locked(award)
    require(can_keep_award(actor, row))
    if exposure not in Exposure:
        raise KeepingRefused(_("Choisissez l’une des trois réponses."), field="exposure")
    if row.refused_at is not None:
        raise KeepingRefused(_("Vous avez refusé cette réussite\u00a0: reprenez-la d’abord, puis choisissez."))
    if row.exposure == exposure:
        return row
    row.exposure = Exposure(exposure)
    if row.exposure == Exposure.HIDDEN:
        end_appearances(award=row, now=now)
    row.save(update_fields=["exposure"])
    _tell(KeepingAct.EXPOSURE_CHOSEN, row, actor.code, now, reason=row.exposure)
    return row


@transaction.atomic
def refuse_award(*, award: Award, note: str, actor: Actor, now: datetime) -> Award:
    """Refuse an award, collected or waiting at one of one's proved addresses; whoever issued it is written to.

    Nothing is revoked. Its page says so and names nobody; it leaves the showcase. ``note``: why, empty if one likes;
    only who issued reads it. Refusing twice does nothing more.
    :raises NotAllowed: somebody else's, or erased. :raises KeepingRefused: replaced, or ``note`` too long.
    """
    row = _locked(award)
    require(can_decide_of_award(actor, row, is_at_their_address=_is_at_address_of(actor, row)))
    return _refuse(row, note, actor.code, now)


@transaction.atomic
def refuse_by_link(*, award: Award, note: str, now: datetime) -> Award:
    """Refuse an award from the letter that gave it, without a space: the caller has checked the link.

    :raises KeepingRefused: collected already, erased or replaced, or ``note`` too long.
    """
    row = _locked(award)
    if row.holder is not None or row.state == AwardState.ERASED:
        raise KeepingRefused(_("Cette réussite est déjà dans un espace\u00a0: c’est là qu’elle se refuse."))
    return _refuse(row, note, "", now)


@transaction.atomic
def take_back_refusal(*, award: Award, actor: Actor, now: datetime) -> Award:
    """Have again what one refused: it is what it was, private, in one's space or waiting to be received.

    :raises NotAllowed: somebody else's, or erased. :raises KeepingRefused: it is not refused.
    """
    row = _locked(award)
    require(can_decide_of_award(actor, row, is_at_their_address=_is_at_address_of(actor, row)))
    if row.refused_at is None:
        raise KeepingRefused(_("Cette réussite n’est pas refusée\u00a0: il n’y a rien à reprendre."))
    row.refused_at = None
    row.exposure = Exposure.DOCUMENT
    row.save(update_fields=["refused_at", "exposure"])
    _tell(KeepingAct.REFUSAL_TAKEN_BACK, row, actor.code, now)
    return row


# --- parts ----------------------------------------------------------------------------------------


def _locked(award: Award) -> Award:
    rows = Award.objects.select_for_update(of=("self",), no_key=True).select_related(
        "certifier__organisation", "certification", "holder", "referentiel"
    )
    return rows.get(pk=award.pk)


def _is_at_address_of(actor: Actor, award: Award) -> bool:
    """Whether an award in nobody's space was sent to an address that this person proved to be theirs."""
    if award.holder is not None or not award.email_digest:
        return False
    person = Person.objects.filter(code=actor.code).first()
    return person is not None and award.email_digest in map(email_digest, addresses_of(person))


def _refuse(row: Award, note: str, actor_code: str, now: datetime) -> Award:
    given = note.strip()
    if len(given) > NOTE_CHARS:
        raise KeepingRefused(_("Ce motif est trop long\u00a0: dites-le en mille caractères."), field="note")
    if row.state == AwardState.REPLACED:
        raise KeepingRefused(_("Cette réussite a été remplacée par une autre\u00a0: refusez la nouvelle."))
    if row.refused_at is not None:
        return row
    end_appearances(award=row, now=now)
    row.refused_at = now
    row.save(update_fields=["refused_at"])
    write(emails.refused(row, title=title_of(row), note=given), now=now)
    _tell(KeepingAct.REFUSED, row, actor_code, now, digest=hashlib.sha256(given.encode()).hexdigest() if given else "")
    return row


def _tell(act: KeepingAct, row: Award, actor_code: str, now: datetime, *, reason: str = "", digest: str = "") -> None:
    record(
        chain=row.certifier.code,
        actor_code=actor_code,
        action=act,
        subject_kind="award",
        subject_code=row.code,
        now=now,
        reason_code=reason,
        digest=digest,
    )
