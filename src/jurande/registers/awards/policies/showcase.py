"""May they? What a house shows of itself, and who appears there. Nothing here reads the database."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models import Award, Showcase
from jurande.registers.awards.policies.holders import can_keep_award
from jurande.registers.awards.states.awards import AwardState
from jurande.registers.awards.states.holding import Exposure
from jurande.registers.common.verdicts import YES, Verdict, no
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Right


def can_edit_showcase(actor: Actor, certifier: Certifier) -> Verdict:
    """Saying what the house shows in public: those who design what is awarded."""
    if actor.partnership_code or not actor.certifier_code or actor.certifier_code != certifier.code:
        return no(_("Cette vitrine n’est pas celle de votre maison."))
    if actor.has(Right.DESIGN_AWARDS):
        return YES
    return no(_("Votre rôle ne permet pas de changer la vitrine. Demandez à la personne qui délivre."))


def can_appear(actor: Actor, award: Award, showcase: Showcase | None, *, is_listed: bool) -> Verdict:
    """Appearing in the showcase for something that one holds and that still stands."""
    verdict = can_keep_award(actor, award)
    if not verdict:
        return verdict
    if showcase is None or showcase.opened_at is None or not is_listed:
        return no(_("Cette maison ne montre pas cette certification dans une vitrine pour le moment."))
    if award.state != AwardState.ISSUED or award.refused_at is not None:
        return no(_("Une vitrine ne montre que ce qui vaut aujourd’hui."))
    if award.exposure == Exposure.HIDDEN:
        return no(_("Vous avez choisi que personne ne voie cette réussite. Changez d’abord ce choix."))
    return YES
