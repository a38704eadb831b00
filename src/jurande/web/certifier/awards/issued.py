"""What was issued: the list, and one award as its file."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from jurande.registers.awards.facts.addresses import document_url
from jurande.registers.awards.facts.credentials import Results
from jurande.registers.awards.operations import sending
from jurande.registers.awards.operations.rendering import parchment_pdf
from jurande.registers.awards.policies import lots as policies
from jurande.registers.awards.policies.receiving import can_mend_address
from jurande.registers.awards.queries import awards as queries
from jurande.registers.awards.states import AwardState
from jurande.registers.common.verdicts import require
from jurande.web.access import Asked, audience
from jurande.web.certifier.awards.life import bulk_acts, life_of
from jurande.web.certifier.awards.parts import tabs
from jurande.web.ui.award_lots import award_chip
from jurande.web.ui.formats import day, number
from jurande.web.ui.forms import refusing
from jurande.web.ui.parts import Fact
from jurande.web.ui.sentences import told
from jurande.web.ui.tables import Column, Filter, Table

EVENTS = 12


def table(certifier: str) -> Table[Any]:
    """The list of what was issued: what is exported and chosen from is what is seen."""
    today = timezone.localdate()
    return Table(
        name="delivrances",
        columns=(
            Column(
                "nom",
                str(_("Titulaire")),
                lambda one: one.full_name or str(_("Effacé")),
                url=lambda one: reverse("certifier:awards-one", args=[certifier, one.code]),
                order=("last_name", "first_name"),
            ),
            Column("numero", str(_("Numéro")), lambda one: one.shown_number),
            Column("quoi", str(_("Ce qui est délivré")), lambda one: one.certification.title, on_phone=False),
            Column(
                "partenaire",
                str(_("Évalué par")),
                lambda one: one.partnership.name if one.partnership else "",
                at_first=False,
            ),
            Column("obtenu", str(_("Obtenu le")), lambda one: one.awarded_on, order=("awarded_on",)),
            Column(
                "jusquau",
                str(_("Valable jusqu’au")),
                lambda one: one.valid_until,
                order=("valid_until",),
                on_phone=False,
            ),
            Column(
                "delivre",
                str(_("Délivré le")),
                lambda one: timezone.localdate(one.issued_at) if one.issued_at else None,
                order=("issued_at",),
                at_first=False,
            ),
            Column(
                "etat",
                str(_("État")),
                lambda one: one.get_state_display(),
                show=award_chip,
                order=("state", "-issued_at"),
            ),
        ),
        filters=(
            Filter("etat", str(_("état")), AwardState.choices, lambda rows, kept: rows.in_states(*kept)),
            Filter(
                "validite",
                str(_("validité")),
                [(queries.ENDED, _("Terminée")), (queries.ENDING, _("Finit avant trois mois"))],
                lambda rows, kept: queries.with_validity(rows, kept, today),
            ),
        ),
        search=queries.matching,
        order="-delivre",
        code=lambda one: one.code,
        unit=str(_("délivrance,délivrances")),
    )


@require_safe
@audience("certifier")
def listing(request: Asked, certifier: str) -> HttpResponse:
    """Everything that was issued, with filters, search and export."""
    require(policies.can_see_awards(request.actor))
    rows = queries.awards(request.actor)
    found = table(certifier).read(request.GET, rows)
    if sheet := found.sheet():
        return sheet
    page = {
        "listing": found,
        "acts": bulk_acts(request, certifier),
        "tabs": tabs(request, "certifier:awards-issued"),
        "any": rows.exists(),
    }
    return render(request, "certifier/awards/issued.html", page)


def held_award(request: Asked, code: str) -> Any:
    """The award of this house.

    :raises Http404: somebody else's, or none.
    """
    require(policies.can_see_awards(request.actor))
    held = queries.award(request.actor, code)
    if held is None:
        raise Http404
    return held


@require_safe
@audience("certifier")
def one(request: Asked, certifier: str, code: str) -> HttpResponse:
    """The file of an award: what it says, of whom, how it stands, what was written, what was done."""
    held = held_award(request, code)
    results = Results.from_text(held.results)
    page = {
        "held": held,
        "chip": award_chip(held),
        "url": document_url(held.number),
        "facts": _facts(held, results),
        "letters": queries.letters_of(request.actor, held),
        "events": told(queries.told_of(held).order_by("-at", "-pk")[:EVENTS]),
        "may_mend": not (held.collected_at or held.refused_at or held.erased_at)
        and bool(can_mend_address(request.actor, held)),
        "may_send": policies.can_send_award_again(request.actor, held)
        and bool(held.email and held.credential and not held.erased_at),
        "document_url": reverse("certifier:awards-document", args=[certifier, code]) if held.credential else "",
    }
    return render(request, "certifier/awards/award.html", page | life_of(request, certifier, held))


def _facts(held: Any, results: Results) -> list[Fact]:
    attended = results.attendance
    said: list[tuple[Any, str]] = [
        (_("Obtenu le"), day(held.awarded_on)),
        (_("Décision du"), day(held.decided_on) if held.decided_on else ""),
        (_("Valable jusqu’au"), day(held.valid_until) if held.valid_until else str(_("Sans fin"))),
        (_("Fait à"), held.place),
        (_("Évalué par"), held.partnership.name if held.partnership else ""),
        (_("Habilitation"), held.habilitation.reference if held.habilitation else ""),
        (_("Né(e) le"), held.birth_on and " ".join(filter(None, [_born(held.birth_on), held.birth_place]))),
        (_("Adresse électronique"), held.email),
        (_("Note ou mention"), results.grade),
        *([(attended.label, f"{attended.percent}\u00a0%")] if attended else []),
        (_("Version du référentiel"), number(held.referentiel.number) if held.referentiel else ""),
        (_("Recueilli le"), day(held.collected_at) if held.collected_at else ""),
    ]
    return [Fact(str(term), value) for term, value in said if value]


def _born(text: str) -> str:
    return day(date.fromisoformat(text))


@require_safe
@audience("certifier")
def document(request: Asked, certifier: str, code: str) -> HttpResponse:
    """The parchment, whose attached file is the signed proof."""
    held = held_award(request, code)
    with refusing(request):
        return HttpResponse(
            parchment_pdf(held),
            content_type="application/pdf",
            headers={
                "Content-Disposition": f'attachment; filename="{held.shown_number}.pdf"',
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "private, no-store",
            },
        )
    return redirect("certifier:awards-one", certifier, code)


@require_POST
@audience("certifier")
def send_again(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Write to the holder once more."""
    held = held_award(request, code)
    with refusing(request):
        sending.send_again(award=held, actor=request.actor, now=timezone.now())
        messages.success(request, _("Le message est parti de nouveau."))
    return redirect("certifier:awards-one", certifier, code)
