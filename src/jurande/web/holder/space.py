"""Who somebody is here."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jurande.web.access import Asked, audience, person_of


@require_safe
@audience("holder")
def me(request: Asked) -> HttpResponse:
    """What is known of me, and what I can do about it."""
    return render(request, "holder/me.html", {"person": person_of(request)})
