"""What may be decided of a habilitation: each act shows what will happen before it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods

from jurande.registers.common.verdicts import require
from jurande.registers.network.emails.habilitations import heads_of
from jurande.registers.network.operations import habilitations as operations
from jurande.registers.network.policies import habilitations as policies
from jurande.registers.network.states import (
    Basis,
    HabilitationEndReason,
    HabilitationKind,
    HabilitationSuspendReason,
)
from jurande.web.access import Asked, audience
from jurande.web.certifier.habilitations import found
from jurande.web.ui.formats import enumerate_fr, span
from jurande.web.ui.forms import refusing
from jurande.web.ui.partner_file import day_input
from jurande.web.ui.parts import Effect
from jurande.web.ui.registers import DEPARTEMENT_CHOICES


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


def act_page(
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


def written() -> tuple[str, str]:
    return "book-2", _("Une écriture au journal, à votre nom, pour toujours.")


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def activate(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Open a prepared habilitation."""
    row = found(request, code)
    require(policies.can_open_habilitations(request.actor, row.certifier))
    return act_page(
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
            written(),
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
    return act_page(
        request,
        row,
        form=forms.Form(request.POST),
        question=_("Confirmer l’habilitation %(reference)s ?") % {"reference": row.reference},
        label=_("Confirmer"),
        effects=[("check", _("La période probatoire se termine aujourd’hui.")), _told(row), written()],
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
    return act_page(
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
            written(),
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
    return act_page(
        request,
        row,
        form=form,
        question=_("Lever la suspension de %(reference)s ?") % {"reference": row.reference},
        label=_("Lever la suspension"),
        effects=[after, _told(row), written()],
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
    return act_page(
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
            written(),
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
    return act_page(
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
            written(),
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
    effects = [Effect("trash", _("Elle est effacée\u00a0: elle n’a jamais eu d’effet.")), Effect(*written())]
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
