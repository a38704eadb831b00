"""The life of one certification: who obtained it, month by month and cohort by cohort, and what became of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe

from jurande.registers.awards.policies.lots import can_see_awards
from jurande.registers.awards.queries import cohorts
from jurande.registers.common.verdicts import require
from jurande.registers.declarations import policies as dossiers
from jurande.registers.declarations.queries import draft_of
from jurande.web.access import Asked, audience
from jurande.web.certifier.certifications.parts import found
from jurande.web.ui.exports import csv_sheet
from jurande.web.ui.formats import MONTHS, count, number, percent
from jurande.web.ui.parts import Segment, Stat
from jurande.web.ui.tables import Column, Table

MONTHS_SHOWN = 24


def table(certifier: str) -> Table[Any]:
    """The cohorts as a working tool: one lot, one day, one place."""
    return Table(
        name="cohortes",
        columns=(
            Column(
                "cohorte",
                lazy("Cohorte"),
                lambda lot: lot.title or lot.reference,
                url=lambda lot: reverse("certifier:awards-lots-one", args=[certifier, lot.code]),
                order=("title",),
            ),
            Column("date", lazy("Obtention"), lambda lot: lot.awarded_on, order=("awarded_on",)),
            Column(
                "organisme",
                lazy("Organisme"),
                lambda lot: lot.partnership.name if lot.partnership else _("le certificateur"),
                order=("partnership__site__organisation__legal_name",),
            ),
            Column("version", lazy("Version"), lambda lot: lot.referentiel.number, numeric=True, on_phone=False),
            Column("obtenues", lazy("Obtenues"), lambda lot: lot.issued, order=("issued",), numeric=True),
            Column("manquees", lazy("Non acquises"), lambda lot: lot.missed, order=("missed",), numeric=True),
        ),
        order="-date",
        unit=lazy("cohorte,cohortes"),
    )


@require_safe
@audience("certifier")
def overview(request: Asked, certifier: str, code: str) -> HttpResponse:
    """All that was issued of a certification: pictures, figures, cohorts, bodies, opinions."""
    held, today = found(request, code), timezone.localdate()
    require(can_see_awards(request.actor))
    listing = table(certifier).read(request.GET, cohorts.cohorts(request.actor, held))
    if sheet := listing.sheet():
        return sheet
    life = cohorts.life_of(held, today)
    figures, months = life.figures, life.months
    became = _became(figures)
    most = max((one.obtained + one.missed for _month, one in months), default=0)
    page = {
        "held": held,
        "listing": listing,
        "figures": figures,
        "stats": _stats(figures),
        "months": [(_named(month), one, _segments(one)) for month, one in months[:MONTHS_SHOWN]],
        "more_months": max(len(months) - MONTHS_SHOWN, 0),
        "most": most,
        "became": became,
        "became_total": sum(value for _label, value, _status in became),
        "became_segments": [Segment(value, "ink" if status == "end" else status) for _label, value, status in became],
        "bodies": [(one, _segments(one.tally)) for one in life.bodies],
        "counted_at": life.counted_at,
        "endorsements": cohorts.endorsements_given(held)[:12],
        "arrivals": cohorts.arrivals(held, today),
        "draft": draft_of(held),
        "may_request": dossiers.can_start_dossier(request.actor, held).allowed,
    }
    return render(request, "certifier/certifications/life.html", page)


@require_safe
@audience("certifier")
def months_sheet(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Every month, as a sheet."""
    held = found(request, code)
    require(can_see_awards(request.actor))
    life = cohorts.life_of(held, timezone.localdate())
    header = [_("Mois"), _("Obtenues"), _("Non acquises"), _("Taux de réussite (%)")]
    rows = [
        [month, one.obtained, one.missed, None if one.rate is None else round(one.rate * 100, 1)]
        for month, one in life.months
    ]
    return csv_sheet(f"{held.reference}-mois", header, rows)


def _named(month: date) -> str:
    return f"{MONTHS[month.month - 1]}\u00a0{month.year}"


def _segments(tally: cohorts.Tally) -> list[Segment]:
    return [Segment(tally.obtained, "ok"), Segment(tally.missed, "warn")]


def _stats(figures: cohorts.Figures) -> list[Stat]:
    tally = figures.tally
    assessed = count(tally.obtained + tally.missed, _("résultat saisi,résultats saisis"))
    ending = count(figures.ending, _("se termine d’ici trois mois,se terminent d’ici trois mois"))
    return [
        Stat(_("Obtenues"), number(tally.obtained), note=count(figures.cohorts, _("cohorte,cohortes"))),
        Stat(_("Réussite"), percent(tally.rate) or "—", note=assessed),
        Stat(_("En vigueur"), number(figures.in_force), note=ending if figures.ending else ""),
        Stat(_("Heures"), number(figures.hours) if figures.hours else "—", note=_("de travail, en tout")),
        Stat(_("Partenaires"), number(figures.bodies)),
    ]


def _became(figures: cohorts.Figures) -> list[tuple[str, int, str]]:
    """What became of each award, in words, with a status; those that are none are left out."""
    found = [
        (_("En vigueur"), figures.in_force, "ok"),
        (_("Terminées, non renouvelées"), figures.ended, "end"),
        (_("Suspendues"), figures.suspended, "warn"),
        (_("Révoquées"), figures.revoked, "late"),
        (_("Remplacées par une autre"), figures.replaced, "run"),
        (_("Effacées à la demande du titulaire"), figures.erased, "end"),
    ]
    return [one for one in found if one[1]]
