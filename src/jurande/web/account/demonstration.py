"""What exists in the demonstration alone: a button for each persona, and everybody's letters on one page."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from jurande.registers.correspondence import queries as correspondence
from jurande.registers.parties import queries
from jurande.web.access import audience
from jurande.web.sign_in import sign_in_persona


@require_POST
@audience("public")
def become(request: HttpRequest, key: str) -> HttpResponse:
    """Sign the visitor in as a persona of the demonstration."""
    persona = next((one for one in settings.PERSONAS if one.key == key), None)
    person = queries.person_at(persona.email) if settings.DEMO and persona else None
    if persona is None or person is None:
        raise Http404
    return sign_in_persona(request, person, to=persona.to)


LETTERS = 60


@require_safe
@audience("public")
def letters(request: HttpRequest) -> HttpResponse:
    """Every letter of the demonstration, with its link: nobody there has a real mailbox to open."""
    if not settings.DEMO:
        raise Http404
    return render(
        request, "account_pages/demonstration_letters.html", {"letters": correspondence.every_letter()[:LETTERS]}
    )
