"""May they? Asking for a correction, answering it: the partner that prepared the award, or the certifier."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models import Award, Correction, IssuingMandate
from jurande.registers.awards.policies.delegation import can_issue_by_delegation
from jurande.registers.awards.policies.holders import can_keep_award
from jurande.registers.awards.policies.life import can_correct_award, can_withdraw_awards
from jurande.registers.awards.states.awards import AwardState, Origin
from jurande.registers.awards.states.corrections import CorrectionKind, CorrectionState, Desk
from jurande.registers.common.verdicts import YES, Verdict, no
from jurande.registers.network.queries.habilitations import Standing
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor, can_take_own_work_further
from jurande.registers.parties.states import Right


def can_ask_correction(actor: Actor, award: Award) -> Verdict:
    """Its holder, as long as another document can be made of it; one that is over or suspended is mended as it is."""
    verdict = can_keep_award(actor, award)
    if not verdict.allowed:
        return verdict
    if award.origin == Origin.ELSEWHERE:
        return no(_("Ce document a été délivré avec un autre outil. Écrivez à l’organisme qui vous l’a remis."))
    if award.state not in (AwardState.ISSUED, AwardState.SUSPENDED):
        return no(_("Ce document n’est plus en vigueur\u00a0: il n’y a plus rien à y corriger."))
    return YES


def can_withdraw_correction(actor: Actor, correction: Correction) -> Verdict:
    """Who asked, and nobody else; contesting a refusal too."""
    return YES if actor.code == correction.holder.code else no(_("Cette demande n’est pas la vôtre."))


def can_appeal_correction(actor: Actor, correction: Correction) -> Verdict:
    """What the partner refused may be put before the certifier, once."""
    verdict = can_withdraw_correction(actor, correction)
    if not verdict.allowed:
        return verdict
    if correction.state != CorrectionState.REFUSED or correction.addressed_to != Desk.PARTNER:
        return no(_("Cette réponse ne se conteste pas ici."))
    return YES


def can_see_corrections(actor: Actor) -> Verdict:
    """Who sees what was issued sees what is asked about it."""
    return YES if actor.has(Right.SEE_AWARDS) else no(_("Votre rôle ne permet pas de voir les demandes de correction."))


def can_set_correction_rule(actor: Actor, certifier: Certifier) -> Verdict:
    """Promising a shorter delay than the law’s: those who answer for what is issued."""
    return can_withdraw_awards(actor, certifier)


def can_answer_correction(actor: Actor, correction: Correction) -> Verdict:
    """Refusing, or saying what one thinks of it: the desk it is on; the certifier may answer in the partner’s place."""
    if actor.code == correction.holder.code:
        return no(_("Personne ne répond à sa propre demande. Confiez-la à un collègue."))
    if correction.state != CorrectionState.ASKED:
        return no(_("Cette demande a déjà reçu sa réponse."))
    if not actor.partnership_code:
        return can_withdraw_awards(actor, correction.award.certifier)
    if correction.prepared_by is None or correction.prepared_by.code != actor.partnership_code:
        return no(_("Cette demande ne concerne pas votre organisme."))
    if correction.addressed_to != Desk.PARTNER:
        return no(_("Cette demande est maintenant chez le certificateur\u00a0: c’est lui qui répond."))
    if not actor.has(Right.PREPARE_AWARDS):
        return no(_("Votre rôle ne permet pas de répondre aux demandes de correction."))
    return YES


def can_accept_correction(
    actor: Actor, correction: Correction, *, mandate: IssuingMandate | None = None, standing: Standing | None = None
) -> Verdict:
    """Replacing the award: the certifier; the partner within its mandate as it stands that day, never its own work.

    ``mandate`` and ``standing``: the partner’s, for the habilitation under which the award was issued.
    """
    verdict = can_answer_correction(actor, correction)
    if not verdict.allowed:
        return verdict
    if not actor.partnership_code:
        return can_correct_award(actor, correction.award)
    if correction.kind == CorrectionKind.OTHER:
        return no(_("Seul le certificateur peut corriger autre chose qu’une identité. Transmettez-lui votre avis."))
    if mandate is None or standing is None:
        return no(_("Vous ne délivrez pas au nom du certificateur\u00a0: transmettez-lui la demande, avec votre avis."))
    verdict = can_issue_by_delegation(actor, mandate, standing, right=Right.ISSUE_AWARDS)
    if not verdict.allowed:
        return verdict
    if can_take_own_work_further(actor, prepared_by=correction.award.issued_by_code):
        return YES
    return no(_("Vous avez délivré ce document vous-même\u00a0: un collègue doit accepter, ou le certificateur."))
