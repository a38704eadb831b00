"""Who keeps the declared list, brings an existing network in, and shares a view."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.verdicts import YES, Verdict, no
from jurande.registers.network.models import RegisterDifference, SavedView
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Right


def can_see_ledger(actor: Actor) -> Verdict:
    """Reading the declared list and what does not agree with it: whoever sees the network."""
    if actor.partnership_code or not actor.certifier_code:
        return _elsewhere()
    return _holds(actor, Right.SEE_NETWORK, _("Votre rôle ne permet pas de voir le réseau."))


def can_declare_changes(actor: Actor, certifier: Certifier) -> Verdict:
    """Writing down what was declared to France compétences: network managers."""
    return _manages(actor, certifier, _("Votre rôle ne permet pas de noter une déclaration à France compétences."))


def can_settle_difference(actor: Actor, difference: RegisterDifference) -> Verdict:
    """Writing what was seen of a difference with the national register: network managers."""
    return _manages(actor, difference.certifier, _("Votre rôle ne permet pas de régler un écart avec le registre."))


def can_import_network(actor: Actor, certifier: Certifier) -> Verdict:
    """Bringing an existing network in: those who may open partnerships one by one."""
    return _manages(actor, certifier, _("Votre rôle ne permet pas de reprendre un réseau existant."))


def can_suspend_several(actor: Actor, certifier: Certifier) -> Verdict:
    """Suspending several habilitations at once: those who may suspend one."""
    if not actor.certifier_code or actor.certifier_code != certifier.code or actor.partnership_code:
        return _elsewhere()
    return _holds(actor, Right.SUSPEND_CONVENTIONS, _("Votre rôle ne permet pas de suspendre des habilitations."))


def can_remove_view(actor: Actor, view: SavedView) -> Verdict:
    """Removing a saved view: whoever saved it."""
    return YES if view.person.code == actor.code else no(_("Cette vue est à quelqu’un d’autre."))


def _manages(actor: Actor, certifier: Certifier, reason: Promise) -> Verdict:
    if not actor.certifier_code or actor.certifier_code != certifier.code or actor.partnership_code:
        return _elsewhere()
    return _holds(actor, Right.OPEN_PARTNERSHIPS, reason)


def _holds(actor: Actor, right: Right, reason: Promise) -> Verdict:
    return YES if actor.has(right) else no(reason)


def _elsewhere() -> Verdict:
    return no(_("Cet élément n’est pas dans votre maison."))
