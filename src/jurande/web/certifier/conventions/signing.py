"""Signing for the house, following who has opened, read and signed, reminding, replacing; judging a PDF."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jurande.integrations.pdf_signatures import findings_of
from jurande.registers.common.verdicts import require
from jurande.registers.conventions import policies
from jurande.registers.conventions.operations import choosing, signing
from jurande.registers.conventions.queries import signing as queries
from jurande.registers.conventions.states import ConventionState, Side, SigningOrder
from jurande.registers.conventions.states.signatures import LONGEST_LINK_DAYS
from jurande.web.access import Asked, audience, client_address
from jurande.web.certifier.conventions.parts import found, state_chip, tabs_of
from jurande.web.ui.downloads import serve
from jurande.web.ui.forms import refusing
from jurande.web.ui.parts import Effect
from jurande.web.ui.signing import CodeForm, DeclineForm, PdfForm, life_of, said_of, steps_page, take_step, verdict_on


@require_safe
@audience("certifier")
def signatures(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Who has opened, read and signed; the sealed file and what shows how it was signed."""
    held = found(request, code)
    rows = queries.signatories_of(held)
    mails = queries.mails_about("signatory", [row.code for row in rows])
    mine = queries.mine(request.actor, held)
    outside = queries.outside_of(held)
    page = {
        "held": held,
        "state": state_chip(held),
        "tabs": tabs_of(held, "signatures"),
        "rows": [(row, life_of(row, mails[row.code])) for row in rows],
        "mine": mine if mine and mine.is_awaited and held.state == ConventionState.SENT else None,
        "may_follow": held.state == ConventionState.SENT and policies.can_follow_signatures(request.actor, held),
        "sealed": queries.sealed_of(held),
        "proof": queries.proof_of(held),
        "outside": [said_of(each) for each in findings_of(outside.findings).signatures] if outside else [],
        "outside_read": outside,
    }
    return render(request, "certifier/conventions/signatures.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def sign(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Sign for the house, when one is the person named."""
    held = found(request, code)
    signatory = queries.mine(request.actor, held) or queries.standing(held, Side.CERTIFIER)
    if signatory is None:
        raise Http404
    require(policies.can_sign(request.actor, signatory))

    def signs(**given: Any) -> Any:
        return signing.sign_here(actor=request.actor, **given)

    form = CodeForm(request.POST if request.POST.get("step") == "sign" else None)
    if request.method == "POST" and take_step(request, signatory, form, signs, address=client_address(request)):
        return redirect(request.path)
    place = [certifier, code]
    page = {
        **steps_page(signatory, form, timezone.now()),
        "pdf_url": reverse("certifier:conventions-pdf", args=place),
        "decline_url": reverse("certifier:conventions-decline", args=place),
        "kept_url": reverse("certifier:conventions-sealed", args=place) if queries.sealed_of(held) else "",
    }
    return render(request, "certifier/conventions/sign.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def decline(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Refuse to sign for the house, and say why."""
    held = found(request, code)
    signatory = queries.mine(request.actor, held) or queries.standing(held, Side.CERTIFIER)
    if signatory is None:
        raise Http404
    require(policies.can_sign(request.actor, signatory))
    form = DeclineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            signing.decline(signatory=signatory, reason=form.cleaned_data["reason"], now=timezone.now())
            messages.success(request, _("Votre refus et son motif sont transmis à qui a envoyé la convention."))
            return redirect("certifier:conventions-signatures", certifier, code)
    effects = [Effect("mail", str(_("Votre motif est transmis à qui a envoyé la convention.")))]
    return _act(request, held, form, _("Refuser de signer cette convention\u00a0?"), _("Refuser de signer"), effects)


def _signatory(request: Asked, code: str, signatory: str) -> Any:
    held = found(request, code)
    row = queries.signatory(held, signatory)
    if row is None:
        raise Http404
    require(policies.can_follow_signatures(request.actor, held))
    return row


@require_POST
@audience("certifier")
def remind(request: Asked, certifier: str, code: str, signatory: str) -> HttpResponse:
    """Write again to who has not signed."""
    row = _signatory(request, code, signatory)
    with refusing(request):
        signing.remind(signatory=row, actor=request.actor, now=timezone.now())
        messages.success(request, _("Un nouveau courrier est parti. L’ancien lien ne s’ouvre plus."))
    return redirect("certifier:conventions-signatures", certifier, code)


class ReplaceForm(forms.Form):
    """Who signs instead, and why."""

    name = forms.CharField(label=_("Prénom et nom"), max_length=200)
    email = forms.EmailField(label=_("Adresse e-mail"))
    quality = forms.CharField(label=_("Qualité"), max_length=200, help_text=_("Présidente, gérant, par délégation de…"))
    reason = forms.CharField(
        label=_("Pourquoi cette personne signe-t-elle\u00a0?"),
        help_text=_("Gardé avec la preuve\u00a0: nouveau dirigeant, délégation de signature et sa date…"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def replace(request: Asked, certifier: str, code: str, signatory: str) -> HttpResponse:
    """Ask somebody else to sign for that side."""
    row = _signatory(request, code, signatory)
    form = ReplaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            signing.replace(signatory=row, actor=request.actor, now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Le nouveau signataire est prévenu."))
            return redirect("certifier:conventions-signatures", certifier, code)
    effects = [
        Effect("ban", str(_("Le lien de %(name)s ne s’ouvre plus.") % {"name": row.name})),
        Effect("mail", str(_("La personne que vous désignez reçoit de quoi lire et signer."))),
        Effect("book-2", str(_("Le motif est gardé avec la convention."))),
    ]
    question = _("Qui signe à la place de %(name)s\u00a0?") % {"name": row.name}
    return _act(request, row.convention, form, question, _("Désigner ce signataire"), effects)


@require_safe
@audience("certifier")
def sealed(request: Asked, certifier: str, code: str) -> HttpResponseBase:
    """The convention signed by both, with the cachet."""
    kept = queries.sealed_of(found(request, code))
    if kept is None:
        raise Http404
    return serve(kept.document)


@require_safe
@audience("certifier")
def proof(request: Asked, certifier: str, code: str) -> HttpResponseBase:
    """What shows how it was signed."""
    kept = queries.proof_of(found(request, code))
    if kept is None:
        raise Http404
    return serve(kept.document)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def verify(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Is this PDF ours, and what differs?"""
    held = found(request, code)
    form = PdfForm(request.POST or None, request.FILES or None)
    verdict = verdict_on(request, held, form) if request.method == "POST" else None
    kept = queries.sealed_of(held)
    sha256 = kept.sha256 if kept else held.text.sha256 if held.text else ""
    return render(
        request,
        "certifier/conventions/verify.html",
        {"held": held, "form": form, "verdict": verdict, "sha256": sha256},
    )


class ChoicesForm(forms.Form):
    """Who signs first, and how long a link opens."""

    order = forms.ChoiceField(
        label=_("Qui signe d’abord\u00a0?"), choices=SigningOrder.choices, widget=forms.RadioSelect
    )
    link_days = forms.IntegerField(
        label=_("Un lien de signature s’ouvre pendant (jours)"), min_value=1, max_value=LONGEST_LINK_DAYS
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def choices(request: Asked, certifier: str) -> HttpResponse:
    """Choose who signs first, and how long a link opens."""
    require(policies.can_choose_signing(request.actor, request.certifier))
    chosen = queries.choices_of(request.certifier)
    form = ChoicesForm(request.POST or None, initial={"order": chosen.order, "link_days": chosen.link_days})
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            choosing.choose_signing(
                certifier=request.certifier, actor=request.actor, now=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("La signature est réglée. Les liens déjà envoyés ne changent pas."))
            return redirect("certifier:conventions", certifier)
    return render(request, "certifier/conventions/signing_choices.html", {"form": form})


def _act(
    request: Asked, held: Any, form: forms.Form, question: object, label: object, effects: list[Effect]
) -> HttpResponse:
    page = {
        "held": held,
        "form": form,
        "question": question,
        "label": label,
        "effects": effects,
        "people": "",
        "termination": None,
        "back": reverse("certifier:conventions-signatures", args=[held.certifier.code, held.code]),
    }
    return render(request, "certifier/conventions/step.html", page)
