"""What may be decided of a habilitation: each act shows what will happen before it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_safe

from jurande.registers.catalogue.queries.certifications import certifications
from jurande.registers.common.verdicts import require
from jurande.registers.network.emails.habilitations import heads_of
from jurande.registers.network.operations import habilitations as operations
from jurande.registers.network.operations.habilitations import Scope
from jurande.registers.network.policies import habilitations as policies
from jurande.registers.network.states import (
    Basis,
    ConditionKey,
    HabilitationEndReason,
    HabilitationKind,
    HabilitationState,
    HabilitationSuspendReason,
)
from jurande.registers.parties import queries as parties
from jurande.web.access import Asked, audience
from jurande.web.certifier.habilitations import found
from jurande.web.ui.downloads import serve
from jurande.web.ui.formats import enumerate_fr, span
from jurande.web.ui.forms import refusing
from jurande.web.ui.partner_file import day_input
from jurande.web.ui.parts import Effect
from jurande.web.ui.registers import DEPARTEMENT_CHOICES

# --- acts: each shows what will happen before it is done ----------------------------------------


class NoteForm(forms.Form):
    """Nothing to give but words, when the partner reads them."""

    note = forms.CharField(
        label=lazy("Pourquoi, en clair"),
        help_text=lazy("Le partenaire le lira."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class SuspendForm(NoteForm):
    """Why, and from which day."""

    field_order = ("reason", "effective_on", "note")
    reason = forms.ChoiceField(
        label=lazy("Motif"), choices=[(each.value, each.label) for each in operations.SUSPEND_REASONS]
    )
    effective_on = forms.DateField(label=lazy("À compter du"), widget=day_input())

    def given(self) -> dict[str, Any]:
        return {**self.cleaned_data, "reason": HabilitationSuspendReason(self.cleaned_data["reason"])}


class EndForm(NoteForm):
    """Why, and the first day without it."""

    field_order = ("reason", "effective_on", "note")
    reason = forms.ChoiceField(
        label=lazy("Motif"), choices=[(each.value, each.label) for each in operations.END_REASONS]
    )
    effective_on = forms.DateField(label=lazy("Premier jour sans habilitation"), widget=day_input())

    def given(self) -> dict[str, Any]:
        return {**self.cleaned_data, "reason": HabilitationEndReason(self.cleaned_data["reason"])}


def _act(
    request: Asked,
    row: Any,
    *,
    form: forms.Form,
    question: str,
    label: str,
    effects: Sequence[tuple[str, str]],
    do: Callable[[], object],
    done: Any,
) -> HttpResponse:
    """Show what will happen; do it when it is sent; come back to the habilitation."""
    assert request.certifier is not None  # noqa: S101  the audience says so
    back = reverse("certifier:habilitations-one", args=[request.certifier.code, row.code])
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            do()
            messages.success(request, done)
            return redirect(back)
    shown = [Effect(icon, sentence) for icon, sentence in effects]
    page = {"row": row, "form": form, "question": question, "label": label, "effects": shown, "back": back}
    return render(request, "certifier/habilitation_act.html", page)


def _told(row: Any) -> tuple[str, str]:
    """Who is written to."""
    heads = [head.full_name for head in heads_of(row)] if row.basis != Basis.OWN_SITE else []
    if not heads:
        return "mail", _("Personne n’est prévenu\u00a0: ce partenaire n’a pas encore de dirigeant ici.")
    return "mail", _("%(names)s reçoit une lettre.") % {"names": enumerate_fr(heads)}


def _written() -> tuple[str, str]:
    return "book-2", _("Une écriture au journal, à votre nom, pour toujours.")


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def activate(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Open a prepared habilitation."""
    row = found(request, code)
    require(policies.can_open_habilitations(request.actor, row.certifier))
    return _act(
        request,
        row,
        form=forms.Form(request.POST),
        question=_("Ouvrir l’habilitation %(reference)s ?") % {"reference": row.reference},
        label=_("Ouvrir"),
        effects=[
            (
                "check",
                _("%(name)s est habilité, %(span)s.")
                % {"name": row.partnership.name, "span": span(row.valid_from, row.valid_until)},
            ),
            (
                "shield-check",
                _("Une attestation est signée et inscrite au registre public\u00a0; sa page répond à chacun."),
            ),
            ("clock", _("Le changement est à déclarer à France compétences sous deux mois (R. 6113-16-5).")),
            _told(row),
            _written(),
        ],
        do=lambda: operations.activate(habilitation=row, actor=request.actor, now=timezone.now()),
        done=lazy("L’habilitation est ouverte."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def confirm(request: Asked, certifier: str, code: str) -> HttpResponse:
    """End its probation."""
    row = found(request, code)
    require(policies.can_open_habilitations(request.actor, row.certifier))
    return _act(
        request,
        row,
        form=forms.Form(request.POST),
        question=_("Confirmer l’habilitation %(reference)s ?") % {"reference": row.reference},
        label=_("Confirmer"),
        effects=[("check", _("La période probatoire se termine aujourd’hui.")), _told(row), _written()],
        do=lambda: operations.confirm(habilitation=row, actor=request.actor, now=timezone.now()),
        done=lazy("L’habilitation est confirmée."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def suspend(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Suspend it, after saying what dies."""
    row = found(request, code)
    require(policies.can_suspend_habilitation(request.actor, row))
    form = SuspendForm(request.POST or None, initial={"effective_on": timezone.localdate()})
    return _act(
        request,
        row,
        form=form,
        question=_("Suspendre l’habilitation %(reference)s ?") % {"reference": row.reference},
        label=_("Suspendre"),
        effects=[
            (
                "ban",
                _(
                    "Sa page publique répond non dans les cinq secondes\u00a0; l’insigne pâlit\u00a0; l’attestation, "
                    "même gardée par le partenaire, est refusée."
                ),
            ),
            ("history", _("Ce qui était vrai avant ce jour le reste.")),
            _told(row),
            _written(),
        ],
        do=lambda: operations.suspend(habilitation=row, actor=request.actor, now=timezone.now(), **form.given()),
        done=lazy("L’habilitation est suspendue."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def resume(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Lift our own suspension."""
    row = found(request, code)
    require(policies.can_suspend_habilitation(request.actor, row))
    form = NoteForm(request.POST or None)
    others = [held for held in row.holds.all() if held.lifted_at is None and held.cause != "decision"]
    after = (
        (
            "ban",
            _("Elle reste suspendue pour une autre cause\u00a0: %(why)s.")
            % {"why": str(others[0].get_cause_display()).lower()},
        )
        if others
        else ("check", _("Elle compte de nouveau, dès aujourd’hui."))
    )
    return _act(
        request,
        row,
        form=form,
        question=_("Lever la suspension de %(reference)s ?") % {"reference": row.reference},
        label=_("Lever la suspension"),
        effects=[after, _told(row), _written()],
        do=lambda: operations.resume(
            habilitation=row, actor=request.actor, now=timezone.now(), note=form.cleaned_data["note"]
        ),
        done=lazy("La suspension est levée."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def end(request: Asked, certifier: str, code: str) -> HttpResponse:
    """End it for good."""
    row = found(request, code)
    require(policies.can_end_habilitation(request.actor, row))
    form = EndForm(request.POST or None, initial={"effective_on": timezone.localdate()})
    return _act(
        request,
        row,
        form=form,
        question=_("Mettre fin à l’habilitation %(reference)s ?") % {"reference": row.reference},
        label=_("Mettre fin"),
        effects=[
            (
                "ban",
                _("L’attestation est révoquée pour de bon\u00a0: pour reprendre, il faudra une autre habilitation."),
            ),
            ("clock", _("Le changement est à déclarer à France compétences sous deux mois (R. 6113-16-5).")),
            _told(row),
            _written(),
        ],
        do=lambda: operations.end(habilitation=row, actor=request.actor, now=timezone.now(), **form.given()),
        done=lazy("L’habilitation prend fin."),
    )


class ScopeForm(NoteForm):
    """The new scope, and why."""

    field_order = ("kind", "blocs", "territory", "note")
    kind = forms.ChoiceField(label=lazy("Habilité à"), choices=HabilitationKind.choices)
    blocs = forms.MultipleChoiceField(
        label=lazy("Blocs"),
        help_text=lazy("Aucun choix\u00a0: la certification entière."),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )
    territory = forms.MultipleChoiceField(
        label=lazy("Territoire"),
        help_text=lazy("Aucun choix\u00a0: toute la France."),
        choices=DEPARTEMENT_CHOICES,
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )

    def __init__(self, data: Any, *, row: Any) -> None:
        """Start from its scope, with the blocs of the version it was given on."""
        super().__init__(data, initial={"kind": row.kind, "blocs": row.blocs, "territory": row.territory})
        held = row.referentiel.blocs.order_by("position", "pk") if row.referentiel else ()
        choices: Any = self.fields["blocs"]
        choices.choices = [(bloc.lineage, f"{bloc.number} {bloc.text}".strip()) for bloc in held]

    def given(self) -> dict[str, Any]:
        return {**self.cleaned_data, "kind": HabilitationKind(self.cleaned_data["kind"])}


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def change_scope(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Replace it by another of a different scope."""
    row = found(request, code)
    require(policies.can_open_habilitations(request.actor, row.certifier))
    require(policies.can_end_habilitation(request.actor, row))
    form = ScopeForm(request.POST or None, row=row)
    return _act(
        request,
        row,
        form=form,
        question=_("Quel périmètre donner à la place de %(reference)s ?") % {"reference": row.reference},
        label=_("Modifier le périmètre"),
        effects=[
            ("ban", _("Celle-ci prend fin aujourd’hui\u00a0: son attestation est remplacée et ne vaut plus.")),
            (
                "shield-check",
                _("Une autre s’ouvre le même jour, sur le même acte et jusqu’à la même date, avec son attestation."),
            ),
            ("clock", _("Un changement de rôle est à déclarer à France compétences sous deux mois (R. 6113-16-5).")),
            _told(row),
            _written(),
        ],
        do=lambda: operations.change_scope(habilitation=row, actor=request.actor, now=timezone.now(), **form.given()),
        done=lazy("Le périmètre est modifié\u00a0: une nouvelle habilitation remplace celle-ci."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def discard(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Give up one that was only prepared."""
    row = found(request, code)
    require(policies.can_open_habilitations(request.actor, row.certifier))
    if request.method == "POST":
        with refusing(request):
            operations.discard(habilitation=row, actor=request.actor, now=timezone.now())
            messages.success(request, _("L’habilitation préparée est effacée."))
            return redirect("certifier:partners-one", certifier, row.partnership.code)
    effects = [Effect("trash", _("Elle est effacée\u00a0: elle n’a jamais eu d’effet.")), Effect(*_written())]
    back = reverse("certifier:habilitations-one", args=[certifier, code])
    question = _("Renoncer à l’habilitation %(reference)s ?") % {"reference": row.reference}
    page = {
        "row": row,
        "form": forms.Form(),
        "question": question,
        "label": _("Renoncer"),
        "effects": effects,
        "back": back,
    }
    return render(request, "certifier/habilitation_act.html", page)


# --- preparing, its document, its conditions ----------------------------------------------------


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
    return _act(
        request,
        row,
        form=form,
        question=_("Quelle convention fonde %(reference)s ?") % {"reference": row.reference},
        label=_("Joindre"),
        effects=[("file-check", _("Elle est gardée au dossier\u00a0; son contenu n’est pas public.")), _written()],
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
    return _act(
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
    return _act(
        request,
        row,
        form=form,
        question=_("Où en est la condition «\u00a0%(label)s\u00a0» ?") % {"label": held.label},
        label=_("Enregistrer"),
        effects=[*effects, _written()],
        do=lambda: _settle(held, form.cleaned_data, request),
        done=lazy("C’est noté."),
    )


def _settle(held: Any, said: dict[str, Any], request: Asked) -> None:
    common: dict[str, Any] = {"condition": held, "actor": request.actor, "now": timezone.now()}
    if said["is_met"] == "oui":
        operations.meet_condition(met_on=said["on"], evidence=said["evidence"], **common)
    else:
        operations.lapse_condition(lapsed_on=said["on"], evidence=said["evidence"], **common)
