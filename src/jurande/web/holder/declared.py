"""What was declared about me, to whom, when."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jurande.registers.awards.queries.declared import declared_about
from jurande.web.access import Asked, audience, person_of


@require_safe
@audience("holder")
def declared(request: Asked) -> HttpResponse:
    """Everything that left this place about me: rows that exist, and a plain «nothing» where there is nothing."""
    return render(request, "holder/declared.html", {"told": declared_about(person_of(request))})
