"""Renewing many conventions: what is chosen, for which days, then the progress and what became of each."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from jurande.registers.common import queries as jobs
from jurande.registers.common.verdicts import require
from jurande.registers.conventions import policies
from jurande.registers.conventions.operations import renewing
from jurande.registers.conventions.queries import clauses as queries
from jurande.registers.conventions.queries.conventions import conventions
from jurande.registers.conventions.states import RowOutcome
from jurande.web.access import Asked, audience
from jurande.web.certifier.conventions.listing import table
from jurande.web.ui.fields import DayInput
from jurande.web.ui.forms import refusing
from jurande.web.ui.marks import chip
from jurande.web.ui.tables import Column, Filter, Table
from jurande.web.ui.work import progress_of

STATUS = {RowOutcome.MADE: "draft", RowOutcome.SENT: "ok", RowOutcome.REFUSED: "late", "": "run"}


class RenewForm(forms.Form):
    """For which days, and whether to send."""

    valid_from = forms.DateField(label=_("Premier jour"), widget=DayInput())
    valid_until = forms.DateField(label=_("Dernier jour"), widget=DayInput())
    sends = forms.BooleanField(label=_("Envoyer aussitôt à signer celles à qui rien ne manque"), required=False)


@require_POST
@audience("certifier")
def renew(request: Asked, certifier: str) -> HttpResponse:
    """Renew the chosen conventions: first a preview with the days, then the act."""
    actor = request.actor
    require(policies.can_prepare_conventions(actor, request.certifier))
    rows = conventions(actor)
    if request.POST.get("tout"):
        chosen = list(table(certifier, timezone.localdate()).read(request.GET, rows).rows)
    else:
        chosen = list(rows.filter(code__in=request.POST.getlist("choix")))
    if not chosen:
        messages.warning(request, _("Aucune convention n’est choisie. Cochez au moins une ligne, puis recommencez."))
        return redirect("certifier:conventions", certifier)
    form = RenewForm(request.POST if "valid_from" in request.POST else None)
    if form.is_bound and form.is_valid():
        with refusing(request, form):
            run = renewing.request_renewals(
                certifier=request.certifier,
                conventions=chosen,
                actor=actor,
                now=timezone.now(),
                **form.cleaned_data,
            )
            return redirect("certifier:conventions-renewal", certifier, run.code)
    page = {"chosen": chosen, "form": form, "clauses": queries.in_use(actor)}
    return render(request, "certifier/conventions/renew.html", page)


def outcome_table(certifier: str) -> Table[Any]:
    """What became of each convention of a run."""
    return Table(
        name="renouvellement",
        columns=(
            Column(
                "convention",
                str(_("Convention")),
                lambda r: r.convention.reference,
                url=lambda r: reverse("certifier:conventions-one", args=[certifier, r.convention.code]),
                order=("convention__reference",),
            ),
            Column("partenaire", str(_("Partenaire")), lambda r: r.convention.partnership.name),
            Column(
                "issue",
                str(_("Issue")),
                lambda r: r.get_outcome_display() or str(_("À faire")),
                show=lambda r: chip(STATUS[r.outcome], r.get_outcome_display() or str(_("À faire")), bare=True),
                order=("outcome",),
            ),
            Column(
                "nouvelle",
                str(_("Nouvelle convention")),
                lambda r: r.made.reference if r.made else "",
                url=lambda r: reverse("certifier:conventions-one", args=[certifier, r.made.code]) if r.made else "",
            ),
            Column("motif", str(_("Motif")), lambda r: r.reason),
        ),
        filters=(
            Filter("issue", str(_("issue")), RowOutcome.choices, lambda rows, kept: rows.filter(outcome__in=kept)),
        ),
        order="convention",
        unit=str(_("convention,conventions")),
    )


@require_safe
@audience("certifier")
def renewal(request: Asked, certifier: str, run: str) -> HttpResponse:
    """The progress of a run, and what became of each convention."""
    require(policies.can_see_conventions(request.actor))
    held = queries.renewal_run(request.actor, run)
    if held is None:
        raise Http404
    job = jobs.job_of(certifier, held.job_code)
    # The work is forgotten after some weeks; its outcome stays.
    progress = progress_of(job, reverse("certifier:work", args=[certifier, job.code]), certifier) if job else None
    listing = outcome_table(certifier).read(request.GET, queries.renewal_rows(held))
    if sheet := listing.sheet():
        return sheet
    page = {"held": held, "progress": progress, "listing": listing}
    return render(request, "certifier/conventions/renewal.html", page)
