"""May they? Signing, suspending, notifying griefs, deciding. Nothing here reads the database."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.verdicts import YES, Verdict, no
from jurande.registers.conventions.models import Convention, Signatory, Termination
from jurande.registers.conventions.states import ConventionState, Side
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor, can_take_own_work_further
from jurande.registers.parties.states import Right, Rule


def can_choose_signing(actor: Actor, certifier: Certifier) -> Verdict:
    """How long a link opens, and who signs first: those who prepare conventions."""
    return _at_home(actor, certifier, Right.PREPARE_CONVENTIONS, _("Seul un responsable du réseau règle la signature."))


def can_follow_signatures(actor: Actor, convention: Convention) -> Verdict:
    """Inviting, reminding and replacing who signs: those who prepare conventions, and those who sign them."""
    if actor.has(Right.SIGN_CONVENTIONS) and _inside(actor, convention.certifier):
        return YES
    return _at_home(
        actor,
        convention.certifier,
        Right.PREPARE_CONVENTIONS,
        _("Votre rôle ne permet pas de relancer ou de remplacer un signataire. Demandez à un responsable du réseau."),
    )


def can_sign(actor: Actor, signatory: Signatory) -> Verdict:
    """The named person, for their own side; at the certifier, somebody else than who prepared it, unless relaxed."""
    convention = signatory.convention
    if signatory.side == Side.PARTNER:
        inside = actor.partnership_code == convention.partnership.code
    else:
        inside = _inside(actor, convention.certifier)
    if not inside:
        return _elsewhere()
    if not actor.has(Right.SIGN_CONVENTIONS):
        return no(_("Votre rôle ne permet pas de signer. La convention attend la signature de la personne désignée."))
    if signatory.person is None or signatory.person.code != actor.code:
        return no(
            _(
                "Vous n’êtes pas la personne désignée pour signer. Si c’est à vous de le faire, demandez au "
                "certificateur de vous désigner à sa place."
            )
        )
    if signatory.side == Side.CERTIFIER:
        return can_take_own_work_further(actor, prepared_by=convention.prepared_by_code)
    return YES


def can_suspend(actor: Actor, convention: Convention) -> Verdict:
    """Suspending as a precaution, lifting it, notifying griefs, proposing an end."""
    return _at_home(
        actor,
        convention.certifier,
        Right.SUSPEND_CONVENTIONS,
        _("Votre rôle ne permet pas de suspendre une convention ni de notifier des griefs."),
    )


def can_decide_termination(actor: Actor, termination: Termination) -> Verdict:
    """Terminating, or closing: who may, and did not notify the griefs, unless separation is relaxed."""
    verdict = _at_home(
        actor,
        termination.convention.certifier,
        Right.TERMINATE_CONVENTIONS,
        _("Votre rôle ne permet pas de décider d’une résiliation. Demandez à un signataire."),
    )
    if verdict and actor.code == termination.notified_by_code and Rule.SEPARATION not in actor.relaxed:
        return no(
            _(
                "Vous avez notifié les griefs\u00a0: une autre personne doit décider. "
                "Demandez à un collègue qui peut résilier une convention."
            )
        )
    return verdict


def can_answer_for_partner(actor: Actor, convention: Convention) -> Verdict:
    """Acknowledging a letter, giving observations, agreeing to an end: the head of the partner."""
    if actor.partnership_code != convention.partnership.code:
        return _elsewhere()
    if actor.has(Right.SIGN_CONVENTIONS) or (actor.has(Right.SEE_CONVENTIONS) and _is_over(convention)):
        return YES
    return no(_("Seul le dirigeant de l’organisme répond au certificateur. Prévenez-le."))


def _is_over(convention: Convention) -> bool:
    # Once the partnership has ended its people only read; a letter may still have to be opened by them.
    return bool(convention.partnership.is_ended and convention.state == ConventionState.ENDED)


def _at_home(actor: Actor, certifier: Certifier, right: Right, reason: str | Promise) -> Verdict:
    if not _inside(actor, certifier):
        return _elsewhere()
    return YES if actor.has(right) else no(reason)


def _inside(actor: Actor, certifier: Certifier) -> bool:
    return bool(actor.certifier_code and actor.certifier_code == certifier.code and not actor.partnership_code)


def _elsewhere() -> Verdict:
    return no(_("Cet élément n’est pas dans votre maison."))
