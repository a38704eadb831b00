"""May they judge? Who assigns, scores, decides, hears an appeal. Nothing here reads the database."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from jurande.registers.common.verdicts import YES, Verdict, no
from jurande.registers.network.models import Application, Approval, Review
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Right, Rule


def can_see_recruitment(actor: Actor) -> Verdict:
    """The pipeline and the files: everybody at the certifier who takes part in them."""
    if actor.partnership_code:
        return _elsewhere()
    return _holds(actor, Right.SEE_APPLICATIONS, _("Votre rôle ne permet pas de voir les candidatures."))


def can_open_documents(actor: Actor) -> Verdict:
    """The documents of the files, on top of the files themselves."""
    verdict = can_see_recruitment(actor)
    if not verdict:
        return verdict
    return _holds(actor, Right.SEE_DOCUMENTS, _("Votre rôle ne permet pas d’ouvrir les pièces."))


def can_see_dossier(actor: Actor, application: Application) -> Verdict:
    """One file."""
    return can_see_recruitment(actor) if _inside(actor, application.certifier) else _elsewhere()


def can_assign_review(actor: Actor, application: Application) -> Verdict:
    """Network managers choose who scores."""
    if not _inside(actor, application.certifier):
        return _elsewhere()
    return _holds(actor, Right.MANAGE_CALLS, _("Seul un responsable du réseau confie une candidature."))


def can_write_review(actor: Actor, review: Review) -> Verdict:
    """The reviewer it was given to, and nobody else, whatever their role."""
    if not _inside(actor, review.application.certifier):
        return _elsewhere()
    if not actor.has(Right.REVIEW_APPLICATIONS):
        return no(_("Votre rôle ne permet pas d’évaluer une candidature."))
    if review.reviewer.code != actor.code:
        return no(_("Cette évaluation est confiée à une autre personne\u00a0: elle seule la lit et l’écrit."))
    return YES


def can_exchange(actor: Actor, application: Application) -> Verdict:
    """Questions, visits: whoever reviews, manages or decides."""
    if not _inside(actor, application.certifier):
        return _elsewhere()
    if actor.rights & {Right.REVIEW_APPLICATIONS, Right.MANAGE_CALLS, Right.DECIDE_APPLICATIONS}:
        return YES
    return no(_("Votre rôle ne permet pas d’écrire au candidat."))


def can_decide_application(actor: Actor, application: Application, *, scorers: Collection[str]) -> Verdict:
    """Who may decide and did not score, unless the certifier set the separation aside. ``scorers``: their codes."""
    if not _inside(actor, application.certifier):
        return _elsewhere()
    if not actor.has(Right.DECIDE_APPLICATIONS):
        return no(_("Votre rôle ne permet pas de décider d’une candidature."))
    if actor.code in scorers and Rule.SEPARATION not in actor.relaxed:
        return no(
            _(
                "Vous avez évalué cette candidature\u00a0: une autre personne doit en décider. "
                "Demandez à un collègue, ou à un administrateur d’assouplir la règle."
            )
        )
    return YES


def can_judge_appeal(actor: Actor, application: Application, *, involved: Collection[str]) -> Verdict:
    """Who may decide, and neither scored nor decided. ``involved``: their codes; no rule set aside changes this."""
    if not _inside(actor, application.certifier):
        return _elsewhere()
    if not actor.has(Right.DECIDE_APPLICATIONS):
        return no(_("Votre rôle ne permet pas de juger un recours."))
    if actor.code in involved:
        return no(
            _(
                "Vous avez évalué cette candidature ou pris la décision contestée\u00a0: une personne qui n’a fait "
                "ni l’un ni l’autre doit juger le recours."
            )
        )
    return YES


def can_follow_conditions(actor: Actor, application: Application) -> Verdict:
    """Saying that a condition is met: those who manage the network or decide."""
    if not _inside(actor, application.certifier):
        return _elsewhere()
    if actor.rights & {Right.MANAGE_CALLS, Right.DECIDE_APPLICATIONS}:
        return YES
    return no(_("Votre rôle ne permet pas de suivre les conditions d’un agrément."))


def can_change_approval(actor: Actor, approval: Approval) -> Verdict:
    """Withdrawing or renewing an approval."""
    return can_manage_approvals(actor, approval.certifier)


def can_manage_approvals(actor: Actor, certifier: Certifier) -> Verdict:
    """Granting, refusing, withdrawing and renewing approvals of a partner."""
    if not _inside(actor, certifier):
        return _elsewhere()
    return _holds(actor, Right.DECIDE_APPLICATIONS, _("Votre rôle ne permet pas de décider d’un agrément."))


def _holds(actor: Actor, right: Right, reason: object) -> Verdict:
    return YES if actor.has(right) else no(reason)  # type: ignore[arg-type]


def _inside(actor: Actor, certifier: Certifier) -> bool:
    return bool(actor.certifier_code and actor.certifier_code == certifier.code and not actor.partnership_code)


def _elsewhere() -> Verdict:
    # Screens never get this far: visible_to() has already answered 404. This guards the operations themselves.
    return no(_("Cet élément n’est pas dans votre maison."))
