"""May they? What holders decide about what they hold, or about what waits for them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models import Award
from jurande.registers.awards.states.awards import AwardState
from jurande.registers.common.verdicts import YES, Verdict, no
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role


def can_keep_award(actor: Actor, award: Award) -> Verdict:
    """Deciding who sees it, sharing it, asking for a correction, erasing it: its holder alone, while it exists.

    ``award.holder`` is loaded.
    """
    return can_decide_of_award(actor, award, is_at_their_address=False)


def can_decide_of_award(actor: Actor, award: Award, *, is_at_their_address: bool) -> Verdict:
    """Receiving or refusing it: its holder, or, while it is in nobody's space, whoever proved the address it went to.

    ``award.holder`` is loaded.
    """
    if award.state == AwardState.ERASED:
        return no(_("Cette réussite a été effacée\u00a0: il n’en reste rien à décider."))
    if Role.HOLDER in actor.roles and actor.code:
        is_theirs = award.holder.code == actor.code if award.holder is not None else is_at_their_address
        if is_theirs:
            return YES
    return no(_("Cette réussite n’est pas dans votre espace."))
