"""What somebody holds: the home of their space, and the page of one award."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jurande.registers.awards.queries import holders
from jurande.web.access import Asked, audience, person_of

if TYPE_CHECKING:
    from jurande.registers.awards.models import Award


def held_here(request: Asked, code: str) -> Award:
    """The award of this code in the space of the person who is signed in.

    :raises Http404: it is somebody else's, erased, or does not exist.
    """
    award = holders.one_of(person_of(request), code)
    if award is None:
        raise Http404
    return award


@require_safe
@audience("holder")
def home(request: Asked) -> HttpResponse:
    """What I am able to do, and who can see it."""
    person = person_of(request)
    held = list(holders.held_by(person))
    context = {"person": person, "held": held, "waiting": list(holders.waiting_for(person))}
    return render(request, "holder/home.html", context)


@require_safe
@audience("holder")
def one(request: Asked, code: str) -> HttpResponse:
    """Everything about one of them, and what I can do with it."""
    award = held_here(request, code)
    # One key a section, each made by one function of its own module.
    context: dict[str, object] = {"award": award}
    return render(request, "holder/award.html", context)
