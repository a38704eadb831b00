"""May they? Writing clauses, preparing a convention, sending it. Nothing here reads the database."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.verdicts import YES, Verdict, no
from jurande.registers.conventions.models import ClauseSet, Convention
from jurande.registers.conventions.states import ConventionState, Origin
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor, can_take_own_work_further
from jurande.registers.parties.states import Right


def can_see_conventions(actor: Actor) -> Verdict:
    """Those who work at the certifier, each partner for its own."""
    return _holds(actor, Right.SEE_CONVENTIONS, _("Votre rôle ne permet pas de lire les conventions."))


def can_prepare_conventions(actor: Actor, certifier: Certifier) -> Verdict:
    """Writing clauses and conventions, renewing them, choosing what the law leaves open."""
    if not _inside(actor, certifier):
        return _elsewhere()
    return _holds(
        actor,
        Right.PREPARE_CONVENTIONS,
        _("Votre rôle ne permet pas de préparer une convention. Demandez à un responsable du réseau."),
    )


def can_write_clauses(actor: Actor, clause_set: ClauseSet) -> Verdict:
    """Writing in a draft; a published set is frozen for everybody."""
    verdict = can_prepare_conventions(actor, clause_set.certifier)
    if verdict and not clause_set.is_draft:
        return no(_("Ces clauses sont publiées\u00a0: elles ne changent plus. Commencez une nouvelle version."))
    return verdict


def can_publish_clauses(actor: Actor, clause_set: ClauseSet) -> Verdict:
    """Publishing clauses that somebody else wrote, unless separation of duties is relaxed."""
    if not _inside(actor, clause_set.certifier):
        return _elsewhere()
    if not actor.has(Right.PREPARE_CONVENTIONS) and not actor.has(Right.SIGN_CONVENTIONS):
        return no(_("Votre rôle ne permet pas de publier des clauses. Demandez à un signataire."))
    wrote = actor.code in clause_set.author_codes
    return can_take_own_work_further(actor, prepared_by=actor.code if wrote else "")


def can_edit_convention(actor: Actor, convention: Convention) -> Verdict:
    """Writing in a convention that was not sent."""
    verdict = can_prepare_conventions(actor, convention.certifier)
    if verdict and not convention.is_draft:
        return no(_("Cette convention a été envoyée\u00a0: son texte est figé. Reprenez-la pour la changer."))
    return verdict


def can_take_back_convention(actor: Actor, convention: Convention) -> Verdict:
    """Back to the draft as long as both have not signed: the links are void from then on."""
    verdict = can_prepare_conventions(actor, convention.certifier)
    if verdict and (convention.state != ConventionState.SENT or convention.origin != Origin.JURANDE):
        return no(_("Seule une convention envoyée et pas encore signée des deux parties peut être reprise."))
    return verdict


def can_follow_convention(actor: Actor, convention: Convention) -> Verdict:
    """Preparing what comes after it: an amendment or a renewal."""
    verdict = can_prepare_conventions(actor, convention.certifier)
    alive = (ConventionState.IN_FORCE, ConventionState.SUSPENDED, ConventionState.ENDED)
    if verdict and convention.state not in alive:
        return no(_("Cette convention n’est pas encore en vigueur\u00a0: elle n’a ni avenant ni renouvellement."))
    return verdict


def _holds(actor: Actor, right: Right, reason: str | Promise) -> Verdict:
    return YES if actor.has(right) else no(reason)


def _inside(actor: Actor, certifier: Certifier) -> bool:
    return bool(actor.certifier_code and actor.certifier_code == certifier.code and not actor.partnership_code)


def _elsewhere() -> Verdict:
    return no(_("Cet élément n’est pas dans votre maison."))
