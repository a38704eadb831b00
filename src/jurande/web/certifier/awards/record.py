"""The house's whole public record, to take away: what every proof needs, without us."""

from __future__ import annotations

from django import forms
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from jurande.registers.awards.operations import archives
from jurande.registers.awards.policies.record import can_copy_record
from jurande.registers.common.verdicts import require
from jurande.web.access import Asked, audience
from jurande.web.certifier.awards.parts import tabs
from jurande.web.ui.downloads import SANDBOX, disposition
from jurande.web.ui.forms import refusing


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def record(request: Asked, certifier: str) -> HttpResponse:
    """Say what a copy holds, give the one that is ready, or have one made."""
    house = request.certifier
    assert house is not None  # noqa: S101  the audience says so
    require(can_copy_record(request.actor, house))
    form = forms.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            job = archives.request_copy(certifier=house, actor=request.actor, now=timezone.now())
            return redirect("certifier:work", certifier, job.code)
    page = {
        "form": form,
        "archive": archives.archive_of(house),
        "under_way": archives.under_way(house),
        "tabs": tabs(request, "certifier:awards-record"),
    }
    return render(request, "certifier/awards/record.html", page)


@require_safe
@audience("certifier")
def archive(request: Asked, certifier: str) -> HttpResponseBase:
    """The copy that is ready, as a file."""
    house = request.certifier
    assert house is not None  # noqa: S101  the audience says so
    require(can_copy_record(request.actor, house))
    found = archives.archive_of(house)
    if found is None:
        raise Http404
    response = FileResponse(found.path.open("rb"), content_type="application/zip")
    response["Content-Disposition"] = disposition(f"registre-public-{found.made_at:%Y-%m-%d}.zip")
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
