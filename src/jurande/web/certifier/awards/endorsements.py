"""Endorsements: whom we asked what our certifications are worth, and what they answered."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jurande.registers.awards.operations import endorsements as operations
from jurande.registers.awards.policies import claims as policies
from jurande.registers.awards.queries import endorsements as queries
from jurande.registers.awards.states import EndorsementState
from jurande.registers.common.verdicts import require
from jurande.web.access import Asked, audience
from jurande.web.certifier.awards.parts import tabs
from jurande.web.ui.forms import refusing
from jurande.web.ui.marks import chip

CHIPS = {
    EndorsementState.ASKED: "run",
    EndorsementState.GIVEN: "ok",
    EndorsementState.DECLINED: "draft",
    EndorsementState.WITHDRAWN: "draft",
}
SHOWN = 200


class AskForm(forms.Form):
    """Of which certification, and to whom."""

    certification = forms.ChoiceField(label=lazy("Certification"))
    body_name = forms.CharField(label=lazy("Organisme"), max_length=200)
    body_siret = forms.CharField(label="SIRET", max_length=20, required=False)
    email = forms.EmailField(
        label=lazy("Adresse électronique"), help_text=lazy("Nous y envoyons un lien, pour trente jours.")
    )

    def __init__(self, *given: Any, choices: list[tuple[str, str]], **named: Any) -> None:
        """Offer what is issued here."""
        super().__init__(*given, **named)
        self.fields["certification"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField


@require_safe
@audience("certifier")
def listing(request: Asked, certifier: str) -> HttpResponse:
    """Who was asked, and what they said."""
    require(policies.can_see_claims(request.actor, request.certifier))
    rows = queries.endorsements(request.actor)[:SHOWN]
    page = {
        "rows": [(one, chip(CHIPS[EndorsementState(one.state)], one.get_state_display(), bare=True)) for one in rows],
        "tabs": tabs(request, "certifier:awards-endorsements"),
        "given": sum(one.state == EndorsementState.GIVEN for one in rows),
        "may_ask": policies.can_open_claims(request.actor, request.certifier).allowed,
    }
    return render(request, "certifier/awards/endorsements.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def ask(request: Asked, certifier: str) -> HttpResponse:
    """Write to a body."""
    require(policies.can_open_claims(request.actor, request.certifier))
    offered = {one.code: one for one in queries.endorsable(request.actor)}
    choices = [(code, f"{one.title} ({one.reference})") for code, one in offered.items()]
    form = AskForm(request.POST or None, choices=choices)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with refusing(request, form, about="email"):
            operations.ask_endorsement(
                certification=offered[given["certification"]],
                body_name=given["body_name"],
                body_siret=given["body_siret"],
                email=given["email"],
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("La demande est envoyée."))
            return redirect("certifier:awards-endorsements", certifier)
    return render(request, "certifier/awards/endorsements_ask.html", {"form": form, "offered": offered})


@require_POST
@audience("certifier")
def withdraw(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Stop showing an endorsement, or asking for it."""
    require(policies.can_see_claims(request.actor, request.certifier))
    held = queries.endorsement(request.actor, code)
    if held is None:
        raise Http404
    require(policies.can_open_claims(request.actor, held.certifier))
    with refusing(request):
        operations.withdraw_endorsement(endorsement=held, actor=request.actor, now=timezone.now())
        messages.success(request, _("Cet avis n’est plus montré."))
    return redirect("certifier:awards-endorsements", certifier)
