"""May they? What applicants do with their own file. Nothing here reads the database."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jurande.registers.common.verdicts import YES, Verdict, no
from jurande.registers.network.models import Application
from jurande.registers.network.states import PENDING_STATES, ApplicationState
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Right


def can_start_application(actor: Actor) -> Verdict:
    """Anybody who is known."""
    return no(_("Entrez par le lien reçu par courrier pour candidater.")) if actor.is_anonymous else YES


def can_act_for_applicant(actor: Actor, application: Application) -> Verdict:
    """Who applies, and at a partner whoever may file documents. ``application.applicant`` must be loaded."""
    if actor.is_anonymous:
        return no(_("Entrez par le lien reçu par courrier pour continuer."))
    if application.applicant.code == actor.code:
        return YES
    held = application.partnership
    if held is not None and actor.partnership_code == held.code and actor.has(Right.FILE_DOCUMENTS):
        return YES
    return no(_("Seule la personne qui a commencé cette candidature peut la compléter."))


def can_see_own_applications(actor: Actor) -> Verdict:
    """At a partner, whoever follows its file."""
    if actor.partnership_code and actor.has(Right.SEE_APPLICATIONS):
        return YES
    return no(_("Votre rôle ne donne pas à voir les candidatures de votre organisme."))


def can_edit_application(actor: Actor, application: Application) -> Verdict:
    """As long as it was not submitted."""
    if not application.is_draft:
        return no(_("Cette candidature est déposée\u00a0: ce qui a été envoyé ne change plus."))
    return can_act_for_applicant(actor, application)


def can_withdraw_application(actor: Actor, application: Application) -> Verdict:
    """Before the decision."""
    if application.state not in PENDING_STATES:
        return no(_("On ne retire qu’une candidature déposée, avant sa décision."))
    return can_act_for_applicant(actor, application)


def can_add_document(actor: Actor, application: Application) -> Verdict:
    """In a draft; then as long as the certifier has not answered, because it may ask for more."""
    if application.state == ApplicationState.WITHDRAWN:
        return no(_("Cette candidature est retirée\u00a0: son dossier ne change plus."))
    return can_act_for_applicant(actor, application)
