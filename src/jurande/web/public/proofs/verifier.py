"""«Vérifier un document»: a number, or a file that is compared with what was issued. Nothing of it is kept."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from jurande.registers.awards.facts.addresses import KEY_LENGTH, is_key
from jurande.registers.awards.operations.rendering import parchment_pdf
from jurande.registers.awards.queries import proofs
from jurande.registers.awards.queries.elsewhere import awards_formerly
from jurande.registers.awards.queries.handed import MOST_BYTES, Judgment, judge
from jurande.registers.common.refusals import Refused
from jurande.web.access import audience, client_address, has_been_too_frequent, is_too_frequent
from jurande.web.public.proofs.page import Verdict, verdict_of
from jurande.web.public.proofs.told import Told, told_of
from jurande.web.public.proofs.views import too_many

if TYPE_CHECKING:
    from jurande.registers.awards.models import Award

KEPT_SECONDS = 300
# Reading a file costs a process and perhaps a call to somebody else's server.
FILES_MOST, FOREIGN_MOST = 20, 8
LANGUAGES = ("fr", "en")
_KEY = re.compile(rf"/p/[^/]+/([A-Za-z0-9_-]{{{KEY_LENGTH}}})(?![A-Za-z0-9_-])", re.ASCII)


@dataclass(frozen=True)
class Asked:
    """What the form shows again: the number as it was typed, and why it leads nowhere."""

    number: str = ""
    error: str = ""
    file_error: str = ""


# No cookie, so no token: nobody's name is used to read a file, nothing is written, nothing is kept.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@audience("public")
def verify(request: HttpRequest) -> HttpResponse:
    """Find a proof by its number, or judge a file that somebody received."""
    asked = request.POST if request.method == "POST" else request.GET
    language = asked.get("langue", "fr")
    language = language if language in LANGUAGES else "fr"
    with override(language):
        if request.method == "POST":
            return _file(request, language)
        typed = request.GET.get("numero", "")[:200]
        return _number(request, typed, language) if typed.strip() else _form(request, language)


def _form(request: HttpRequest, language: str, asked: Asked = Asked(), *, status: int = 200) -> HttpResponse:
    page = {"asked": asked, "language": language, "most": MOST_BYTES // 1024 // 1024}
    response = render(request, "public/verify.html", page, status=status)
    if status == 200 and not asked.number:
        patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
    return response


def _number(request: HttpRequest, typed: str, language: str) -> HttpResponse:
    address = client_address(request)
    if has_been_too_frequent("proof_miss", address, most=proofs.MISSES_MOST):
        return too_many(request)
    known = proofs.read_number(typed)
    former = awards_formerly(typed) if known is None else []
    if len(former) == 1:
        known = former[0].number
    if known is None:
        error = _("Un numéro a huit caractères, comme 7KQ4-M2XD. Il est écrit en bas du document.")
        return _form(request, language, Asked(typed, error))
    award = proofs.find(known)
    if award is None:
        is_too_frequent("proof_miss", address, most=proofs.MISSES_MOST)
        error = _("Aucun document ne porte ce numéro ici. Relisez-le, ou déposez le fichier que vous avez reçu.")
        return _form(request, language, Asked(typed, error))
    view = "public:award-en" if language == "en" else "public:award"
    key = _KEY.search(typed)
    at = [key[1]] if key is not None and is_key(known, key[1]) else []
    return HttpResponseRedirect(reverse(view, args=[award.shown_number, *at]))


def _file(request: HttpRequest, language: str) -> HttpResponse:
    address = client_address(request)
    if is_too_frequent("proof_file", address, most=FILES_MOST):
        return too_many(request)
    handed = request.FILES.get("document")
    if handed is None:
        return _form(request, language, Asked(file_error=_("Choisissez le fichier à vérifier.")), status=422)
    content = handed.read(MOST_BYTES + 1)
    may_fetch = not is_too_frequent("proof_foreign", address, most=FOREIGN_MOST)
    now = timezone.now()
    judged = judge(content, redraw=_redrawn, now=now, may_fetch=may_fetch)
    if judged.unreadable:
        return _form(request, language, Asked(file_error=unread(judged)), status=422)
    told: Told = told_of(judged)
    standing: Verdict | None = verdict_of(judged.proof) if judged.proof is not None else None
    page = {"told": told, "standing": standing, "language": language, "file_name": (handed.name or "")[:120]}
    response = render(request, "public/verified.html", page)
    response["Cache-Control"] = "no-store"
    return response


def _redrawn(award: Award) -> bytes | None:
    """Draw its page as it was issued, None when it has none."""
    with suppress(Refused):
        return parchment_pdf(award)
    return None


def unread(judged: Judgment) -> str:
    """Say in one sentence why nothing could be read, and what to do."""
    if judged.unreadable == "size":
        return _("Ce fichier dépasse %(size)d\u00a0Mo. Demandez à la personne l’original, qui est bien plus léger.") % {
            "size": MOST_BYTES // 1024 // 1024
        }
    if judged.unreadable == "empty":
        return _("Ce fichier est vide. Demandez qu’on vous l’envoie de nouveau.")
    if judged.unreadable == "folder":
        return _("C’est un dossier compressé. Ouvrez-le, puis déposez ici le fichier attestation.json qu’il contient.")
    if judged.unreadable == "locked":
        return _("Ce PDF est protégé par un mot de passe. Demandez qu’on vous l’envoie sans protection.")
    if judged.unreadable == "photo":
        return _("C’est une photo\u00a0: elle ne contient pas de preuve. Entrez le numéro écrit sur le document.")
    if judged.unreadable == "carrier.empty":
        return _(
            "Ce fichier ne contient pas de preuve\u00a0: c’est peut-être une capture ou une impression. Cherchez le "
            "numéro écrit dessus, ou demandez l’original."
        )
    if judged.unreadable == "carrier.costly":
        return _(
            "Ce PDF est trop long à lire\u00a0: il est abîmé, ou fait d’une façon inhabituelle. Demandez l’original."
        )
    if judged.unreadable in ("carrier.duplicate", "carrier.attachments"):
        return _("Ce fichier contient plusieurs preuves, et l’on ne sait laquelle croire. Demandez l’original.")
    return _(
        "Ce fichier ne se lit pas\u00a0: il faut un PDF, une image PNG ou SVG, ou un fichier JSON ou JWT en bon état."
    )
