"""What a partner issued or assessed: every award, by pages, with search and export."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from jurande.registers.awards.facts.addresses import document_url
from jurande.registers.awards.policies.lots import can_see_awards
from jurande.registers.awards.queries import awards as queries
from jurande.registers.awards.states import AwardState
from jurande.registers.common.verdicts import require
from jurande.web.access import Asked, audience
from jurande.web.partner.areas import tabs
from jurande.web.ui.award_lots import award_chip
from jurande.web.ui.tables import Column, Filter, Table

TABLE: Table[Any] = Table(
    name="delivrances",
    columns=(
        Column(
            "nom",
            _("Titulaire"),
            lambda one: one.full_name or str(_("Effacé")),
            order=("last_name", "first_name"),
        ),
        # With its key, as the document has it: this house knows the name already.
        Column("numero", _("Numéro"), lambda one: one.shown_number, url=lambda one: document_url(one.number)),
        Column("quoi", _("Ce qui est délivré"), lambda one: one.certification.title, on_phone=False),
        Column("obtenu", _("Obtenu le"), lambda one: one.awarded_on, order=("awarded_on",)),
        Column("jusquau", _("Valable jusqu’au"), lambda one: one.valid_until, order=("valid_until",), on_phone=False),
        Column(
            "delivre",
            _("Délivré le"),
            lambda one: timezone.localdate(one.issued_at),
            order=("issued_at",),
            at_first=False,
        ),
        Column("etat", _("État"), lambda one: one.get_state_display(), show=award_chip, order=("state",)),
    ),
    filters=(Filter("etat", _("état"), AwardState.choices, lambda rows, kept: rows.in_states(*kept)),),
    search=queries.matching,
    order="-delivre",
    unit=_("délivrance,délivrances"),
)


@require_safe
@audience("partner")
def listing(request: Asked, partnership: str) -> HttpResponse:
    """All that was issued from here or about what we assessed."""
    require(can_see_awards(request.actor))
    rows = queries.awards(request.actor)
    found = TABLE.read(request.GET, rows)
    if sheet := found.sheet():
        return sheet
    page = {"listing": found, "any": rows.exists(), "tabs": tabs(request, "partner:awards-issued")}
    return render(request, "partner/awards/issued.html", page)
