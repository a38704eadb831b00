"""A programme from a spreadsheet: sent once, its columns named once, then read row by row."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from jurande.core.france.programme_sheets import guessed_columns
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.documents.operations.tables import ReadTable, read_table
from jurande.registers.network.operations import programme
from jurande.registers.network.policies import applications as policies
from jurande.web.access import Asked, audience
from jurande.web.guest.applications import acts
from jurande.web.guest.applications import forms as ours
from jurande.web.guest.applications.frame import Here, here_of

SHEET_SECONDS = 3600
ROWS_MOST = 500
FAULTS: dict[str, str | Promise] = {
    "error": _("formule, ou erreur de calcul\u00a0: la ligne est laissée de côté, remplacez-la par sa valeur"),
    "no_title": _("ligne sans titre de module\u00a0: laissée de côté"),
    "not_a_duration": _("durée non comprise\u00a0: la ligne est laissée de côté"),
    "in_person_longer": _("plus long en présence qu’en tout\u00a0: ramené à la durée du module"),
    "unknown_competency": _("compétence inconnue du référentiel\u00a0: le module est repris sans elle"),
    "too_many": _("au-delà de soixante modules\u00a0: la suite est laissée de côté"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@audience("applicant")
def sheet(request: Asked, code: str) -> HttpResponse:
    """First the file, then its columns, then what was taken and what was not."""
    here = here_of(request, code, "programme")
    if not here.held.is_draft:
        return redirect("guest:applications-one", code)
    require(policies.can_edit_application(here.actor, here.held))
    target = acts.target_of(here)
    page: dict[str, Any] = {
        "held": here.held,
        "target": target,
        "back": f"{here.url()}?appel={target.code}",
        "form": None,
        "columns": None,
        "faults": (),
    }
    if request.method == "POST" and request.POST.get("do") == "columns":
        return _columns(here, target, page)
    form = ours.SheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            table = read_table(content=upload.file, filename=upload.name, rows_most=ROWS_MOST)
        except Refused as refusal:
            form.add_error("file", str(refusal.sentence))
        else:
            cache.set(_key(here, target), table, SHEET_SECONDS)
            return _ask(here, table, page)
    return render(request, "guest/applications/import.html", {**page, "form": form})


def _key(here: Here, target: Any) -> str:
    return f"network.sheet.{here.actor.code}.{target.code}"


def _ask(here: Here, table: ReadTable, page: dict[str, Any], form: ours.ColumnsForm | None = None) -> HttpResponse:
    headers = list(table.headers)
    remembered = {name: headers.index(said) for name, said in here.held.columns.items() if said in headers}
    guessed = {name: str(at) for name, at in (guessed_columns(headers) | remembered).items()}
    asked = form or ours.ColumnsForm(headers=headers, initial=guessed)
    shown = {
        "columns": asked,
        "headers": headers,
        "rows": [one.cells for one in table.rows[:5]],
        "row_count": len(table.rows),
    }
    return render(here.request, "guest/applications/import.html", {**page, **shown})


def _columns(here: Here, target: Any, page: dict[str, Any]) -> HttpResponse:
    request = here.request
    table = cache.get(_key(here, target))
    if table is None:
        messages.error(request, str(_("Ce tableur a été lu il y a trop longtemps. Envoyez-le de nouveau.")))
        return redirect(request.get_full_path())
    form = ours.ColumnsForm(request.POST, headers=list(table.headers))
    if form.is_valid():
        try:
            reading = programme.import_modules(
                target=target, table=table, columns=form.columns(), replace=form.cleaned_data["replace"], **here.by
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
        else:
            cache.delete(_key(here, target))
            count = len(reading.modules)
            taken = ngettext("%d module repris.", "%d modules repris.", count) % count
            if not reading.faults:
                messages.success(request, taken)
                return redirect(page["back"])
            faults = [(one.row, one.said, FAULTS[one.why]) for one in reading.faults]
            return render(request, "guest/applications/import.html", {**page, "taken": taken, "faults": faults})
    return _ask(here, table, page, form)
