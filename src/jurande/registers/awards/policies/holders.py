"""May they? What holders decide about what they hold."""

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
    if award.state == AwardState.ERASED:
        return no(_("Cette réussite a été effacée\u00a0: il n’en reste rien à décider."))
    is_theirs = award.holder is not None and award.holder.code == actor.code and Role.HOLDER in actor.roles
    return YES if is_theirs else no(_("Cette réussite n’est pas dans votre espace."))
