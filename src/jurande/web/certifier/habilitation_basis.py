"""What a habilitation rests on: preparing one, the document of its basis, its conditions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_safe

from jurande.registers.catalogue.queries.certifications import certifications
from jurande.registers.common.verdicts import require
from jurande.registers.network.operations import habilitations as operations
from jurande.registers.network.operations.habilitations import Scope
from jurande.registers.network.policies import habilitations as policies
from jurande.registers.network.states import (
    Basis,
    ConditionKey,
    HabilitationKind,
    HabilitationState,
)
from jurande.registers.parties import queries as parties
from jurande.web.access import Asked, audience
from jurande.web.certifier.habilitation_acts import act_page, written
from jurande.web.certifier.habilitations import found
from jurande.web.ui.downloads import serve
from jurande.web.ui.forms import refusing
from jurande.web.ui.partner_file import day_input
from jurande.web.ui.registers import DEPARTEMENT_CHOICES


class NewForm(forms.Form):
    """What is habilitated, and on what act it rests."""

    certification: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=lazy("Certification"), queryset=None, to_field_name="code"
    )
    kind = forms.ChoiceField(label=lazy("Habilité à"), choices=HabilitationKind.choices)
    territory = forms.MultipleChoiceField(
        label=lazy("Territoire"),
        help_text=lazy("Aucun choix\u00a0: toute la France."),
        choices=DEPARTEMENT_CHOICES,
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )
    valid_from = forms.DateField(label=lazy("Premier jour"), widget=day_input())
    valid_until = forms.DateField(label=lazy("Dernier jour"), widget=day_input())
    basis = forms.ChoiceField(
        label=lazy("Elle repose sur"),
        choices=[(each.value, each.label) for each in (Basis.EARLIER_CONVENTION, Basis.OWN_SITE)],
        help_text=lazy("Une convention rédigée ici ouvre elle-même ses habilitations."),
    )
    basis_reference = forms.CharField(label=lazy("Référence de l’acte"), max_length=120)
    basis_on = forms.DateField(label=lazy("Date de l’acte"), widget=day_input())
    is_probation = forms.BooleanField(label=lazy("Période probatoire"), required=False)

    def given(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        certified = said.pop("certification")
        version = certified.versions.filter(state="published").first()
        scope = Scope(certified, version, HabilitationKind(said.pop("kind")), (), tuple(said.pop("territory")))
        return {**said, "basis": Basis(said["basis"]), "scope": scope}


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def new(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Prepare one that rests on an earlier convention, or on being our own place."""
    partnership = parties.partnership(request.actor, code)
    if partnership is None:
        raise Http404
    require(policies.can_open_habilitations(request.actor, partnership.certifier))
    form = NewForm(request.POST or None)
    choices: Any = form.fields["certification"]
    choices.queryset = certifications(request.actor).exclude(state="retired")
    choices.label_from_instance = lambda held: f"{held.reference}, {held.title}"
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            row = operations.prepare(partnership=partnership, actor=request.actor, now=timezone.now(), **form.given())
            messages.success(request, _("L’habilitation est préparée\u00a0: relisez-la, puis ouvrez-la."))
            return redirect("certifier:habilitations-one", certifier, row.code)
    page = {
        "partnership": partnership,
        "form": form,
        "question": _("À quoi habiliter %(name)s ?") % {"name": partnership.name},
        "label": _("Préparer"),
    }
    return render(request, "certifier/partner_form.html", page)


class DocumentForm(forms.Form):
    """The earlier convention."""

    file = forms.FileField(label=lazy("La convention"), help_text=lazy("PDF ou image."))


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def attach(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Give the act it rests on."""
    row = found(request, code)
    require(policies.can_open_habilitations(request.actor, row.certifier))
    form = DocumentForm(request.POST or None, request.FILES or None)
    return act_page(
        request,
        row,
        form=form,
        question=_("Quelle convention fonde %(reference)s ?") % {"reference": row.reference},
        label=_("Joindre"),
        effects=[("file-check", _("Elle est gardée au dossier\u00a0; son contenu n’est pas public.")), written()],
        do=lambda: operations.attach_document(
            habilitation=row,
            content=form.cleaned_data["file"],
            filename=form.cleaned_data["file"].name,
            actor=request.actor,
            now=timezone.now(),
        ),
        done=lazy("La convention est jointe."),
    )


@require_safe
@audience("certifier")
def document(request: Asked, certifier: str, code: str) -> HttpResponseBase:
    """Hand over the earlier convention."""
    row = found(request, code)
    if row.basis_document is None:
        raise Http404
    require(policies.can_open_habilitations(request.actor, row.certifier))
    return serve(row.basis_document)


class ConditionForm(forms.Form):
    """What is demanded."""

    key = forms.ChoiceField(label=lazy("Condition"), choices=ConditionKey.choices)
    label = forms.CharField(label=lazy("Ce qui est demandé, en clair"), max_length=200)
    is_required = forms.BooleanField(
        label=lazy("Exigée"),
        help_text=lazy(
            "Elle doit être remplie avant l’ouverture\u00a0; si elle cesse de l’être, l’habilitation est suspendue."
        ),
        required=False,
        initial=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def demand(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Add a condition."""
    row = found(request, code)
    require(policies.can_open_habilitations(request.actor, row.certifier))
    form = ConditionForm(request.POST or None)
    return act_page(
        request,
        row,
        form=form,
        question=_("Que demander pour %(reference)s ?") % {"reference": row.reference},
        label=_("Demander"),
        effects=[],
        do=lambda: operations.demand_condition(
            habilitation=row, actor=request.actor, now=timezone.now(), **form.cleaned_data
        ),
        done=lazy("La condition est ajoutée."),
    )


class MetForm(forms.Form):
    """Since when it is met, or no longer, and what shows it."""

    is_met = forms.ChoiceField(
        label=lazy("Cette condition"),
        choices=[("oui", lazy("est remplie depuis ce jour")), ("non", lazy("n’est plus remplie depuis ce jour"))],
    )
    on = forms.DateField(label=lazy("Jour"), widget=day_input())
    evidence = forms.CharField(label=lazy("Ce qui le montre"), max_length=250)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def condition(request: Asked, certifier: str, code: str, condition: str) -> HttpResponse:
    """Say that a condition is met, or no longer."""
    row = found(request, code)
    require(policies.can_open_habilitations(request.actor, row.certifier))
    held = next((each for each in row.conditions.all() if each.code == condition), None)
    if held is None:
        raise Http404
    form = MetForm(request.POST or None, initial={"on": timezone.localdate()})
    effects = []
    if held.is_required and row.state != HabilitationState.PREPARED:
        effects = [
            ("ban", _("Si elle n’est plus remplie, l’habilitation est suspendue aujourd’hui.")),
            ("check", _("Si elle l’est de nouveau, cette suspension est levée aujourd’hui.")),
        ]
    return act_page(
        request,
        row,
        form=form,
        question=_("Où en est la condition «\u00a0%(label)s\u00a0» ?") % {"label": held.label},
        label=_("Enregistrer"),
        effects=[*effects, written()],
        do=lambda: _settle(held, form.cleaned_data, request),
        done=lazy("C’est noté."),
    )


def _settle(held: Any, said: dict[str, Any], request: Asked) -> None:
    common: dict[str, Any] = {"condition": held, "actor": request.actor, "now": timezone.now()}
    if said["is_met"] == "oui":
        operations.meet_condition(met_on=said["on"], evidence=said["evidence"], **common)
    else:
        operations.lapse_condition(lapsed_on=said["on"], evidence=said["evidence"], **common)
