"""The language in which somebody reads their own space."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from jurande.web.access import Asked, audience
from jurande.web.language import LANGUAGES, PARAMETER, SESSION_KEY


@require_POST
@audience("holder")
def speak(request: Asked) -> HttpResponse:
    """Keep the language for this session, and go back to the page that was being read."""
    asked = request.POST.get(PARAMETER, "")
    if asked in LANGUAGES:
        request.session[SESSION_KEY] = asked
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = reverse("holder:home")
    return HttpResponseRedirect(back)
