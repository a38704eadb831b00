"""What the State publishes: what was read, what was left out, what changed, and a file to read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from jurande.registers.catalogue.operations.importing import request_import
from jurande.registers.catalogue.queries import changes, national
from jurande.registers.catalogue.states import Habilitation, SnapshotState, Source
from jurande.registers.common import queries as common
from jurande.registers.common.verdicts import require
from jurande.registers.parties import policies
from jurande.web.access import Asked, audience
from jurande.web.ui.fields import DayInput
from jurande.web.ui.formats import day_plain
from jurande.web.ui.forms import refusing
from jurande.web.ui.marks import chip
from jurande.web.ui.parts import Fact, Progress, Segment
from jurande.web.ui.registers import cited
from jurande.web.ui.tables import Column, Filter, Table
from jurande.web.ui.work import progress_of

# How many changes of a kind a page shows; its sheet has them all.
CHANGES_SHOWN = 20
STATUS = {SnapshotState.IMPORTING: "run", SnapshotState.COMPLETE: "ok", SnapshotState.REFUSED: "late"}
KINDS = {"": _("aucune"), **dict(Habilitation.choices)}

SNAPSHOTS: Table[Any] = Table(
    name="lectures",
    columns=(
        Column("publie", _("Publié le"), lambda row: row.published_on, order=("published_on", "imported_at")),
        Column(
            "source",
            _("Répertoire"),
            lambda row: row.get_source_display(),
            url=lambda row: reverse("operator:registers-snapshot", args=[row.code]),
            order=("source",),
        ),
        Column(
            "etat",
            _("État"),
            lambda row: row.get_state_display(),
            show=lambda row: chip(STATUS[row.state], row.get_state_display()),
            order=("state",),
        ),
        Column("lus", _("Lus"), lambda row: row.read_count, order=("read_count",), numeric=True),
        Column("changes", _("Changés"), lambda row: row.changed_count, order=("changed_count",), numeric=True),
        Column("ecartes", _("Écartés"), lambda row: row.rejected_count, order=("rejected_count",), numeric=True),
        Column("fichier", _("Fichier"), lambda row: row.file_name, on_phone=False),
        Column("lu", _("Lu le"), lambda row: row.imported_at, order=("imported_at",), at_first=False),
    ),
    filters=(
        Filter("source", _("répertoire"), Source.choices, lambda rows, chosen: rows.filter(source__in=chosen)),
        Filter("etat", _("état"), SnapshotState.choices, lambda rows, chosen: rows.filter(state__in=chosen)),
    ),
    order="-publie",
    unit=_("lecture,lectures"),
)
REJECTS: Table[Any] = Table(
    name="lignes-ecartees",
    columns=(
        Column("ligne", _("Ligne"), lambda row: row.line, order=("line",), numeric=True),
        Column("sujet", _("Fiche ou déclaration"), lambda row: row.subject, order=("subject", "line")),
        Column("champ", _("Champ"), lambda row: row.field, order=("field", "line")),
        Column("valeur", _("Valeur"), lambda row: row.value),
        Column("motif", _("Motif"), lambda row: row.get_reason_display(), order=("reason", "line")),
    ),
    order="ligne",
    unit=_("ligne écartée,lignes écartées"),
)


class ImportForm(forms.Form):
    """A file to send, or one that lies in the imports' folder already."""

    file = forms.FileField(
        label=_("Fichier à envoyer"),
        required=False,
        help_text=_("Export XML 4.1 du RNCP ou du RS, ou liste publique des organismes en CSV ; dans un ZIP ou non."),
    )
    waiting = forms.ChoiceField(label=_("Ou fichier déjà sur le serveur"), required=False)
    published_on = forms.DateField(
        label=_("Publié le"),
        required=False,
        widget=DayInput,
        help_text=_("Seulement si le nom du fichier ne dit pas sa date."),
    )

    def __init__(self, *given: Any, **named: Any) -> None:
        """Offer the files that wait in the folder; without any, no such field."""
        super().__init__(*given, **named)
        names = national.files_waiting()
        if names:
            self.fields["waiting"].choices = [("", _("Aucun")), *((name, name) for name in names)]  # type: ignore[attr-defined]
        else:
            del self.fields["waiting"]

    def clean(self) -> dict[str, Any]:
        """Want one file, and one only."""
        given = super().clean() or {}
        if not self.errors and bool(given.get("file")) == bool(given.get("waiting")):
            self.add_error("file", _("Choisissez un fichier, et un seul."))
        return given

    def given(self) -> dict[str, Any]:
        """What the operation takes."""
        upload = self.cleaned_data.get("file")
        return {
            "content": upload.file if upload else None,
            "file_name": upload.name if upload else self.cleaned_data["waiting"],
            "published_on": self.cleaned_data["published_on"],
        }


