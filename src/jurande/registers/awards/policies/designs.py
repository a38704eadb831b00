"""May they? Designs: looking, writing, publishing. Nothing here reads the database."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models import Design, Lot
from jurande.registers.common.verdicts import YES, Verdict, no
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor, can_take_own_work_further
from jurande.registers.parties.states import Right


def can_see_designs(actor: Actor) -> Verdict:
    """Those of the house who see what it awards."""
    if actor.partnership_code:
        return _elsewhere()
    return _holds(actor, Right.SEE_AWARDS, _("Votre rôle ne permet pas de voir les modèles."))


def can_write_designs(actor: Actor, certifier: Certifier) -> Verdict:
    """Beginning and writing designs, changing the brand."""
    if not _inside(actor, certifier):
        return _elsewhere()
    return _holds(
        actor, Right.DESIGN_AWARDS, _("Votre rôle ne permet pas de dessiner un modèle. Demandez à un délivreur.")
    )


def can_write_design(actor: Actor, design: Design) -> Verdict:
    """Writing in a draft; a published version is frozen for everybody."""
    verdict = can_write_designs(actor, design.certifier)
    if verdict and not design.is_draft:
        return no(_("Ce modèle est publié\u00a0: il ne change plus. Commencez une nouvelle version."))
    return verdict


def can_publish_design(actor: Actor, design: Design) -> Verdict:
    """Publishing a draft that somebody else wrote, unless separation of duties is relaxed."""
    if not _inside(actor, design.certifier):
        return _elsewhere()
    if not actor.has(Right.DESIGN_AWARDS) and not actor.has(Right.APPROVE_AWARDS):
        return no(_("Votre rôle ne permet pas de publier un modèle. Demandez à un signataire."))
    wrote = actor.code in design.author_codes
    return can_take_own_work_further(actor, prepared_by=actor.code if wrote else "")


def can_pack_parchments(actor: Actor, lot: Lot) -> Verdict:
    """Taking away the documents of a whole lot: those who prepare what is issued."""
    if not _inside(actor, lot.certifier):
        return _elsewhere()
    return _holds(actor, Right.PREPARE_AWARDS, _("Votre rôle ne permet pas d’emporter les documents d’un lot."))


def _holds(actor: Actor, right: Right, reason: str | Promise) -> Verdict:
    return YES if actor.has(right) else no(reason)


def _inside(actor: Actor, certifier: Certifier) -> bool:
    return bool(actor.certifier_code) and actor.certifier_code == certifier.code and not actor.partnership_code


def _elsewhere() -> Verdict:
    return no(_("Ceci appartient à un autre organisme."))
