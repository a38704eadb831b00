"""How the house is known where its holders show what they hold."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from jurande.registers.awards.operations.shares import set_sharing
from jurande.registers.awards.policies.designs import can_write_designs
from jurande.registers.awards.queries.shares import sharing_of
from jurande.registers.common.verdicts import require
from jurande.web.access import Asked, audience
from jurande.web.ui.forms import refusing


class SharingForm(forms.Form):
    """The page of the house on LinkedIn."""

    linkedin = forms.CharField(
        label=_("Votre page sur LinkedIn"),
        required=False,
        max_length=300,
        help_text=_(
            "Son identifiant, en chiffres\u00a0: ouvrez l’administration de votre page, l’adresse est de la forme "
            "linkedin.com/company/12345678/admin. Vous pouvez coller cette adresse. Laissez vide si vous n’en avez pas."
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def sharing(request: Asked, certifier: str) -> HttpResponse:
    """Say under which page LinkedIn shows what the house issues."""
    require(can_write_designs(request.actor, request.certifier))
    held = sharing_of(request.certifier)
    form = SharingForm(request.POST or None, initial={"linkedin": held.linkedin_id})
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            set_sharing(
                certifier=request.certifier,
                linkedin=form.cleaned_data["linkedin"],
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("C’est enregistré\u00a0: les prochains ajouts à un profil s’y rattacheront."))
            return redirect("certifier:awards-designs", certifier)
    return render(request, "certifier/awards/sharing.html", {"form": form})
