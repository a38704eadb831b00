"""May they? Links by which holders show what they hold. Nothing here reads the database."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models import Award, Share
from jurande.registers.awards.policies.holders import can_keep_award
from jurande.registers.awards.states.awards import AwardState
from jurande.registers.awards.states.holding import Exposure
from jurande.registers.common.verdicts import YES, Verdict, no
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role


def can_share_award(actor: Actor, award: Award) -> Verdict:
    """Showing it by a link: its holder, unless they refused or hid it, or it was withdrawn or replaced."""
    verdict = can_keep_award(actor, award)
    return is_fit_to_share(award) if verdict else verdict


def is_fit_to_share(award: Award) -> Verdict:
    """Whether its holder, whoever they are, may show it."""
    if award.refused_at is not None:
        return no(_("Vous avez refusé cette réussite\u00a0: reprenez-la d’abord."))
    if award.exposure == Exposure.HIDDEN:
        return no(_("Vous avez caché cette réussite\u00a0: choisissez d’abord qui peut la voir."))
    if award.state == AwardState.REVOKED:
        return no(_("Cette réussite a été retirée par l’organisme qui l’a délivrée\u00a0: elle ne se partage plus."))
    if award.state == AwardState.REPLACED:
        return no(_("Cette réussite a été corrigée\u00a0: partagez celle qui la remplace."))
    return YES


def can_keep_share(actor: Actor, share: Share) -> Verdict:
    """Changing what a link shows, or withdrawing it: who made it. ``share.holder`` is loaded."""
    if Role.HOLDER in actor.roles and share.holder.code == actor.code:
        return YES
    return no(_("Ce lien n’est pas le vôtre."))
