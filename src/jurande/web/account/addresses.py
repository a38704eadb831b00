"""The address of an account. A holder's space has several: they are kept together on its own page."""

from __future__ import annotations

from allauth.account.views import email
from django.http import HttpResponse
from django.shortcuts import redirect

from jurande.registers.parties.states import Role
from jurande.web.access import Asked, audience


@audience("account")
def addresses(request: Asked) -> HttpResponse:
    """Change one's address; a holder goes to their page, for changing here would drop the other addresses."""
    if Role.HOLDER in request.actor.roles:
        return redirect("holder:me")
    answer: HttpResponse = email(request)
    return answer
