"""How many came to the training from the pages of proofs."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from jurande.registers.awards.policies.lots import can_see_awards
from jurande.registers.awards.queries.visits import arrivals_of
from jurande.registers.common.verdicts import require
from jurande.web.access import Asked, audience
from jurande.web.certifier.awards.parts import tabs


@require_safe
@audience("certifier")
def listing(request: Asked, certifier: str) -> HttpResponse:
    """Each certification whose link «Suivre cette formation» was followed, with the numbers."""
    require(can_see_awards(request.actor))
    page = {
        "lines": arrivals_of(request.certifier, today=timezone.localdate()),
        "tabs": tabs(certifier, "certifier:awards-visits"),
    }
    return render(request, "certifier/awards/visits.html", page)
