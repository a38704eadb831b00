"""Taking over what was issued elsewhere: an export, its columns, what each line would become, what it became."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jurande.core.france.former_awards import REQUIRED
from jurande.registers.awards.operations import elsewhere as operations
from jurande.registers.awards.policies.life import can_take_over
from jurande.registers.awards.queries import elsewhere as queries
from jurande.registers.awards.states import Platform, TakeoverRowState, TakeoverState
from jurande.registers.common import queries as common
from jurande.registers.common.verdicts import require
from jurande.web.access import Asked, audience
from jurande.web.certifier.awards.parts import tabs
from jurande.web.ui.exports import xlsx_sheet
from jurande.web.ui.forms import refusing
from jurande.web.ui.marks import chip
from jurande.web.ui.tables import Column, Filter, Table
from jurande.web.ui.work import progress_of

COLUMN_LABELS: dict[str, str | Promise] = {
    "title": _("Intitulé de ce qui a été délivré"),
    "awarded_on": _("Date de délivrance"),
    "full_name": _("Nom complet du titulaire"),
    "first_name": _("Prénom, s’il est à part"),
    "last_name": _("Nom, s’il est à part"),
    "email": _("Adresse électronique"),
    "external_id": _("Numéro d’origine"),
    "address": _("Adresse de la page d’origine"),
    "valid_until": _("Fin de validité"),
    "issuer_name": _("Délivrée par"),
    "revoked": _("État, ou révoquée"),
}
_ROWS = {
    TakeoverRowState.READY: "run",
    TakeoverRowState.KNOWN: "end",
    TakeoverRowState.REJECTED: "warn",
    TakeoverRowState.MADE: "ok",
}
_STATES = {
    TakeoverState.READ: "draft",
    TakeoverState.RUNNING: "run",
    TakeoverState.DONE: "ok",
    TakeoverState.DISCARDED: "end",
}


class ExportForm(forms.Form):
    """An export, and where it comes from."""

    platform = forms.ChoiceField(label=_("Cela vient de"), choices=Platform.choices)
    file = forms.FileField(
        label=_("L’export"),
        help_text=_("Un tableur (.csv, .xlsx, .ods) ou un fichier JSON, vingt mille lignes au plus."),
    )


class ColumnsForm(forms.Form):
    """Which column is what; a choice is the index of a title."""

    def __init__(self, *args: Any, headers: list[str], **kwargs: Any) -> None:
        """One choice for each thing that a column may be."""
        super().__init__(*args, **kwargs)
        titles = [(str(at), title or f"Colonne {at + 1}") for at, title in enumerate(headers)]
        for name, label in COLUMN_LABELS.items():
            empty = [] if name in REQUIRED and name in self.initial else [("", _("Aucune"))]
            self.fields[name] = forms.ChoiceField(label=str(label), choices=[*empty, *titles], required=False)

    def columns(self) -> dict[str, int]:
        """The index of each column that was named."""
        return {name: int(at) for name, at in self.cleaned_data.items() if at}


class TitlesForm(forms.Form):
    """What each thing that was issued there is here."""

    def __init__(self, *args: Any, titles: list[tuple[str, int]], ours: list[tuple[str, str]], **kwargs: Any) -> None:
        """One choice by title, in the file's order."""
        super().__init__(*args, **kwargs)
        self.named = {f"titre-{at}": title for at, (title, _count) in enumerate(titles)}
        counts = dict(titles)
        for name, title in self.named.items():
            label = f"{title} ({counts[title]})"
            choices = [("", _("Laisser de côté")), *ours]
            self.fields[name] = forms.ChoiceField(label=label, choices=choices, required=False)

    def titles(self) -> dict[str, str]:
        """The code of our certification for each title that has one."""
        return {self.named[name]: code for name, code in self.cleaned_data.items() if code}


