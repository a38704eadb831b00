"""May they? Copying the whole public record of a house."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jurande.registers.common.verdicts import YES, Verdict, no
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Right


def can_copy_record(actor: Actor, certifier: Certifier) -> Verdict:
    """It names everybody to whom something was issued: who answers for what is issued, of this house."""
    if actor.partnership_code or not actor.certifier_code or actor.certifier_code != certifier.code:
        return no(_("Cet élément n’est pas dans votre maison."))
    if not actor.has(Right.WITHDRAW_AWARDS):
        return no(_("Votre rôle ne permet pas de copier le registre public. Demandez à un signataire."))
    return YES
