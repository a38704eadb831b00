"""Ways in: from a public call to the form, back after a while, and the list of one's applications."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from jurande.registers.common.refusals import Refused
from jurande.registers.network.operations import applications as operations
from jurande.registers.network.queries import applications as queries
from jurande.registers.parties.queries import actor_for
from jurande.web.access import Asked, audience, client_address, in_even_time, is_too_frequent, person_of
from jurande.web.guest.applications.frame import dress
from jurande.web.ui.applications import STATUSES
from jurande.web.ui.forms import refusing

LINKS_MOST = 5
NEXT_KEY = "jurande_application_next"


class StartForm(forms.Form):
    """Who wants to apply, and where to write to them."""

    email = forms.EmailField(
        label=_("Adresse électronique"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("Nous y envoyons le lien qui ouvre votre candidature."),
    )
    first_name = forms.CharField(
        label=_("Prénom"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label=_("Nom"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )


class EnterForm(forms.Form):
    """Where to send the way back."""

    email = forms.EmailField(
        label=_("Adresse électronique"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("Celle avec laquelle vous avez commencé."),
    )


def _too_many(request: Asked, email: str) -> bool:
    return is_too_frequent("magic_link", client_address(request), most=LINKS_MOST) or is_too_frequent(
        "magic_link", email.lower(), most=LINKS_MOST
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("guest")
def start(request: Asked, call: str) -> HttpResponse:
    """Begin: somebody known goes straight to the form, others get a link by mail."""
    found = queries.call(call)
    if found is None:
        raise Http404
    dress(request, found.certifier)
    now = timezone.now()
    page: dict[str, Any] = {"call": found, "open": found.takes_applications_on(timezone.localdate(now)), "form": None}
    if request.user.is_authenticated:
        if request.method == "POST":
            person = person_of(request)
            with refusing(request):
                held = operations.start_application(call=found, person=person, actor=actor_for(person), now=now)
                return redirect("guest:applications-one", held.code)
        return render(request, "guest/applications/start.html", page)
    form = StartForm(request.POST or None)
    page["form"] = form
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if _too_many(request, given["email"]):
            form.add_error(None, _("Trop de demandes en peu de temps. Attendez une minute, puis recommencez."))
        else:
            with refusing(request, form):
                operations.invite_applicant(call=found, now=now, **given)
                return render(request, "guest/applications/sent.html", {"email": given["email"], "call": found})
    return render(request, "guest/applications/start.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("guest")
def enter(request: Asked) -> HttpResponse:
    """Come back by a link, to the page one was on; the answer is the same whether the address is known or not."""
    wanted = request.GET.get("next", "")
    back = wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else ""
    form = EnterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if _too_many(request, email):
            form.add_error(None, _("Trop de demandes en peu de temps. Attendez une minute, puis recommencez."))
        else:
            with in_even_time():
                operations.send_way_back(email=email, now=timezone.now())
            # In this browser the link leads back to the page that was open.
            request.session[NEXT_KEY] = back
            return render(request, "guest/applications/sent.html", {"email": email, "call": None})
    return render(request, "guest/applications/enter.html", {"form": form, "back": back})


def opened_by_link(request: Asked, link: Any) -> str:
    """Give the page to which an applicant's link leads, once its button was pressed; begin the file when it must be."""
    back = request.session.pop(NEXT_KEY, "")
    if link.subject_kind == "application":
        return str(back or f"/candidatures/{link.subject_code}/")
    call = queries.call(link.subject_code) if link.subject_kind == "call" else None
    if call is None:
        return "/candidatures/"
    try:
        held = operations.start_application(
            call=call, person=link.person, actor=actor_for(link.person), now=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
        return "/candidatures/"
    return f"/candidatures/{held.code}/"


@require_safe
@audience("applicant")
def listing(request: Asked) -> HttpResponse:
    """Every application of mine, and where each stands."""
    person = person_of(request)
    rows = [(one, STATUSES[one.state]) for one in queries.applications(actor_for(person))]
    return render(request, "guest/applications/list.html", {"applications": rows})
