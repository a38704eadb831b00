"""What is taken away from a registration dossier: its document, its annexes, its figures, all of it at once."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from jurande.registers.declarations import operations, queries
from jurande.web.access import Asked, audience
from jurande.web.certifier.declarations.parts import found, place_sheet, promotion_sheet
from jurande.web.ui.downloads import SANDBOX, disposition, serve
from jurande.web.ui.exports import csv_sheet
from jurande.web.ui.forms import refusing


@require_safe
@audience("certifier")
def document(request: Asked, certifier: str, code: str) -> HttpResponse:
    """The PDF: as it was frozen, or marked as a draft."""
    held = found(request, code)
    with refusing(request):
        made = operations.document_of(held, today=timezone.localdate())
        return _attached(HttpResponse(made, content_type="application/pdf"), f"{held.reference}.pdf")
    return redirect("certifier:dossiers-one", certifier, code)


@require_safe
@audience("certifier")
def archive(request: Asked, certifier: str, code: str) -> HttpResponseBase:
    """The document, its annexes and its figures in one ZIP."""
    held, now = found(request, code), timezone.now()
    content = operations.content_now(held, today=timezone.localdate(now))
    with refusing(request):
        sheets = {
            "promotions.csv": csv_sheet("promotions", *promotion_sheet(content)).content,
            "organismes-habilites.csv": csv_sheet("organismes", *place_sheet(content)).content,
        }
        made = operations.archive_of(held, sheets=sheets, now=now)
        return _attached(FileResponse(made, content_type="application/zip"), f"{held.reference}.zip")
    return redirect("certifier:dossiers-one", certifier, code)


@require_safe
@audience("certifier")
def promotions(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Holders by civil year and by body."""
    held = found(request, code)
    content = operations.content_now(held, today=timezone.localdate())
    return csv_sheet(f"{held.reference}-promotions", *promotion_sheet(content))


@require_safe
@audience("certifier")
def places(request: Asked, certifier: str, code: str) -> HttpResponse:
    """The bodies habilitated, and what binds each."""
    held = found(request, code)
    content = operations.content_now(held, today=timezone.localdate())
    return csv_sheet(f"{held.reference}-organismes", *place_sheet(content))


@require_safe
@audience("certifier")
def annex(request: Asked, certifier: str, code: str, annex: str) -> HttpResponseBase:
    """One of its files."""
    joined = queries.annex(found(request, code), annex)
    if joined is None:
        raise Http404
    return serve(joined.document)


def _attached[R: HttpResponseBase](response: R, filename: str) -> R:
    headers: Any = response
    headers["Content-Disposition"] = disposition(filename)
    headers["Content-Security-Policy"] = SANDBOX
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cache-Control"] = "private, no-store"
    return response
