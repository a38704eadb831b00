"""Asking for a micro-certification: what it takes, one's evidence, where one's claim stands. No account is needed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from jurande.registers.awards.operations import claims as operations
from jurande.registers.awards.queries import claims as queries
from jurande.registers.awards.states import ClaimState
from jurande.web.access import Asked, audience, client_address, is_too_frequent, person_of
from jurande.web.guest.applications.entrances import LINKS_MOST
from jurande.web.language import bilingual
from jurande.web.ui.forms import refusing
from jurande.web.ui.partner_file import day_input


class StartForm(forms.Form):
    """Who asks, and where to write to them."""

    email = forms.EmailField(
        label=_("Adresse électronique"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("Nous y envoyons le lien qui ouvre votre demande, puis la réponse."),
    )
    first_name = forms.CharField(
        label=_("Prénom"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label=_("Nom"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )


class ClaimForm(forms.Form):
    """What one has done, and what shows it."""

    statement = forms.CharField(
        label=_("Ce que vous avez fait"),
        help_text=_("Où, quand, avec quel résultat\u00a0: ce que vos preuves montrent."),
        max_length=operations.TEXT_CHARS,
        widget=forms.Textarea(attrs={"rows": 7}),
    )
    birth_on = forms.DateField(label=_("Date de naissance"), required=False, widget=day_input())
    first_file = forms.FileField(label=_("Première preuve"), help_text=_("PDF ou photo."))
    second_file = forms.FileField(label=_("Deuxième preuve"), required=False)
    third_file = forms.FileField(label=_("Troisième preuve"), required=False)

    def files_given(self) -> list[tuple[Any, str]]:
        """Content and name of each file, in order."""
        sent = [self.cleaned_data.get(name) for name in ("first_file", "second_file", "third_file")]
        return [(one.file, one.name) for one in sent if one]


@require_http_methods(["GET", "HEAD", "POST"])
@audience("guest")
@bilingual
def claim(request: Asked, opening: str) -> HttpResponse:
    """Say what is asked for; take one's address, then one's claim; show where it stands."""
    held = queries.public_opening(opening)
    if held is None:
        raise Http404
    page: dict[str, Any] = {"opening": held, "is_open": held.closed_at is None}
    if not request.user.is_authenticated:
        return _start(request, held, page)
    person = person_of(request)
    mine = queries.own_claim(held, person)
    if mine is not None and "again" not in request.GET:
        if request.method == "POST" and "withdraw" in request.POST:
            with refusing(request):
                operations.withdraw_claim(claim=mine, person=person, now=timezone.now())
                messages.success(request, _("Votre demande est retirée."))
            return redirect("guest:claim", held.code)
        page |= {"claim": mine, "may_withdraw": mine.state == ClaimState.SUBMITTED, "person": person}
        return render(request, "guest/claims/claim.html", page)
    form = ClaimForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form, about="first_file"):
            operations.submit_claim(
                opening=held,
                person=person,
                statement=form.cleaned_data["statement"],
                files=form.files_given(),
                birth_on=form.cleaned_data["birth_on"],
                now=timezone.now(),
            )
            messages.success(request, _("Votre demande est déposée."))
            return redirect("guest:claim", held.code)
    return render(request, "guest/claims/claim.html", page | {"form": form, "person": person})


def _start(request: Asked, held: Any, page: dict[str, Any]) -> HttpResponse:
    form = StartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if is_too_frequent("magic_link", client_address(request), most=LINKS_MOST) or is_too_frequent(
            "magic_link", email.lower(), most=LINKS_MOST
        ):
            form.add_error(None, _("Trop de demandes en peu de temps. Attendez une minute, puis recommencez."))
        else:
            with refusing(request, form):
                operations.invite_claimant(opening=held, now=timezone.now(), **form.cleaned_data)
                return render(request, "guest/claims/sent.html", {"email": email, "opening": held})
    return render(request, "guest/claims/claim.html", page | {"start": form})
