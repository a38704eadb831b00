"""The first page: what is waiting, oldest deadline first, and the network at a glance."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from jurande.registers.journal import queries as journal
from jurande.registers.network.policies.ledger import can_see_ledger
from jurande.registers.parties import policies, queries
from jurande.web.access import Asked, audience
from jurande.web.certifier.radar import every_due
from jurande.web.ui.parts import Spot
from jurande.web.ui.sentences import told

SHOWN_AT_FIRST = 8
ENTRIES = 8


@require_safe
@audience("certifier")
def home(request: Asked, certifier: str) -> HttpResponse:
    """Answer «qu’est-ce qui m’attend ?», with the map of the network and the last acts."""
    actor = request.actor
    today = timezone.localdate()
    everything = "tout" in request.GET
    every = every_due(request, today)
    lines = every if everything else every[:SHOWN_AT_FIRST]
    by_departement = queries.partners_by_departement(actor)
    entries = []
    if policies.can_see_journal(actor):
        # Every file kept has its entry, beside that of the record which holds it: one of the two is enough here.
        acts = [entry for entry in journal.latest(certifier, 3 * ENTRIES) if entry.action != "documents.document.kept"]
        entries = told(acts[:ENTRIES])
    page = {
        "today": today,
        "may_radar": can_see_ledger(actor),
        "week": today.isocalendar().week,
        "lines": lines,
        "waiting": len(every),
        "late": sum(line.over for line in every),
        "hidden": len(every) - len(lines),
        "spots": _spots(certifier, by_departement),
        "partners": sum(by_departement.values()),
        "departements": len(by_departement),
        "events": entries,
        "verified": journal.last_verification(certifier),
    }
    return render(request, "certifier/home.html", page)


def _spots(certifier: str, by_departement: dict[str, int]) -> dict[str, Spot]:
    address = reverse("certifier:partners", args=[certifier])
    return {code: Spot(count, f"{address}?departement={code}") for code, count in by_departement.items()}
