"""What became of what a partner issued or assessed: its own numbers, never names."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from jurande.registers.awards.policies.lots import can_see_awards
from jurande.registers.awards.queries.figures import figures_of
from jurande.registers.common.verdicts import require
from jurande.web.access import Asked, audience
from jurande.web.partner.areas import tabs
from jurande.web.ui import award_figures as shown

OFFERED = ("certification", "lot", "mois")


@require_safe
@audience("partner")
def figures(request: Asked, partnership: str) -> HttpResponse:
    """The figures of this partner alone, counted one way, over a period; as a page or as a sheet."""
    require(can_see_awards(request.actor))
    asked = shown.Asked.of(request.GET, OFFERED)
    found = figures_of(
        request.certifier, by=asked.key, months=asked.months, now=timezone.now(), partnership=request.partnership
    )
    if sheet := shown.sheet_of(asked, found):
        return sheet
    page = shown.page_of(asked, OFFERED, found) | {"tabs": tabs(request, "partner:awards-figures")}
    return render(request, "partner/awards/figures.html", page)
