"""Work under way: its progress, on a page that one can leave."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jurande.registers.common import queries
from jurande.web.access import Asked, audience
from jurande.web.ui.work import progress_of, told_again


@require_safe
@audience("certifier")
def job(request: Asked, certifier: str, code: str) -> HttpResponse:
    """One job of this house; asked by htmx, the progress alone, as long as it lasts."""
    found = queries.job_of(certifier, code)
    if found is None:
        raise Http404
    progress = progress_of(found, request.path, certifier)
    if request.headers.get("HX-Request"):
        return told_again(request, found, progress)
    return render(request, "certifier/work.html", {"progress": progress})
