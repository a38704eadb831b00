"""May they? Registration dossiers: looking, preparing and closing are three rights, those of certifications."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jurande.registers.catalogue.models import Certification
from jurande.registers.catalogue.policies import can_prepare_certification, can_see_certifications
from jurande.registers.catalogue.states import Register
from jurande.registers.common.verdicts import YES, Verdict, no
from jurande.registers.declarations.models import RegistrationDossier
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Right


def can_see_dossiers(actor: Actor) -> Verdict:
    """Everybody who works at the certifier."""
    return can_see_certifications(actor)


def can_start_dossier(actor: Actor, certification: Certification) -> Verdict:
    """Those who write référentiels, for a certification that may be asked for in the répertoire spécifique."""
    verdict = can_prepare_certification(actor, certification.certifier)
    return verdict and may_be_requested(certification)


def may_be_requested(certification: Certification) -> Verdict:
    """Tell whether the criteria of the répertoire spécifique are those of this certification."""
    if certification.is_retired:
        return no(_("Cette certification est retirée\u00a0: rien de nouveau ne se prépare sur elle."))
    if certification.fiche is not None and certification.fiche.register != Register.RS:
        return no(
            _(
                "Cette certification est au RNCP, dont les critères sont autres (C. trav. R. 6113-9). Ce dossier ne "
                "prépare que les demandes au Répertoire spécifique."
            )
        )
    return YES


def can_edit_dossier(actor: Actor, dossier: RegistrationDossier) -> Verdict:
    """Writing and joining: those who write référentiels, as long as it is not closed."""
    verdict = can_prepare_certification(actor, dossier.certifier)
    return verdict and _is_draft(dossier)


def can_close_dossier(actor: Actor, dossier: RegistrationDossier) -> Verdict:
    """Freezing what will be sent: those who publish."""
    if actor.certifier_code != dossier.certifier.code or actor.partnership_code:
        return no(_("Cet élément n’est pas dans votre maison."))
    if not actor.has(Right.PUBLISH_CERTIFICATIONS):
        return no(_("Votre rôle ne permet pas d’arrêter un dossier. Demandez à un signataire."))
    return _is_draft(dossier)


def _is_draft(dossier: RegistrationDossier) -> Verdict:
    return YES if dossier.is_draft else no(_("Ce dossier est arrêté ou abandonné\u00a0: il ne change plus."))
