"""What the lists no longer confirm of a partner: shown among what waits, on its file, and settled with a note."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from jurande.registers.common.together import Asking, Short
from jurande.registers.common.verdicts import require
from jurande.registers.network.operations import checks as operations
from jurande.registers.network.policies import calls as policies
from jurande.registers.network.queries import calls, checks
from jurande.registers.parties.queries import PARTNER_SHOWN
from jurande.web.access import Asked, audience
from jurande.web.certifier.recruitment.parts import flag_found
from jurande.web.ui.formats import of_name
from jurande.web.ui.forms import refusing
from jurande.web.ui.parts import Due
from jurande.web.ui.radar import Reader

# What somebody has to look at a flag: the house's own habit, no text sets it.
DAYS_TO_LOOK = timedelta(days=15)


def recruitment_dues(request: Reader, today: date) -> Asking[list[Due]]:
    """The flags to look at and the calls past their last day, as deadlines of the first page."""
    if not policies.can_see_recruitment(request.actor):
        return []
    raised, late = yield [
        Short(checks.flags(request.actor), ("code", "kind", "raised_at", *PARTNER_SHOWN)),
        Short(calls.late_calls(request.actor, today), ("code", "reference", "closes_on")),
    ]
    return _flag_dues(request, raised, today) + _call_dues(request, late, today)


def _flag_dues(request: Reader, raised: Iterable[Any], today: date) -> list[Due]:
    return [
        Due(
            title=_("Vérifier un signalement %(of)s\u00a0: %(kind)s")
            % {"of": of_name(flag.partnership.name), "kind": flag.get_kind_display()},
            due_on=timezone.localdate(flag.raised_at) + DAYS_TO_LOOK,
            today=today,
            opened_on=timezone.localdate(flag.raised_at),
            url=reverse("certifier:recruitment-flag", args=[request.certifier.code, flag.code]),
            who=flag.partnership.followed_by.full_name if flag.partnership.followed_by else "",
        )
        for flag in raised
    ]


def _call_dues(request: Reader, late: Iterable[Any], today: date) -> list[Due]:
    return [
        Due(
            title=_("Clore l’appel %(reference)s, dont la date est passée") % {"reference": call.reference},
            due_on=call.closes_on,
            today=today,
            url=reverse("certifier:recruitment-calls-close", args=[request.certifier.code, call.code]),
        )
        for call in late
        if call.closes_on is not None
    ]


class NoteForm(forms.Form):
    """What was seen."""

    note = forms.CharField(
        label=_("Ce que vous avez vu"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=4000,
        help_text=_("La pièce reçue, la réponse du partenaire, ou pourquoi la liste se trompe."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def flag(request: Asked, certifier: str, code: str) -> HttpResponse:
    """What the lists say of a partner, and what somebody saw of it."""
    held = flag_found(request, code)
    verdict = policies.can_settle_flag(request.actor, held)
    form = NoteForm(request.POST or None)
    if request.method == "POST":
        require(verdict)
        if form.is_valid():
            with refusing(request, form):
                operations.settle_flag(
                    flag=held, note=form.cleaned_data["note"], actor=request.actor, now=timezone.now()
                )
                messages.success(request, _("Le signalement est réglé. Votre note reste au dossier du partenaire."))
                return redirect("certifier:partners-one", certifier, held.partnership.code)
    page: dict[str, Any] = {
        "held": held,
        "form": form,
        "verdict": verdict,
        "back": reverse("certifier:partners-one", args=[certifier, held.partnership.code]),
    }
    return render(request, "certifier/recruitment/flag.html", page)
