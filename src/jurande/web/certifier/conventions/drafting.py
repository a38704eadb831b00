"""Writing a convention: its mentions, what it covers, the clauses of its own, its annexes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jurande.core.france.clauses import MERGE_FIELDS, compare_clause
from jurande.registers.catalogue.states import Habilitation
from jurande.registers.common.verdicts import require
from jurande.registers.conventions import policies
from jurande.registers.conventions.operations import additions
from jurande.registers.conventions.operations import drafting as operations
from jurande.registers.conventions.operations.drafting import Mentions, Scope
from jurande.registers.conventions.queries import clauses as clause_queries
from jurande.registers.conventions.queries import conventions as queries
from jurande.registers.conventions.states import (
    MADE_ANNEXES,
    AnnexKind,
    Apprenticeship,
    Counterpart,
    Origin,
    Subcontracting,
)
from jurande.web.access import Asked, audience
from jurande.web.certifier.conventions.parts import found, mention_lines
from jurande.web.ui.fields import DayInput
from jurande.web.ui.forms import refusing


def _long(label: Any, help_text: Any = "", rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, help_text=help_text, widget=forms.Textarea(attrs={"rows": rows})
    )


def _choice(label: Any, choices: Iterable[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, widget=forms.RadioSelect, choices=list(choices))


DEMANDED = (
    "purpose",
    "valid_from",
    "valid_until",
    "counterpart",
    "subcontracting",
    "technical_means",
    "teaching_means",
    "supervision_means",
    "apprenticeship",
    *(f"{side}_signer_{part}" for side in ("partner", "certifier") for part in ("name", "quality", "email")),
)


class MentionsForm(forms.Form):
    """Mentions 1°, 3°, 4°, 5°, 6° and 7°, and who signs. Nothing is demanded before the sending."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    purpose = _choice(_("Le partenaire est habilité à"), Habilitation.choices)
    valid_from = forms.DateField(label=_("Premier jour"), required=False, widget=DayInput())
    valid_until = forms.DateField(label=_("Dernier jour"), required=False, widget=DayInput())
    counterpart = _choice(_("La contrepartie est fixée"), Counterpart.choices)
    fee_schedule = forms.ChoiceField(label=_("Barème figé"), required=False)
    counterpart_terms = _long(_("Modalités, ou précisions sur le barème"))
    subcontracting = _choice(_("La sous-traitance est"), Subcontracting.choices)
    subcontracting_terms = _long(
        _("Conditions, obligations et responsabilité des sous-traitants"),
        _("Les règles du compte personnel de formation et la part permise s’y ajoutent d’elles-mêmes."),
    )
    technical_means = _long(_("Moyens techniques"), _("Locaux, équipements, outils, accès à distance."))
    teaching_means = _long(_("Moyens pédagogiques"), _("Supports, méthodes, formateurs."))
    supervision_means = _long(_("Moyens d’encadrement"), _("Qui organise, qui suit, qui répond."))
    apprenticeship = _choice(_("Apprentissage"), Apprenticeship.choices)
    apprenticeship_terms = _long(_("Gestion administrative de l’apprentissage"))
    partner_signer_name = forms.CharField(label=_("Signe pour le partenaire"), max_length=200, required=False)
    partner_signer_quality = forms.CharField(label=_("En qualité de"), max_length=120, required=False)
    partner_signer_email = forms.EmailField(label=_("Adresse e-mail"), required=False)
    certifier_signer_name = forms.CharField(label=_("Signe pour le certificateur"), max_length=200, required=False)
    certifier_signer_quality = forms.CharField(label=_("En qualité de"), max_length=120, required=False)
    certifier_signer_email = forms.EmailField(label=_("Adresse e-mail"), required=False)

    def __init__(self, *args: Any, schedules: Iterable[Any], **kwargs: Any) -> None:
        """Offer the frozen schedules."""
        # The browser lets it be saved as it is: what is missing stops the sending, not the writing.
        super().__init__(*args, **{**kwargs, "use_required_attribute": False})
        self.schedules = {one.code: one for one in schedules}
        offered = [(code, f"{one.reference}, {one.title}") for code, one in self.schedules.items()]
        self.fields["fee_schedule"].choices = [("", _("Aucun")), *offered]  # type: ignore[attr-defined]

    def show_as_demanded(self) -> None:
        """Leave «facultatif» out of what the law demands; for the page, once the form has been read."""
        for name in DEMANDED:
            self.fields[name].required = True

    def mentions(self) -> Mentions:
        """What was typed."""
        return Mentions(**{one.name: self.cleaned_data[one.name] for one in fields(Mentions)})


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def mentions(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Write the mentions; the page says beside each which the law demands."""
    held = found(request, code)
    require(policies.can_edit_convention(request.actor, held))
    first = {one.name: getattr(held, one.name) for one in fields(Mentions)}
    initial = {
        **first,
        "revision": held.revision,
        "fee_schedule": held.fee_schedule.code if held.fee_schedule else "",
    }
    form = MentionsForm(request.POST or None, schedules=queries.schedules(held.certifier), initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.set_mentions(
                convention=held,
                mentions=form.mentions(),
                fee_schedule=form.schedules.get(form.cleaned_data["fee_schedule"]),
                revision=form.cleaned_data["revision"],
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("Les mentions sont enregistrées."))
            return redirect("certifier:conventions-one", certifier, code)
        if _is_stale(form, held):
            # What was typed stays; saving again, once read, takes the place of what the other person wrote.
            form.data = form.data.copy()
            form.data["revision"] = str(held.revision)
    form.show_as_demanded()
    theirs, ours = queries.signers(held)
    page = {
        "held": held,
        "form": form,
        "mentions": mention_lines(held, editable=True),
        "theirs": theirs,
        "ours": ours,
        "written_here": held.origin == Origin.JURANDE,
        "keep": f"convention-{code}-{held.revision}",
    }
    return render(request, "certifier/conventions/mentions.html", page)


def _is_stale(form: MentionsForm, held: Any) -> bool:
    return bool(form.cleaned_data.get("revision") != held.revision)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def scopes(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Choose the certifications covered, their blocs and their territory."""
    held = found(request, code)
    require(policies.can_edit_convention(request.actor, held))
    offered = queries.coverable(held.certifier)
    if request.method == "POST":
        with refusing(request):
            operations.set_scopes(
                convention=held, scopes=_typed(request.POST, offered), actor=request.actor, now=timezone.now()
            )
            messages.success(request, _("Ce que vise la convention est enregistré."))
            return redirect("certifier:conventions-one", certifier, code)
    chosen = {one.certification_id: one for one in held.scopes.all()}
    lines = []
    for one in offered:
        row = chosen.get(one.certification.pk)
        typed = request.POST if request.method == "POST" else None
        key = one.certification.code
        lines.append(
            {
                "offered": one,
                "key": key,
                "kind": typed.get(f"role-{key}", "") if typed else (row.kind if row else ""),
                "blocs": set(typed.getlist(f"blocs-{key}")) if typed else set(row.blocs if row else ()),
                "territory": typed.get(f"ou-{key}", "") if typed else ", ".join(row.territory if row else ()),
            }
        )
    page = {"held": held, "lines": lines, "kinds": Habilitation.choices}
    return render(request, "certifier/conventions/scopes.html", page)


def _typed(given: QueryDict, offered: list[Any]) -> list[Scope]:
    """What the page says: for each certification a kind ("" leaves it out), blocs (none: all), a territory."""
    typed = []
    for one in offered:
        key = one.certification.code
        kind = given.get(f"role-{key}", "")
        if kind:
            places = re.split(r"[\s,;]+", given.get(f"ou-{key}", "").upper().strip())
            typed.append(
                Scope(
                    certification=one.certification,
                    referentiel=one.referentiel,
                    kind=kind,
                    blocs=tuple(given.getlist(f"blocs-{key}")),
                    territory=tuple(dict.fromkeys(place for place in places if place)),
                )
            )
    return typed


@require_safe
@audience("certifier")
def clauses(request: Asked, certifier: str, code: str) -> HttpResponse:
    """The articles of this convention, and how its own clauses differ from the standard ones."""
    held = found(request, code)
    if held.clause_set is None:
        raise Http404
    own = queries.free_clauses_of(held)
    instead = {one.replaces_id: one for one in own if one.replaces_id}
    lines = []
    for clause in clause_queries.clauses_of(held.clause_set):
        other = instead.get(clause.pk)
        change = (
            compare_clause(clause.key, (clause.title, clause.body), (other.title, other.body))
            if other is not None and other.body
            else None
        )
        lines.append({"clause": clause, "other": other, "change": change})
    page = {
        "held": held,
        "lines": lines,
        "added": [one for one in own if one.replaces_id is None],
        "editable": policies.can_edit_convention(request.actor, held),
    }
    return render(request, "certifier/conventions/own_clauses.html", page)


class OwnClauseForm(forms.Form):
    """A clause for one convention; empty in the place of an optional one, it takes it out."""

    title = forms.CharField(label=_("Titre"), max_length=160, required=False)
    body = forms.CharField(label=_("Texte"), required=False, widget=forms.Textarea(attrs={"rows": 14}))


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def write_clause(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Write a clause for this convention alone, added or in the place of the one that ?clause names."""
    held = found(request, code)
    require(policies.can_edit_convention(request.actor, held))
    asked = request.GET.get("clause", "")
    standard = clause_queries.clause(held.clause_set, asked) if asked and held.clause_set else None
    if held.clause_set is None or (asked and standard is None):
        raise Http404
    other = next((one for one in queries.free_clauses_of(held) if standard and one.replaces_id == standard.pk), None)
    shown = other or standard
    form = OwnClauseForm(request.POST or None, initial={"title": shown.title, "body": shown.body} if shown else None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            additions.write_free_clause(
                convention=held, replaces=standard, actor=request.actor, now=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("La clause est enregistrée."))
            return redirect("certifier:conventions-own", certifier, code)
    page = {
        "held": held,
        "form": form,
        "standard": standard,
        "about": standard.title if standard else "",
        "is_required": standard is not None and standard.is_required,
        "merge_fields": MERGE_FIELDS.items(),
    }
    return render(request, "certifier/conventions/own_clause.html", page)


@require_POST
@audience("certifier")
def restore_clause(request: Asked, certifier: str, code: str, clause: str) -> HttpResponse:
    """Undo a clause of this convention alone."""
    held = found(request, code)
    require(policies.can_edit_convention(request.actor, held))
    own = queries.free_clause(held, clause)
    if own is None:
        raise Http404
    with refusing(request):
        additions.remove_free_clause(clause=own, actor=request.actor, now=timezone.now())
        messages.success(request, _("La clause particulière est retirée."))
    return redirect("certifier:conventions-own", certifier, code)


class AnnexForm(forms.Form):
    """A file to join."""

    kind = forms.ChoiceField(
        label=_("Nature"), choices=[one for one in AnnexKind.choices if one[0] not in MADE_ANNEXES]
    )
    title = forms.CharField(label=_("Titre"), max_length=160)
    file = forms.FileField(label=_("Fichier"), help_text=_("PDF, image, document ou tableur."))


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def add_annex(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Join a file to a draft; the référentiels and the prices join themselves when it is sent."""
    held = found(request, code)
    require(policies.can_edit_convention(request.actor, held))
    form = AnnexForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form, about="file"):
            upload = form.cleaned_data["file"]
            additions.add_annex(
                convention=held,
                kind=form.cleaned_data["kind"],
                title=form.cleaned_data["title"],
                content=upload.file,
                filename=upload.name,
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("L’annexe est jointe."))
            return redirect("certifier:conventions-one", certifier, code)
    page = {
        "held": held,
        "form": form,
        "question": _("Que joindre à cette convention\u00a0?"),
        "answer": _("Les référentiels visés et le barème se joignent d’eux-mêmes à l’envoi."),
        "label": _("Joindre"),
        "back": reverse("certifier:conventions-one", args=[certifier, code]),
    }
    return render(request, "certifier/conventions/form.html", page)


@require_POST
@audience("certifier")
def remove_annex(request: Asked, certifier: str, code: str, annex: str) -> HttpResponse:
    """Take a file away from a draft."""
    held = found(request, code)
    require(policies.can_edit_convention(request.actor, held))
    joined = queries.annex(held, annex)
    if joined is None:
        raise Http404
    with refusing(request):
        additions.remove_annex(annex=joined, actor=request.actor, now=timezone.now())
        messages.success(request, _("L’annexe est retirée."))
    return redirect("certifier:conventions-one", certifier, code)
