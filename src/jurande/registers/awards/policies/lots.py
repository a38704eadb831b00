"""Who prepares, approves and issues: three rights, and nobody takes their own work further unless the house says so."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models import Award, Lot
from jurande.registers.awards.states import LotState
from jurande.registers.common.verdicts import YES, Verdict, no
from jurande.registers.parties.models import Certifier, Partnership
from jurande.registers.parties.policies import Actor, can_take_own_work_further
from jurande.registers.parties.states import Right

_STAFF = _("Votre rôle ne permet pas de préparer une délivrance. Demandez à la personne qui délivre.")


def can_see_awards(actor: Actor) -> Verdict:
    """What was issued, lots and designs: whoever has the right, in one's own place."""
    return _holds(actor, Right.SEE_AWARDS, _("Votre rôle ne permet pas de voir les délivrances."))


def can_prepare_award(actor: Actor, certifier: Certifier, partnership: Partnership | None = None) -> Verdict:
    """Preparing a lot: at the certifier, or at the partner that the lot is about."""
    if actor.certifier_code != certifier.code or not actor.certifier_code:
        return _elsewhere()
    if actor.partnership_code and (partnership is None or partnership.code != actor.partnership_code):
        return _elsewhere()
    return _holds(actor, Right.PREPARE_AWARDS, _STAFF)


def can_prepare_lot(actor: Actor, lot: Lot) -> Verdict:
    """Changing what a lot holds, as long as nobody approved it."""
    verdict = can_prepare_award(actor, lot.certifier, lot.partnership)
    if verdict and lot.state not in (LotState.RECEIVED, LotState.PREPARED):
        return no(_("Ce lot n’est plus en préparation\u00a0: ses lignes ne changent plus."))
    return verdict


def can_approve_lot(actor: Actor, lot: Lot) -> Verdict:
    """Approving what others prepared and mended, unless separation of duties is relaxed."""
    verdict = _inside(actor, lot)
    if not verdict:
        return verdict
    verdict = _holds(
        actor, Right.APPROVE_AWARDS, _("Votre rôle ne permet pas d’approuver un lot. Demandez à un signataire.")
    )
    wrote = actor.code in (lot.prepared_by_code, *lot.author_codes)
    return verdict and can_take_own_work_further(actor, prepared_by=actor.code if wrote else "")


def can_issue_lot(actor: Actor, lot: Lot) -> Verdict:
    """Issuing what was approved."""
    verdict = _inside(actor, lot)
    if not verdict:
        return verdict
    return _holds(actor, Right.ISSUE_AWARDS, _("Votre rôle ne permet pas de délivrer ce qui est approuvé."))


def can_return_lot(actor: Actor, lot: Lot) -> Verdict:
    """Sending an approved lot back to its preparation: who may approve, or who may issue."""
    verdict = _inside(actor, lot)
    if not verdict:
        return verdict
    if actor.has(Right.APPROVE_AWARDS) or actor.has(Right.ISSUE_AWARDS):
        return YES
    return no(_("Votre rôle ne permet pas de renvoyer un lot en préparation."))


def can_set_award_rules(actor: Actor, certifier: Certifier) -> Verdict:
    """Saying from which assiduity on a criterion is met: those who design what is awarded."""
    if actor.partnership_code or actor.certifier_code != certifier.code:
        return _elsewhere()
    return _holds(actor, Right.DESIGN_AWARDS, _("Votre rôle ne permet pas de fixer cette règle."))


def can_send_award_again(actor: Actor, award: Award) -> Verdict:
    """Writing to the holder once more: those who issue."""
    if actor.partnership_code or actor.certifier_code != award.certifier.code:
        return _elsewhere()
    return _holds(actor, Right.ISSUE_AWARDS, _("Votre rôle ne permet pas d’écrire aux titulaires."))


def _inside(actor: Actor, lot: Lot) -> Verdict:
    if not actor.certifier_code or actor.certifier_code != lot.certifier.code:
        return _elsewhere()
    if actor.partnership_code and (lot.partnership is None or lot.partnership.code != actor.partnership_code):
        return _elsewhere()
    return YES


def _holds(actor: Actor, right: Right, reason: str | Promise) -> Verdict:
    return YES if actor.has(right) else no(reason)


def _elsewhere() -> Verdict:
    return no(_("Cet élément n’est pas dans votre maison."))
