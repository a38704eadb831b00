"""Pages that anyone may read."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from jurande.registers.catalogue.queries import sources
from jurande.registers.network.queries import calls
from jurande.web.access import audience
from jurande.web.public.legal import LegalNotice
from jurande.web.ui.registers import cited


@require_safe
@audience("public")
def home(request: HttpRequest) -> HttpResponse:
    """Say what this house is and lead to the door; whoever is already in goes to their own first page."""
    around = getattr(request, "around", None)
    if around is not None and around.places:
        return redirect(around.places[0].url)
    read = sources.latest(sources.REGISTERS)
    page = {
        "words": "",
        "selects": (),
        "sources": cited(read),
        "is_recruiting": calls.is_anything_open(timezone.localdate()),
    }
    return render(request, "public/home.html", page)


def _notice() -> LegalNotice:
    return LegalNotice.from_settings(settings.LEGAL)


@require_safe
@audience("public")
def legal(request: HttpRequest) -> HttpResponse:
    """Who publishes and hosts this site."""
    return render(request, "public/legal.html", {"notice": _notice()})


@require_safe
@audience("public")
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about people, why, how long, and what they may ask."""
    return render(request, "public/privacy.html", {"notice": _notice()})


@require_safe
@audience("public")
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement, with its known gaps."""
    return render(request, "public/accessibility.html", {"notice": _notice()})
