"""Writing a call: its terms on one page, its criteria one by one."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from jurande.registers.common.verdicts import require
from jurande.registers.network.operations import calls as operations
from jurande.registers.network.operations.calls import Terms, Wanted
from jurande.registers.network.policies import calls as policies
from jurande.registers.network.queries import calls as queries
from jurande.registers.network.queries import fees
from jurande.registers.network.states import HabilitationKind
from jurande.registers.parties.states import DocumentKind
from jurande.web.access import Asked, audience
from jurande.web.certifier.recruitment.parts import call_found, go_on_from
from jurande.web.ui.fields import DayInput
from jurande.web.ui.forms import refusing


class NewCallForm(forms.Form):
    """For which certification, under which title."""

    certification = forms.ChoiceField(label=_("Pour quelle certification\u00a0?"))
    title = forms.CharField(
        label=_("Intitulé de l’appel"),
        max_length=200,
        help_text=_("Ce que les organismes liront d’abord\u00a0: qui vous cherchez, pour quoi faire."),
    )

    def __init__(self, *args: Any, certifications: list[Any], **kwargs: Any) -> None:
        """Offer the certifications that have a published référentiel."""
        super().__init__(*args, **kwargs)
        choices = self.fields["certification"]
        choices.choices = [(one.code, f"{one.reference} {one.title}") for one in certifications]  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def new(request: Asked, certifier: str) -> HttpResponse:
    """Begin a call."""
    require(policies.can_manage_calls(request.actor, request.certifier))
    startable = {one.code: one for one in queries.startable(request.actor)}
    form = NewCallForm(
        request.POST or None,
        certifications=list(startable.values()),
        initial={"certification": request.GET.get("certification", "")},
    )
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            made = operations.start_call(
                certification=startable[form.cleaned_data["certification"]],
                title=form.cleaned_data["title"],
                actor=request.actor,
                now=timezone.now(),
            )
            return redirect("certifier:recruitment-calls-write", certifier, made.code)
    return render(request, "certifier/recruitment/call_new.html", {"form": form, "startable": startable})


class CallForm(forms.Form):
    """Everything a call says, its criteria aside."""

    title = forms.CharField(label=_("Intitulé"), max_length=200)
    text = forms.CharField(
        label=_("Présentation"),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=4000,
        required=False,
        help_text=_("Qui vous cherchez, pour quel métier, comment vous travaillez avec vos partenaires."),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Habilitations possibles"),
        choices=HabilitationKind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    blocs = forms.MultipleChoiceField(
        label=_("Blocs"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Aucun coché\u00a0: la certification entière et chacun de ses blocs."),
    )
    territory = forms.CharField(
        label=_("Départements"),
        max_length=600,
        required=False,
        help_text=_("Leurs numéros, séparés par une virgule\u00a0: 13, 2A, 974. Vide\u00a0: toute la France."),
    )
    opens_on = forms.DateField(label=_("Ouvre le"), widget=DayInput(), required=False)
    closes_on = forms.DateField(
        label=_("Clôture le"), widget=DayInput(), required=False, help_text=_("Dernier jour compris.")
    )
    places = forms.IntegerField(label=_("Places"), required=False, help_text=_("Vide\u00a0: sans limite."))
    probation_sittings = forms.IntegerField(
        label=_("Premières sessions observées"),
        help_text=_("Combien de sessions vous observez avant la pleine confiance."),
    )
    first_limit = forms.IntegerField(
        label=_("Stagiaires pendant cette période, au plus"), required=False, help_text=_("Vide\u00a0: sans limite.")
    )
    growth = forms.CharField(
        label=_("Croissance par étapes"), widget=forms.Textarea(attrs={"rows": 4}), max_length=4000, required=False
    )
    fee_schedule = forms.ChoiceField(
        label=_("Barème"), required=False, help_text=_("Seuls les barèmes figés sont proposés.")
    )
    charter = forms.CharField(
        label=_("Engagements de la charte"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=7000,
        required=False,
        help_text=_("Un engagement par ligne. Le dirigeant les signe."),
    )
    charter_weight = forms.IntegerField(label=_("Poids de la charte"), help_text=_("De 0 à 10."))
    appeal_days = forms.IntegerField(label=_("Délai de recours, en jours"), help_text=_("De 0 (aucun recours) à 365."))
    divergence_points = forms.IntegerField(
        label=_("Écart signalé entre les deux évaluateurs"), help_text=_("De 1 à 4 points, sur une échelle de 0 à 4.")
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)
    use_required_attribute = False

    def __init__(self, *args: Any, held: Any, **kwargs: Any) -> None:
        """Offer the blocs of the published version and the frozen schedules of the house."""
        super().__init__(*args, **kwargs)
        version = queries.published_version(held.certification)
        blocs = version.blocs.order_by("position") if version else []
        self.schedules = {one.code: one for one in fees.frozen_schedules(held.certifier)}
        self.fields["blocs"].choices = [(one.lineage, f"{one.number} {one.text}".strip()) for one in blocs]  # type: ignore[attr-defined]
        self.fields["fee_schedule"].choices = [  # type: ignore[attr-defined]
            ("", _("À choisir")),
            *((code, f"{one.title} ({one.reference})") for code, one in self.schedules.items()),
        ]

    def say_what_publishing_needs(self) -> None:
        """A draft may lack anything, a published call may not: these fields do not say that one may leave them out."""
        for name in ("text", "kinds", "opens_on", "fee_schedule"):
            self.fields[name].required = True

    @classmethod
    def of(cls, held: Any) -> dict[str, Any]:
        """What the call says now."""
        said = {name: getattr(held, name) for name in cls.base_fields}
        said["territory"] = ", ".join(held.territory)
        said["charter"] = "\n".join(held.charter)
        said["fee_schedule"] = held.fee_schedule.code if held.fee_schedule else ""
        return said

    def terms(self) -> Terms:
        """What was typed, as the operation takes it."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "revision"}
        given["territory"] = [code.upper().zfill(2) for code in re.split(r"[\s,;]+", given["territory"]) if code]
        given["charter"] = given["charter"].splitlines()
        given["fee_schedule"] = self.schedules.get(given["fee_schedule"])
        return Terms(**given)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def write(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Write what a draft says."""
    held = call_found(request, code)
    require(policies.can_edit_call(request.actor, held))
    form = CallForm(request.POST or None, held=held, initial=CallForm.of(held))
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.write_call(
                call=held,
                terms=form.terms(),
                revision=form.cleaned_data["revision"],
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("L’appel est enregistré."))
            return redirect("certifier:recruitment-calls-one", certifier, code)
        go_on_from(form, held)
    form.say_what_publishing_needs()
    page = {"held": held, "form": form, "keep": f"appel-{held.code}-{held.revision}"}
    return render(request, "certifier/recruitment/call_write.html", page)


class CriterionForm(forms.Form):
    """One condition: what is looked at, how much it counts, and how it is shown."""

    title = forms.CharField(
        label=_("Condition"),
        max_length=200,
        help_text=_("Ce qui doit être vrai\u00a0: «\u00a0Des formateurs du métier\u00a0»."),
    )
    help = forms.CharField(
        label=_("Ce que l’on regarde"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000, required=False
    )
    weight = forms.IntegerField(label=_("Poids"), help_text=_("De 1 à 10."))
    is_knockout = forms.BooleanField(
        label=_("Éliminatoire\u00a0: une note basse refuse la candidature, quel que soit le reste"), required=False
    )
    evidence = forms.CharField(
        label=_("Preuve demandée"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
        required=False,
        help_text=_("Ce qui le montre\u00a0: une pièce, une réponse, une visite."),
    )
    evidence_kinds = forms.MultipleChoiceField(
        label=_("Natures de pièces qui répondent"),
        choices=DocumentKind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    needs_document = forms.BooleanField(
        label=_("Une pièce est obligatoire\u00a0: sans elle, la candidature ne peut pas être déposée"), required=False
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)
    use_required_attribute = False

    def wanted(self) -> Wanted:
        """What was typed, as the operation takes it."""
        return Wanted(**{name: value for name, value in self.cleaned_data.items() if name != "revision"})


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def new_criterion(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Add a condition to a draft."""
    held = call_found(request, code)
    require(policies.can_edit_call(request.actor, held))
    form = CriterionForm(request.POST or None, initial={"weight": 1, "revision": held.revision})
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.add_criterion(
                call=held,
                wanted=form.wanted(),
                revision=form.cleaned_data["revision"],
                actor=request.actor,
                now=timezone.now(),
            )
            return redirect(f"{reverse('certifier:recruitment-calls-one', args=[certifier, code])}#conditions")
        go_on_from(form, held)
    return _criterion_page(request, held, form, _("Quelle condition ajouter\u00a0?"), "nouvelle")


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def criterion(request: Asked, certifier: str, code: str, criterion: str) -> HttpResponse:
    """Change a condition of a draft."""
    held = call_found(request, code)
    row = _criterion_found(held, criterion)
    require(policies.can_edit_call(request.actor, held))
    initial = {name: getattr(row, name) for name in CriterionForm.base_fields if name != "revision"}
    form = CriterionForm(request.POST or None, initial={**initial, "revision": held.revision})
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.change_criterion(
                criterion=row,
                wanted=form.wanted(),
                revision=form.cleaned_data["revision"],
                actor=request.actor,
                now=timezone.now(),
            )
            return redirect(f"{reverse('certifier:recruitment-calls-one', args=[certifier, code])}#conditions")
        go_on_from(form, held)
    return _criterion_page(request, held, form, _("Que change-t-on à cette condition\u00a0?"), row.code)


@require_POST
@audience("certifier")
def remove_criterion(request: Asked, certifier: str, code: str, criterion: str) -> HttpResponse:
    """Take a condition out of a draft."""
    held = call_found(request, code)
    row = _criterion_found(held, criterion)
    with refusing(request):
        operations.remove_criterion(criterion=row, actor=request.actor, now=timezone.now())
        messages.success(request, _("La condition «\u00a0%(title)s\u00a0» est retirée.") % {"title": row.title})
    return redirect(f"{reverse('certifier:recruitment-calls-one', args=[certifier, code])}#conditions")


@require_POST
@audience("certifier")
def move_criterion(request: Asked, certifier: str, code: str, criterion: str) -> HttpResponse:
    """Put a condition of a draft one place higher or lower."""
    held = call_found(request, code)
    row = _criterion_found(held, criterion)
    step = -1 if request.POST.get("vers") == "haut" else 1
    with refusing(request):
        operations.move_criterion(criterion=row, place=row.position + step, actor=request.actor, now=timezone.now())
    return redirect(f"{reverse('certifier:recruitment-calls-one', args=[certifier, code])}#conditions")


def _criterion_found(held: Any, code: str) -> Any:
    row = queries.criterion(held, code)
    if row is None:
        raise Http404
    return row


def _criterion_page(request: Asked, held: Any, form: CriterionForm, question: Any, name: str) -> HttpResponse:
    form.fields["evidence"].required = True  # of a published call, at least
    page = {
        "form": form,
        "question": question,
        "answer": "",
        "label": _("Enregistrer"),
        "back": reverse("certifier:recruitment-calls-one", args=[held.certifier.code, held.code]),
        "eyebrow": held.reference,
        "keep": f"condition-{held.code}-{name}-{held.revision}",
    }
    return render(request, "certifier/recruitment/form.html", page)
