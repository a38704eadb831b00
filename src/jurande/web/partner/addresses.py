"""Addresses of holders to mend, at a partner that issues in the certifier's name."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from jurande.registers.awards.policies.receiving import can_mend_address, can_see_addresses
from jurande.registers.awards.queries.awards import award
from jurande.registers.common.verdicts import require
from jurande.web.access import Asked, audience
from jurande.web.partner.areas import tabs
from jurande.web.ui import mending


@require_safe
@audience("partner")
def listing(request: Asked, partnership: str) -> HttpResponse:
    """Whose letter came back, of what we issued."""
    require(can_see_addresses(request.actor))
    return mending.listing(request, mending.at_partner(partnership), lambda: tabs(request, "partner:addresses"))


@require_http_methods(["GET", "HEAD", "POST"])
@audience("partner")
def one(request: Asked, partnership: str, code: str) -> HttpResponse:
    """Mend the address of one award that we issued."""
    require(can_see_addresses(request.actor))
    held = award(request.actor, code)
    if held is None:
        raise Http404
    require(can_mend_address(request.actor, held))
    return mending.one(request, held, reverse("partner:addresses", args=[partnership]))
