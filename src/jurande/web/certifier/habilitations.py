"""The habilitations of a partner: conditions, history, public page, and what may be decided of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jurande.core.france.departements import departement_label
from jurande.registers.network.operations.habilitations.credentials import bloc_words
from jurande.registers.network.policies import habilitations as policies
from jurande.registers.network.queries import habilitations as queries
from jurande.registers.network.states import Basis, HabilitationState
from jurande.web.access import Asked, audience
from jurande.web.certifier.awards.mandates import shown_on_habilitation
from jurande.web.ui.formats import day_plain, enumerate_fr, span
from jurande.web.ui.lives import STANDINGS, Lived, strip
from jurande.web.ui.marks import chip
from jurande.web.ui.parts import Fact


@dataclass(frozen=True)
class Line:
    """One habilitation in a list, as people read it."""

    row: Any
    chip: str
    blocs: str
    where: str
    note: str = ""


def line_of(row: Any, today: date) -> Line:
    """Its state today and its scope in words."""
    if row.state == HabilitationState.PREPARED:
        shown = chip(*STANDINGS["prepared"], bare=True)
    else:
        standing = queries.standing_on(row, today)
        on_probation = standing.is_active and row.is_probation
        shown = chip("run", _("Probatoire"), bare=True) if on_probation else chip(*STANDINGS[standing.state], bare=True)
    note = _("Convention antérieure à joindre") if row.lacks_its_document and row.state != "ended" else ""
    places = ", ".join(row.territory) or _("partout")
    blocs = bloc_words(row) if row.blocs else _("tous")
    return Line(row, shown, blocs, places, note)


def habilitations_of(request: Asked, partnership: Any) -> dict[str, Any]:
    """What the partner's file shows of its habilitations."""
    today = timezone.localdate()
    rows = queries.of_partner(request.actor, partnership)
    may_open = policies.can_open_habilitations(request.actor, request.certifier).allowed
    return {
        "habilitations": [line_of(row, today) for row in rows],
        "may_habilitate": may_open and not partnership.is_ended,
        "habilitate_label": _("En préparer une") if may_open and not partnership.is_ended else "",
    }


def found(request: Asked, code: str) -> Any:
    """One habilitation that they may see; else it is not there."""
    row = queries.one_of(request.actor, code)
    if row is None:
        raise Http404
    return row


@require_safe
@audience("certifier")
def one(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Everything about one habilitation, and what may be decided of it today."""
    row, today = found(request, code), timezone.localdate()
    is_open = row.state != HabilitationState.PREPARED
    standing = queries.standing_on(row, today) if is_open else None
    periods = queries.life_of(row) if is_open else []
    page = {
        "row": row,
        "chip": chip(*STANDINGS[standing.state if standing else "prepared"]),
        "standing": standing,
        "answer": _answer(row, standing, today),
        "facts": _facts(row),
        "strip": strip([Lived(row.get_kind_display(), periods, row.last_day < today)], day=today) if is_open else None,
        "holds": sorted(row.holds.all(), key=lambda held: held.placed_at, reverse=True),
        "conditions": [(held, held.is_met_on(today)) for held in row.conditions.all()],
        "acts": _acts(request, row, certifier),
        "may_open": policies.can_open_habilitations(request.actor, row.certifier).allowed and row.state != "ended",
        "document": row.basis_document,
        "following": getattr(row, "followed_by", None),
        **shown_on_habilitation(request, row),
    }
    return render(request, "certifier/habilitation.html", page)


def _answer(row: Any, standing: Any, today: date) -> str:
    if standing is None:
        return _("Pas encore\u00a0: elle est préparée, personne ne peut s’en servir.")
    if standing.is_active:
        return _("Oui, aujourd’hui et jusqu’au %(day)s.") % {"day": day_plain(standing.until or row.valid_until)}
    since = day_plain(standing.since)
    if standing.state == "suspended":
        return _("Non\u00a0: elle est suspendue depuis le %(day)s.") % {"day": since}
    if standing.state == "not_yet":
        return _("Pas encore\u00a0: elle commence le %(day)s.") % {"day": day_plain(row.valid_from)}
    return _("Non\u00a0: son dernier jour a été le %(day)s.") % {"day": day_plain(row.last_day)}


def _facts(row: Any) -> list[Fact]:
    basis = f"{row.basis_reference}, du {day_plain(row.basis_on)}" if row.basis_on else "—"
    shown = [
        (_("Certification"), f"{row.certification.title} ({row.certification.reference})"),
        (_("Rôle"), row.get_kind_display()),
        (_("Blocs"), bloc_words(row)),
        (_("Territoire"), enumerate_fr(departement_label(each) for each in row.territory) or _("toute la France")),
        (_("Validité"), span(row.valid_from, row.valid_until)),
        (_("Fondement"), row.get_basis_display() or "—"),
        (_("Acte"), basis),
    ]
    if row.end_reason:
        shown.append((_("Motif de fin"), row.get_end_reason_display()))
    return [Fact(str(term), value) for term, value in shown]


def _acts(request: Asked, row: Any, certifier: str) -> list[tuple[str, str, bool]]:
    """(label, address, whether it is the main one) of what may be decided now."""
    may_open = policies.can_open_habilitations(request.actor, row.certifier)
    may_suspend = policies.can_suspend_habilitation(request.actor, row)
    may_end = policies.can_end_habilitation(request.actor, row)
    suspended_by_us = any(held.cause == "decision" and held.lifted_at is None for held in row.holds.all())
    is_live = row.state in (HabilitationState.ACTIVE, HabilitationState.SUSPENDED)
    offered = [
        (may_open and row.state == HabilitationState.PREPARED, _("Renoncer…"), "discard", False),
        (may_open and row.state == HabilitationState.PREPARED, _("Ouvrir…"), "activate", True),
        (may_open and row.state == HabilitationState.ACTIVE and row.is_probation, _("Confirmer…"), "confirm", False),
        (
            may_open and may_end and row.state == HabilitationState.ACTIVE and row.basis != Basis.CONVENTION,
            _("Modifier le périmètre…"),
            "scope",
            False,
        ),
        (may_end and is_live, _("Mettre fin…"), "end", False),
        (may_suspend and is_live and not suspended_by_us, _("Suspendre…"), "suspend", True),
        (may_suspend and is_live and suspended_by_us, _("Lever la suspension…"), "resume", True),
    ]
    return [
        (label, reverse(f"certifier:habilitations-{name}", args=[certifier, row.code]), is_main)
        for allowed, label, name, is_main in offered
        if allowed
    ]
