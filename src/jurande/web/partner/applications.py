"""What a partner applied to, and where each file stands; its pages are the applicant's own."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from jurande.registers.common.verdicts import require
from jurande.registers.network.policies.applications import can_see_own_applications
from jurande.registers.network.queries import applications as queries
from jurande.web.access import Asked, audience
from jurande.web.ui.applications import STATUSES


@require_safe
@audience("partner")
def listing(request: Asked, partnership: str) -> HttpResponse:
    """Our applications, and the calls of our certifier that are open."""
    require(can_see_own_applications(request.actor))
    page = {
        "applications": [(one, STATUSES[one.state]) for one in queries.applications(request.actor)],
        "calls": queries.open_calls_of(request.certifier, timezone.localdate()),
    }
    return render(request, "partner/applications.html", page)
