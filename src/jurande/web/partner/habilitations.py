"""What a partner may do, where and until when: its habilitations, their attestations and their badges."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from jurande.registers.common.verdicts import require
from jurande.registers.network.operations.habilitations.credentials import NAMES, bloc_words
from jurande.registers.network.policies import habilitations as policies
from jurande.registers.network.queries import habilitations as queries
from jurande.web.access import Asked, audience
from jurande.web.ui.habilitations import embed_of, strip_of, where
from jurande.web.ui.lives import STANDINGS
from jurande.web.ui.marks import chip


@require_safe
@audience("partner")
def listing(request: Asked, partnership: str) -> HttpResponse:
    """Every habilitation that took effect here, those that count first."""
    require(policies.can_see_habilitations(request.actor))
    today = timezone.localdate()
    rows = queries.of_partner(request.actor, request.partnership)
    standings = {row.pk: queries.standing_on(row, today) for row in rows}
    page = {
        "cards": [
            {
                "row": row,
                "chip": chip(*STANDINGS[standings[row.pk].state]),
                "standing": standings[row.pk],
                "name": NAMES[row.actions],
                "blocs": bloc_words(row),
                "where": where(row),
                "holds": queries.holds_on(row) if standings[row.pk].state == "suspended" else [],
                "embed": embed_of(row),
                "has_file": row.credential is not None and row.credential.signed is not None,
            }
            for row in rows
        ],
        "active": sum(standing.is_active for standing in standings.values()),
        "strip": strip_of(rows, day=today) if rows else None,
    }
    return render(request, "partner/habilitations.html", page)
