"""Fee schedules: written line by line, reckoned beside, frozen for ever, replaced."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jurande.registers.common.verdicts import require
from jurande.registers.network.operations import fees as operations
from jurande.registers.network.operations.fees import Price
from jurande.registers.network.policies import calls as policies
from jurande.registers.network.queries import fees as queries
from jurande.registers.network.states import FeeKind
from jurande.registers.parties import policies as parties
from jurande.web.access import Asked, audience
from jurande.web.certifier.recruitment.parts import Hundredths, go_on_from, schedule_chip, schedule_found, tabs
from jurande.web.ui.forms import refusing
from jurande.web.ui.parts import Effect
from jurande.web.ui.sentences import told

EVENTS = 12
USUAL_TRAINEES, USUAL_CANDIDATES = 40, 36


@require_safe
@audience("certifier")
def schedules(request: Asked, certifier: str) -> HttpResponse:
    """What do partners pay? Every fee schedule, the latest first."""
    require(policies.can_see_recruitment(request.actor))
    rows = list(queries.schedules(request.actor))
    page = {
        "tabs": tabs(certifier, "certifier:recruitment-fees"),
        "rows": [(row, schedule_chip(row)) for row in rows],
        "in_force": sum(row.is_frozen for row in rows),
        "may_manage": policies.can_manage_calls(request.actor, request.certifier),
    }
    return render(request, "certifier/recruitment/fees.html", page)


class TitleForm(forms.Form):
    """How a fee schedule is called."""

    title = forms.CharField(
        label=_("Intitulé"),
        max_length=200,
        help_text=_("Ce que les candidats liront\u00a0: «\u00a0Barème 2026\u00a0»."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def new(request: Asked, certifier: str) -> HttpResponse:
    """Begin a fee schedule, or the one that will replace another (``?remplace=``)."""
    require(policies.can_manage_calls(request.actor, request.certifier))
    replaced = request.GET.get("remplace", "")
    former = schedule_found(request, replaced) if replaced else None
    form = TitleForm(request.POST or None, initial={"title": former.title if former else ""})
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            made = operations.start_schedule(
                certifier=request.certifier,
                title=form.cleaned_data["title"],
                replaces=former,
                actor=request.actor,
                now=timezone.now(),
            )
            return redirect("certifier:recruitment-fees-one", certifier, made.code)
    page = {
        "form": form,
        "question": _("Comment s’appelle ce barème\u00a0?"),
        "answer": _("Il reprend les prix du %(reference)s, que vous changerez.") % {"reference": former.reference}
        if former
        else _("Vous ajouterez les prix ensuite, un par un."),
        "label": _("Commencer"),
        "back": reverse("certifier:recruitment-fees", args=[certifier]),
        "eyebrow": _("Barèmes"),
        "keep": "bareme-nouveau",
    }
    return render(request, "certifier/recruitment/form.html", page)


class PeopleForm(forms.Form):
    """For how many people to reckon."""

    stagiaires = forms.IntegerField(label=_("Stagiaires par an"), min_value=0, max_value=queries.MOST_PEOPLE)
    candidats = forms.IntegerField(label=_("Candidats par an"), min_value=0, max_value=queries.MOST_PEOPLE)


@require_safe
@audience("certifier")
def schedule(request: Asked, certifier: str, code: str) -> HttpResponse:
    """One fee schedule: its prices, and what they come to for so many people."""
    actor = request.actor
    held = schedule_found(request, code)
    lines = queries.schedule_lines(held)
    asked = {"stagiaires", "candidats"} & set(request.GET)
    usual = {"stagiaires": USUAL_TRAINEES, "candidats": USUAL_CANDIDATES}
    form = PeopleForm(request.GET if asked else usual)
    people = form.cleaned_data if form.is_valid() else usual
    may_read_life = parties.can_see_journal(actor)
    page = {
        "held": held,
        "chip": schedule_chip(held),
        "lines": lines,
        "people_form": form,
        "estimate": queries.estimate(lines, trainees=people["stagiaires"], candidates=people["candidats"]),
        "successor": queries.successor_of(held),
        "may_edit": policies.can_edit_schedule(actor, held),
        "may_manage": policies.can_manage_calls(actor, held.certifier),
        "events": told(queries.turns_of(held)[:EVENTS]) if may_read_life else [],
    }
    return render(request, "certifier/recruitment/schedule.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def title(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Give a draft another title."""
    held = schedule_found(request, code)
    require(policies.can_edit_schedule(request.actor, held))
    form = TitleForm(request.POST or None, initial={"title": held.title, "revision": held.revision})
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.rename_schedule(
                schedule=held,
                title=form.cleaned_data["title"],
                revision=form.cleaned_data["revision"] or 0,
                actor=request.actor,
                now=timezone.now(),
            )
            return redirect("certifier:recruitment-fees-one", certifier, code)
        go_on_from(form, held)
    page = {
        "form": form,
        "question": _("Comment s’appelle ce barème\u00a0?"),
        "answer": "",
        "label": _("Enregistrer"),
        "back": reverse("certifier:recruitment-fees-one", args=[certifier, code]),
        "eyebrow": held.reference,
        "keep": f"bareme-{held.code}-{held.revision}",
    }
    return render(request, "certifier/recruitment/form.html", page)


