"""Taking away all one's proofs: at once for a few, else a page that one can leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jurande.registers.awards.operations import taking_away
from jurande.registers.common.states import JobState
from jurande.web.access import Asked, audience, is_too_frequent, person_of
from jurande.web.ui.downloads import SANDBOX, disposition
from jurande.web.ui.forms import refusing
from jurande.web.ui.parts import Progress
from jurande.web.ui.work import told_again

if TYPE_CHECKING:
    from jurande.registers.common.models import JobRequest

NAME = "mes-preuves.zip"
# Each takes a second of work: nobody needs more of them in a minute.
ASKED_MOST = 6


@require_POST
@audience("holder")
def start(request: Asked) -> HttpResponseBase:
    """Give the file at once when it is small; otherwise ask for it and wait on a page that one can leave."""
    person = person_of(request)
    if is_too_frequent("take_away", person.code, most=ASKED_MOST):
        messages.error(request, _("Vous venez de le demander plusieurs fois\u00a0: attendez une minute."))
        return redirect("holder:home")
    now = timezone.now()
    with refusing(request):
        if taking_away.is_quick(person):
            return _saved(HttpResponse(taking_away.bundle_of(person, now=now), content_type="application/zip"))
        return redirect("holder:take-away-one", taking_away.request_bundle(person=person, now=now).code)
    return redirect("holder:home")


@require_safe
@audience("holder")
def one(request: Asked, job: str) -> HttpResponse:
    """Where it stands; once it is over, the file."""
    found = _job(request, job)
    progress = _progress(found, request.path)
    if request.headers.get("HX-Request"):
        return told_again(request, found, progress)
    path = taking_away.bundle_file(found.code)
    is_there = found.state == JobState.DONE and path.is_file()
    page = {
        "progress": progress,
        "file_url": reverse("holder:take-away-file", args=[job]) if is_there else "",
        "size": path.stat().st_size if is_there else 0,
        "is_gone": found.state == JobState.DONE and not is_there,
    }
    return render(request, "holder/takeaway.html", page)


@require_safe
@audience("holder")
def file(request: Asked, job: str) -> HttpResponseBase:
    """The ZIP, as long as it is kept."""
    path = taking_away.bundle_file(_job(request, job).code)
    if not path.is_file():
        raise Http404
    return _saved(FileResponse(path.open("rb"), content_type="application/zip"))


def _job(request: Asked, code: str) -> JobRequest:
    found = taking_away.job_for(person_of(request), code)
    if found is None:
        raise Http404
    return found


def _progress(job: JobRequest, url: str) -> Progress:
    failed = _("Cela n’a pas marché. Recommencez plus tard\u00a0; rien n’est perdu.")
    return Progress(
        title=_("Réunir toutes mes preuves"),
        state=job.state,
        url=url,
        done=job.done_count,
        failed=job.failed_count,
        total=job.total_count or 0,
        unit=_("réussite,réussites"),
        done_word=_("réunies"),
        failed_word=_("pas encore signées"),
        reason=failed if job.state == JobState.FAILED else "",
    )


def _saved(response: HttpResponseBase) -> HttpResponseBase:
    response["Content-Disposition"] = disposition(NAME)
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
