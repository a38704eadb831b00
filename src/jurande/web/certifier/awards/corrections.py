"""What holders ask to have mended: the list, one request and what it would change, the answer, the delay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_safe

from jurande.registers.awards.operations import answering
from jurande.registers.awards.operations import corrections as operations
from jurande.registers.awards.operations.replacing import Said
from jurande.registers.awards.policies import corrections as policies
from jurande.registers.awards.policies.life import can_withdraw_awards
from jurande.registers.awards.queries import corrections as queries
from jurande.registers.awards.states.corrections import CorrectionKind, CorrectionState
from jurande.registers.awards.states.life import LifeMove
from jurande.registers.common.together import Asking
from jurande.registers.common.verdicts import require
from jurande.web.access import Asked, audience
from jurande.web.certifier.awards.life import CorrectForm
from jurande.web.certifier.awards.parts import tabs
from jurande.web.ui.corrections import AnswerForm, correction_dues, effects_of, page_of, table_of
from jurande.web.ui.downloads import serve
from jurande.web.ui.forms import refusing
from jurande.web.ui.parts import Due
from jurande.web.ui.radar import Reader


class RuleForm(forms.Form):
    """How fast we answer."""

    days = forms.IntegerField(
        label=lazy("Nous répondons en tant de jours"),
        help_text=lazy("De 1 à 31\u00a0: la loi laisse un mois."),
        min_value=1,
        max_value=operations.LONGEST_DAYS,
    )
    partner_days = forms.IntegerField(
        label=lazy("Dont, pour le partenaire"),
        help_text=lazy("Passé ce délai, la demande vient chez vous."),
        min_value=1,
        max_value=operations.LONGEST_DAYS,
    )


class OtherForm(CorrectForm):
    """Everything that the new document says, then the answer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for the answer in the place of the reason and the note of a decision of the house’s own."""
        super().__init__(*args, move=LifeMove.REPLACE, **kwargs)
        del self.fields["note"]
        self.fields["reason"] = AnswerForm().fields["reason"]


def corrections_to_answer(reader: Reader, today: date) -> Asking[list[Due]]:
    """What waits for who may answer, as deadlines of the first page."""
    if not can_withdraw_awards(reader.actor, reader.certifier):
        return []
    house = reader.certifier.code
    return (
        yield from correction_dues(
            reader.actor, today, lambda one: reverse("certifier:awards-corrections-one", args=[house, one.code])
        )
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def listing(request: Asked, certifier: str) -> HttpResponse:
    """What is asked, those that wait first; how fast we answer."""
    require(policies.can_see_corrections(request.actor))
    may_set = policies.can_set_correction_rule(request.actor, request.certifier)
    days, partner_days = queries.rule_of(request.certifier)
    form = RuleForm(request.POST or None, initial={"days": days or 30, "partner_days": partner_days})
    if request.method == "POST":
        require(may_set)
        if form.is_valid():
            with refusing(request, form):
                operations.set_correction_rule(
                    certifier=request.certifier, actor=request.actor, now=timezone.now(), **form.cleaned_data
                )
                messages.success(request, _("Le délai est réglé. Les demandes déjà faites gardent le leur."))
                return redirect("certifier:awards-corrections", certifier)
    rows = queries.corrections_of(request.actor)
    shown = table_of(lambda one: reverse("certifier:awards-corrections-one", args=[certifier, one.code])).read(
        request.GET, rows
    )
    if sheet := shown.sheet():
        return sheet
    page = {
        "listing": shown,
        "any": rows.exists(),
        "waiting": queries.waiting_at(request.actor).count(),
        "form": form if may_set else None,
        "days": days,
        "partner_days": partner_days,
        "tabs": tabs(request, "certifier:awards-corrections"),
    }
    return render(request, "certifier/awards/corrections.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def one(request: Asked, certifier: str, code: str) -> HttpResponse:
    """One request: accept it and replace, or refuse it."""
    require(policies.can_see_corrections(request.actor))
    held = queries.correction_of(request.actor, code)
    if held is None:
        raise Http404
    is_other = held.kind == CorrectionKind.OTHER
    is_waiting = held.state == CorrectionState.ASKED
    sent = request.POST or None
    form = OtherForm(sent, initial=asdict(Said.by(held.award))) if is_other and is_waiting else AnswerForm(sent)
    if request.method == "POST":
        require(can_withdraw_awards(request.actor, request.certifier))
        if form.is_valid():
            now, answer = timezone.now(), form.cleaned_data["reason"]
            with refusing(request, form):
                if "refuse" in request.POST:
                    answering.refuse_correction(correction=held, reason=answer, actor=request.actor, now=now)
                    messages.success(request, _("La réponse est envoyée."))
                    return redirect("certifier:awards-corrections-one", certifier, code)
                said = form.said() if isinstance(form, OtherForm) else None
                answering.accept_correction(correction=held, note=answer, said=said, actor=request.actor, now=now)
                messages.success(request, _("C’est corrigé\u00a0: le nouveau document remplace l’ancien."))
                return redirect("certifier:awards-corrections-one", certifier, code)
    may_answer = policies.can_answer_correction(request.actor, held)
    may_accept = policies.can_accept_correction(request.actor, held)
    may_open = can_withdraw_awards(request.actor, request.certifier).allowed
    page = page_of(held, _file_url(certifier, code) if may_open else None) | {
        "form": form if may_answer.allowed else None,
        "may_accept": may_accept.allowed,
        "why_not": may_accept.reason if may_answer.allowed else "",
        "effects": effects_of(held) if may_accept.allowed else [],
    }
    return render(request, "certifier/awards/correction.html", page)


def _file_url(certifier: str, code: str) -> Callable[[str], str]:
    return lambda piece: reverse("certifier:awards-corrections-evidence", args=[certifier, code, piece])


@require_safe
@audience("certifier")
def evidence(request: Asked, certifier: str, code: str, piece: str) -> HttpResponseBase:
    """Hand over a piece of evidence, to who answers."""
    require(can_withdraw_awards(request.actor, request.certifier))
    held = queries.correction_of(request.actor, code)
    document = queries.evidence_of(held, piece) if held is not None else None
    if document is None:
        raise Http404
    return serve(document)
