"""The page of an award, for anybody who has its number: no account, no cookie, nothing kept about who looks."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from jurande.integrations.typesetting.ornaments import WIDE_ROSETTE, rosette
from jurande.registers.awards.facts.addresses import is_key, key_of, shown
from jurande.registers.awards.queries import proofs
from jurande.registers.awards.states.visits import VisitKind
from jurande.registers.documents.queries import open_content
from jurande.registers.seal.queries.credentials import signed_bytes
from jurande.web.access import RATE_SECONDS, audience, client_address, has_been_too_frequent, is_too_frequent
from jurande.web.language import ENGLISH, FRENCH, PARAMETER
from jurande.web.public.proofs.page import page_of, training_target
from jurande.web.ui.pictures import qr
from jurande.web.visitors import count_visit

if TYPE_CHECKING:
    from jurande.registers.awards.models import Award

# How long a copy may be kept: a revocation shows everywhere within five seconds.
KEPT_SECONDS = 2
# Names told from one address in a minute.
NAMES_MOST = 10
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_COLOUR = re.compile(r"[0-9A-F]{6}", re.ASCII)

type View = Callable[..., HttpResponse]


def by_number(view: View) -> View:
    """Give the view the award with the number of the address; one spelling of it only, and few wrong ones a minute.

    A key in the address, wrong, is a wrong address; right, it is given to the view.
    """

    @wraps(view)
    def found(request: HttpRequest, number: str, **kwargs: Any) -> HttpResponse:
        address = client_address(request)
        if has_been_too_frequent("proof_miss", address, most=proofs.MISSES_MOST):
            with override(kwargs.get("language", FRENCH)):
                return too_many(request)
        known = proofs.read_number(number)
        award = proofs.find(known) if known else None
        if award is None or ("key" in kwargs and not is_key(award.number, kwargs["key"])):
            is_too_frequent("proof_miss", address, most=proofs.MISSES_MOST)
            raise Http404
        if number != award.shown_number:
            return HttpResponsePermanentRedirect(request.path.replace(number, award.shown_number, 1))
        response = view(request, award, **kwargs)
        response["X-Robots-Tag"] = "noindex, noarchive"
        return response

    return found


def too_many(request: HttpRequest) -> HttpResponse:
    """Say that too many numbers were tried from there, and that it passes."""
    response = render(request, "public/proof_slow.html", status=429)
    response["Retry-After"] = str(RATE_SECONDS)
    return response


@require_safe
@audience("public")
@by_number
def award(request: HttpRequest, award: Award, key: str = "", language: str = "fr") -> HttpResponse:
    """Show what was awarded, every check made now, and who answers for it; to whom, if they wish it to be seen."""
    if language == FRENCH and request.GET.get(PARAMETER) == ENGLISH:
        # Where an English letter leads: this page has an address in each language.
        return HttpResponseRedirect(f"{request.path}/en")
    proof = proofs.prove(award, now=timezone.now())
    count_visit(request, award, VisitKind.SEEN)
    with override(language):
        response = _kept(render(request, "public/proof.html", {"page": page_of(proof, key=key)}))
        response["Content-Language"] = language
        return response


# No cookie, so no token: a name is compared, nothing is written, nothing is kept.
@csrf_exempt
@require_POST
@audience("public")
@by_number
def name(request: HttpRequest, award: Award) -> HttpResponse:
    """Compare the name that somebody read on a document: the right one leads to what the document leads to."""
    language = "en" if request.POST.get("langue") == "en" else "fr"
    if is_too_frequent("proof_name", client_address(request), most=NAMES_MOST) or has_been_too_frequent(
        "proof_named", award.number, most=proofs.NAMES_MOST_HOURLY, seconds=3600
    ):
        with override(language):
            return too_many(request)
    proof = proofs.prove(award, now=timezone.now())
    is_right = proofs.names_holder(award, with_document=True) and proofs.is_named(
        proof, request.POST.get("nom", "")[:200]
    )
    if is_right:
        view = "public:award-en" if language == "en" else "public:award"
        response: HttpResponse = HttpResponseRedirect(reverse(view, args=[award.shown_number, key_of(award.number)]))
    else:
        is_too_frequent("proof_named", award.number, most=proofs.NAMES_MOST_HOURLY, seconds=3600)
        with override(language):
            told = {"page": page_of(proof), "is_other_name": True}
            response = render(request, "public/proof.html", told, status=422)
            response["Content-Language"] = language
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@audience("public")
@by_number
def credential(request: HttpRequest, award: Award, key: str = "") -> HttpResponse:
    """The signed credential, as a file: whoever has it checks it, here or anywhere. It names its holder."""
    content = signed_bytes(award.credential) if award.credential is not None else None
    if content is None or not proofs.names_holder(award, with_document=bool(key)):
        raise Http404
    response = _kept(HttpResponse(content, content_type="application/vc+ld+json"))
    response["Content-Disposition"] = f'attachment; filename="{award.shown_number}.json"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
@audience("public")
@by_number
def training(request: HttpRequest, award: Award) -> HttpResponse:
    """Lead to who trains for it; one more arrival is counted, of nobody in particular."""
    target = training_target(award)
    if not target:
        raise Http404
    count_visit(request, award, VisitKind.TRAINING)
    response = HttpResponseRedirect(target)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@audience("public")
def code(request: HttpRequest, number: str, key: str = "") -> HttpResponse:
    """The square that leads to the page, for whoever prints it; drawn from the address alone, nothing is looked up."""
    known = proofs.read_number(number)
    if known is None or number != shown(known):
        raise Http404
    address = settings.PUBLIC_URL + reverse("public:award", args=[number, key] if key else [number])
    drawn = qr(address, address).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return _for_ever(HttpResponse(drawn, content_type="image/svg+xml"))


@require_safe
@audience("public")
def logo(request: HttpRequest, digest: str) -> HttpResponse:
    """The picture that the pages of a house bear: a PNG that we made, named by its bytes, the same for ever."""
    picture = proofs.logo_at(digest) if _DIGEST.fullmatch(digest) else None
    if picture is None:
        raise Http404
    with open_content(picture) as content:
        return _for_ever(HttpResponse(content.read(), content_type="image/png"))


@require_safe
@audience("public")
def ornament(request: HttpRequest, colour: str) -> HttpResponse:
    """The guilloche behind the seal, in one colour; the same for ever."""
    if not _COLOUR.fullmatch(colour):
        raise Http404
    drawn = rosette(WIDE_ROSETTE, f"#{colour}", strength=0.3)
    return _for_ever(HttpResponse(drawn, content_type="image/svg+xml"))


def _kept(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
    return response


def _for_ever(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response
