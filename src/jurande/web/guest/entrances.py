"""Ways in without an account: accepting an invitation, using a single-use link. Looking at a link never uses it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from jurande.registers.awards.operations.receiving import send_entrance
from jurande.registers.parties import operations, queries
from jurande.registers.parties.states import LinkPurpose
from jurande.web.access import audience, client_address, in_even_time, is_too_frequent
from jurande.web.guest.applications.entrances import opened_by_link
from jurande.web.language import bilingual
from jurande.web.sign_in import sign_in
from jurande.web.ui.forms import refusing

LINKS_MOST = 5


class NewcomerForm(forms.Form):
    """Who comes for the first time: their name, and the password that they choose."""

    email = forms.EmailField(label=_("Adresse électronique"))
    first_name = forms.CharField(label=_("Prénom"), max_length=100)
    last_name = forms.CharField(label=_("Nom"), max_length=100)
    password = forms.CharField(
        label=_("Mot de passe"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Douze caractères au moins. Une phrase que vous retiendrez vaut mieux qu’un mot compliqué."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("guest")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show who invites whom to do what; the button accepts."""
    now = timezone.now()
    try:
        found = queries.open_invitation(token, now=now)
    except queries.InvitationClosed as refusal:
        return render(request, "guest/closed.html", {"sentence": refusal.sentence}, status=410)
    person: Any = request.user if request.user.is_authenticated else None
    known = person is None and bool(found.email) and queries.person_at(found.email) is not None
    form = None
    if person is None and not known:
        form = NewcomerForm(
            request.POST or None,
            initial={"first_name": found.first_name, "last_name": found.last_name, "email": found.email},
        )
        if found.email:
            del form.fields["email"]
    if request.method == "POST" and not known and (form is None or form.is_valid()):
        with refusing(request, form):
            membership = operations.accept_invitation(
                token=token, person=person, now=now, **(form.cleaned_data if form is not None else {})
            )
            if person is not None:
                messages.success(request, _("Bienvenue : ce rôle est à vous."))
                return redirect("public:home")
            return sign_in(request, membership.person, chose_password=True)
    house = found.partnership.name if found.partnership else found.certifier.name if found.certifier else ""
    page = {"invitation": found, "house": house, "form": form, "known": known}
    return render(request, "guest/invitation.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("guest")
@bilingual
def link(request: HttpRequest, token: str) -> HttpResponse:
    """A page with a button: mail scanners open links, people press buttons."""
    if request.method == "POST":
        try:
            used = operations.use_magic_link(token=token, now=timezone.now())
        except operations.LinkRefused as refusal:
            page = {"sentence": refusal.sentence, "again": _another(token)}
            return render(request, "guest/closed.html", page, status=410)
        return sign_in(request, used.person, to=_door(request, used))
    return render(request, "guest/link.html")


def _another(token: str) -> str:
    """Where one asks for another link of the same kind."""
    purpose, kind, code = queries.link_purpose(token)
    if kind == "claim_opening":
        return reverse("guest:claim", args=[code])
    if purpose != LinkPurpose.APPLICANT:
        return reverse("guest:ask-link")
    return reverse("guest:applications-start", args=[code]) if kind == "call" else reverse("guest:applications-enter")


def _door(request: Any, used: Any) -> str:
    """Where a link leads, once its button was pressed."""
    if used.purpose == LinkPurpose.HOLDER:
        return "/titulaire/"
    if used.subject_kind == "claim_opening":
        return reverse("guest:claim", args=[used.subject_code])
    return opened_by_link(request, used) if used.purpose == LinkPurpose.APPLICANT else "/"


class AskForm(forms.Form):
    """Where to send a way in."""

    email = forms.EmailField(
        label=_("Votre adresse électronique"), help_text=_("Celle à laquelle une réussite vous a été annoncée.")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("guest")
@bilingual
def ask_link(request: HttpRequest) -> HttpResponse:
    """Send a holder a single-use link; the answer is the same whether the address is known or not."""
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if is_too_frequent("magic_link", client_address(request), most=LINKS_MOST) or is_too_frequent(
            "magic_link", email.lower(), most=LINKS_MOST
        ):
            form.add_error(None, _("Trop de demandes en peu de temps. Attendez une minute, puis recommencez."))
        else:
            with in_even_time():
                send_entrance(email=email, now=timezone.now())
            return render(request, "guest/link_sent.html", {"email": email})
    return render(request, "guest/ask_link.html", {"form": form})
