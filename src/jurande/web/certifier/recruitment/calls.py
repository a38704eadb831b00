"""Calls as a list, one call as its house sees it, and what may be done with it once it is published."""

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

from jurande.core.france.departements import departement_label
from jurande.registers.common.verdicts import require
from jurande.registers.network.operations import calls as operations
from jurande.registers.network.policies import calls as policies
from jurande.registers.network.queries import calls as queries
from jurande.registers.network.queries import fees
from jurande.registers.network.states import CallState, CloseReason
from jurande.registers.parties import policies as parties
from jurande.registers.parties.queries import names_of
from jurande.web.access import Asked, audience
from jurande.web.certifier.recruitment.fees import RevisionForm
from jurande.web.certifier.recruitment.parts import call_chip, call_found, go_on_from, tabs
from jurande.web.ui.fields import DayInput
from jurande.web.ui.forms import refusing
from jurande.web.ui.parts import Effect, Stat
from jurande.web.ui.sentences import told
from jurande.web.ui.tables import Column, Filter, Table

EVENTS = 12


def table(certifier: str) -> Table[Any]:
    """The list of calls as a working tool."""
    return Table(
        name="appels",
        columns=(
            Column(
                "intitule",
                str(_("Appel")),
                lambda c: c.title,
                url=lambda c: reverse("certifier:recruitment-calls-one", args=[certifier, c.code]),
                order=("title",),
            ),
            Column("reference", str(_("Référence")), lambda c: c.reference, order=("reference",), on_phone=False),
            Column(
                "certification",
                str(_("Certification")),
                lambda c: c.certification.reference,
                order=("certification__reference",),
            ),
            Column("ouverture", str(_("Ouvre le")), lambda c: c.opens_on, order=("opens_on",), on_phone=False),
            Column("cloture", str(_("Clôture le")), lambda c: c.closes_on, order=("closes_on",)),
            Column(
                "deposees",
                str(_("Candidatures")),
                lambda c: c.submitted_count,
                order=("submitted_count",),
                numeric=True,
            ),
            Column("places", str(_("Places")), lambda c: c.places, order=("places",), numeric=True, on_phone=False),
            Column("etat", str(_("État")), lambda c: c.get_state_display(), show=call_chip, order=("state",)),
        ),
        filters=(Filter("etat", str(_("état")), CallState.choices, lambda rows, kept: rows.in_states(*kept)),),
        search=lambda rows, words: rows.matching(words),
        unit=str(_("appel,appels")),
    )


@require_safe
@audience("certifier")
def calls(request: Asked, certifier: str) -> HttpResponse:
    """For what are we looking for partners? Every call, the latest first."""
    actor = request.actor
    require(policies.can_see_recruitment(actor))
    rows = queries.calls(actor)
    listing = table(certifier).read(request.GET, rows)
    if sheet := listing.sheet():
        return sheet
    page = {
        "tabs": tabs(certifier, "certifier:recruitment-calls"),
        "listing": listing,
        "any": rows.exists(),
        "open": rows.in_states(CallState.OPEN).count(),
        "may_manage": policies.can_manage_calls(actor, request.certifier),
    }
    return render(request, "certifier/recruitment/calls.html", page)


@require_safe
@audience("certifier")
def call(request: Asked, certifier: str, code: str) -> HttpResponse:
    """One call: what it asks, what it lacks, how many answered, and its life."""
    actor, today = request.actor, timezone.localdate()
    held = call_found(request, code)
    gaps = queries.missing_of(held, today) if held.is_draft else []
    page = {
        "held": held,
        "chip": call_chip(held),
        "gaps": [(gap, gap_url(held, gap.field)) for gap in gaps],
        "criteria": queries.criteria_of(held),
        "blocs": queries.blocs_offered(held) if held.blocs else [],
        "lines": fees.schedule_lines(held.fee_schedule) if held.fee_schedule else [],
        "kinds": "\u00a0; ".join(held.kind_labels),
        "territory": [departement_label(one) for one in held.territory],
        "stats": _stats(queries.numbers_of(held)) if not held.is_draft else [],
        "is_late": queries.is_late(held, today),
        "takes": held.takes_applications_on(today),
        "closed_by": names_of([held.closed_by_code]).get(held.closed_by_code, "") if held.closed_by_code else "",
        "may_edit": policies.can_edit_call(actor, held),
        "may_publish": policies.can_publish_call(actor, held),
        "may_manage": policies.can_manage_calls(actor, held.certifier),
        "events": told(queries.turns_of(held)[:EVENTS]) if parties.can_see_journal(actor) else [],
    }
    return render(request, "certifier/recruitment/call.html", page)


