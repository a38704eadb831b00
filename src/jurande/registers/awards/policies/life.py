"""May they? Suspending, revoking, replacing, renewing what was issued; taking over what was issued elsewhere."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models import Award
from jurande.registers.common.verdicts import YES, Verdict, no
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor, can_take_own_work_further
from jurande.registers.parties.states import Right


def can_withdraw_awards(actor: Actor, certifier: Certifier) -> Verdict:
    """Suspending, restoring, revoking, replacing: the certifier alone, whoever assessed."""
    return _inside(
        actor,
        certifier,
        Right.WITHDRAW_AWARDS,
        _("Votre rôle ne permet pas de suspendre, de révoquer ni de remplacer. Demandez à un signataire."),
    )


def can_correct_award(actor: Actor, award: Award) -> Verdict:
    """Replacing by another: who may withdraw, but not alone what they issued themselves."""
    verdict = can_withdraw_awards(actor, award.certifier)
    return verdict and _by_another(actor, award)


def can_renew_awards(actor: Actor, certifier: Certifier) -> Verdict:
    """Giving again what ends: who approves or issues."""
    reason = _("Votre rôle ne permet pas de renouveler. Demandez à un signataire.")
    right = Right.APPROVE_AWARDS if actor.has(Right.APPROVE_AWARDS) else Right.ISSUE_AWARDS
    return _inside(actor, certifier, right, reason)


def can_renew_award(actor: Actor, award: Award) -> Verdict:
    """Giving this one again: not alone what one issued oneself."""
    verdict = can_renew_awards(actor, award.certifier)
    return verdict and _by_another(actor, award)


def can_see_expiring(actor: Actor, certifier: Certifier) -> Verdict:
    """Who sees what was issued sees what ends."""
    return _inside(actor, certifier, Right.SEE_AWARDS, _("Votre rôle ne permet pas de voir les délivrances."))


def can_set_reminders(actor: Actor, certifier: Certifier) -> Verdict:
    """Choosing when holders are written to before the end."""
    return _inside(actor, certifier, Right.DESIGN_AWARDS, _("Votre rôle ne permet pas de régler les rappels."))


def can_take_over(actor: Actor, certifier: Certifier) -> Verdict:
    """Keeping here what was issued elsewhere."""
    return _inside(
        actor, certifier, Right.ISSUE_AWARDS, _("Votre rôle ne permet pas de reprendre ce qui a été délivré ailleurs.")
    )


def _by_another(actor: Actor, award: Award) -> Verdict:
    if can_take_own_work_further(actor, prepared_by=award.issued_by_code):
        return YES
    return no(
        _(
            "Vous l’avez délivrée vous-même : une autre personne doit la corriger ou la renouveler. Demandez à un "
            "collègue, ou à un administrateur d’assouplir la règle."
        )
    )


def _inside(actor: Actor, certifier: Certifier, right: Right, reason: str | Promise) -> Verdict:
    if actor.partnership_code or not actor.certifier_code or actor.certifier_code != certifier.code:
        return no(_("Cet élément n’est pas dans votre maison."))
    return YES if actor.has(right) else no(reason)
