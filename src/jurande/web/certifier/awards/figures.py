"""What became of what was issued, and what its pages are used for: numbers, never names."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from jurande.registers.awards.policies.lots import can_see_awards
from jurande.registers.awards.queries.figures import figures_of
from jurande.registers.common.verdicts import require
from jurande.web.access import Asked, audience
from jurande.web.certifier.awards.parts import tabs
from jurande.web.ui import award_figures as shown

OFFERED = ("certification", "partenaire", "lot", "mois")


@require_safe
@audience("certifier")
def figures(request: Asked, certifier: str) -> HttpResponse:
    """The figures of the house, counted one way, over a period; as a page or as a sheet."""
    require(can_see_awards(request.actor))
    asked = shown.Asked.of(request.GET, OFFERED)
    found = figures_of(request.certifier, by=asked.key, months=asked.months, now=timezone.now())
    if sheet := shown.sheet_of(asked, found):
        return sheet
    page = shown.page_of(asked, OFFERED, found) | {"tabs": tabs(request, "certifier:awards-figures")}
    return render(request, "certifier/awards/figures.html", page)