def gap_url(held: Any, field: str) -> str:
    """Where one mends what a call lacks."""
    arguments = [held.certifier.code, held.code]
    if field == "criteria":
        return reverse("certifier:recruitment-calls-criterion-new", args=arguments)
    if field.startswith("criteria-"):
        return reverse("certifier:recruitment-calls-criterion", args=[*arguments, field.removeprefix("criteria-")])
    if field == "certification":
        return reverse("certifier:certifications-one", args=[held.certifier.code, held.certification.code])
    return f"{reverse('certifier:recruitment-calls-write', args=arguments)}#id_{field}"


def _stats(numbers: queries.Numbers) -> list[Stat]:
    shown = [
        Stat(str(_("Déposées")), str(numbers.submitted)),
        Stat(str(_("En préparation")), str(numbers.drafts), note=str(_("chez les candidats"))),
        Stat(str(_("Approuvées")), str(numbers.approved)),
    ]
    if numbers.places is not None:
        note = str(_("sur %(places)d")) % {"places": numbers.places}
        shown.append(Stat(str(_("Places restantes")), str(numbers.left), note=note))
    return shown


# --- publishing, prolonging, closing, copying, discarding ---------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def publish(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Show what publishing will do and what stops it; then publish."""
    actor = request.actor
    held = call_found(request, code)
    require(policies.can_manage_calls(actor, held.certifier))
    if not held.is_draft:
        if request.method == "POST":
            messages.error(request, _("Cet appel est déjà publié. Rien n’a été changé."))
        return redirect("certifier:recruitment-calls-one", certifier, code)
    verdict = policies.can_publish_call(actor, held)
    form = RevisionForm(request.POST or None, initial={"revision": held.revision})
    if request.method == "POST" and form.is_valid():
        require(verdict)
        with refusing(request):
            operations.publish_call(call=held, revision=form.cleaned_data["revision"], actor=actor, now=timezone.now())
            messages.success(request, _("L’appel est publié. Ce qu’il demande ne changera plus."))
            return redirect("certifier:recruitment-calls-one", certifier, code)
        return redirect("certifier:recruitment-calls-publish", certifier, code)
    page = {
        "held": held,
        "form": RevisionForm(initial={"revision": held.revision}),
        "gaps": [(gap, gap_url(held, gap.field)) for gap in queries.missing_of(held, timezone.localdate())],
        "verdict": verdict,
        "effects": [
            Effect("eye", str(_("Une page publique, lue sans compte, dit ce que vous demandez et à quel prix."))),
            Effect("lock", str(_("Conditions, poids, charte, places, prix et territoire ne changeront plus."))),
            Effect("file-text", str(_("Les candidatures se jugent sur la version du référentiel publiée ce jour."))),
            Effect("book-2", str(_("Une écriture au journal, à votre nom, avec l’empreinte de l’appel."))),
        ],
        "back": reverse("certifier:recruitment-calls-one", args=[certifier, code]),
    }
    return render(request, "certifier/recruitment/publish.html", page)


