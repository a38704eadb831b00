"""May they? Combinations: writing, publishing, preparing what they lead to. Nothing here reads the database."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models import Combination, CombinationRequest
from jurande.registers.common.verdicts import YES, Verdict, no
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor, can_take_own_work_further
from jurande.registers.parties.states import Right, Role


def can_see_combinations(actor: Actor, certifier: Certifier) -> Verdict:
    """Those of the house who see what it awards."""
    return _within(actor, certifier, Right.SEE_AWARDS, _("Votre rôle ne permet pas de voir les combinaisons."))


def can_write_combinations(actor: Actor, certifier: Certifier) -> Verdict:
    """Beginning, writing and closing them: those who design what is awarded."""
    return _within(
        actor,
        certifier,
        Right.DESIGN_AWARDS,
        _("Votre rôle ne permet pas d’écrire une combinaison. Demandez à un délivreur."),
    )


def can_write_combination(actor: Actor, combination: Combination) -> Verdict:
    """Writing in a draft; a published version is frozen for everybody."""
    verdict = can_write_combinations(actor, combination.certifier)
    if verdict and not combination.is_draft:
        return no(_("Cette combinaison est publiée\u00a0: elle ne change plus. Commencez une nouvelle version."))
    return verdict


def can_publish_combination(actor: Actor, combination: Combination) -> Verdict:
    """Publishing a draft that somebody else wrote, unless separation of duties is relaxed."""
    verdict = can_see_combinations(actor, combination.certifier)
    if not verdict:
        return verdict
    if not actor.has(Right.DESIGN_AWARDS) and not actor.has(Right.APPROVE_AWARDS):
        return no(_("Votre rôle ne permet pas de publier une combinaison. Demandez à un signataire."))
    wrote = actor.code in combination.author_codes
    return can_take_own_work_further(actor, prepared_by=actor.code if wrote else "")


def can_answer_requests(actor: Actor, certifier: Certifier) -> Verdict:
    """Preparing the attestation of those who have a whole combination, or declining: who prepares what is issued."""
    return _within(
        actor,
        certifier,
        Right.PREPARE_AWARDS,
        _("Votre rôle ne permet pas de préparer une délivrance. Demandez à la personne qui délivre."),
    )


def can_ask_for_bloc(actor: Actor) -> Verdict:
    """Asking for what one's combination leads to: holders, for themselves."""
    return YES if Role.HOLDER in actor.roles else no(_("Cette demande se fait depuis l’espace de la personne."))


def can_take_back_request(actor: Actor, request: CombinationRequest) -> Verdict:
    """Taking one's own request back; ``request.holder`` is loaded."""
    verdict = can_ask_for_bloc(actor)
    if verdict and actor.code != request.holder.code:
        return no(_("Cette demande n’est pas la vôtre."))
    return verdict


def _within(actor: Actor, certifier: Certifier, right: Right, reason: str | Promise) -> Verdict:
    if not actor.certifier_code or actor.certifier_code != certifier.code or actor.partnership_code:
        return no(_("Cet élément n’est pas dans votre maison."))
    return YES if actor.has(right) else no(reason)
