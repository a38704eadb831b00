"""Bringing an existing network in: a file or the national register, its columns, what will be made, what was."""

from __future__ import annotations

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

from jurande.core.france.network_sheets import REQUIRED
from jurande.registers.common import queries as common
from jurande.registers.common.verdicts import require
from jurande.registers.network.operations import imports as operations
from jurande.registers.network.policies import ledger as policies
from jurande.registers.network.queries import imports as queries
from jurande.registers.network.states import ImportState, RowState
from jurande.web.access import Asked, audience
from jurande.web.ui.exports import xlsx_sheet
from jurande.web.ui.forms import refusing
from jurande.web.ui.marks import chip
from jurande.web.ui.tables import Column, Filter, Table
from jurande.web.ui.work import progress_of

COLUMN_LABELS: dict[str, str | Promise] = {
    "siret": _("SIRET de l’établissement"),
    "legal_name": _("Dénomination"),
    "usual_name": _("Nom d’usage"),
    "address": _("Adresse"),
    "postcode": _("Code postal"),
    "city": _("Commune"),
    "nda": _("Déclaration d’activité"),
    "since_on": _("Partenaire depuis"),
    "head_first_name": _("Prénom du dirigeant"),
    "head_last_name": _("Nom du dirigeant"),
    "head_email": _("Adresse électronique du dirigeant"),
    "certification": _("Certification"),
    "kind": _("Rôle (former, organiser)"),
    "blocs": _("Blocs"),
    "territory": _("Départements"),
    "valid_from": _("Début de l’habilitation"),
    "valid_until": _("Fin de l’habilitation"),
    "convention": _("Référence de la convention"),
    "signed_on": _("Date de la convention"),
}
_ROWS = {RowState.READY: "run", RowState.KNOWN: "end", RowState.REJECTED: "warn", RowState.MADE: "ok"}
_IMPORTS = {
    ImportState.READ: "draft",
    ImportState.RUNNING: "run",
    ImportState.DONE: "ok",
    ImportState.DISCARDED: "end",
}


class SheetForm(forms.Form):
    """A spreadsheet."""

    file = forms.FileField(
        label=_("Votre tableur"),
        help_text=_(
            "Excel (.xlsx), LibreOffice (.ods) ou CSV, première feuille, cinq mille lignes au plus. "
            "Une ligne par partenaire et par certification\u00a0; les noms des colonnes sont libres."
        ),
    )


class ColumnsForm(forms.Form):
    """Which column is what; a choice is the index of a title."""

    def __init__(self, *args: Any, headers: list[str], **kwargs: Any) -> None:
        """One choice for each thing that a column may be."""
        super().__init__(*args, **kwargs)
        titles = [(str(at), title or f"Colonne {at + 1}") for at, title in enumerate(headers)]
        for name, label in COLUMN_LABELS.items():
            needed = name in REQUIRED
            empty = [] if needed and name in self.initial else [("", _("Aucune"))]
            self.fields[name] = forms.ChoiceField(label=str(label), choices=[*empty, *titles], required=False)

    def columns(self) -> dict[str, int]:
        """The index of each column that was named."""
        return {name: int(at) for name, at in self.cleaned_data.items() if at}


def _held(request: Asked, code: str) -> Any:
    require(policies.can_import_network(request.actor, request.certifier))
    held = queries.network_import(request.actor, code)
    if held is None:
        raise Http404
    return held


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def start(request: Asked, certifier: str) -> HttpResponse:
    """Send a spreadsheet, or go back to one that was sent."""
    actor = request.actor
    require(policies.can_import_network(actor, request.certifier))
    form = SheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form, about="file"):
            upload = form.cleaned_data["file"]
            held = operations.read_sheet(
                certifier=request.certifier,
                content=upload.file,
                filename=upload.name,
                actor=actor,
                now=timezone.now(),
            )
            return redirect("certifier:network-import-columns", certifier, held.code)
    earlier = [
        {"held": one, "state": chip(_IMPORTS[ImportState(one.state)], one.get_state_display(), bare=True)}
        for one in queries.imports(actor)
    ]
    return render(request, "certifier/imports/start.html", {"form": form, "earlier": earlier})


