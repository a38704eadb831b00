"""May they? Mending the address to which an award was sent."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models import Award
from jurande.registers.common.verdicts import YES, Verdict, no
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Right


def can_see_addresses(actor: Actor) -> Verdict:
    """Whose letters came back: those who issue."""
    if actor.has(Right.ISSUE_AWARDS):
        return YES
    return no(_("Votre rôle ne permet pas de corriger l’adresse d’un titulaire. Demandez à la personne qui délivre."))


def can_mend_address(actor: Actor, award: Award) -> Verdict:
    """Those who issue, at the certifier; at a partner, for what it issued in the certifier's name.

    ``award.lot.delegation`` is loaded, or there is none.
    """
    if actor.certifier_code != award.certifier.code:
        return _elsewhere()
    if actor.partnership_code:
        is_theirs = award.partnership is not None and award.partnership.code == actor.partnership_code
        if not is_theirs:
            return _elsewhere()
        if award.lot is None or not hasattr(award.lot, "delegation"):
            return no(_("Le certificateur l’a délivrée lui-même\u00a0: demandez-lui de corriger l’adresse."))
    return can_see_addresses(actor)


def _elsewhere() -> Verdict:
    return no(_("Cet élément n’est pas dans votre maison."))
