"""Calls for partners, for anyone: what is asked, at what price, until when, and how it is decided. No cookie."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from jurande.core.france.departements import departement_label
from jurande.registers.network.queries import calls as queries
from jurande.registers.network.queries import fees
from jurande.registers.network.states import CallState
from jurande.web.access import audience
from jurande.web.public.keeping import shareable
from jurande.web.ui.formats import count, span
from jurande.web.ui.parts import Fact

USUAL_TRAINEES, USUAL_CANDIDATES = 40, 36


@require_safe
@audience("public")
@shareable
def calls(request: HttpRequest) -> HttpResponse:
    """Who is looking for partners? Every open call, those that close first first."""
    rows = list(queries.open_calls(timezone.localdate()))
    return render(request, "public/calls.html", {"lines": [(row, _place(row)) for row in rows]})


class PeopleForm(forms.Form):
    """For how many people to reckon the price."""

    stagiaires = forms.IntegerField(label=_("Stagiaires par an"), min_value=0, max_value=fees.MOST_PEOPLE)
    candidats = forms.IntegerField(label=_("Candidats par an"), min_value=0, max_value=fees.MOST_PEOPLE)


@require_safe
@audience("public")
@shareable
def call(request: HttpRequest, code: str) -> HttpResponse:
    """One published call: everything one must know before applying."""
    held = queries.public_call(code)
    if held is None:
        raise Http404
    today = timezone.localdate()
    lines = fees.schedule_lines(held.fee_schedule) if held.fee_schedule else []
    asked = {"stagiaires", "candidats"} & set(request.GET)
    usual = {"stagiaires": USUAL_TRAINEES, "candidats": USUAL_CANDIDATES}
    form = PeopleForm(request.GET if asked else usual)
    people = form.cleaned_data if form.is_valid() else usual
    criteria = queries.criteria_of(held)
    left = queries.places_left(held)
    page = {
        "held": held,
        "standing": _standing(held, today, left),
        "start_url": reverse("guest:applications-start", args=[held.code])
        if held.takes_applications_on(today) and left != 0
        else "",
        "facts": _facts(held, left),
        "blocs": queries.blocs_offered(held),
        "criteria": criteria,
        "decides_apart": queries.decides_apart(held),
        "knockouts": sum(one.is_knockout for one in criteria),
        "lines": lines,
        "people_form": form,
        "estimate": fees.estimate(lines, trainees=people["stagiaires"], candidates=people["candidats"]),
    }
    return render(request, "public/call.html", page)


def _kinds(held: Any) -> str:
    """What may be asked for: «former ; former et évaluer»."""
    return "\u00a0; ".join(label.lower() for label in held.kind_labels)


def _place(held: Any) -> str:
    return ", ".join(departement_label(one) for one in held.territory) or str(_("Toute la France"))


def _facts(held: Any, left: int | None) -> list[Fact]:
    places = count(held.places, str(_("place,places"))) if held.places else ""
    if left is not None:
        places = str(_("%(places)s, dont %(left)d à pourvoir")) % {"places": places, "left": left}
    shown = [
        (_("Certificateur"), held.certifier.name),
        (_("Certification"), held.certification.reference),
        (_("Pour"), _kinds(held)),
        (_("Où"), _place(held)),
        (_("Quand"), span(held.opens_on, held.closes_on)),
        (_("Combien"), places or str(_("sans limite de places"))),
    ]
    return [Fact(str(term), value) for term, value in shown]


def _standing(held: Any, today: date, left: int | None) -> tuple[str, str]:
    """Where the call stands, as a status and a word."""
    if held.state == CallState.CLOSED:
        return "end", str(_("Clos"))
    if queries.is_late(held, today):
        return "end", str(_("La date de clôture est passée"))
    if not held.takes_applications_on(today):
        return "run", str(_("Pas encore ouvert"))
    if left == 0:
        return "end", str(_("Les places sont pourvues"))
    return "ok", str(_("Ouvert"))
