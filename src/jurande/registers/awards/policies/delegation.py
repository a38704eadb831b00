"""May they? Delegating issuing to a partner, and issuing in the certifier's name. Nothing here reads the database."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from jurande.core.france.clauses import day_in_words
from jurande.registers.awards.models import IssuingMandate
from jurande.registers.common.verdicts import YES, Verdict, no
from jurande.registers.network.models import Habilitation
from jurande.registers.network.queries.habilitations import Standing
from jurande.registers.network.states import Action
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Right


def can_see_delegation(actor: Actor) -> Verdict:
    """Who sees what is issued sees who may issue."""
    return _holds(actor, Right.SEE_AWARDS, lazy("Votre rôle ne permet pas de voir les délivrances."))


def can_grant_mandate(actor: Actor, habilitation: Habilitation) -> Verdict:
    """Letting a partner issue in the certifier's name: those who approve what is issued."""
    verdict = can_decide_delegation(actor, habilitation.certifier)
    if not verdict.allowed:
        return verdict
    if Action.ASSESS not in habilitation.actions:
        return no(
            lazy(
                "Cette habilitation ne permet pas d’organiser l’évaluation\u00a0: un partenaire ne délivre que ce "
                "qu’il évalue."
            )
        )
    return YES


def can_end_mandate(actor: Actor, mandate: IssuingMandate) -> Verdict:
    """Ending it: the same people."""
    return can_decide_delegation(actor, mandate.certifier)


def can_decide_delegation(actor: Actor, certifier: Certifier) -> Verdict:
    """Deciding who else issues in the certifier's name."""
    if actor.certifier_code != certifier.code or actor.partnership_code:
        return no(lazy("Cet élément n’est pas dans votre maison."))
    return _holds(
        actor,
        Right.APPROVE_AWARDS,
        lazy("Votre rôle ne permet pas de déléguer la délivrance. Demandez à un signataire de votre maison."),
    )


def can_issue_by_delegation(actor: Actor, mandate: IssuingMandate, standing: Standing, *, right: Right) -> Verdict:
    """Whether this partner may prepare, approve or issue (``right``) under a mandate, as things stand that day."""
    if actor.partnership_code != mandate.partnership.code:
        return no(lazy("Cette délégation n’est pas celle de votre organisme."))
    verdict = _holds(actor, right, _REFUSED[right])
    return verdict if not verdict.allowed else authority_of(mandate, standing)


def authority_of(mandate: IssuingMandate, standing: Standing) -> Verdict:
    """Whether the mandate lets anything be issued that day: it lasts, and its habilitation is active."""
    if mandate.granted_on > standing.day:
        return no(_("Votre délégation de délivrance commence le %(day)s.") % {"day": day_in_words(mandate.granted_on)})
    if mandate.ended_on is not None and mandate.ended_on <= standing.day:
        return no(
            _("Votre délégation de délivrance a pris fin le %(day)s. Ce que vous avez délivré avant reste valable.")
            % {"day": day_in_words(mandate.ended_on)}
        )
    if standing.is_active:
        return YES
    if standing.state == "suspended":
        return no(
            _(
                "Votre habilitation est suspendue depuis le %(day)s\u00a0: rien ne peut être délivré tant que la "
                "suspension n’est pas levée. Ce que vous avez délivré avant reste valable."
            )
            % {"day": day_in_words(standing.since or standing.day)}
        )
    if standing.state == "not_yet":
        return no(
            _("Votre habilitation commence le %(day)s\u00a0: délivrez à partir de ce jour.")
            % {"day": day_in_words(mandate.habilitation.valid_from)}
        )
    return no(
        _(
            "Votre habilitation a pris fin le %(day)s\u00a0: rien ne peut plus être délivré. Ce que vous avez délivré "
            "avant reste valable."
        )
        % {"day": day_in_words(standing.since or standing.day)}
    )


_REFUSED = {
    Right.SEE_AWARDS: lazy("Votre rôle ne permet pas de voir les délivrances."),
    Right.PREPARE_AWARDS: lazy("Votre rôle ne permet pas de préparer une délivrance."),
    Right.APPROVE_AWARDS: lazy("Votre rôle ne permet pas d’approuver une délivrance. Demandez à votre dirigeant."),
    Right.ISSUE_AWARDS: lazy("Votre rôle ne permet pas de délivrer."),
}


def _holds(actor: Actor, right: Right, reason: str | Promise) -> Verdict:
    return YES if actor.has(right) else no(reason)
