"""Old addresses and numbers of what was issued elsewhere: each still leads to the page that answers for it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from jurande.registers.awards.queries.elsewhere import ADDRESS_CHARS, awards_formerly
from jurande.web.access import audience


@require_safe
@audience("public")
def former(request: HttpRequest, address: str = "") -> HttpResponse:
    """Find what an old address or number was about: ``/repris/<address>``, or ``?adresse=`` from the form.

    A server that still holds the old domain may send every address here as it is.
    """
    query = request.META.get("QUERY_STRING", "")
    asked = f"{address}?{query}" if address and query else address or request.GET.get("adresse", "")
    asked = _unmerged(asked.strip())[:ADDRESS_CHARS]
    found = awards_formerly(asked)
    if len(found) == 1:
        answer: HttpResponse = redirect("public:award", found[0].shown_number)
    else:
        page: dict[str, Any] = {"asked": asked, "found": found}
        answer = render(request, "public/former.html", page, status=404 if asked and not found else 200)
    patch_cache_control(answer, public=True, max_age=60)
    return answer


def _unmerged(address: str) -> str:
    """Put back the second slash that servers merge into one: «https:/badges.fr/1»."""
    for scheme in ("https:/", "http:/"):
        if address.startswith(scheme) and not address.startswith(f"{scheme}/"):
            return address.replace(scheme, f"{scheme}/", 1)
    return address
