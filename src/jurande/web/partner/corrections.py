"""What holders ask to have mended in what we prepared: the list, the answer, or our opinion to the certifier."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jurande.registers.awards.operations import answering
from jurande.registers.awards.operations import corrections as operations
from jurande.registers.awards.policies import corrections as policies
from jurande.registers.awards.queries import corrections as queries
from jurande.registers.common.together import Asking
from jurande.registers.common.verdicts import require
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Right
from jurande.web.access import Asked, audience
from jurande.web.partner.areas import tabs
from jurande.web.ui.corrections import AnswerForm, correction_dues, effects_of, page_of, table_of
from jurande.web.ui.downloads import serve
from jurande.web.ui.forms import refusing
from jurande.web.ui.parts import Due


class OpinionForm(AnswerForm):
    """What the holder will read, and the certifier when it is passed on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Say who reads it."""
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _(
            "La personne la lira, et le certificateur si vous transmettez. Nécessaire pour refuser ou transmettre."
        )


def corrections_to_answer(actor: Actor, today: date) -> Asking[list[Due]]:
    """What waits for who may answer, as deadlines of the first page."""
    if not actor.has(Right.PREPARE_AWARDS):
        return []
    place = actor.partnership_code
    return (
        yield from correction_dues(actor, today, lambda one: reverse("partner:corrections-one", args=[place, one.code]))
    )


@require_safe
@audience("partner")
def listing(request: Asked, partnership: str) -> HttpResponse:
    """What is asked about what we prepared, those that wait first."""
    require(policies.can_see_corrections(request.actor))
    rows = queries.corrections_of(request.actor)
    shown = table_of(lambda one: reverse("partner:corrections-one", args=[partnership, one.code])).read(
        request.GET, rows
    )
    if sheet := shown.sheet():
        return sheet
    page = {
        "listing": shown,
        "any": rows.exists(),
        "waiting": queries.waiting_at(request.actor).count(),
        "tabs": tabs(request, "partner:corrections"),
    }
    return render(request, "partner/corrections/listing.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("partner")
def one(request: Asked, partnership: str, code: str) -> HttpResponse:
    """One request: accept it within our mandate, refuse it, or pass it on with our opinion."""
    require(policies.can_see_corrections(request.actor))
    held = queries.correction_of(request.actor, code)
    if held is None:
        raise Http404
    form = OpinionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now, answer = timezone.now(), form.cleaned_data["reason"]
        with refusing(request, form):
            if "accept" in request.POST:
                answering.accept_correction(correction=held, note=answer, actor=request.actor, now=now)
                messages.success(request, _("C’est corrigé\u00a0: le nouveau document remplace l’ancien."))
            elif "refuse" in request.POST:
                answering.refuse_correction(correction=held, reason=answer, actor=request.actor, now=now)
                messages.success(request, _("La réponse est envoyée."))
            else:
                operations.pass_on_correction(correction=held, opinion=answer, actor=request.actor, now=now)
                messages.success(request, _("La demande est chez le certificateur, avec votre avis."))
            return redirect("partner:corrections-one", partnership, code)
    mandate, standing = queries.mandate_for(held, on=timezone.localdate())
    may_answer = policies.can_answer_correction(request.actor, held)
    may_accept = policies.can_accept_correction(request.actor, held, mandate=mandate, standing=standing)
    page = page_of(held, _file_url(partnership, code) if may_answer.allowed else None) | {
        "form": form if may_answer.allowed else None,
        "may_accept": may_accept.allowed,
        "why_not": may_accept.reason if may_answer.allowed else "",
        "effects": effects_of(held) if may_accept.allowed else [],
        "may_pass_on": may_answer.allowed,
    }
    return render(request, "partner/corrections/one.html", page)


def _file_url(partnership: str, code: str) -> Callable[[str], str]:
    return lambda piece: reverse("partner:corrections-evidence", args=[partnership, code, piece])


@require_safe
@audience("partner")
def evidence(request: Asked, partnership: str, code: str, piece: str) -> HttpResponseBase:
    """Hand over a piece of evidence, as long as it is ours to answer."""
    require(policies.can_see_corrections(request.actor))
    held = queries.correction_of(request.actor, code)
    if held is None:
        raise Http404
    require(policies.can_answer_correction(request.actor, held))
    document = queries.evidence_of(held, piece)
    if document is None:
        raise Http404
    return serve(document)
