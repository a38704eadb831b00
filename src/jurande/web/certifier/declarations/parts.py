"""What the pages of registration dossiers share: finding one or answering 404, how a criterion stands, the sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import Http404
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jurande.core.france.specific_register import Standing
from jurande.registers.common.verdicts import require
from jurande.registers.declarations import policies, queries
from jurande.registers.declarations.states import DossierState
from jurande.web.access import Asked
from jurande.web.ui.marks import chip

STANDINGS: Mapping[str, str] = {
    Standing.SHOWN: "ok",
    Standing.PARTIAL: "warn",
    Standing.MISSING: "draft",
    Standing.MOOT: "end",
}
STATES = {DossierState.DRAFT: "run", DossierState.CLOSED: "ok", DossierState.DISCARDED: "end"}


def found(request: Asked, code: str) -> Any:
    """The dossier of this house.

    :raises Http404: it is somebody else's, or none.
    """
    require(policies.can_see_dossiers(request.actor))
    held = queries.dossier(request.actor, code)
    if held is None:
        raise Http404
    return held


def state_chip(held: Any) -> SafeString:
    """Where a dossier stands."""
    return chip(STATES[held.state], held.get_state_display(), bare=True)


def lacking_in(one: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What a criterion of a content lacks, in whole or in part."""
    return [each for each in one["evidence"] if each["standing"] in (Standing.MISSING, Standing.PARTIAL)]


def counts_in(content: Mapping[str, Any]) -> dict[str, int]:
    """How many criteria stand so, by standing."""
    standings = [one["standing"] for one in content["criteria"]]
    return {standing.value: standings.count(standing) for standing in Standing}


def promotion_sheet(content: Mapping[str, Any]) -> tuple[list[str], list[Sequence[object]]]:
    """Holders by civil year and by body: titles, then rows."""
    header = [_("Année"), _("Organisme"), _("Formés par"), _("Titulaires")]
    rows: list[Sequence[object]] = [
        [one["year"], one["body"], _("le certificateur") if one["is_own"] else _("un partenaire"), one["holders"]]
        for one in content["promotions"]
    ]
    return header, rows


def place_sheet(content: Mapping[str, Any]) -> tuple[list[str], list[Sequence[object]]]:
    """The bodies habilitated, and what binds each: titles, then rows."""
    header = [
        _("Organisme"),
        "SIRET",
        _("Habilité à"),
        _("Depuis le"),
        _("Jusqu’au"),
        _("Convention"),
        _("Signée le"),
        _("Sept mentions"),
        _("Trois moyens"),
    ]
    rows: list[Sequence[object]] = [
        [
            one["name"],
            one["siret"],
            one["kind"],
            _day(one["since"]),
            _day(one["until"]),
            one["convention"],
            _day(one["concluded_on"]),
            one["has_mentions"],
            one["has_means"],
        ]
        for one in content["places"]
    ]
    return header, rows


def _day(iso: str) -> date | None:
    return date.fromisoformat(iso) if iso else None
