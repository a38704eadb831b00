"""One certification: its versions, its clock, its life; one version to read, two to compare."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jurande.core.france import microcertifications as micro
from jurande.core.france.comparison import Change, compare
from jurande.core.france.referentiels import EXPECTED_TAGS, TAGS, TRAINING_LIMITS, tags_without_competency
from jurande.core.france.wording import DISCLAIMER
from jurande.registers.awards.policies.lots import can_see_awards
from jurande.registers.catalogue import facts, policies
from jurande.registers.catalogue.operations import certifications as operations
from jurande.registers.catalogue.operations import versions
from jurande.registers.catalogue.queries import certifications as queries
from jurande.registers.catalogue.states import LineKind, RetireReason
from jurande.registers.common.verdicts import require
from jurande.registers.declarations.policies import can_start_dossier
from jurande.registers.declarations.queries import draft_of
from jurande.registers.parties import policies as parties
from jurande.registers.parties.queries import names_of
from jurande.web.access import Asked, audience
from jurande.web.certifier.certifications.parts import clock_chip, found, missing, state_chip, version_chip, version_of
from jurande.web.ui.exports import csv_sheet, xlsx_sheet
from jurande.web.ui.forms import refusing
from jurande.web.ui.parts import Effect, Fact
from jurande.web.ui.sentences import told

EVENTS = 12
LIFE_PAGE = 50


@require_safe
@audience("certifier")
def overview(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Where a certification stands: versions, registration clock, and what was done."""
    actor, today = request.actor, timezone.localdate()
    held = found(request, code)
    rows = queries.versions_of(held)
    names = names_of([row.published_by_code for row in rows] + [row.changed_by_code for row in rows])
    choices = queries.choices_of(request.certifier)
    times = queries.clock_of(held, choices)
    draft = next((row for row in rows if row.is_draft), None)
    published = next((row for row in rows if row.state == "published"), None)
    may_read_life = bool(parties.can_see_journal(actor))
    everything = "tout" in request.GET
    shown = published or draft
    overview = queries.blocs_of(shown) if shown else []
    acts = queries.life_of(held)
    life = Paginator(acts if everything else queries.turns_of(held), LIFE_PAGE if everything else EVENTS)
    page = {
        "held": held,
        "state": state_chip(held),
        "times": times,
        "clock": clock_chip(times, today),
        "phase": times.phase(today).value,
        "months": choices.dossier_months,
        "versions": [
            (row, version_chip(row), names.get(row.published_by_code or row.changed_by_code, "")) for row in rows
        ],
        "draft": draft,
        "published": published,
        "gaps": missing(versions.gaps_of(draft), draft) if draft and not held.is_retired else [],
        "compare_url": _compare_url(certifier, code, rows),
        "may_prepare": policies.can_prepare_certification(actor, request.certifier) and not held.is_retired,
        "may_retire": policies.can_retire_certification(actor, held) and not held.is_retired,
        "may_choose": policies.can_set_catalogue_choices(actor, request.certifier),
        "events": told(life.get_page(request.GET.get("page")).object_list) if may_read_life else [],
        "acts": acts.count() if may_read_life else 0,
        "shown": acts.count() if everything else life.count,
        "overview": overview,
        "overview_version": shown,
        "overview_count": sum(len(bloc.competencies.all()) for bloc in overview),
        "disclaimer": DISCLAIMER if held.is_micro else "",
        "may_see_life": can_see_awards(actor).allowed,
        "dossier": draft_of(held),
        "may_request": can_start_dossier(actor, held).allowed,
    }
    return render(request, "certifier/certifications/one.html", page)


def _compare_url(certifier: str, code: str, rows: list[Any]) -> str:
    if len(rows) < 2:
        return ""
    address = reverse("certifier:certifications-compare", args=[certifier, code])
    return f"{address}?de={rows[1].number}&a={rows[0].number}"