class ExtendForm(forms.Form):
    """More time, and a better explanation: all that a published call may still change."""

    closes_on = forms.DateField(
        label=_("Clôture le"),
        widget=DayInput(),
        required=False,
        help_text=_("Vide\u00a0: sans date de clôture. Une date annoncée ne peut qu’être repoussée."),
    )
    text = forms.CharField(label=_("Présentation"), widget=forms.Textarea(attrs={"rows": 10}), max_length=4000)
    revision = forms.IntegerField(widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def extend(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Prolong an open call, or explain it better."""
    held = call_found(request, code)
    require(policies.can_close_call(request.actor, held))
    if held.state != CallState.OPEN:
        raise Http404
    initial = {"closes_on": held.closes_on, "text": held.text, "revision": held.revision}
    form = ExtendForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.extend_call(call=held, actor=request.actor, now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("L’appel est à jour."))
            return redirect("certifier:recruitment-calls-one", certifier, code)
        go_on_from(form, held)
    page = {
        "form": form,
        "question": _("Jusqu’à quand, et expliqué comment\u00a0?"),
        "answer": _("C’est tout ce qui peut encore changer\u00a0: le reste est ce sur quoi les candidats sont jugés."),
        "label": _("Enregistrer"),
        "back": reverse("certifier:recruitment-calls-one", args=[certifier, code]),
        "eyebrow": held.reference,
        "keep": f"appel-{held.code}-{held.revision}",
    }
    return render(request, "certifier/recruitment/form.html", page)


class CloseForm(forms.Form):
    """Why a call takes no more applications."""

    reason = forms.ChoiceField(label=_("Motif"), choices=CloseReason.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Précision"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000, required=False
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def close(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Close a call, after saying who will be told."""
    held = call_found(request, code)
    require(policies.can_close_call(request.actor, held))
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.close_call(call=held, actor=request.actor, now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("L’appel est clos."))
            return redirect("certifier:recruitment-calls-one", certifier, code)
    if held.state != CallState.OPEN and request.method != "POST":
        raise Http404
    numbers = queries.numbers_of(held)
    drafts = str(_("Les %(n)d candidats qui préparent leur dossier en sont prévenus par courriel."))
    page = {
        "held": held,
        "form": form,
        "question": _("Clore cet appel\u00a0?"),
        "label": _("Clore"),
        "effects": [
            Effect("lock", str(_("Plus personne ne peut y déposer de candidature, et cela ne se reprend pas."))),
            Effect("mail", drafts % {"n": numbers.drafts})
            if numbers.drafts > 1
            else Effect("mail", str(_("Le candidat qui prépare son dossier en est prévenu par courriel.")))
            if numbers.drafts
            else Effect("mail", str(_("Personne ne prépare de dossier\u00a0: aucun courriel ne part."))),
            Effect("file-text", str(_("Les candidatures déposées suivent leur cours."))),
        ],
        "back": reverse("certifier:recruitment-calls-one", args=[certifier, code]),
    }
    return render(request, "certifier/recruitment/act.html", page)


@require_POST
@audience("certifier")
def copy(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Begin a call like this one."""
    held = call_found(request, code)
    with refusing(request):
        made = operations.copy_call(call=held, actor=request.actor, now=timezone.now())
        messages.success(request, _("Le nouvel appel %(reference)s est un brouillon.") % {"reference": made.reference})
        return redirect("certifier:recruitment-calls-one", certifier, made.code)
    return redirect("certifier:recruitment-calls-one", certifier, code)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def discard(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Throw a draft away, after saying what is lost."""
    held = call_found(request, code)
    require(policies.can_edit_call(request.actor, held))
    if request.method == "POST":
        with refusing(request):
            operations.discard_call(call=held, actor=request.actor, now=timezone.now())
            messages.success(request, _("L’appel est abandonné."))
        return redirect("certifier:recruitment-calls", certifier)
    page = {
        "held": held,
        "form": forms.Form(),
        "question": _("Abandonner cet appel\u00a0?"),
        "label": _("Abandonner"),
        "effects": [
            Effect("trash", str(_("Ce qui y a été écrit est perdu, conditions comprises."))),
            Effect("book-2", str(_("Une écriture au journal, à votre nom."))),
        ],
        "back": reverse("certifier:recruitment-calls-one", args=[certifier, code]),
    }
    return render(request, "certifier/recruitment/act.html", page)
