"""May they? Habilitations: seeing, opening, suspending, ending. Nothing here reads the database."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.verdicts import YES, Verdict, no
from jurande.registers.network.models import Habilitation
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Right


def can_see_habilitations(actor: Actor) -> Verdict:
    """Who sees the network sees what each of its places may do; a partner sees its own."""
    if actor.partnership_code:
        return _holds(actor, Right.SEE_PARTNERSHIP, _("Votre rôle ne permet pas de voir les habilitations."))
    return _holds(actor, Right.SEE_NETWORK, _("Votre rôle ne permet pas de voir les habilitations."))


def can_open_habilitations(actor: Actor, certifier: Certifier) -> Verdict:
    """Preparing and opening one, following its conditions, attaching the act it rests on."""
    if not _inside(actor, certifier):
        return _elsewhere()
    return _holds(
        actor,
        Right.PREPARE_CONVENTIONS,
        _("Votre rôle ne permet pas d’ouvrir une habilitation. Demandez à un responsable du réseau."),
    )


def can_suspend_habilitation(actor: Actor, habilitation: Habilitation) -> Verdict:
    """Suspending it, and lifting a suspension."""
    if not _inside(actor, habilitation.certifier):
        return _elsewhere()
    return _holds(
        actor,
        Right.SUSPEND_CONVENTIONS,
        _("Votre rôle ne permet pas de suspendre une habilitation. Demandez à un responsable du réseau."),
    )


def can_end_habilitation(actor: Actor, habilitation: Habilitation) -> Verdict:
    """Ending it for good."""
    if not _inside(actor, habilitation.certifier):
        return _elsewhere()
    return _holds(
        actor,
        Right.END_PARTNERSHIPS,
        _("Votre rôle ne permet pas de mettre fin à une habilitation. Demandez à un responsable du réseau."),
    )


def _holds(actor: Actor, right: Right, reason: str | Promise) -> Verdict:
    return YES if actor.has(right) else no(reason)


def _inside(actor: Actor, certifier: Certifier) -> bool:
    return bool(actor.certifier_code and actor.certifier_code == certifier.code and not actor.partnership_code)


def _elsewhere() -> Verdict:
    return no(_("Cet élément n’est pas dans votre maison."))