class RetireForm(forms.Form):
    """Why a certification is no longer offered."""

    reason = forms.ChoiceField(label=_("Motif, écrit au journal"), choices=RetireReason.choices)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def retire(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Retire a certification, after saying what follows."""
    held = found(request, code)
    require(policies.can_retire_certification(request.actor, held))
    form = RetireForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.retire(
                certification=held,
                reason=RetireReason(form.cleaned_data["reason"]),
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("La certification est retirée."))
            return redirect("certifier:certifications-one", certifier, code)
    effects = [
        Effect("ban", str(_("Plus de nouvelle version, et rien de nouveau ne se prépare sur elle."))),
        Effect("file-text", str(_("Ses versions publiées restent lisibles, telles qu’elles sont."))),
        Effect("book-2", str(_("Une écriture au journal, à votre nom, pour toujours."))),
    ]
    page = {
        "held": held,
        "form": form,
        "question": _("Retirer cette certification\u00a0?"),
        "label": _("Retirer"),
        "effects": effects,
        "back": reverse("certifier:certifications-one", args=[certifier, code]),
    }
    return render(request, "certifier/certifications/act.html", page)


@require_POST
@audience("certifier")
def start_version(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Begin the next version from the published one."""
    held = found(request, code)
    require(policies.can_prepare_certification(request.actor, request.certifier))
    with refusing(request):
        draft = versions.start_version(certification=held, actor=request.actor, now=timezone.now())
        messages.success(request, _("La nouvelle version reprend celle qui est publiée. À vous de l’écrire."))
        return redirect("certifier:certifications-write", certifier, code, draft.code)
    return redirect("certifier:certifications-one", certifier, code)


@require_safe
@audience("certifier")
def read(request: Asked, certifier: str, code: str, version: str) -> HttpResponse:
    """One version as it is, or as a sheet."""
    held = version_of(request, code, version)
    whole = facts.referentiel_of(held)
    elements = facts.micro_elements_of(held)
    blocs = queries.blocs_of(held)
    make = {"csv": csv_sheet, "xlsx": xlsx_sheet}.get(request.GET.get("export", ""))
    if make is not None:
        return make(f"{held.certification.reference}-version-{held.number}", SHEET_HEADER, _sheet_rows(held, blocs))
    page = {
        "held": held,
        "certification": held.certification,
        "state": version_chip(held),
        "who": names_of([held.published_by_code, held.changed_by_code]),
        "activities": queries.activities_of(held),
        "blocs": blocs,
        "limits": [(limit, whole.limits[limit.key]) for limit in TRAINING_LIMITS if limit.key in whole.limits],
        "juries": held.juries.order_by("route"),
        "tags": {tag.key: tag.label for tag in TAGS},
        "unborne": tags_without_competency(whole) if not held.certification.is_micro else [],
        "expected": EXPECTED_TAGS,
        "sealed": held.digest == whole.digest() if held.digest else None,
        "facts": _element_facts(held, elements) if elements else [],
        "alignments": queries.alignments_of(held),
        "disclaimer": DISCLAIMER if held.certification.is_micro else "",
        "may_edit": policies.can_edit_referentiel(request.actor, held),
        "may_publish": policies.can_publish_referentiel(request.actor, held),
    }
    return render(request, "certifier/certifications/read.html", page)


SHEET_HEADER = [
    str(word)
    for word in (
        _("Nature"),
        _("Bloc"),
        _("Intitulé du bloc"),
        _("Rang"),
        _("Texte"),
        _("Étiquettes"),
        _("Modalités d’évaluation"),
    )
]


def _sheet_rows(held: Any, blocs: list[Any]) -> list[list[object]]:
    labels = {tag.key: tag.label for tag in TAGS}
    rows: list[list[object]] = [
        [LineKind.ACTIVITY.label, "", "", rank, one.text, "", ""]
        for rank, one in enumerate(queries.activities_of(held), start=1)
    ]
    for number, bloc in enumerate(blocs, start=1):
        rows.append([LineKind.BLOC.label, bloc.number or number, bloc.text, number, bloc.text, "", bloc.assessment])
        for rank, one in enumerate(bloc.competencies.all(), start=1):
            said = ", ".join(labels[tag] for tag in one.tags)
            place = [bloc.number or number, bloc.text]
            rows.append([LineKind.COMPETENCY.label, *place, f"{number}.{rank}", one.text, said, ""])
            rows += [
                [LineKind.CRITERION.label, *place, f"{number}.{rank}.{position}", criterion.text, "", ""]
                for position, criterion in enumerate(one.criteria.all(), start=1)
            ]
    return rows


def _element_facts(held: Any, elements: micro.MicroElements) -> list[Fact]:
    row = held.elements
    hours = str(_("%(n)s heures")) % {"n": elements.workload_hours} if elements.workload_hours else ""
    credits = f"{elements.ects}\u00a0ECTS" if elements.ects else ""
    pairs = [
        (_("Présentation"), elements.description),
        (_("Charge de travail"), ", ".join(part for part in (hours, credits) if part)),
        (_("Niveau"), row.get_level_display()),
        (_("Domaine (CITE-F)"), row.get_field_display()),
        (_("Type d’évaluation"), row.get_assessment_type_display()),
        (_("Protocole d’évaluation"), elements.protocol),
        (_("Évaluateurs"), elements.assessors),
        (_("Règle de réussite"), elements.pass_rule),
        (_("Participation"), row.get_participation_display()),
        (_("Assurance qualité"), elements.quality),
        (_("Prérequis"), elements.prerequisites),
        (_("Surveillance et identité"), row.get_supervision_display()),
        (_("Note ou mention"), elements.grading),
        (_("Intégration et cumul"), row.get_stackability_display()),
        (_("Autres informations"), elements.further),
    ]
    return [Fact(str(term), str(value)) for term, value in pairs if value]


@require_safe
@audience("certifier")
def compare_versions(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Two versions side by side: added, removed, reworded word by word, moved."""
    held = found(request, code)
    rows = {str(row.number): row for row in queries.versions_of(held)}
    latest = list(rows)[:2]
    former, new = rows.get(request.GET.get("de", latest[-1])), rows.get(request.GET.get("a", latest[0]))
    if former is None or new is None:
        raise Http404
    outcome = compare(facts.referentiel_of(former), facts.referentiel_of(new))
    page = {
        "held": held,
        "former": former,
        "new": new,
        "versions": list(rows.values()),
        "everything": "tout" in request.GET,
        "differences": outcome.differences if "tout" in request.GET else outcome.changed,
        "counts": [
            (_("ajoutées"), len(outcome.of(Change.ADDED))),
            (_("retirées"), len(outcome.of(Change.REMOVED))),
            (_("réécrites"), len(outcome.of(Change.REWORDED))),
            (_("déplacées"), len(outcome.moved)),
        ],
        "kinds": dict(LineKind.choices),
    }
    return render(request, "certifier/certifications/compare.html", page)
