"""Writing once more to somebody who did not get, or lost, the letter of an award."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.emails import awards as emails
from jurande.registers.awards.facts.receiving import holder_url
from jurande.registers.awards.models import Award
from jurande.registers.awards.operations.locking import lock_awards
from jurande.registers.awards.operations.preparing import LotRefused
from jurande.registers.awards.policies import lots as policies
from jurande.registers.awards.queries.languages import language_of
from jurande.registers.awards.states import AwardAct as Act
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence.models import Message
from jurande.registers.correspondence.operations import send
from jurande.registers.journal.operations import record
from jurande.registers.parties.policies import Actor


@transaction.atomic
def send_again(*, award: Award, actor: Actor, now: datetime) -> Message:
    """Write to the holder where the proof is.

    :raises NotAllowed: not theirs. :raises LotRefused: no address is known, or the award was erased.
    """
    # Whoever erases it meanwhile goes first, or erases this letter too.
    lock_awards([award.pk])
    award = Award.objects.select_related("certifier", "referentiel", "certification").get(pk=award.pk)
    require(policies.can_send_award_again(actor, award))
    if not award.email:
        raise LotRefused(_("Aucune adresse n’est connue pour cette personne\u00a0: rien ne peut lui être envoyé."))
    letter = emails.issued(
        award,
        title=award.referentiel.title if award.referentiel else award.certification.title,
        house=award.certifier.name,
        certifier_code=award.certifier.code,
        email=award.email,
        url=holder_url(award),
        language=language_of(award),
    )
    message = send(letter, now=now)
    record(
        chain=award.certifier.code,
        actor_code=actor.code,
        action=Act.AWARD_SENT_AGAIN,
        subject_kind="award",
        subject_code=award.code,
        now=now,
    )
    return message
