"""What somebody holds, and who they are here."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jurande.registers.correspondence import queries as correspondence
from jurande.web.access import Asked, audience, person_of

LETTERS = 5


@require_safe
@audience("holder")
def home(request: Asked) -> HttpResponse:
    """What was recognised to me: nothing can be issued yet, so this page says how it will come."""
    person = person_of(request)
    return render(
        request, "holder/home.html", {"person": person, "letters": correspondence.mailbox(person.code)[:LETTERS]}
    )


@require_safe
@audience("holder")
def me(request: Asked) -> HttpResponse:
    """What is known of me, and what I can do about it."""
    return render(request, "holder/me.html", {"person": person_of(request)})