@require_http_methods(["GET", "HEAD", "POST"])
@audience("operator")
def home(request: Asked) -> HttpResponse:
    """What is known of each register and from which day; a form to read another file."""
    require(policies.can_run_installation(request.actor))
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if form.is_valid():
        with refusing(request, form, about="file"):
            request_import(actor=request.actor, now=timezone.now(), **form.given())
            messages.success(request, _("Le fichier est reçu. Il est lu en arrière-plan."))
            return redirect("operator:registers")
    listing = SNAPSHOTS.read(request.GET, national.snapshots())
    latest = [row for row in map(national.latest_snapshot, Source.values) if row is not None]
    delivery = national.deliveries().first()
    page = {
        "form": form,
        "listing": listing,
        "latest": latest,
        "missing": [label for value, label in Source.choices if value not in {row.source for row in latest}],
        "progress": _progress(delivery),
        "refused": delivery if delivery is not None and delivery.refusal else None,
        "sources": cited(latest),
    }
    return listing.sheet() or render(request, "operator/registers.html", page)


@require_safe
@audience("operator")
def snapshot(request: Asked, code: str) -> HttpResponse:
    """One reading: what was read, what was left out with a sheet of it, what changed since the one before."""
    require(policies.can_run_installation(request.actor))
    found = national.snapshot_of(code)
    if found is None:
        raise Http404
    listing = REJECTS.read(request.GET, national.rejects(found))
    previous = national.previous_of(found) if found.state == SnapshotState.COMPLETE else None
    page = {
        "snapshot": found,
        "facts": _facts(found),
        "listing": listing,
        "previous": previous,
        "changes": _changes(found, previous),
        "sources": cited([found]),
    }
    return listing.sheet() or render(request, "operator/register_snapshot.html", page)


@require_safe
@audience("operator")
def job(request: Asked, code: str) -> HttpResponse:
    """The progress of one reading; asked by htmx, the progress alone."""
    require(policies.can_run_installation(request.actor))
    progress = _progress(national.delivery_of_job(code), over=True)
    if progress is None:
        raise Http404
    if not request.headers.get("HX-Request"):
        return redirect("operator:registers")
    return render(request, "ui/job.html", {"job": progress, "segments": [Segment(progress.done, "ok")]})


def _progress(delivery: Any, *, over: bool = False) -> Progress | None:
    """Show the reading under way; one that is over only to whoever was watching it."""
    row = common.job_of("", delivery.job_code) if delivery is not None and delivery.job_code else None
    if row is None or (delivery.finished_at is not None and not over):
        return None
    return progress_of(row, reverse("operator:registers-job", args=[row.code]), "")


def _facts(found: Any) -> list[Fact]:
    return [
        Fact(str(_("Publié le")), day_plain(found.published_on)),
        Fact(str(_("Fichier")), found.file_name),
        Fact(str(_("Empreinte SHA-256")), found.sha256),
    ]


def _changes(found: Any, previous: Any) -> list[tuple[str, int, list[str]]]:
    """What changed since the snapshot before: a title, how many, and the first of them, in words."""
    if previous is None or found.source == Source.TRAINING_BODIES:
        return []
    moved = changes.between(found.source, previous.published_on, found.published_on)
    said: list[tuple[Any, list[str]]] = [
        (_("Partenaires ajoutés"), [_partner(row, row.after) for row in moved.partners_added]),
        (_("Partenaires retirés"), [_partner(row, row.before) for row in moved.partners_removed]),
        (
            _("Habilitations modifiées"),
            [f"{row.number}, {row.name} : {KINDS[row.before]} → {KINDS[row.after]}" for row in moved.types_changed],
        ),
        (_("Fiches nouvelles"), [f"{row.number}, {row.title}" for row in moved.fiches_added]),
        (_("Fiches terminées"), [f"{row.number}, {row.title}" for row in moved.fiches_ended]),
        (
            _("Fiches remplacées"),
            [f"{row.number} → {', '.join(row.replaced_by)}, {row.title}" for row in moved.fiches_replaced],
        ),
        (_("Fiches modifiées"), [f"{row.number}, {row.title}" for row in moved.fiches_modified]),
    ]
    return [(str(title), len(rows), rows[:CHANGES_SHOWN]) for title, rows in said if rows]


def _partner(row: changes.PartnerChange, kind: str) -> str:
    return f"{row.number}, {row.name} ({row.siret}) : {KINDS[kind]}"
