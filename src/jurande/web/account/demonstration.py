"""The demonstration's door: one button a persona. It does not exist elsewhere."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from jurande.registers.parties import queries
from jurande.web.access import audience
from jurande.web.sign_in import sign_in_persona


@require_POST
@audience("public")
def become(request: HttpRequest, key: str) -> HttpResponse:
    """Sign the visitor in as a persona of the demonstration."""
    persona = next((one for one in settings.PERSONAS if one.key == key), None)
    person = queries.person_at(persona.email) if settings.DEMO and persona else None
    if person is None:
        raise Http404
    return sign_in_persona(request, person)
