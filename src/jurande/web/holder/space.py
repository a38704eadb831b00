"""Who somebody is here: what opens their space, where they are in it; and the welcome after receiving."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jurande.registers.parties import operations, queries
from jurande.web.access import Asked, audience, client_address, is_too_frequent, person_of
from jurande.web.ui import spoken
from jurande.web.ui.forms import refusing
from jurande.web.ui.sessions import browser_name

ASKED_MOST = 5


class AddressForm(forms.Form):
    """Another address of mine."""

    email = forms.EmailField(
        label=_("Une autre adresse à vous"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        help_text=_("Nous y envoyons un lien. Ouvrez-le dans ce navigateur."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("holder")
def me(request: Asked) -> HttpResponse:
    """What is known of me, the addresses that open my space, where I am in it; the form adds an address."""
    person, now = person_of(request), timezone.now()
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if is_too_frequent("magic_link", client_address(request), most=ASKED_MOST) or is_too_frequent(
            "magic_link", email.lower(), most=ASKED_MOST
        ):
            form.add_error(None, _("Trop de demandes en peu de temps. Attendez une minute, puis recommencez."))
        else:
            with refusing(request, form):
                operations.ask_address(person=person, email=email, actor=request.actor, now=now)
                said = _("Un lien vient de partir à %(email)s. Il sert une fois, pendant vingt minutes.")
                messages.success(request, said % {"email": email})
                return redirect("holder:me")
    sessions = queries.sessions_of(person, now=now, current_key=request.session.session_key or "")
    page = {
        "person": person,
        "addresses": queries.addresses_of(person),
        "form": form,
        "sessions": [(one, browser_name(one.browser), spoken.moment(one.since_at)) for one in sessions],
        "keys": queries.passkeys_of(person),
    }
    return render(request, "holder/me.html", page)


@require_POST
@audience("holder")
def choose_address(request: Asked) -> HttpResponse:
    """Write to me there from now on."""
    with refusing(request):
        operations.choose_main_address(
            person=person_of(request), email=request.POST.get("email", ""), actor=request.actor, now=timezone.now()
        )
        messages.success(request, _("C’est là que nous vous écrirons."))
    return redirect("holder:me")


@require_POST
@audience("holder")
def remove_address(request: Asked) -> HttpResponse:
    """This address opens my space no more."""
    with refusing(request):
        operations.remove_address(
            person=person_of(request), email=request.POST.get("email", ""), actor=request.actor, now=timezone.now()
        )
        messages.success(request, _("Cette adresse n’ouvre plus votre espace. Ce que vous avez reçu y reste."))
    return redirect("holder:me")


@require_POST
@audience("holder")
def leave_others(request: Asked) -> HttpResponse:
    """Sign me out of every browser but this one."""
    operations.sign_out_everywhere(
        person=person_of(request),
        actor=request.actor,
        now=timezone.now(),
        but_session_key=request.session.session_key or "",
    )
    messages.success(request, _("Vous n’êtes plus entré qu’ici."))
    return redirect("holder:me")


@require_safe
@audience("holder")
def welcome(request: Asked) -> HttpResponse:
    """Just received: it is mine, and how to come back faster."""
    person = person_of(request)
    return render(request, "holder/welcome.html", {"person": person, "keys": queries.passkeys_of(person)})
