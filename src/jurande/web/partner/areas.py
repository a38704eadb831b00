"""The pages of issuing at a partner, in one row."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.policies.corrections import can_see_corrections
from jurande.registers.awards.policies.delegation import can_see_delegation
from jurande.registers.awards.policies.lots import can_see_awards
from jurande.registers.awards.policies.receiving import can_see_addresses
from jurande.registers.awards.queries.corrections import waiting_at
from jurande.registers.awards.queries.receiving import to_mend
from jurande.registers.parties.states import Right
from jurande.web.access import Asked
from jurande.web.ui.areas import Area, Rows, row
from jurande.web.ui.radar import Reader


def _corrections(reader: Reader) -> QuerySet[Any] | None:
    return waiting_at(reader.actor) if reader.actor.has(Right.PREPARE_AWARDS) else None


AREAS: tuple[Area, ...] = (
    Area(_("Lots"), "partner:awards", lambda one: can_see_delegation(one.actor)),
    Area(_("Délivrances"), "partner:awards-issued", lambda one: can_see_awards(one.actor)),
    Area(_("Corrections"), "partner:corrections", lambda one: can_see_corrections(one.actor), _corrections),
    Area(
        _("Adresses"),
        "partner:addresses",
        lambda one: can_see_addresses(one.actor),
        lambda one: to_mend(one.actor).count,
    ),
    Area(_("Chiffres"), "partner:awards-figures", lambda one: can_see_awards(one.actor)),
)


def tabs(request: Asked, current: str) -> Rows:
    """The views of issuing that one may open; ``current`` is the name of the one being looked at."""
    return Rows(row(AREAS, request, request.partnership.code, current), [])
