"""May they? The registers above decide who may issue what; here nobody signs for another house than their own."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jurande.registers.common.verdicts import YES, Verdict, no
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Right

# Who acts when a command of the machine itself does: whoever can run it holds the keys anyway.
MACHINE = Actor(rights=frozenset({Right.RUN_INSTALLATION}))


def can_seal(actor: Actor, certifier: Certifier) -> Verdict:
    """Issuing, changing a status, committing a document, erasing: inside one's own house."""
    if actor.is_anonymous or actor.partnership_code or actor.certifier_code != certifier.code:
        return no(_("Seul ce certificateur peut sceller en son nom."))
    return YES


def can_keep_seal(actor: Actor) -> Verdict:
    """Keys, witnesses, checks and repairs of the seal: who runs the installation."""
    if actor.has(Right.RUN_INSTALLATION):
        return YES
    return no(_("Seul un exploitant s’occupe du sceau de l’installation."))


def can_see_seal(actor: Actor, certifier: Certifier) -> Verdict:
    """The keys of one's own house and what they signed: who sees what it issues."""
    if actor.partnership_code or actor.certifier_code != certifier.code:
        return no(_("Seul ce certificateur voit l’état de son sceau."))
    return YES if actor.has(Right.SEE_AWARDS) else no(_("Votre rôle ne permet pas de voir l’état du sceau."))


def can_rotate_key(actor: Actor, certifier: Certifier) -> Verdict:
    """Replacing the key that is in use: who runs the installation, and the administrators of the house."""
    if actor.has(Right.RUN_INSTALLATION):
        return YES
    if actor.partnership_code or actor.certifier_code != certifier.code or not actor.has(Right.ROTATE_KEYS):
        return no(_("Seul un administrateur de la maison, ou un exploitant, remplace sa clé de signature."))
    return YES
