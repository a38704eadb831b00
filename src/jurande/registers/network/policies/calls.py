"""May they? Fee schedules, calls and flags: looking, preparing, publishing. Nothing here reads the database."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.verdicts import YES, Verdict, no
from jurande.registers.network.models import Call, FeeSchedule, Flag
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor, can_take_own_work_further
from jurande.registers.parties.states import Right


def can_see_recruitment(actor: Actor) -> Verdict:
    """Calls, fee schedules, applications: those of the certifier who work on them."""
    if actor.partnership_code:
        return _elsewhere()
    return _holds(actor, Right.SEE_APPLICATIONS, _("Votre rôle ne permet pas de voir le recrutement."))


def can_manage_calls(actor: Actor, certifier: Certifier) -> Verdict:
    """Starting a fee schedule or a call."""
    if not _inside(actor, certifier):
        return _elsewhere()
    return _holds(
        actor,
        Right.MANAGE_CALLS,
        _("Votre rôle ne permet pas de préparer un appel ou un barème. Demandez à un responsable du réseau."),
    )


def can_edit_schedule(actor: Actor, schedule: FeeSchedule) -> Verdict:
    """Writing in a draft; a frozen schedule is frozen for everybody."""
    verdict = can_manage_calls(actor, schedule.certifier)
    if verdict and not schedule.is_draft:
        return no(_("Ce barème est figé\u00a0: il ne change plus. Préparez-en un nouveau qui le remplace."))
    return verdict


def can_edit_call(actor: Actor, call: Call) -> Verdict:
    """Writing in a draft; what a published call asks no longer changes."""
    verdict = can_manage_calls(actor, call.certifier)
    if verdict and not call.is_draft:
        return no(
            _(
                "Cet appel est publié\u00a0: ce qu’il demande ne change plus. "
                "Vous pouvez le prolonger, le clore, ou en préparer un autre."
            )
        )
    return verdict


def can_publish_call(actor: Actor, call: Call) -> Verdict:
    """Publishing a draft that somebody else wrote, unless separation of duties is relaxed."""
    verdict = can_manage_calls(actor, call.certifier)
    if not verdict:
        return verdict
    wrote = actor.code in call.author_codes
    return can_take_own_work_further(actor, prepared_by=actor.code if wrote else "")


def can_close_call(actor: Actor, call: Call) -> Verdict:
    """Prolonging or closing a published call: those who prepare them."""
    return can_manage_calls(actor, call.certifier)


def can_settle_flag(actor: Actor, flag: Flag) -> Verdict:
    """Saying what was seen of a flag: those who review applications."""
    if not _inside(actor, flag.certifier):
        return _elsewhere()
    return _holds(
        actor,
        Right.REVIEW_APPLICATIONS,
        _("Votre rôle ne permet pas de régler un signalement. Demandez à un auditeur."),
    )


def _holds(actor: Actor, right: Right, reason: str | Promise) -> Verdict:
    return YES if actor.has(right) else no(reason)


def _inside(actor: Actor, certifier: Certifier) -> bool:
    return bool(actor.certifier_code and actor.certifier_code == certifier.code and not actor.partnership_code)


def _elsewhere() -> Verdict:
    return no(_("Cet élément n’est pas dans votre maison."))
