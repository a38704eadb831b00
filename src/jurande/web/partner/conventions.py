"""Our conventions: what we signed, what we are asked to sign, the letters about them, and what we may answer."""

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
from django.views.decorators.http import require_http_methods, require_safe

from jurande.registers.common.verdicts import require
from jurande.registers.conventions import policies
from jurande.registers.conventions.operations import endings, procedures, signing
from jurande.registers.conventions.operations.procedures import Piece
from jurande.registers.conventions.queries import conventions as reading
from jurande.registers.conventions.queries import signing as queries
from jurande.registers.conventions.states import ConventionState, EndingState, Side, TerminationState
from jurande.web.access import Asked, audience, client_address
from jurande.web.ui.downloads import serve
from jurande.web.ui.forms import refusing
from jurande.web.ui.parts import Effect
from jurande.web.ui.signing import (
    CodeForm,
    DeclineForm,
    PdfForm,
    letter_note,
    state_chip,
    steps_page,
    take_step,
    text_shown,
    verdict_on,
)


def _found(request: Asked, code: str) -> Any:
    require(policies.can_see_conventions(request.actor))
    held = reading.convention(request.actor, code)
    if held is None:
        raise Http404
    return held


@require_safe
@audience("partner")
def listing(request: Asked, partnership: str) -> HttpResponse:
    """Our conventions, with what waits for us in each."""
    require(policies.can_see_conventions(request.actor))
    rows = reading.of_partnership(request.actor, request.partnership)
    unopened = {letter.convention_id for letter in queries.unopened_letters(request.actor)}
    to_sign = {row.convention_id for row in queries.awaiting_signature(request.actor)}
    lines = [(row, state_chip(row), row.pk in to_sign, row.pk in unopened) for row in rows]
    return render(request, "partner/conventions/list.html", {"lines": lines, "asked": len(unopened) + len(to_sign)})


@require_safe
@audience("partner")
def one(request: Asked, partnership: str, code: str) -> HttpResponse:
    """One convention: where it stands, what it says, what is asked of us and by when."""
    actor, today = request.actor, timezone.localdate()
    held = _found(request, code)
    termination, ending = queries.termination_of(held), queries.ending_of(held)
    letters = queries.letters_of(actor, held)
    page = {
        "held": held,
        "state": state_chip(held),
        "shown": text_shown(held) if held.text and held.text.content else None,
        "signatory": queries.mine(actor, held) if held.state == ConventionState.SENT else None,
        "signatories": queries.signatories_of(held),
        "sealed": queries.sealed_of(held),
        "suspension": queries.suspension_of(held),
        "termination": termination,
        "days_left": (termination.observations_until - today).days
        if termination and termination.observations_until
        else None,
        "may_observe": bool(
            termination
            and termination.state == TerminationState.RECEIVED
            and policies.can_answer_for_partner(actor, held)
        ),
        "ending": ending,
        "may_answer": bool(
            ending and ending.state == EndingState.PROPOSED and policies.can_answer_for_partner(actor, held)
        ),
        "letters": [(letter, letter_note(letter)) for letter in letters],
    }
    return render(request, "partner/conventions/one.html", page)


@require_safe
@audience("partner")
def pdf(request: Asked, partnership: str, code: str) -> HttpResponseBase:
    """The sealed convention; before both have signed, the frozen text."""
    held = _found(request, code)
    sealed = queries.sealed_of(held)
    if sealed is not None:
        return serve(sealed.document)
    if held.text is None:
        raise Http404
    return serve(held.text.pdf)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("partner")
