"""A body says what a certification is worth to it, by the link it received. Looking at the page answers nothing."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods

from jurande.registers.awards.operations import endorsements as operations
from jurande.registers.awards.queries.endorsements import endorsement_by_token
from jurande.web.access import Asked, audience
from jurande.web.ui.forms import refusing


class EndorseForm(forms.Form):
    """Who says what."""

    text = forms.CharField(
        label=lazy("Votre avis"),
        help_text=lazy("Il sera signé tel quel, et montré à qui vérifie une attestation."),
        max_length=operations.TEXT_CHARS,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    signer_name = forms.CharField(label=lazy("Vos prénom et nom"), max_length=200)
    signer_quality = forms.CharField(label=lazy("Votre fonction"), max_length=200, required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("guest")
def endorse(request: Asked, token: str) -> HttpResponse:
    """Give one's opinion, or decline."""
    now = timezone.now()
    held = endorsement_by_token(token)
    if held is None or not held.is_open_at(now):
        sentence = _("Ce lien n’est plus valable. Demandez-en un autre à l’organisme qui vous a écrit.")
        return render(request, "guest/closed.html", {"sentence": sentence}, status=410)
    page = {"row": held, "done": ""}
    if request.method == "POST" and "decline" in request.POST:
        operations.decline_endorsement(token=token, now=now)
        return render(request, "guest/endorsements/endorse.html", page | {"done": "declined"})
    form = EndorseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.give_endorsement(token=token, now=now, **form.cleaned_data)
            return render(request, "guest/endorsements/endorse.html", page | {"done": "given"})
    return render(request, "guest/endorsements/endorse.html", page | {"form": form})