def _held(request: Asked, code: str) -> Any:
    house = request.certifier
    assert house is not None  # noqa: S101  the audience says so
    require(can_take_over(request.actor, house))
    held = queries.takeover(request.actor, code)
    if held is None:
        raise Http404
    return held


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def start(request: Asked, certifier: str) -> HttpResponse:
    """Send an export, or go back to one that was sent."""
    house = request.certifier
    assert house is not None  # noqa: S101  the audience says so
    require(can_take_over(request.actor, house))
    form = ExportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form, about="file"):
            upload = form.cleaned_data["file"]
            held = operations.read_export(
                certifier=house,
                platform=Platform(form.cleaned_data["platform"]),
                content=upload.file,
                filename=upload.name,
                actor=request.actor,
                now=timezone.now(),
            )
            return redirect("certifier:awards-elsewhere-one", certifier, held.code)
    earlier = [
        (one, chip(_STATES[TakeoverState(one.state)], one.get_state_display(), bare=True))
        for one in queries.takeovers(request.actor)[:20]
    ]
    page = {"form": form, "earlier": earlier, "tabs": tabs(request, "certifier:awards-elsewhere")}
    return render(request, "certifier/awards/elsewhere.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def columns(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Say which column is what, beside the first rows."""
    held = _held(request, code)
    if held.state != TakeoverState.READ or not held.headers:
        return redirect("certifier:awards-elsewhere-one", certifier, code)
    initial = {name: str(held.headers.index(title)) for name, title in held.columns.items()}
    form = ColumnsForm(request.POST or None, headers=held.headers, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.set_columns(held=held, columns=form.columns(), actor=request.actor, now=timezone.now())
            return redirect("certifier:awards-elsewhere-one", certifier, code)
    rows = [json.loads(row.cells) for row in held.rows.order_by("number")[:5]]
    page = {"held": held, "form": form, "rows": rows, "count": held.rows.count()}
    return render(request, "certifier/awards/elsewhere_columns.html", page)


def _rows_table(certifier: str) -> Table[Any]:
    def read(name: str) -> Any:
        return lambda row: _read(row).get(name) or ""

    return Table(
        name="lignes",
        columns=(
            Column(
                "nom",
                str(_("Titulaire")),
                lambda row: (
                    f"{_read(row).get('first_name', '')} {_read(row).get('last_name', '')}".strip()
                    or str(_("Ligne %d")) % row.number
                ),
                url=lambda row: reverse("certifier:awards-one", args=[certifier, row.award.code]) if row.award else "",
            ),
            Column("ligne", str(_("Ligne")), lambda row: row.number, order=("number",)),
            Column(
                "etat",
                str(_("Ce qui se passe")),
                lambda row: row.get_state_display(),
                show=lambda row: chip(_ROWS[TakeoverRowState(row.state)], row.get_state_display(), bare=True),
                order=("state", "number"),
            ),
            Column("intitule", str(_("Intitulé")), lambda row: row.title, on_phone=False),
            Column("date", str(_("Délivrée le")), _issued_on, on_phone=False),
            Column("numero", str(_("Numéro d’origine")), read("external_id"), on_phone=False),
            Column("motif", str(_("Pourquoi, et que faire")), lambda row: row.reason),
        ),
        filters=(
            Filter("etat", str(_("état")), TakeoverRowState.choices, lambda rows, kept: rows.filter(state__in=kept)),
        ),
        order="ligne",
        unit=str(_("ligne,lignes")),
    )


def _issued_on(row: Any) -> date | None:
    said = _read(row).get("awarded_on")
    return date.fromisoformat(said) if said else None


def _read(row: Any) -> dict[str, Any]:
    """What was understood of a line, nothing when it could not be."""
    said: dict[str, Any] = json.loads(row.plan) if row.plan else {}
    return said


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def one(request: Asked, certifier: str, code: str) -> HttpResponse:
    """What each line would become; which of our certifications each title is; then what was made."""
    held = _held(request, code)
    if held.state == TakeoverState.READ and held.headers and not held.columns:
        return redirect("certifier:awards-elsewhere-columns", certifier, code)
    is_read = held.state == TakeoverState.READ
    titles = queries.titles_of(held) if is_read else []
    guessed = queries.guessed_titles(held) if is_read else {}
    ours = [(row.code, row.title) for row in queries.certifications_of(held.certifier)] if is_read else []
    initial = {f"titre-{at}": guessed.get(title, "") for at, (title, _count) in enumerate(titles)}
    form = TitlesForm(request.POST or None, titles=titles, ours=ours, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.start_takeover(held=held, titles=form.titles(), actor=request.actor, now=timezone.now())
            return redirect("certifier:awards-elsewhere-one", certifier, code)
    listing = _rows_table(certifier).read(request.GET, held.rows.select_related("award"))
    if sheet := listing.sheet():
        return sheet
    job = common.job_of(certifier, held.job_code) if held.job_code else None
    page = {
        "held": held,
        "listing": listing,
        "counts": queries.outcome_of(held),
        "form": form,
        "has_ours": bool(ours),
        "is_read": is_read,
        "progress": progress_of(job, reverse("certifier:work", args=[certifier, job.code]), certifier)
        if job and held.state == TakeoverState.RUNNING
        else None,
    }
    return render(request, "certifier/awards/elsewhere_one.html", page)


@require_POST
@audience("certifier")
def discard(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Drop an export that was read and not launched."""
    held = _held(request, code)
    with refusing(request):
        operations.discard_takeover(held=held, actor=request.actor, now=timezone.now())
        messages.success(request, _("Cet export est abandonné\u00a0: rien n’a été repris."))
    return redirect("certifier:awards-elsewhere", certifier)


@require_safe
@audience("certifier")
def rejected(request: Asked, certifier: str, code: str) -> HttpResponse:
    """The lines left out, as they were sent, each with what to mend: to correct and send again."""
    held = _held(request, code)
    rows = queries.rejected_rows(held)
    if held.headers:
        sent = ([*json.loads(row.cells), row.number, row.reason] for row in rows)
    else:
        sent = ([row.cells[:30_000], row.number, row.reason] for row in rows)
    headers = held.headers or ["JSON"]
    return xlsx_sheet("lignes-a-corriger", [*headers, str(_("Ligne d’origine")), str(_("À corriger"))], sent)
