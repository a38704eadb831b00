"""The form of a micro-certification: what it says, how it is assessed, European elements, lists it is tied to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from jurande.core.france import microcertifications as micro
from jurande.core.france.wording import DISCLAIMER
from jurande.registers.catalogue import policies
from jurande.registers.catalogue.operations import elements, versions
from jurande.registers.catalogue.queries import certifications as queries
from jurande.registers.common.verdicts import require
from jurande.web.access import Asked, audience
from jurande.web.certifier.certifications.parts import Missing, missing, version_of
from jurande.web.ui.fields import DayInput
from jurande.web.ui.forms import refusing

UNKNOWN = ("", _("À choisir"))


def _area(rows: int = 4) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _text(label: Any, rows: int = 4, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, widget=_area(rows), max_length=elements.MOST_TEXT, required=False, help_text=help_text
    )


def _choice(label: Any, choices: tuple[tuple[str, str], ...], help_text: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[UNKNOWN, *choices], required=False, help_text=help_text)


class SheetForm(forms.Form):
    """Nothing is required to save: what is missing stops the publication, not the writing."""

    use_required_attribute = False

    title = forms.CharField(label=_("Intitulé"), max_length=300, help_text=_("Un verbe et son objet."))
    description = _text(
        _("Présentation"), 3, _("En deux phrases, pour un employeur\u00a0: ce que la personne sait faire, et où.")
    )
    valid_from = forms.DateField(label=_("Date d’effet"), widget=DayInput(), required=False)
    validity_months = forms.IntegerField(
        label=_("Durée de validité, en mois"),
        min_value=1,
        max_value=600,
        required=False,
        help_text=_("Vide\u00a0: sans fin."),
    )
    assessment_type = _choice(_("Type d’évaluation"), micro.ASSESSMENT_TYPES)
    protocol = _text(
        _("Protocole d’évaluation"),
        6,
        _("Ce qui est demandé, avec quoi, où, en combien de temps, dans quelles conditions."),
    )
    assessors = _text(_("Évaluateurs"), 3, _("Qui évalue\u00a0; ce n’est pas la personne qui a formé."))
    pass_rule = _text(_("Règle de réussite"), 3, _("À partir de quand c’est acquis."))
    country = forms.CharField(
        label=_("Pays du certificateur"), max_length=2, required=False, help_text=_("Deux lettres, comme FR.")
    )
    workload_hours = forms.IntegerField(
        label=_("Charge de travail, en heures"),
        min_value=1,
        max_value=2000,
        required=False,
        help_text=_("Formation, travail personnel et évaluation."),
    )
    ects = forms.CharField(
        label=_("Crédits ECTS"), max_length=5, required=False, help_text=_("S’il y en a, comme 1 ou 1,5.")
    )
    level = _choice(_("Niveau européen (CEC)"), micro.EQF_LEVELS)
    participation = _choice(_("Forme de participation"), micro.PARTICIPATIONS)
    quality = _text(_("Assurance qualité"), 3, _("Qui contrôle, et comment\u00a0: Qualiopi, comité, audit externe."))
    field = _choice(_("Domaine (CITE-F 2013)"), micro.ISCED_FIELDS)
    prerequisites = _text(_("Prérequis"), 2)
    supervision = _choice(_("Surveillance et vérification d’identité"), micro.SUPERVISIONS)
    grading = _text(_("Note ou mention"), 2)
    stackability = _choice(_("Intégration et cumul"), micro.STACKABILITIES)
    further = _text(_("Autres informations"), 2)
    revision = forms.IntegerField(widget=forms.HiddenInput)
    frame_revision = forms.IntegerField(widget=forms.HiddenInput)


@dataclass(frozen=True)
class Section:
    """A part of the form; ``note`` says what it is, or how much of it is still missing."""

    name: str
    title: str
    note: str
    fields: list[Any]


SECTIONS: tuple[tuple[str, Any, Any, tuple[str, ...]], ...] = (
    ("presentation", _("Ce que c’est"), "", ("title", "description", "valid_from", "validity_months")),
    (
        "protocole",
        _("Comment elle s’évalue"),
        _("sans épreuve décrite, rien n’est prouvé"),
        ("assessment_type", "protocol", "assessors", "pass_rule"),
    ),
    (
        "europe",
        _("Éléments européens obligatoires"),
        _("annexe I, 2022/C 243/02"),
        ("country", "workload_hours", "ects", "level", "participation", "quality"),
    ),
    (
        "facultatifs",
        _("Éléments facultatifs"),
        _("vos choix disent lesquels vous exigez"),
        ("field", "prerequisites", "supervision", "grading", "stackability", "further"),
    ),
)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def sheet(request: Asked, certifier: str, code: str, version: str) -> HttpResponse:
    """Write what a micro-certification says of itself, with what is missing in view."""
    held = _micro(request, code, version)
    form = SheetForm(request.POST or None, initial=_said(held))
    if request.method == "POST" and form.is_valid():
        with refusing(request, form), transaction.atomic():
            _save(held, form.cleaned_data, request)
            messages.success(request, _("La fiche est enregistrée."))
            return redirect("certifier:certifications-sheet", certifier, code, version)
    return _page(request, held, form, AlignForm(certifier=request.certifier))


def _page(request: Asked, held: Any, form: SheetForm, align_form: AlignForm) -> HttpResponse:
    lacking = missing(versions.gaps_of(held), held)
    # Nothing is required to save; what the publication asks for is not called optional all the same.
    for name in {*ASKED, *_demanded(request)}:
        form.fields[name].required = True
    page = {
        "held": held,
        "certification": held.certification,
        "form": form,
        "sections": _sections(form, lacking),
        "gaps": lacking,
        "blocs": queries.blocs_of(held),
        "alignments": queries.alignments_of(held),
        "align_form": align_form,
        "disclaimer": DISCLAIMER,
        "keep": f"fiche-{held.code}-{held.elements.revision}",
    }
    return render(request, "certifier/certifications/sheet.html", page)


def _micro(request: Asked, code: str, version: str) -> Any:
    held = version_of(request, code, version)
    require(policies.can_edit_referentiel(request.actor, held))
    if not held.certification.is_micro:
        raise Http404
    return held


ELEMENTS = [name for name in SheetForm.base_fields if name not in ("title", "valid_from", "revision", "frame_revision")]


ASKED = (
    *("valid_from", "description", "protocol", "assessors", "pass_rule"),
    *(one.field for one in micro.ELEMENTS if one.mandatory and one.field in SheetForm.base_fields),
)


def _demanded(request: Asked) -> list[str]:
    chosen = queries.choices_of(request.certifier).demanded
    return [one.field for one in micro.ELEMENTS if one.key in chosen]


def _said(held: Any) -> dict[str, Any]:
    """What the draft says now."""
    row = held.elements
    said = {name: getattr(row, name) for name in ELEMENTS}
    return said | {
        "title": held.title,
        "valid_from": held.valid_from,
        "revision": row.revision,
        "frame_revision": held.revision,
    }


def _save(held: Any, given: dict[str, Any], request: Asked) -> None:
    actor, now = request.actor, timezone.now()
    changed = (held.title, held.valid_from) != (given["title"], given["valid_from"])
    if changed:
        frame = versions.Frame(title=given["title"], valid_from=given["valid_from"], regulation=held.regulation)
        versions.set_frame(referentiel=held, frame=frame, revision=given["frame_revision"], actor=actor, now=now)
    elements.set_elements(
        referentiel=held,
        given={name: given[name] for name in ELEMENTS},
        revision=given["revision"],
        actor=actor,
        now=now,
    )


def _sections(form: SheetForm, lacking: list[Missing]) -> list[Section]:
    fields = [one.gap.field for one in lacking]
    sections = []
    for name, title, note, names in SECTIONS:
        count = sum(field in names for field in fields)
        said = str(_("%(n)d à compléter") % {"n": count}) if count else str(note)
        sections.append(Section(name, str(title), said, [form[field] for field in names]))
    return sections


class AlignForm(forms.Form):
    """One entry of one list; those of the certifier's own fiches are one click away."""

    framework = forms.ChoiceField(label=_("Liste"), choices=[(one.key, one.label) for one in micro.FRAMEWORKS])
    entry = forms.CharField(
        label=_("Code ou adresse"),
        max_length=200,
        help_text=_("ROME I1402, NSF 255, bloc RNCP37674BC01, ou l’adresse d’une compétence ESCO."),
    )
    label = forms.CharField(label=_("Libellé, tel qu’il est dans la liste"), max_length=250)

    def __init__(self, *args: Any, certifier: Any, **kwargs: Any) -> None:
        """Keep what the certifier's own fiches offer."""
        super().__init__(*args, **kwargs)
        labels = {one.key: one.label for one in micro.FRAMEWORKS}
        self.offered = [
            (framework, labels[framework], entry, label)
            for framework, entry, label in queries.own_fiche_codes(certifier)
        ]


@require_POST
@audience("certifier")
def align(request: Asked, certifier: str, code: str, version: str) -> HttpResponse:
    """Tie the micro-certification to an entry of a list."""
    held = _micro(request, code, version)
    form = AlignForm(request.POST, certifier=request.certifier)
    if form.is_valid():
        with refusing(request, form):
            elements.align(referentiel=held, actor=request.actor, now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Le rattachement est ajouté."))
            address = reverse("certifier:certifications-sheet", args=[certifier, code, version])
            return redirect(f"{address}#rattachements")
    return _page(request, held, SheetForm(initial=_said(held)), form)


@require_POST
@audience("certifier")
def unalign(request: Asked, certifier: str, code: str, version: str, tie: str) -> HttpResponse:
    """Take a tie away."""
    held = _micro(request, code, version)
    found = next((one for one in queries.alignments_of(held) if one.code == tie), None)
    if found is None:
        raise Http404
    with refusing(request):
        elements.unalign(alignment=found, actor=request.actor, now=timezone.now())
    return redirect(f"{reverse('certifier:certifications-sheet', args=[certifier, code, version])}#rattachements")
