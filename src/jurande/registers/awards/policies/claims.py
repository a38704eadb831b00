"""May they? Opening a micro-certification to applications, judging them. Nothing here reads the database."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models import AwardClaim
from jurande.registers.common.verdicts import YES, Verdict, no
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Right


def can_see_claims(actor: Actor, certifier: Certifier) -> Verdict:
    """Who sees what is issued."""
    return _within(actor, certifier, Right.SEE_AWARDS, _("Votre rôle ne permet pas de voir les demandes."))


def can_open_claims(actor: Actor, certifier: Certifier) -> Verdict:
    """Saying that a micro-certification may be asked for: those who design what is awarded."""
    return _within(
        actor, certifier, Right.DESIGN_AWARDS, _("Votre rôle ne permet pas d’ouvrir ou de clore les demandes.")
    )


def can_judge_claims(actor: Actor, certifier: Certifier) -> Verdict:
    """Entrusting a claim, and judging it: those who prepare what is issued."""
    return _within(actor, certifier, Right.PREPARE_AWARDS, _("Votre rôle ne permet pas d’examiner les demandes."))


def can_judge_claim(actor: Actor, claim: AwardClaim) -> Verdict:
    """Accepting or refusing it: whom it was entrusted to, or anybody of them as long as it was to nobody."""
    verdict = can_judge_claims(actor, claim.opening.certifier)
    if not verdict.allowed:
        return verdict
    if actor.code == claim.person.code:
        return no(_("Personne n’examine sa propre demande. Confiez-la à quelqu’un d’autre."))
    if claim.reviewer is not None and claim.reviewer.code != actor.code:
        return no(_("Cette demande est confiée à quelqu’un d’autre. Reprenez-la d’abord si vous devez l’examiner."))
    return YES


def _within(actor: Actor, certifier: Certifier, right: Right, reason: str | Promise) -> Verdict:
    if not actor.certifier_code or actor.certifier_code != certifier.code or actor.partnership_code:
        return no(_("Cet élément n’est pas dans votre maison."))
    return YES if actor.has(right) else no(reason)
