"""May they? Erasing, closing a space, taking what concerns one; durations, holds. Nothing here reads the database."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models import Award, RightRequest
from jurande.registers.awards.policies.holders import can_keep_award
from jurande.registers.common.verdicts import YES, Verdict, no
from jurande.registers.parties.models import Certifier, Person
from jurande.registers.parties.policies import Actor, can_take_own_work_further
from jurande.registers.parties.states import Right, Role


def can_erase_award(actor: Actor, award: Award) -> Verdict:
    """Its holder alone; a hold is another question, see ``operations.erasing``."""
    return can_keep_award(actor, award)


def can_close_space(actor: Actor, person: Person) -> Verdict:
    """One's own: closing it, taking what concerns one out of it."""
    is_theirs = bool(actor.code) and actor.code == person.code and Role.HOLDER in actor.roles
    return YES if is_theirs else no(_("Cet espace n’est pas le vôtre."))


def can_see_retention(actor: Actor, certifier: Certifier) -> Verdict:
    """Who sees what was issued sees how long it is kept."""
    return _inside(actor, certifier, Right.SEE_AWARDS, _("Votre rôle ne permet pas de voir les durées."))


def can_record_right(actor: Actor, certifier: Certifier) -> Verdict:
    """Noting what somebody asks for, and sending the answer: who may withdraw what was issued."""
    reason = _("Votre rôle ne permet pas de noter ni de décider ces demandes. Demandez à un signataire.")
    return _inside(actor, certifier, Right.WITHDRAW_AWARDS, reason)


def can_decide_right(actor: Actor, request: RightRequest) -> Verdict:
    """Accepting or refusing what was noted: the same people, but not alone what one noted oneself."""
    verdict = can_record_right(actor, request.certifier)
    if not verdict.allowed or can_take_own_work_further(actor, prepared_by=request.recorded_by_code):
        return verdict
    return no(
        _(
            "Vous avez noté cette demande\u00a0: une autre personne doit la décider, après avoir relu comment "
            "l’identité a été vérifiée."
        )
    )


def can_set_retention(actor: Actor, certifier: Certifier) -> Verdict:
    """Choosing durations: administrators, who answer for the register of processing."""
    return _inside(actor, certifier, Right.SET_RULES, _("Seul un administrateur choisit les durées. Demandez-le-lui."))


def can_hold(actor: Actor, certifier: Certifier) -> Verdict:
    """Freezing for a procedure, and lifting: who may withdraw what was issued."""
    reason = _("Votre rôle ne permet pas de geler ni de dégeler. Demandez à un signataire.")
    return _inside(actor, certifier, Right.WITHDRAW_AWARDS, reason)


def _inside(actor: Actor, certifier: Certifier, right: Right, reason: str | Promise) -> Verdict:
    if actor.partnership_code or not actor.certifier_code or actor.certifier_code != certifier.code:
        return no(_("Cet élément n’est pas dans votre maison."))
    return YES if actor.has(right) else no(reason)
