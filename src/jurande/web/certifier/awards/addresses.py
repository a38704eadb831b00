"""Addresses of holders to mend, at the certifier."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from jurande.registers.awards.policies.receiving import can_mend_address, can_see_addresses
from jurande.registers.common.verdicts import require
from jurande.web.access import Asked, audience
from jurande.web.certifier.awards.issued import held_award
from jurande.web.certifier.awards.parts import tabs
from jurande.web.ui import mending


@require_safe
@audience("certifier")
def listing(request: Asked, certifier: str) -> HttpResponse:
    """Whose letter came back."""
    require(can_see_addresses(request.actor))
    return mending.listing(
        request, mending.at_certifier(certifier), lambda: tabs(request, "certifier:awards-addresses")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def one(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Mend the address of one award."""
    held = held_award(request, code)
    require(can_mend_address(request.actor, held))
    return mending.one(request, held, reverse("certifier:awards-one", args=[certifier, code]))