def sign(request: Asked, partnership: str, code: str) -> HttpResponse:
    """Sign here, when one is the person named."""
    held = _found(request, code)
    signatory = queries.mine(request.actor, held) or queries.standing(held, Side.PARTNER)
    if signatory is None:
        raise Http404
    require(policies.can_sign(request.actor, signatory))

    def signs(**given: Any) -> Any:
        return signing.sign_here(actor=request.actor, **given)

    form = CodeForm(request.POST if request.POST.get("step") == "sign" else None)
    if request.method == "POST" and take_step(request, signatory, form, signs, address=client_address(request)):
        return redirect(request.path)
    place = [partnership, code]
    page = {
        **steps_page(signatory, form, timezone.now()),
        "pdf_url": reverse("partner:conventions-pdf", args=place),
        "decline_url": reverse("partner:conventions-decline", args=place),
        "kept_url": reverse("partner:conventions-pdf", args=place) if queries.sealed_of(held) else "",
    }
    return render(request, "partner/conventions/sign.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("partner")
def decline(request: Asked, partnership: str, code: str) -> HttpResponse:
    """Refuse to sign, and say why."""
    held = _found(request, code)
    signatory = queries.mine(request.actor, held) or queries.standing(held, Side.PARTNER)
    if signatory is None:
        raise Http404
    require(policies.can_sign(request.actor, signatory))
    form = DeclineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            signing.decline(signatory=signatory, reason=form.cleaned_data["reason"], now=timezone.now())
            messages.success(request, _("Votre refus et son motif sont transmis au certificateur."))
            return redirect("partner:conventions-one", partnership, code)
    effects = [
        Effect("mail", str(_("Votre motif est transmis à qui vous a envoyé la convention."))),
        Effect("file-text", str(_("Le certificateur pourra corriger le texte et vous le renvoyer."))),
    ]
    return _act(request, held, form, _("Refuser de signer cette convention\u00a0?"), _("Refuser de signer"), effects)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("partner")
def verify(request: Asked, partnership: str, code: str) -> HttpResponse:
    """Is this PDF ours, and what differs?"""
    held = _found(request, code)
    form = PdfForm(request.POST or None, request.FILES or None)
    verdict = verdict_on(request, held, form) if request.method == "POST" else None
    sealed = queries.sealed_of(held)
    page = {
        "held": held,
        "form": form,
        "verdict": verdict,
        "sha256": sealed.sha256 if sealed else held.text.sha256 if held.text else "",
    }
    return render(request, "partner/conventions/verify.html", page)


def _letter(request: Asked, code: str, letter: str) -> Any:
    held = _found(request, code)
    found = queries.letter(request.actor, held, letter)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@audience("partner")
def letter(request: Asked, partnership: str, code: str, letter: str) -> HttpResponse:
    """A letter: taking note of it is a button, for its date counts."""
    found = _letter(request, code, letter)
    if request.method == "POST":
        procedures.open_letter(letter=found, actor=request.actor, now=timezone.now())
        return redirect(request.path)
    may_open = policies.can_answer_for_partner(request.actor, found.convention)
    page = {"letter": found, "held": found.convention, "may_open": may_open, "note": letter_note(found)}
    return render(request, "partner/conventions/letter.html", page)


@require_safe
@audience("partner")
def letter_pdf(request: Asked, partnership: str, code: str, letter: str) -> HttpResponseBase:
    """The letter itself, once somebody took note of it or the post delivered it."""
    found = _letter(request, code, letter)
    if found.opened_at is None and found.postal_received_on is None:
        raise Http404
    return serve(found.document)


class ObservationsForm(forms.Form):
    """What the partner answers to the griefs."""

    observations = forms.CharField(
        label=_("Vos observations"),
        help_text=_("Répondez à chaque grief. Une fois transmises, vos observations ne changent plus."),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 14}),
    )
    piece = forms.FileField(label=_("Une pièce, si vous le voulez"), required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("partner")
def observe(request: Asked, partnership: str, code: str) -> HttpResponse:
    """Answer the griefs."""
    held = _found(request, code)
    termination = queries.termination_of(held)
    if termination is None:
        raise Http404
    require(policies.can_answer_for_partner(request.actor, held))
    form = ObservationsForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["piece"]
        with refusing(request, form, about="piece"):
            procedures.observe(
                termination=termination,
                observations=form.cleaned_data["observations"],
                piece=Piece(upload.file, upload.name) if upload else None,
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("Vos observations sont transmises. Elles seront lues avant la décision."))
            return redirect("partner:conventions-one", partnership, code)
    page = {"held": held, "termination": termination, "form": form}
    return render(request, "partner/conventions/observe.html", page)


class AnswerForm(forms.Form):
    """Whether we agree to the end that is proposed."""

    agreed = forms.ChoiceField(
        label=_("Votre réponse"),
        choices=[("yes", _("Nous acceptons")), ("no", _("Nous refusons"))],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=_("Ce que vous voulez ajouter"),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("partner")
def answer_end(request: Asked, partnership: str, code: str) -> HttpResponse:
    """Agree to the proposed end, or refuse it."""
    held = _found(request, code)
    ending = queries.ending_of(held)
    if ending is None:
        raise Http404
    require(policies.can_answer_for_partner(request.actor, held))
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            endings.answer_end(
                ending=ending,
                agreed=form.cleaned_data["agreed"] == "yes",
                answer=form.cleaned_data["answer"],
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("Votre réponse est transmise."))
            return redirect("partner:conventions-one", partnership, code)
    effects = [
        Effect("check", str(_("Si vous acceptez, la convention prend fin au jour proposé."))),
        Effect("ban", str(_("Si vous refusez, elle continue comme avant."))),
    ]
    return _act(request, held, form, _("Acceptez-vous la fin proposée\u00a0?"), _("Répondre"), effects)


def _act(
    request: Asked, held: Any, form: forms.Form, question: object, label: object, effects: list[Effect]
) -> HttpResponse:
    page = {"held": held, "form": form, "question": question, "label": label, "effects": effects}
    return render(request, "partner/conventions/act.html", page)
