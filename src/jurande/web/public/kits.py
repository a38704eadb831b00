"""What lets anybody check an award without us: the kit of its holder, and the page that checks with the network off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from jurande.integrations import offline_verifier
from jurande.registers.awards.operations.kits import NoKit, proof_kit
from jurande.registers.awards.queries import proofs
from jurande.web.access import audience
from jurande.web.public.proofs.views import KEPT_SECONDS, by_number
from jurande.web.ui.downloads import SANDBOX, disposition

if TYPE_CHECKING:
    from jurande.registers.awards.models import Award

PAGE_KEPT_SECONDS = 3600


@require_safe
@audience("public")
@by_number
def kit(request: HttpRequest, award: Award, key: str = "") -> HttpResponse:
    """The credential, the keys, the lists and the log's proof of this instant, and a page that checks them offline."""
    if not proofs.names_holder(award, with_document=bool(key)):
        raise Http404
    try:
        content = proof_kit(award, now=timezone.now())
    except NoKit as error:
        raise Http404 from error
    response = _saved(content, "application/zip", f"preuve-{award.shown_number}.zip")
    patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
    return response


@require_safe
@audience("public")
def verifier(request: HttpRequest) -> HttpResponse:
    """The page that checks with the network off, knowing nobody yet: to be saved, and opened from the disk."""
    response = _saved(offline_verifier.blank(), "application/octet-stream", "verifier.html")
    patch_cache_control(response, public=True, max_age=PAGE_KEPT_SECONDS)
    return response


def _saved(content: bytes, media_type: str, filename: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = disposition(filename)
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    return response
