"""The documents of a whole lot in one ZIP: asked for, waited for, taken away within two days."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from jurande.registers.awards.operations import packing
from jurande.registers.awards.policies import designs as policies
from jurande.registers.awards.policies.lots import can_see_awards
from jurande.registers.awards.queries import lots as queries
from jurande.registers.common.queries import job_of
from jurande.registers.common.states import JobState
from jurande.registers.common.verdicts import require
from jurande.web.access import Asked, audience
from jurande.web.ui.forms import refusing
from jurande.web.ui.work import progress_of


@require_POST
@audience("certifier")
def start(request: Asked, certifier: str, lot: str) -> HttpResponse:
    """Ask for the documents of a lot, then wait for them on a page that one can leave."""
    held = _lot(request, lot)
    with refusing(request):
        job = packing.request_pack(lot=held, actor=request.actor, now=timezone.now())
        return redirect("certifier:awards-packs-one", certifier, lot, job.code)
    return redirect("certifier:awards-lots-one", certifier, lot)


@require_safe
@audience("certifier")
def one(request: Asked, certifier: str, lot: str, job: str) -> HttpResponse:
    """Where it stands; once it is over, the file."""
    held = _lot(request, lot)
    found = job_of(certifier, job)
    if found is None or found.name != packing.JOB or found.subject_code != held.code:
        raise Http404
    progress = progress_of(found, request.path, certifier)
    if request.headers.get("HX-Request") and not progress.over:
        return render(request, "ui/job.html", {"job": progress})
    path = packing.pack_file(found.code)
    page = {
        "held": held,
        "progress": progress,
        "job": progress,
        "file_url": reverse("certifier:awards-packs-file", args=[certifier, lot, job]) if path.is_file() else "",
        "size": path.stat().st_size if path.is_file() else 0,
        "is_gone": found.state == JobState.DONE and not path.is_file(),
    }
    response = render(request, "certifier/awards/pack.html", page)
    if request.headers.get("HX-Request"):
        # It is over: the whole page has the file to take away.
        response = HttpResponse(headers={"HX-Refresh": "true"})
    return response


@require_safe
@audience("certifier")
def file(request: Asked, certifier: str, lot: str, job: str) -> HttpResponseBase:
    """The ZIP, as long as it is kept."""
    held = _lot(request, lot)
    found = job_of(certifier, job)
    if found is None or found.name != packing.JOB or found.subject_code != held.code:
        raise Http404
    path = packing.pack_file(found.code)
    if not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"{held.reference}.zip")


def _lot(request: Asked, code: str) -> Any:
    require(can_see_awards(request.actor))
    held = queries.lot(request.actor, code)
    if held is None:
        raise Http404
    require(policies.can_pack_parchments(request.actor, held))
    return held
