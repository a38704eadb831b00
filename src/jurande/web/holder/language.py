"""The language in which somebody reads their own space."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from jurande.registers.parties.operations import speak as speak_to
from jurande.web.access import Asked, audience, person_of
from jurande.web.language import PARAMETER


@require_POST
@audience("holder")
def speak(request: Asked) -> HttpResponse:
    """Keep the language with the person, for their pages and their letters; go back to what was being read."""
    speak_to(person=person_of(request), language=request.POST.get(PARAMETER, ""))
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = reverse("holder:home")
    return HttpResponseRedirect(back)