class PriceForm(forms.Form):
    """One price: what it is counted by, how much, with which VAT."""

    kind = forms.ChoiceField(label=_("Compté"), choices=FeeKind.choices, widget=forms.RadioSelect)
    label = forms.CharField(label=_("Libellé"), max_length=200, help_text=_("Tel qu’il figurera sur la facture."))
    amount = Hundredths(label=_("Montant hors taxes, en euros"))
    vat = Hundredths(
        label=_("TVA, en %"), help_text=_("20 dans la plupart des cas\u00a0; 0 si le prix n’en porte pas.")
    )
    vat_reason = forms.CharField(
        label=_("Motif d’exonération"),
        max_length=200,
        required=False,
        help_text=_("Demandé quand la TVA est à 0\u00a0: l’article qui le permet."),
    )
    note = forms.CharField(label=_("Précision"), max_length=300, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def price(self) -> Price:
        """What was typed, as the operation takes it."""
        given = self.cleaned_data
        return Price(
            FeeKind(given["kind"]), given["label"], given["amount"], given["vat"], given["vat_reason"], given["note"]
        )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def new_line(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Add a price to a draft."""
    held = schedule_found(request, code)
    require(policies.can_edit_schedule(request.actor, held))
    form = PriceForm(request.POST or None, initial={"vat": 2000, "revision": held.revision})
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.add_price(
                schedule=held,
                price=form.price(),
                revision=form.cleaned_data["revision"],
                actor=request.actor,
                now=timezone.now(),
            )
            return redirect("certifier:recruitment-fees-one", certifier, code)
        go_on_from(form, held)
    return _price_page(request, held, form, _("Quel prix ajouter\u00a0?"), "nouveau")


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def line(request: Asked, certifier: str, code: str, line: str) -> HttpResponse:
    """Change a price of a draft."""
    held = schedule_found(request, code)
    row = _line_found(held, line)
    require(policies.can_edit_schedule(request.actor, held))
    initial = {
        "kind": row.kind,
        "label": row.label,
        "amount": row.amount_cents,
        "vat": row.vat_basis_points,
        "vat_reason": row.vat_reason,
        "note": row.note,
        "revision": held.revision,
    }
    form = PriceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.change_price(
                line=row,
                price=form.price(),
                revision=form.cleaned_data["revision"],
                actor=request.actor,
                now=timezone.now(),
            )
            return redirect("certifier:recruitment-fees-one", certifier, code)
        go_on_from(form, held)
    return _price_page(request, held, form, _("Que change-t-on à ce prix\u00a0?"), row.code)


@require_POST
@audience("certifier")
def remove_line(request: Asked, certifier: str, code: str, line: str) -> HttpResponse:
    """Take a price out of a draft."""
    held = schedule_found(request, code)
    row = _line_found(held, line)
    with refusing(request):
        operations.remove_price(line=row, actor=request.actor, now=timezone.now())
        messages.success(request, _("Le prix «\u00a0%(label)s\u00a0» est retiré.") % {"label": row.label})
    return redirect("certifier:recruitment-fees-one", certifier, code)


class RevisionForm(forms.Form):
    """An act on what was read: the revision that the page showed."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def freeze(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Freeze a fee schedule, after saying what that means."""
    held = schedule_found(request, code)
    require(policies.can_edit_schedule(request.actor, held))
    form = RevisionForm(request.POST or None, initial={"revision": held.revision})
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.freeze_schedule(
                schedule=held, revision=form.cleaned_data["revision"], actor=request.actor, now=timezone.now()
            )
            messages.success(request, _("Le barème est figé. Les appels et les conventions peuvent s’y référer."))
            return redirect("certifier:recruitment-fees-one", certifier, code)
    effects = [Effect("lock", str(_("Aucun prix de ce barème ne changera plus jamais.")))]
    if held.replaces:
        former = str(_("%(reference)s ne servira plus à aucun nouvel appel ni à aucune nouvelle convention."))
        effects.append(Effect("archive", former % {"reference": held.replaces.reference}))
    effects.append(Effect("book-2", str(_("Une écriture au journal, à votre nom, avec l’empreinte des prix."))))
    page = {
        "held": held,
        "form": form,
        "question": _("Figer ce barème\u00a0?"),
        "label": _("Figer pour toujours"),
        "effects": effects,
        "back": reverse("certifier:recruitment-fees-one", args=[certifier, code]),
    }
    return render(request, "certifier/recruitment/act.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def discard(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Throw a draft away, after saying what is lost."""
    held = schedule_found(request, code)
    require(policies.can_edit_schedule(request.actor, held))
    if request.method == "POST":
        with refusing(request):
            operations.discard_schedule(schedule=held, actor=request.actor, now=timezone.now())
            messages.success(request, _("Le barème est abandonné."))
        return redirect("certifier:recruitment-fees", certifier)
    page = {
        "held": held,
        "form": forms.Form(),
        "question": _("Abandonner ce barème\u00a0?"),
        "label": _("Abandonner"),
        "effects": [
            Effect("trash", str(_("Les prix écrits ici sont perdus."))),
            Effect("book-2", str(_("Une écriture au journal, à votre nom."))),
        ],
        "back": reverse("certifier:recruitment-fees-one", args=[certifier, code]),
    }
    return render(request, "certifier/recruitment/act.html", page)


def _line_found(held: Any, code: str) -> Any:
    row = queries.line(held, code)
    if row is None:
        raise Http404
    return row


def _price_page(request: Asked, held: Any, form: PriceForm, question: Any, name: str) -> HttpResponse:
    page = {
        "form": form,
        "question": question,
        "answer": "",
        "label": _("Enregistrer"),
        "back": reverse("certifier:recruitment-fees-one", args=[held.certifier.code, held.code]),
        "eyebrow": held.reference,
        "keep": f"prix-{held.code}-{name}-{held.revision}",
    }
    return render(request, "certifier/recruitment/form.html", page)
