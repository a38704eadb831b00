"""Which certifications the house answers for, and how a new one is begun."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from jurande.core.france.microcertifications import ELEMENTS
from jurande.core.france.registration import Phase
from jurande.core.france.wording import RESERVED_WORDS
from jurande.registers.catalogue import policies
from jurande.registers.catalogue.operations import certifications as operations
from jurande.registers.catalogue.queries import certifications as queries
from jurande.registers.catalogue.states import CertificationKind, CertificationState
from jurande.registers.common.verdicts import require
from jurande.web.access import Asked, audience
from jurande.web.certifier.certifications.parts import clock_chip, state_chip
from jurande.web.ui.forms import refusing
from jurande.web.ui.tables import Column, Filter, Table

BESIDES_LISTED = 8


def table(certifier: str, choices: Any, today: Any) -> Table[Any]:
    """The list of certifications as a working tool."""
    return Table(
        name="certifications",
        columns=(
            Column(
                "intitule",
                str(_("Certification")),
                lambda c: c.title,
                url=lambda c: reverse("certifier:certifications-one", args=[certifier, c.code]),
                order=("title",),
            ),
            Column("reference", str(_("Référence")), lambda c: c.reference, order=("reference",)),
            Column("nature", str(_("Nature")), lambda c: c.get_kind_display(), order=("kind",), on_phone=False),
            Column(
                "version",
                str(_("Version")),
                lambda c: c.published_number,
                show=lambda c: _versions(c),
                order=("published_number",),
            ),
            Column(
                "fin",
                str(_("Jusqu’au")),
                lambda c: c.registered_until,
                order=("registered_until",),
            ),
            Column(
                "horloge",
                str(_("Horloge")),
                lambda c: clock_chip(queries.clock_of(c, choices), today, bare=True),
                on_phone=False,
            ),
            Column("etat", str(_("État")), lambda c: c.get_state_display(), show=state_chip, order=("state",)),
        ),
        filters=(
            Filter("nature", str(_("nature")), CertificationKind.choices, lambda rows, kept: rows.of_kinds(kept)),
            Filter("etat", str(_("état")), CertificationState.choices, lambda rows, kept: rows.in_states(kept)),
        ),
        search=lambda rows, words: rows.matching(words),
        order="reference",
        unit=str(_("certification,certifications")),
    )


def _versions(held: Any) -> str:
    parts = [f"{held.published_number}"] if held.published_number else []
    if held.draft_number:
        parts.append(str(_("brouillon %(n)d")) % {"n": held.draft_number})
    return ", ".join(parts)


@require_safe
@audience("certifier")
def certifications(request: Asked, certifier: str) -> HttpResponse:
    """What the house answers for: registered certifications with their clock, and micro-certifications."""
    actor, today = request.actor, timezone.localdate()
    require(policies.can_see_certifications(actor))
    choices = queries.choices_of(request.certifier)
    rows = queries.certifications(actor)
    listing = table(certifier, choices, today).read(request.GET, rows)
    if sheet := listing.sheet():
        return sheet
    due = queries.clocks_due(actor, request.certifier, today)
    may_prepare = policies.can_prepare_certification(actor, request.certifier)
    page = {
        "listing": listing,
        "any": rows.exists(),
        "to_prepare": [one for one in due if one.phase == Phase.PREPARE],
        "may_prepare": may_prepare,
        "may_choose": policies.can_set_catalogue_choices(actor, request.certifier),
        "startable": queries.startable(actor, request.certifier)[:BESIDES_LISTED] if may_prepare else [],
    }
    return render(request, "certifier/certifications/list.html", page)


class FicheForm(forms.Form):
    """Which fiche to begin from."""

    number = forms.CharField(
        label=_("Numéro de la fiche"), max_length=12, help_text=_("Comme RNCP37674 ou RS7423, tel qu’il est publié.")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def new(request: Asked, certifier: str) -> HttpResponse:
    """Begin a registered certification from its fiche."""
    require(policies.can_prepare_certification(request.actor, request.certifier))
    form = FicheForm(request.POST or None, initial={"number": request.GET.get("fiche", "")})
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            made = operations.start_from_fiche(
                certifier=request.certifier,
                number=form.cleaned_data["number"],
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("Le brouillon est prêt, tel que le répertoire national le connaît."))
            return redirect("certifier:certifications-one", certifier, made.code)
    page = {"form": form, "startable": queries.startable(request.actor, request.certifier)}
    return render(request, "certifier/certifications/new.html", page)


class MicroForm(forms.Form):
    """How a micro-certification will be called."""

    title = forms.CharField(
        label=_("Que saura faire la personne\u00a0?"),
        max_length=operations.MOST_TITLE,
        help_text=_("Un verbe et son objet, comme «\u00a0Diagnostiquer une panne électrique sur un lave-linge\u00a0»."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def new_micro(request: Asked, certifier: str) -> HttpResponse:
    """Begin a micro-certification."""
    require(policies.can_prepare_certification(request.actor, request.certifier))
    form = MicroForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            made = operations.start_micro(
                certifier=request.certifier, title=form.cleaned_data["title"], actor=request.actor, now=timezone.now()
            )
            draft = queries.versions_of(made)[0]
            return redirect("certifier:certifications-sheet", certifier, made.code, draft.code)
    return render(request, "certifier/certifications/new_micro.html", {"form": form})


class ChoicesForm(forms.Form):
    """What the law leaves to the house."""

    dossier_months = forms.IntegerField(
        label=_("Commencer le dossier, combien de mois avant la fin de l’enregistrement\u00a0?"),
        min_value=0,
        max_value=60,
        help_text=_("Dix-huit mois laissent le temps de réunir deux promotions et d’attendre la décision."),
    )
    demanded = forms.MultipleChoiceField(
        label=_("Éléments facultatifs que vous exigez de vos micro-certifications"),
        choices=[(one.key, one.label) for one in ELEMENTS if not one.mandatory],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("L’annexe I européenne en compte cinq, en plus des onze obligatoires."),
    )
    tolerated = forms.MultipleChoiceField(
        label=_("Mots que vous admettez dans vos micro-certifications"),
        choices=[(one.key, one.shown) for one in RESERVED_WORDS if one.tolerable],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Aucun texte lu ici ne les réserve, mais ils peuvent tromper le public\u00a0: vous en répondez."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def choices(request: Asked, certifier: str) -> HttpResponse:
    """Set when a dossier is begun, and what micro-certifications must say beyond the law."""
    require(policies.can_set_catalogue_choices(request.actor, request.certifier))
    held = queries.choices_of(request.certifier)
    initial = {"dossier_months": held.dossier_months, "demanded": held.demanded, "tolerated": held.tolerated}
    form = ChoicesForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.set_choices(
                certifier=request.certifier, actor=request.actor, now=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Vos choix sont enregistrés."))
            return redirect("certifier:certifications", certifier)
    return render(request, "certifier/certifications/choices.html", {"form": form})