@require_POST
@audience("certifier")
def national(request: Asked, certifier: str) -> HttpResponse:
    """Read what the national registers list for our certifications; nothing is made yet."""
    require(policies.can_import_network(request.actor, request.certifier))
    with refusing(request):
        held = operations.read_national(certifier=request.certifier, actor=request.actor, now=timezone.now())
        return redirect("certifier:network-import", certifier, held.code)
    return redirect("certifier:network-imports", certifier)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def columns(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Say which column is what, beside the first rows."""
    held = _held(request, code)
    if held.state != ImportState.READ:
        return redirect("certifier:network-import", certifier, code)
    chosen = {name: held.headers.index(title) for name, title in held.columns.items()} or operations.guessed(held)
    form = ColumnsForm(
        request.POST or None, headers=held.headers, initial={name: str(at) for name, at in chosen.items()}
    )
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.set_columns(held=held, columns=form.columns(), actor=request.actor, now=timezone.now())
            return redirect("certifier:network-import", certifier, code)
    page = {"held": held, "form": form, "rows": held.rows.order_by("number")[:5], "count": held.rows.count()}
    return render(request, "certifier/imports/columns.html", page)


def _rows_table() -> Table[Any]:
    def plan(name: str) -> Any:
        return lambda row: row.plan.get(name, "") or ""

    return Table(
        name="lignes",
        columns=(
            Column("ligne", str(_("Ligne")), lambda row: row.number, order=("number",)),
            Column(
                "etat",
                str(_("Ce qui se passe")),
                lambda row: row.get_state_display(),
                show=lambda row: chip(_ROWS[RowState(row.state)], row.get_state_display(), bare=True),
                order=("state", "number"),
            ),
            Column("nom", str(_("Partenaire")), lambda row: row.plan.get("legal_name") or _first_words(row)),
            Column("siret", "SIRET", plan("siret"), on_phone=False),
            Column("commune", str(_("Commune")), plan("city"), on_phone=False),
            Column("role", str(_("Rôle")), lambda row: _role(row), on_phone=False),
            Column("fin", str(_("Fin")), plan("valid_until"), on_phone=False),
            Column("motif", str(_("Pourquoi, et que faire")), lambda row: row.reason),
        ),
        filters=(Filter("etat", str(_("état")), RowState.choices, lambda rows, kept: rows.filter(state__in=kept)),),
        order="ligne",
        unit=str(_("ligne,lignes")),
    )


def _first_words(row: Any) -> str:
    return " · ".join(filter(None, row.cells))[:60]


def _role(row: Any) -> str:
    roles = {"former": _("Former"), "organiser": _("Organiser"), "both": _("Former et organiser")}
    return str(roles.get(row.plan.get("kind", ""), ""))


@require_safe
@audience("certifier")
def one(request: Asked, certifier: str, code: str) -> HttpResponse:
    """What exactly will be made of each row, or what was."""
    held = _held(request, code)
    if held.state == ImportState.READ and not held.columns:
        return redirect("certifier:network-import-columns", certifier, code)
    listing = _rows_table().read(request.GET, held.rows.all())
    if sheet := listing.sheet():
        return sheet
    job = common.job_of(certifier, held.job_code) if held.job_code else None
    counts = queries.counts_of(held)
    page = {
        "held": held,
        "listing": listing,
        "counts": counts,
        "preview": queries.preview_of(held) if held.state == ImportState.READ else None,
        "progress": progress_of(job, reverse("certifier:work", args=[certifier, job.code]), certifier)
        if job and held.state == ImportState.RUNNING
        else None,
        "is_read": held.state == ImportState.READ,
    }
    return render(request, "certifier/imports/one.html", page)


@require_POST
@audience("certifier")
def launch(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Make what the preview showed, by a job whose progress one follows."""
    held = _held(request, code)
    with refusing(request):
        operations.start_import(
            held=held, invites=bool(request.POST.get("invites")), actor=request.actor, now=timezone.now()
        )
    return redirect("certifier:network-import", certifier, code)


@require_POST
@audience("certifier")
def discard(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Drop a file that was read and not launched."""
    held = _held(request, code)
    with refusing(request):
        operations.discard_import(held=held, actor=request.actor, now=timezone.now())
        messages.success(request, _("Ce fichier est abandonné\u00a0: rien n’a été créé."))
    return redirect("certifier:network-imports", certifier)


@require_safe
@audience("certifier")
def rejected(request: Asked, certifier: str, code: str) -> HttpResponse:
    """The rows left out, as they were sent, each with what to mend: to correct and send again."""
    held = _held(request, code)
    rows = ([*row.cells, row.number, row.reason] for row in queries.rejected_rows(held))
    return xlsx_sheet("lignes-a-corriger", [*held.headers, str(_("Ligne d’origine")), str(_("À corriger"))], rows)


@require_safe
@audience("certifier")
def progress(request: Asked, certifier: str) -> HttpResponse:
    """How far each partner is with its file."""
    actor = request.actor
    require(policies.can_see_ledger(actor))
    listing = _progress_table(certifier).read(request.GET, queries.files_progress(actor, timezone.localdate()))
    if sheet := listing.sheet():
        return sheet
    complete = sum(not row.missing for row in listing.given)
    return render(
        request,
        "certifier/imports/progress.html",
        {"listing": listing, "complete": complete, "all": len(listing.given)},
    )


def _progress_table(certifier: str) -> Table[queries.FileProgress]:
    labels = [(key, label) for key, label in queries.FILE_ITEMS.items()]
    return Table(
        name="dossiers",
        columns=(
            Column(
                "nom",
                str(_("Partenaire")),
                lambda row: row.name,
                url=lambda row: reverse("certifier:partners-one", args=[certifier, row.code]),
            ),
            Column("reference", str(_("Référence")), lambda row: row.reference, on_phone=False),
            Column(
                "fait", str(_("Fait")), lambda row: row.done, show=lambda row: f"{row.done} / {row.total}", numeric=True
            ),
            Column(
                "manque",
                str(_("Il manque")),
                lambda row: ", ".join(str(queries.FILE_ITEMS[key]) for key in row.missing),
            ),
        ),
        filters=(
            Filter(
                "manque",
                str(_("ce qui manque")),
                labels,
                lambda rows, kept: [row for row in rows if set(kept) & set(row.missing)],
            ),
        ),
        search=lambda rows, words: [row for row in rows if row.matches(words)],
        order="fait",
        unit=str(_("partenaire,partenaires")),
    )
