"""What the pages of issuing share: their tabs, by the moments of the trade."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.policies import lots as policies
from jurande.registers.awards.policies.claims import can_judge_claims, can_see_claims
from jurande.registers.awards.policies.combinations import can_answer_requests, can_see_combinations
from jurande.registers.awards.policies.corrections import can_see_corrections
from jurande.registers.awards.policies.delegation import can_see_delegation
from jurande.registers.awards.policies.designs import can_see_designs
from jurande.registers.awards.policies.erasure import can_see_retention
from jurande.registers.awards.policies.life import can_see_expiring, can_take_over, can_withdraw_awards
from jurande.registers.awards.policies.receiving import can_see_addresses
from jurande.registers.awards.policies.record import can_copy_record
from jurande.registers.awards.queries.claims import claims_of
from jurande.registers.awards.queries.combinations import asked
from jurande.registers.awards.queries.corrections import waiting_at
from jurande.registers.awards.queries.lots import lots
from jurande.registers.awards.queries.receiving import to_mend
from jurande.registers.awards.states import LotState
from jurande.registers.common.verdicts import Verdict
from jurande.registers.parties.states import Right
from jurande.web.access import Asked
from jurande.web.ui.areas import Area, Moment, Rows, rows
from jurande.web.ui.radar import Reader

# What each right is waited for: a lot in the first state needs it to go on.
_NEXT = {Right.APPROVE_AWARDS: LotState.PREPARED, Right.ISSUE_AWARDS: LotState.APPROVED}


def _awards(reader: Reader) -> Verdict:
    return policies.can_see_awards(reader.actor)


def _lots(reader: Reader) -> QuerySet[Any] | None:
    states = [state for right, state in _NEXT.items() if reader.actor.has(right)]
    return lots(reader.actor).in_states(*states) if states else None


def _claims(reader: Reader) -> QuerySet[Any] | None:
    return claims_of(reader.actor).waiting() if can_judge_claims(reader.actor, reader.certifier) else None


def _corrections(reader: Reader) -> QuerySet[Any] | None:
    return waiting_at(reader.actor) if can_withdraw_awards(reader.actor, reader.certifier) else None


def _combinations(reader: Reader) -> QuerySet[Any] | None:
    return asked(reader.actor) if can_answer_requests(reader.actor, reader.certifier) else None


MOMENTS: tuple[Moment, ...] = (
    Moment(
        _("Délivrer"),
        (
            Area(_("Lots"), "certifier:awards", _awards, _lots),
            Area(
                _("Demandes"), "certifier:awards-claims", lambda one: can_see_claims(one.actor, one.certifier), _claims
            ),
            Area(_("Délégations"), "certifier:awards-mandates", lambda one: can_see_delegation(one.actor)),
            Area(_("Reprise"), "certifier:awards-elsewhere", lambda one: can_take_over(one.actor, one.certifier)),
        ),
    ),
    Moment(
        _("Suivre"),
        (
            Area(_("Délivrances"), "certifier:awards-issued", _awards),
            Area(_("Échéances"), "certifier:awards-ending", lambda one: can_see_expiring(one.actor, one.certifier)),
            Area(
                _("Corrections"),
                "certifier:awards-corrections",
                lambda one: can_see_corrections(one.actor),
                _corrections,
            ),
            Area(
                _("Adresses"),
                "certifier:awards-addresses",
                lambda one: can_see_addresses(one.actor),
                lambda one: to_mend(one.actor).count,
            ),
            Area(_("Chiffres"), "certifier:awards-figures", _awards),
        ),
    ),
    Moment(
        _("Concevoir"),
        (
            Area(_("Modèles"), "certifier:awards-designs", lambda one: can_see_designs(one.actor)),
            Area(_("Assiduité"), "certifier:awards-rules", _awards),
            Area(
                _("Combinaisons"),
                "certifier:awards-combinations",
                lambda one: can_see_combinations(one.actor, one.certifier),
                _combinations,
            ),
            Area(_("Avis"), "certifier:awards-endorsements", lambda one: can_see_claims(one.actor, one.certifier)),
        ),
    ),
    Moment(_("Vitrine"), (Area(_("Vitrine"), "certifier:showcase", _awards),)),
    Moment(
        _("Garder"),
        (
            Area(_("Durées et gels"), "certifier:retention", lambda one: can_see_retention(one.actor, one.certifier)),
            Area(
                _("Copie du registre public"),
                "certifier:awards-record",
                lambda one: can_copy_record(one.actor, one.certifier),
            ),
        ),
    ),
)


def tabs(request: Asked, current: str) -> Rows:
    """The views of issuing that one may open; ``current`` is the name of the one being looked at."""
    return rows(MOMENTS, request, request.certifier.code, current)
