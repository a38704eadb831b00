"""May they? Certifications: looking, preparing and publishing are three rights. Nothing here reads the database."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jurande.registers.catalogue.models import Certification, Referentiel
from jurande.registers.common.verdicts import YES, Verdict, no
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor, can_take_own_work_further
from jurande.registers.parties.states import Right


def can_see_certifications(actor: Actor) -> Verdict:
    """Everybody who works at the certifier."""
    return _holds(actor, Right.SEE_CERTIFICATIONS, _("Votre rôle ne permet pas de voir les certifications."))


def can_claim_fiche(actor: Actor, certifier: Certifier) -> Verdict:
    """Saying which certifications of the national registers are ours, or no longer are: those who open partnerships."""
    if not _inside(actor, certifier):
        return _elsewhere()
    return _holds(
        actor,
        Right.OPEN_PARTNERSHIPS,
        _("Seul un responsable du réseau rattache ou détache une certification nationale."),
    )


def can_prepare_certification(actor: Actor, certifier: Certifier) -> Verdict:
    """Starting a certification or a version: those who write référentiels."""
    if not _inside(actor, certifier):
        return _elsewhere()
    return _holds(
        actor,
        Right.PREPARE_CERTIFICATIONS,
        _("Votre rôle ne permet pas de préparer une certification. Demandez à un responsable du réseau."),
    )


def can_edit_referentiel(actor: Actor, referentiel: Referentiel) -> Verdict:
    """Writing in a draft; a published version is frozen for everybody."""
    verdict = can_prepare_certification(actor, referentiel.certification.certifier)
    if verdict and not referentiel.is_draft:
        return no(_("Cette version est publiée\u00a0: elle ne change plus. Commencez une nouvelle version."))
    return verdict


def can_publish_referentiel(actor: Actor, referentiel: Referentiel) -> Verdict:
    """Publishing a draft that somebody else wrote, unless separation of duties is relaxed."""
    if not _inside(actor, referentiel.certification.certifier):
        return _elsewhere()
    verdict = _holds(
        actor,
        Right.PUBLISH_CERTIFICATIONS,
        _("Votre rôle ne permet pas de publier. Demandez à un signataire ou à un responsable du réseau."),
    )
    if not verdict:
        return verdict
    wrote = actor.code in referentiel.author_codes
    return can_take_own_work_further(actor, prepared_by=actor.code if wrote else "")


def can_retire_certification(actor: Actor, certification: Certification) -> Verdict:
    """Those who publish."""
    if not _inside(actor, certification.certifier):
        return _elsewhere()
    return _holds(actor, Right.PUBLISH_CERTIFICATIONS, _("Votre rôle ne permet pas de retirer une certification."))


def can_set_catalogue_choices(actor: Actor, certifier: Certifier) -> Verdict:
    """What the law leaves to the certifier: those who publish."""
    if not _inside(actor, certifier):
        return _elsewhere()
    return _holds(actor, Right.PUBLISH_CERTIFICATIONS, _("Votre rôle ne permet pas de changer ces choix."))


def _holds(actor: Actor, right: Right, reason: str | Promise) -> Verdict:
    return YES if actor.has(right) else no(reason)


def _inside(actor: Actor, certifier: Certifier) -> bool:
    return bool(actor.certifier_code and actor.certifier_code == certifier.code and not actor.partnership_code)


def _elsewhere() -> Verdict:
    return no(_("Cet élément n’est pas dans votre maison."))
