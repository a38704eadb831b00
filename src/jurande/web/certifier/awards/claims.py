"""Applications for a micro-certification: what may be asked for, who asks, on which evidence, and the answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jurande.registers.awards.operations import claims as operations
from jurande.registers.awards.policies import claims as policies
from jurande.registers.awards.queries import claims as queries
from jurande.registers.awards.states import ClaimState
from jurande.registers.common.verdicts import require
from jurande.web.access import Asked, audience, person_of
from jurande.web.certifier.awards.parts import tabs
from jurande.web.ui.downloads import serve
from jurande.web.ui.forms import refusing
from jurande.web.ui.marks import chip

SHOWN = 200
CHIPS = {
    ClaimState.SUBMITTED: "run",
    ClaimState.ACCEPTED: "ok",
    ClaimState.REFUSED: "draft",
    ClaimState.WITHDRAWN: "draft",
}


class OpenForm(forms.Form):
    """What may be asked for, and on which evidence."""

    certification = forms.ChoiceField(label=lazy("Micro-certification"))
    guidance = forms.CharField(
        label=lazy("Ce qu’il faut fournir"),
        help_text=lazy("Chacun le lit avant de demander\u00a0: quels gestes, quelles traces, combien."),
        max_length=operations.TEXT_CHARS,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *given: Any, choices: list[tuple[str, str]], **named: Any) -> None:
        """Offer what can be opened."""
        super().__init__(*given, **named)
        self.fields["certification"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField


class JudgeForm(forms.Form):
    """The answer, in words that the claimant reads."""

    reasons = forms.CharField(
        label=lazy("Motifs"),
        help_text=lazy("La personne les lira."),
        max_length=operations.TEXT_CHARS,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


@require_safe
@audience("certifier")
def listing(request: Asked, certifier: str) -> HttpResponse:
    """What may be asked for, and who asks."""
    require(policies.can_see_claims(request.actor, request.certifier))
    rows = queries.claims_of(request.actor)
    claims = [(one, chip(CHIPS[ClaimState(one.state)], one.get_state_display(), bare=True)) for one in rows[:SHOWN]]
    page = {
        "openings": queries.openings_of(request.actor),
        "claims": claims,
        "waiting": rows.waiting().count(),
        "tabs": tabs(request, "certifier:awards-claims"),
        "may_open": policies.can_open_claims(request.actor, request.certifier).allowed,
    }
    return render(request, "certifier/awards/claims.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def start(request: Asked, certifier: str) -> HttpResponse:
    """Let anybody ask for a micro-certification."""
    require(policies.can_open_claims(request.actor, request.certifier))
    offered = {one.code: one for one in queries.openable(request.actor)}
    choices = [(code, f"{one.title} ({one.reference})") for code, one in offered.items()]
    form = OpenForm(request.POST or None, choices=choices)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.open_claims(
                certification=offered[form.cleaned_data["certification"]],
                guidance=form.cleaned_data["guidance"],
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("Les demandes sont ouvertes. Donnez l’adresse de la page à qui vous voulez."))
            return redirect("certifier:awards-claims", certifier)
    return render(request, "certifier/awards/claims_open.html", {"form": form, "offered": offered})


@require_POST
@audience("certifier")
def close(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Take no more claims."""
    require(policies.can_see_claims(request.actor, request.certifier))
    held = queries.opening_of(request.actor, code)
    if held is None:
        raise Http404
    require(policies.can_open_claims(request.actor, held.certifier))
    with refusing(request):
        operations.close_claims(opening=held, actor=request.actor, now=timezone.now())
        messages.success(request, _("Plus rien ne peut être demandé. Les demandes déposées restent à examiner."))
    return redirect("certifier:awards-claims", certifier)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def one(request: Asked, certifier: str, code: str) -> HttpResponse:
    """A claim, its evidence, and the answer."""
    require(policies.can_see_claims(request.actor, request.certifier))
    held = queries.claim_of(request.actor, code)
    if held is None:
        raise Http404
    form = JudgeForm(request.POST if "reasons" in request.POST else None)
    if request.method == "POST":
        require(policies.can_judge_claims(request.actor, held.opening.certifier))
        now = timezone.now()
        if "take" in request.POST:
            with refusing(request):
                operations.take_claim(claim=held, reviewer=person_of(request), actor=request.actor, now=now)
                messages.success(request, _("Cette demande vous est confiée."))
            return redirect("certifier:awards-claims-one", certifier, code)
        if form.is_valid():
            judge = operations.accept_claim if "accept" in request.POST else operations.refuse_claim
            with refusing(request, form):
                judge(claim=held, reasons=form.cleaned_data["reasons"], actor=request.actor, now=now)
                messages.success(request, _("La réponse est envoyée."))
                return redirect("certifier:awards-claims-one", certifier, code)
    verdict = policies.can_judge_claim(request.actor, held)
    may_take = policies.can_judge_claims(request.actor, held.opening.certifier).allowed
    is_waiting = held.state == ClaimState.SUBMITTED
    page = {
        "claim": held,
        "chip": chip(CHIPS[ClaimState(held.state)], held.get_state_display()),
        "form": form if is_waiting and verdict.allowed else None,
        "why_not": verdict.reason if is_waiting and may_take else "",
        "may_take": is_waiting and may_take and (held.reviewer is None or held.reviewer.code != request.actor.code),
    }
    return render(request, "certifier/awards/claim.html", page)


@require_safe
@audience("certifier")
def evidence(request: Asked, certifier: str, code: str, piece: str) -> HttpResponseBase:
    """Hand over a piece of evidence."""
    require(policies.can_see_claims(request.actor, request.certifier))
    held = queries.claim_of(request.actor, code)
    document = queries.evidence_of(held, piece) if held is not None else None
    if document is None:
        raise Http404
    return serve(document)
